"""ESRI ASCII grid (``.asc``): north-up, square cells, placed by its outer corner.

Format: ESRI, "Esri ASCII raster format", ArcGIS documentation; GDAL's driver AAIGrid.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from geoindex.errors import GridError, OutputError
from geoindex.grid import IndexGrid
from geoindex.grids.exchange.companions import grid_file, grid_of_values
from geoindex.grids.exchange.lattice import (
    NEGLIGIBLE,
    Lattice,
    decimal_of,
    lattice_of,
    north_up,
    number_text,
)
from geoindex.grids.exchange.text import header_line, index_texts, read_values, write_lines

if TYPE_CHECKING:
    from geoindex.grids.writing import GridHeader

__all__ = ["check_esri", "is_esri", "read_esri", "write_esri"]

NAME = "an ESRI ASCII grid"

NULL = -9999

KEYS = (
    *("ncols", "nrows", "xllcorner", "xllcenter", "yllcorner", "yllcenter"),
    *("cellsize", "dx", "dy", "nodata_value"),
)


def check_esri(path: Path, source: IndexGrid | GridHeader) -> Lattice:
    """Refuse what the format cannot hold, or return the lattice of what it can."""
    lattice = lattice_of(source, path, NAME)
    difference = abs(lattice.dx - lattice.dy) * max(lattice.shape)
    if difference > Decimal(NEGLIGIBLE) * lattice.dx:
        raise OutputError(
            f"{path}: {NAME} has square cells, and those of this one are "
            f"{float(lattice.dx):g} x {float(lattice.dy):g}; write Surfer (.grd), ZMAP+ (.zmap) "
            "or IRAP classic (.irap)"
        )
    return lattice


def write_esri(path: Path, grid: IndexGrid, overwrite: bool) -> None:
    """Write a grid; integers without a point, which GDAL reads as such."""
    lattice = check_esri(path, grid)
    half = lattice.dx / 2
    header = {
        "ncols": str(lattice.shape[1]),
        "nrows": str(lattice.shape[0]),
        "xllcorner": number_text(lattice.west - half),
        "yllcorner": number_text(lattice.south - half),
        "cellsize": number_text(lattice.dx),
        "NODATA_value": str(NULL),
    }
    texts = index_texts(
        len(grid.palette), grid.indices.dtype, grid.nodata, form="%d", null=str(NULL)
    )
    with grid_file(path, grid, overwrite=overwrite) as file:
        file.write("".join(f"{key} {value}\n" for key, value in header.items()).encode())
        write_lines(file, north_up(grid), texts)


def is_esri(start: bytes) -> bool:
    """Whether a file begins as such a grid."""
    return start.lstrip().lower().startswith((b"ncols", b"nrows"))


def read_esri(path: Path) -> IndexGrid:
    """Read a grid and its legend.

    Raises
    ------
    MissingFileError
        There is no legend beside it.
    GridError
        The file is damaged, or holds other values than classes.
    """
    where = str(path)
    with path.open("rb") as file:
        header = _header(file, where)
        try:
            shape = int(header["nrows"]), int(header["ncols"])
            dx = header.get("cellsize") or header["dx"]
            dy = header.get("cellsize") or header["dy"]
            is_corner = "xllcorner" in header
            x = header["xllcorner" if is_corner else "xllcenter"]
            y = header["yllcorner" if is_corner else "yllcenter"]
        except KeyError as error:
            raise GridError(f"{where}: the header lacks {error.args[0]}") from None
        if dx <= 0 or dy <= 0:
            raise GridError(f"{where}: cells of {dx} x {dy} make no grid")
        place = Lattice.from_corner if is_corner else Lattice.from_node
        lattice = place(shape, x, y, dx, dy)
        values = read_values(file, shape, where)
    blank = values == float(header.get("nodata_value", NULL))
    return grid_of_values(path, values, blank, lattice.transform)


def _header(file: BinaryIO, where: str) -> dict[str, Decimal]:
    """Keys in lower case and numbers in front of the values."""
    header: dict[str, Decimal] = {}
    while True:
        begin = file.tell()
        key, *words = header_line(file, where).lower().split() or [""]
        if key not in KEYS:
            file.seek(begin)
            return header
        header[key] = decimal_of(" ".join(words), where)
