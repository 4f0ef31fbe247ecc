"""``geoindex palette match``."""

from __future__ import annotations

from pathlib import Path

import click

from geoindex.cli.messages import color_block
from geoindex.cli.options import metric_option
from geoindex.cli.output import echo_json, json_option, overwrite_option
from geoindex.color.metrics import Metric
from geoindex.files.targets import check_target
from geoindex.files.whole_files import atomic_output
from geoindex.learn.match import PaletteMatch, match_palette
from geoindex.learn.match_report import count_units, match_table
from geoindex.palette import Palette
from geoindex.palettes.load import load_palette

__all__ = ["match_command"]


@click.command("match")
@click.argument("units")
@click.argument("palette")
@click.option("-o", "--output", metavar="CSV", help="Also write the table as CSV.")
@click.option(
    "--image",
    metavar="MAP",
    help="Map in which each unit is counted; its distance is then weighted by its area.",
)
@metric_option
@overwrite_option
@json_option
def match_command(
    units: str,
    palette: str,
    *,
    output: str | None,
    image: str | None,
    metric: Metric,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Assign each color of UNITS a different color of PALETTE, at the least total distance.

    UNITS is a palette file of the map's own flat colors. Also lists the units that plain
    nearest-color matching would merge. Use the match with geoindex convert --units. If a palette
    file needs --columns, --encoding or --layer, convert it first with geoindex palette convert.
    """
    if output is not None:
        check_target(Path(output), overwrite=overwrite)
    colors = load_palette(units)
    counts = None if image is None else count_units(image, colors)
    match = match_palette(colors, load_palette(palette), counts=counts, metric=metric)
    if output is not None:
        with atomic_output(Path(output), overwrite=overwrite) as temporary:
            temporary.write_text(match_table(match), encoding="utf-8", newline="")
    if as_json:
        echo_json(match.to_dict())
        return
    _echo(match)


def _echo(match: PaletteMatch) -> None:
    """Print the pairs, and the units that plain nearest-color matching would merge."""
    for unit in range(len(match.units)):
        row = int(match.rows[unit])
        moved = (
            "" if row == match.nearest_rows[unit] else f"  (nearest: {match.nearest_rows[unit]})"
        )
        pixels = "" if match.counts is None else f"{match.counts[unit]:>12,} px  "
        click.echo(
            f"{_swatch(match.units, unit)} {unit:>4}  {pixels}-> {_swatch(match.palette, row)} "
            f"{row:>5}  distance {match.distances[unit]:.4g}  {match.units.label(unit)} -> "
            f"{match.palette.label(row)}{moved}"
        )
    for group in match.shared:
        members = [
            f"{','.join(map(str, color))} ("
            + (f"{group.pixels[i]:,} px, " if group.pixels is not None else "")
            + f"distance {group.distances[i]:.4g})"
            for i, color in enumerate(group.colors)
        ]
        click.echo(
            f"the nearest color would merge {len(members)} units in index {group.index} "
            f"({group.label}): {'; '.join(members)}"
        )


def _swatch(palette: Palette, row: int) -> str:
    """Block and code of a color."""
    color = palette.colors[row]
    return f"{color_block(color)} #{bytes(color).hex()}"
