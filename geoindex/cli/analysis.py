"""``geoindex areas`` and ``geoindex crosstab``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from geoindex.analysis.areas import AreaTable
from geoindex.analysis.crosstab import Crosstab, compare_grids, crosstab
from geoindex.analysis.figures import plot_comparison
from geoindex.analysis.table import check_table_target
from geoindex.cli.figures import check_figure_suffix, save_figure
from geoindex.cli.output import echo_json, json_option, overwrite_option, quiet_option
from geoindex.files.targets import check_target
from geoindex.grids.formats import open_grid

__all__ = ["areas_command", "crosstab_command"]

LISTED = 20
"""Pairs of classes that are printed."""

table_option = click.option(
    "-o", "--output", metavar="TABLE", help="Write the table, as .csv or .json."
)

picture_option = click.option(
    "--picture", metavar="PNG", help="Also draw a figure (.png, .pdf or .svg)."
)


@click.command("areas")
@click.argument("grid")
@click.option(
    "--zones", metavar="GRID", help="Measure within each class of a second grid at the same place."
)
@table_option
@picture_option
@overwrite_option
@json_option
@quiet_option
def areas_command(
    grid: str,
    *,
    zones: str | None,
    output: str | None,
    picture: str | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Measure how much each class of the index grid GRID covers: pixels, share and km2.

    With a geographic reference system, areas are measured on the ellipsoid; without a reference
    system, in squares of map units.
    """
    _check_targets(output, picture, overwrite=overwrite)
    table = open_grid(grid).areas(None if zones is None else open_grid(zones))
    if output is not None:
        table.save(output, overwrite=overwrite)
    if picture is not None:
        from geoindex.plot.bars import shares_figure

        save_figure(shares_figure(table), picture, overwrite=overwrite)
    if as_json:
        echo_json(table.to_dict())
    elif not quiet:
        _echo_areas(table)


@click.command("crosstab")
@click.argument("a")
@click.argument("b")
@click.option(
    "--difference", metavar="DST", help="Also write a grid that shows where A and B differ."
)
@table_option
@picture_option
@overwrite_option
@json_option
@quiet_option
def crosstab_command(
    a: str,
    b: str,
    *,
    difference: str | None,
    output: str | None,
    picture: str | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Cross-tabulate the index grids A and B: pixels and km2 of each pair of classes.

    If they have classes of the same names (or colors), the agreement of A with the reference B
    follows: overall, Cohen's kappa, and user's and producer's accuracy of each class.
    """
    _check_targets(output, picture, overwrite=overwrite)
    if difference is not None:
        check_target(Path(difference), overwrite=overwrite)
    grids = open_grid(a), open_grid(b)
    table = crosstab(*grids)
    if difference is not None:
        compare_grids(*grids).save(difference, overwrite=overwrite)
    if output is not None:
        table.save(output, overwrite=overwrite)
    if picture is not None:
        figure = plot_comparison(*grids, titles=(Path(a).name, Path(b).name))
        save_figure(figure, picture, overwrite=overwrite)
    if as_json:
        echo_json(table.to_dict())
    elif not quiet:
        _echo_crosstab(table)


def _check_targets(output: str | None, picture: str | None, *, overwrite: bool) -> None:
    """Refuse a table or a picture that could not be written, before anything is counted."""
    if output is not None:
        check_target(check_table_target(output), overwrite=overwrite)
    if picture is not None:
        check_figure_suffix(Path(picture))
        check_target(Path(picture), overwrite=overwrite)


def _echo_areas(table: AreaTable) -> None:
    rows = list(table.rows())
    _echo_table(
        rows,
        {
            **({"zone_name": "zone"} if table.zones is not None else {}),
            "index": "index",
            **({"value": "value"} if table.palette.values is not None else {}),
            "pixels": "pixels",
            "share": "share",
            **({table.column: table.column} if table.areas is not None else {}),
            **({"name": "name"} if table.palette.names is not None else {"color": "color"}),
        },
    )
    nodata = int(table.nodata_pixels.sum())
    if nodata:
        click.echo(f"without a class: {nodata:,} px")
    if table.unit == "map units":
        click.echo("areas are squares of map units: the grid has no reference system")


def _echo_crosstab(table: Crosstab) -> None:
    """Print the largest pairs that differ, and the agreement."""
    column = "km2" if table.unit == "km2" else "area"
    columns = {"pixels": "pixels", "a_index": "A", "a_name": "", "b_index": "B", "b_name": ""}
    if table.areas is not None:
        columns = {column: column} | columns
    numbers = table.class_numbers

    def is_same(a: int | None, b: int | None) -> bool:
        if numbers is None or a is None or b is None:
            return a is b is None  # nodata
        return bool(numbers[0][a] == numbers[1][b])

    pairs = [row for row in table.rows() if not is_same(row["a_index"], row["b_index"])]
    pairs.sort(key=lambda row: -row["pixels"])
    if numbers is not None:
        click.echo("pixels whose classes differ:" if pairs else "no class differs")
    _echo_table(pairs[:LISTED], columns)
    if len(pairs) > LISTED:
        click.echo(f"and {len(pairs) - LISTED} pairs more; -o TABLE writes all")
    agreement = table.agreement
    if agreement is None:
        return
    click.echo(f"overall agreement {agreement.overall:.2%}, kappa {agreement.kappa:.4f}")
    accuracies = [
        {
            "user's accuracy": float(user),
            "producer's accuracy": float(producer),
            "name": table.palettes[0].label(row),
        }
        for row, (user, producer) in enumerate(
            zip(agreement.users, agreement.producers, strict=True)
        )
        if not (math.isnan(user) and math.isnan(producer))
    ]
    _echo_table(accuracies, {key: key for row in accuracies[:1] for key in row})


def _echo_table(rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """Print rows below the titles of their columns, numbers to the right."""
    if not rows:
        return
    cells = [list(columns.values())]
    cells += [[_text(key, row.get(key)) for key in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    texts = {key for key in columns if any(isinstance(row.get(key), str) for row in rows)}
    for row in cells:
        line = (
            f"{cell:<{width}}" if key in texts else f"{cell:>{width}}"
            for key, cell, width in zip(columns, row, widths, strict=True)
        )
        click.echo("  ".join(line).rstrip())


def _text(key: str, value: Any) -> str:
    """Format a cell."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if key == "share" or "accuracy" in key:
        return f"{value:.2%}"
    if isinstance(value, float):
        return f"{value:,.6g}"
    return f"{value:,}" if key == "pixels" else str(value)
