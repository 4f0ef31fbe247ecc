"""``geoindex edit``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import click

from geoindex.cli.grid_format import grid_format_option
from geoindex.cli.messages import echo_line
from geoindex.cli.output import quiet_option, replace_option
from geoindex.errors import OptionError, OutputError
from geoindex.grids.formats import open_grid
from geoindex.grids.resave import check_resave, resave_grid
from geoindex.palette import Palette

__all__ = ["edit_command"]

By = Literal["row", "value"]


def _pairs(
    context: click.Context, option: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """Split ``CLASS=OTHER``."""
    pairs: dict[str, str] = {}
    for text in texts:
        key, sign, other = text.partition("=")
        if not sign or not key.strip():
            raise click.BadParameter(f"{text!r} is not {option.metavar}", context, option)
        if key.strip() in pairs:
            raise click.BadParameter(f"{key.strip()!r} is given twice", context, option)
        pairs[key.strip()] = other.strip()
    return pairs


@click.command("edit")
@click.argument("grid")
@click.option(
    "--rename",
    multiple=True,
    metavar="CLASS=NAME",
    callback=_pairs,
    help="Give a class another name. CLASS is a row number, class value or name. May be repeated.",
)
@click.option(
    "--merge",
    multiple=True,
    metavar="CLASS=CLASS",
    callback=_pairs,
    help="Give the pixels of the first class to the second. May be repeated.",
)
@click.option(
    "--by",
    type=click.Choice(["row", "value"]),
    help="What a number stands for if it is the row of one class and the value of another.",
)
@click.option(
    "-o", "--output", metavar="DST", help="Grid to write; by default --overwrite replaces GRID."
)
@grid_format_option
@replace_option
@quiet_option
def edit_command(
    grid: str,
    *,
    rename: dict[str, str],
    merge: dict[str, str],
    by: By | None,
    output: str | None,
    grid_format: str | None,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Rename and merge classes of the index grid GRID; all else stays as it is.

    Row numbers stay the same: a merged class remains in the palette, without pixels.
    """
    if not rename and not merge:
        raise click.UsageError("nothing to do; give --rename or --merge")
    source, target = Path(grid), Path(output or grid)
    if output is None and not overwrite:
        raise OutputError(f"{grid}: give -o DST, or --overwrite to replace the grid itself")
    check_resave(source, target, overwrite=overwrite, format=grid_format)
    opened = open_grid(source)
    row = _finder(opened.palette, by)
    merged = {row(key): row(other) for key, other in merge.items()}
    names = {row(key): name for key, name in rename.items()}
    if len(merged) < len(merge) or len(names) < len(rename):
        raise OptionError("a class is given twice, by its name and by its number; give it once")
    # What names and numbers stand for is that of GRID, before anything is changed.
    edited = opened.merge(merged)
    edited = edited.rename(names) if names else edited
    resave_grid(edited, source, target, overwrite=overwrite, format=grid_format)
    if not quiet:
        moved = int((opened.indices != edited.indices).sum())
        echo_line(
            f"{target}: {len(names)} renamed, {len(merged)} merged ({moved:,} px of "
            f"{opened.indices.size:,})"
        )


def _finder(palette: Palette, by: By | None) -> Callable[[str], int | str]:
    """Make the function that tells a class of the command line."""
    names, values = palette.names or (), palette.values or ()

    def find(text: str) -> int | str:
        if not text.lstrip("-").isdecimal():
            return names.index(text) if names.count(text) == 1 else text
        number = int(text)
        meant = {
            "row": {number} if 0 <= number < len(palette) else set(),
            "value": {row for row, value in enumerate(values) if value == number},
            "name": {row for row, name in enumerate(names) if name == text},
        }
        rows = meant[by] if by is not None else set().union(*meant.values())
        if len(rows) > 1:
            listed = ", ".join(f"{row} ({palette.label(row)})" for row in sorted(rows))
            raise OptionError(
                f"{text} could be the row, the class value or the name of several classes, rows "
                f"{listed}; give --by row or --by value, or name the class"
            )
        if not rows and by == "value":
            raise OptionError(f"no class has the value {text}")
        return rows.pop() if rows else number

    return find
