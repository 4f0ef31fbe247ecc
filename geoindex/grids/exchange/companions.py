"""Sidecar files of a grid whose format holds only numbers: legend and CRS.

``<name>.legend.csv`` (``map.asc.legend.csv`` for ``map.asc``) holds ``index,r,g,b,name`` and,
where the palette has them, the class values in a column ``value``. The CRS goes to the ``.prj``
that GIS programs look for, in ESRI's WKT, or in GDAL's where ESRI's would change it. The legend
has a checksum of both files.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS

from geoindex.errors import GridError, errors_of
from geoindex.files.checksums import checksum
from geoindex.files.whole_files import OutputSet
from geoindex.grid import IndexGrid
from geoindex.grids.attribute_table import classes_xml, write_pam
from geoindex.grids.companions import gdal_companions, refuse_strangers
from geoindex.grids.headers import FileHeader, GridHeader
from geoindex.images.sidecars import crs_beside
from geoindex.palettes.legend_csv import format_legend, grid_legend_path, read_legend
from geoindex.rules.crs import prj_wkt, registered_crs
from geoindex.values.grid import ValueGrid

__all__ = [
    "companions_of",
    "grid_of_values",
    "values_beside",
    "write_companions",
    "write_gdal_sidecar",
]

LARGEST_IN_TABLE = 65535
"""Largest number that GDAL's lists of names and colors, which begin at 0, may have."""


def companions_of(path: Path, header: FileHeader) -> list[Path]:
    """Sidecar files of a grid of numbers: legend, ``.prj`` and those that GDAL would read.

    A ``.prj`` that says the right CRS already, as that of a picture of the same name does, stays.

    Raises
    ------
    OutputError
        The grid has no CRS, and another one's ``.prj`` would give it one.
    """
    refuse_strangers(path, header, [])
    has_prj = header.crs is not None and not _is_there(path, header.crs)
    prj = [path.with_suffix(".prj")] if has_prj else []
    legend = [grid_legend_path(path)] if isinstance(header, GridHeader) else []
    return [*legend, *prj, *gdal_companions(path)]


def write_companions(path: Path, header: FileHeader, files: OutputSet) -> None:
    """Write the legend and the CRS of a grid that was just written, if it has them."""
    prj = path.with_suffix(".prj")
    written = [files.target]
    if header.crs is not None:
        if prj in files:
            files[prj].write_bytes((prj_wkt(header.crs) + "\n").encode())
            written.append(files[prj])
        elif prj.is_file():
            written.append(prj)
    if isinstance(header, GridHeader):
        legend = format_legend(header.palette, values=header.values, checksum=checksum(*written))
        files[grid_legend_path(path)].write_bytes(legend.encode())


def values_beside(
    path: Path, values: NDArray[np.floating], blank: NDArray[np.bool_], transform: Affine
) -> ValueGrid:
    """Grid of the values of a file, with the CRS from its sidecar.

    Where `blank` is True there is no value. `transform` is of cell corners.
    """
    with np.errstate(over="ignore"):
        known = np.where(blank, np.float32(np.nan), values.astype(np.float32))
    with errors_of(path):
        return ValueGrid(values=known, transform=transform, crs=registered_crs(crs_beside(path)))


def write_gdal_sidecar(path: Path, header: GridHeader) -> None:
    """Write names and colors as GDAL and QGIS read them."""
    values = header.pixel_values
    listed = min(values) >= 0 and max(values) <= LARGEST_IN_TABLE
    write_pam(path, [classes_xml(header.palette, tuple(values), names=listed, colors=listed)])


def grid_of_values(
    path: Path, values: NDArray[np.floating], blank: NDArray[np.bool_], transform: Affine
) -> tuple[IndexGrid, bool]:
    """Grid of the numbers of a file, with classes and CRS from its sidecars.

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
    with errors_of(path):
        grid = IndexGrid(
            indices=indices,
            palette=legend.palette,
            nodata=nodata,
            transform=transform,
            crs=registered_crs(crs_beside(path)),
        )
    return grid, numbers is legend.palette.values


def _is_there(path: Path, crs: CRS) -> bool:
    """Whether the ``.prj``, such as that of an image of the same name, holds this CRS already."""
    found = registered_crs(crs_beside(path))
    return found is not None and found == registered_crs(crs)
