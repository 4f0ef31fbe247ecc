"""What lies beside a grid whose format holds numbers only: its legend and its CRS.

``<name>.legend.csv`` (``map.asc.legend.csv`` for ``map.asc``) holds ``index,r,g,b,name`` and,
where the palette has them, the class values in a column ``value``. The CRS goes to the ``.prj``
that GIS programs look for, in ESRI's WKT.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS

from geoindex.errors import GridError, OutputError
from geoindex.files.whole_files import check_target, write_whole
from geoindex.grid import IndexGrid
from geoindex.images.sidecars import crs_beside
from geoindex.palettes.legend_csv import format_legend, grid_legend_path, read_legend
from geoindex.rules.crs import esri_wkt, registered_crs

__all__ = [
    "check_companions",
    "grid_of_values",
    "write_companions",
]


def check_companions(path: Path, crs: CRS | None, *, overwrite: bool) -> None:
    """Refuse to write beside files that must not be replaced, or would be misread.

    Raises
    ------
    OutputError
        The legend or another CRS is there already.
    """
    check_target(grid_legend_path(path), overwrite=overwrite)
    prj = path.with_suffix(".prj")
    if crs is not None:
        if not _is_there(path, crs):
            check_target(prj, overwrite=overwrite)
    elif prj.exists():
        raise OutputError(
            f"{path}: the grid has no CRS, but {prj.name} beside it would give it one; remove "
            "that file or choose another name"
        )


def write_companions(path: Path, grid: IndexGrid, *, values: bool, overwrite: bool) -> None:
    """Write the legend of a grid, and its CRS where there is one.

    `values` says whether the cells hold class values.
    """
    legend = format_legend(grid.palette, values=values)
    write_whole(grid_legend_path(path), legend.encode(), overwrite=overwrite)
    if grid.crs is not None and not _is_there(path, grid.crs):
        wkt = esri_wkt(grid.crs) + "\n"
        write_whole(path.with_suffix(".prj"), wkt.encode(), overwrite=overwrite)


def grid_of_values(
    path: Path, values: NDArray[np.floating], blank: NDArray[np.bool_], transform: Affine
) -> tuple[IndexGrid, bool]:
    """Grid of the numbers of a file, with the classes and the CRS that lie beside it.

    Where `blank` is True there is no value. `transform` is of cell corners. The second result is
    whether the numbers are class values.

    Raises
    ------
    MissingFileError
        There is no legend.
    GridError
        A value is no class of the legend.
    """
    legend = read_legend(grid_legend_path(path), path)
    indices, nodata, stray, numbers = legend.rows(values, blank, str(path))
    if stray is not None:
        row, col = divmod(stray, values.shape[1])
        raise GridError(
            f"{path}: {values[row, col]:g} at row {row}, column {col} is not one of the "
            f"{len(legend.palette)} classes in {grid_legend_path(path).name}"
        )
    grid = IndexGrid(
        indices=indices,
        palette=legend.palette,
        nodata=nodata,
        transform=transform,
        crs=registered_crs(crs_beside(path)),
    )
    return grid, numbers is legend.palette.values


def _is_there(path: Path, crs: CRS) -> bool:
    """Whether the ``.prj`` says this CRS already, as that of a picture of the same name does."""
    found = registered_crs(crs_beside(path))
    return found is not None and found == registered_crs(crs)
