"""``geoindex info``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geoindex.cli.messages import echo_line
from geoindex.cli.output import echo_json, json_option
from geoindex.cli.palette_options import reading_options
from geoindex.grids.describe import describe

__all__ = ["info_command"]


@click.command("info")
@click.argument("file")
@reading_options
@json_option
def info_command(file: str, *, reading: dict[str, Any], as_json: bool) -> None:
    """Show what FILE contains: a grid, image, palette, color cube, OpendTect survey or folder.

    FILE may also be the name of a built-in palette or of a matplotlib colormap.
    """
    content = describe(Path(file), **reading)
    if as_json:
        echo_json(content)
        return
    classes = content.pop("classes", None)
    _echo_facts(content, indent=0)
    if classes:
        click.echo("classes used:")
        for entry in classes:
            value = f"  class {entry['value']:>5}" if "value" in entry else ""
            click.echo(
                f"  {entry['index']:>5}{value}  {entry['pixels']:>12,} px  {entry['label']}"
            )


def _echo_facts(facts: dict[str, Any], indent: int) -> None:
    """Print one fact per line, nested facts below their parent."""
    width = max((len(key) for key in facts), default=0)
    for key, value in facts.items():
        if isinstance(value, dict) and value:
            echo_line(f"{'':{indent}}{key}:")
            _echo_facts(value, indent + 2)
        else:
            echo_line(f"{'':{indent}}{key:<{width}}  {_text(value)}")


def _text(value: Any) -> str:
    """Format the value of a fact on one line."""
    if value is None or value == {}:
        return "none"
    if isinstance(value, list):
        texts = (f"[{_text(one)}]" if isinstance(one, list) else _text(one) for one in value)
        return ", ".join(texts) or "none"
    return str(value)
