"""``geoindex palette``: its commands, and the list of built-in palettes, which needs no NumPy."""

from __future__ import annotations

import click

from geoindex.cli.late import LazyGroup
from geoindex.cli.output import echo_json, json_option
from geoindex.palettes.built_in import builtin_note, builtin_palettes, builtin_size

__all__ = ["palette_group"]

LAZY = {
    "show": ("geoindex.cli.palette_show:show_command", "Show the colors of a palette."),
    "convert": (
        "geoindex.cli.palette_show:convert_command",
        "Convert a palette to another format.",
    ),
    "learn": ("geoindex.cli.palette_learn:learn_command", "Learn a palette from an image."),
    "legend": (
        "geoindex.cli.palette_legend:legend_command",
        "Read a palette from a printed legend.",
    ),
    "match": (
        "geoindex.cli.palette_match:match_command",
        "Assign each unit a different palette color.",
    ),
    "compare": (
        "geoindex.cli.palette_learn:compare_command",
        "Compare how well palettes reproduce an image.",
    ),
}


@click.group("palette", cls=LazyGroup, lazy=LAZY)
def palette_group() -> None:
    """List, show, convert and learn palettes."""


@palette_group.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List the built-in palettes."""
    found = [
        {"name": name, "colors": builtin_size(name), "note": builtin_note(name)}
        for name in builtin_palettes()
    ]
    if as_json:
        echo_json({"palettes": found})
        return
    width = max(len(str(entry["name"])) for entry in found)
    for entry in found:
        click.echo(f"{entry['name']:<{width}}  {entry['colors']:>3}  {entry['note']}")
    click.echo("also the names of matplotlib colormaps, such as tab20 or Set3")
