"""What lies beside a grid whose format holds numbers only: its legend and its CRS.

``<name>.legend.csv`` (``map.asc.legend.csv`` for ``map.asc``) holds ``index,r,g,b,name`` and,
where the palette has them, the class values in a column ``value``. The CRS goes to the ``.prj``
that GIS programs look for, in ESRI's WKT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS

from geoindex.errors import GridError, OutputError
from geoindex.files.whole_files import atomic_output, check_target
from geoindex.grid import IndexGrid
from geoindex.grids.writing import GridHeader, GridOpener, held
from geoindex.images.sidecars import crs_beside
from geoindex.palettes.legend import format_legend, grid_legend_path, read_legend
from geoindex.rules.crs import esri_wkt, registered_crs
from geoindex.rules.indices import IndexArray, index_dtype, nodata_value

__all__ = [
    "check_companions",
    "grid_file",
    "grid_of_values",
    "opener_with_legend",
]


def opener_with_legend(
    write: Callable[[Path, IndexGrid, bool], None], check: Callable[[Path, GridHeader], object]
) -> GridOpener:
    """Make the opener of a format that :func:`grid_file` writes.

    Parameters
    ----------
    write : callable
        Takes the path, the whole grid and whether files that are there may be replaced.
    check : callable
        Refuses what the format cannot hold.
    """

    def check_all(path: Path, header: GridHeader, overwrite: bool) -> None:
        check(path, header)
        check_companions(path, header, overwrite=overwrite)

    return held(write, check=check_all)


def check_companions(path: Path, source: IndexGrid | GridHeader, *, overwrite: bool) -> None:
    """Refuse to write beside files that must not be replaced, or would be misread.

    Raises
    ------
    OutputError
        The legend or another CRS is there already.
    """
    check_target(grid_legend_path(path), overwrite=overwrite)
    prj = path.with_suffix(".prj")
    if source.crs is not None:
        if not _is_there(path, source.crs):
            check_target(prj, overwrite=overwrite)
    elif prj.exists():
        raise OutputError(
            f"{path}: the grid has no CRS, but {prj.name} beside it would give it one; remove "
            "that file or choose another name"
        )


@contextmanager
def grid_file(path: Path, grid: IndexGrid, *, overwrite: bool) -> Iterator[BinaryIO]:
    """Open a grid for writing; it appears, with legend and CRS, when the block ends well.

    Parameters
    ----------
    path : Path
        The target.
    grid : IndexGrid
        Gives palette and CRS.
    overwrite : bool
        Whether files that are there may be replaced.

    Yields
    ------
    binary file
    """
    check_companions(path, grid, overwrite=overwrite)
    with atomic_output(path, overwrite=overwrite) as temporary:
        with temporary.open("wb") as file:
            yield file
        with atomic_output(grid_legend_path(path), overwrite=overwrite) as legend:
            legend.write_text(format_legend(grid.palette), encoding="utf-8", newline="\n")
        prj = path.with_suffix(".prj")
        if grid.crs is not None and not _is_there(path, grid.crs):
            with atomic_output(prj, overwrite=overwrite) as placed:
                placed.write_text(esri_wkt(grid.crs) + "\n", encoding="utf-8")


def grid_of_values(
    path: Path, values: NDArray[np.floating], blank: NDArray[np.bool_], transform: Affine
) -> IndexGrid:
    """Grid of the numbers of a file, with the classes and the CRS that lie beside it.

    Parameters
    ----------
    path : Path
        The file.
    values : ndarray of float, shape (rows, cols)
        From north to south for a north-up grid.
    blank : ndarray of bool, shape (rows, cols)
        Where there is no value.
    transform : Affine
        Of cell corners.

    Raises
    ------
    MissingFileError
        There is no legend.
    GridError
        A value is no class of the legend.
    """
    palette = read_legend(grid_legend_path(path), path)
    n_colors = len(palette)
    with np.errstate(invalid="ignore"):
        indices = np.where(blank, 0, values)
        stray = ~((indices >= 0) & (indices < n_colors) & (indices == np.floor(indices)))
    if stray.any():
        row, col = np.unravel_index(int(np.argmax(stray)), stray.shape)
        raise GridError(
            f"{path}: {values[row, col]:g} at row {row}, column {col} is none of the {n_colors} "
            f"classes of {grid_legend_path(path).name}"
        )
    dtype = index_dtype(n_colors, has_nodata=bool(blank.any()))
    nodata = nodata_value(n_colors, dtype)
    classes: IndexArray = indices.astype(dtype)
    if nodata is not None:
        classes[blank] = nodata
    return IndexGrid(
        indices=classes,
        palette=palette,
        nodata=nodata,
        transform=transform,
        crs=registered_crs(crs_beside(path)),
    )


def _is_there(path: Path, crs: CRS) -> bool:
    """Whether the ``.prj`` says this CRS already, as that of a picture of the same name does."""
    found = registered_crs(crs_beside(path))
    return found is not None and found == registered_crs(crs)
