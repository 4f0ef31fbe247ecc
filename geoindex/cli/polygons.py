"""``geoindex polygons``."""

from __future__ import annotations

from typing import Any

import click
import numpy as np

from geoindex.analysis.polygons import class_polygons
from geoindex.analysis.vector_files import check_vector_target, save_polygons
from geoindex.cli.messages import echo_line
from geoindex.cli.output import (
    echo_json,
    json_option,
    overwrite_option,
    progress_bar,
    progress_option,
    quiet_option,
)
from geoindex.grids.formats import open_grid

__all__ = ["polygons_command"]


@click.command("polygons")
@click.argument("grid")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="DST",
    help="File to write: .gpkg, with the style that QGIS applies, .geojson, .fgb, .shp or "
    ".parquet.",
)
@click.option("--dissolve", is_flag=True, help="Write one feature per class, not per patch.")
@click.option("--exact", is_flag=True, help="Keep the steps of the pixels instead of smoothing.")
@click.option(
    "--min-area",
    type=float,
    default=0,
    metavar="A",
    help="Merge patches smaller than A into the neighbor with the longest shared border. A is in "
    "km2, in squares of map units without a reference system, in pixels without a place.",
)
@click.option(
    "--layer",
    metavar="NAME",
    help="Name of the layer in .gpkg, .geojson and .fgb.  [default: that of the file]",
)
@overwrite_option
@json_option
@progress_option
@quiet_option
def polygons_command(
    grid: str,
    *,
    output: str,
    layer: str | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Trace the classes of the index grid GRID as polygons.

    Borders are smoothed, but each polygon keeps the area of its pixels; neighbors share their
    borders, without gaps or overlaps. gdal_rasterize turns polygons into a raster again.
    """
    check_vector_target(output, layer, overwrite=overwrite)
    with progress_bar("polygons", " steps", quiet=quiet) as advance:
        polygons = class_polygons(open_grid(grid), progress=advance, **options)
    save_polygons(polygons, output, layer=layer, overwrite=overwrite)
    n_classes = len(np.unique(polygons.classes))
    if as_json:
        counts = {"features": len(polygons.classes), "classes": n_classes}
        echo_json({"source": grid, "target": output, **counts, "unit": polygons.unit})
    elif not quiet:
        echo_line(f"{output}: {len(polygons.classes):,} features of {n_classes} classes")
