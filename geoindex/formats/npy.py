"""Grids as ``.npy`` with a JSON sidecar.

The sidecar ``<name>.npy.json`` carries palette, nodata, transform, CRS and provenance, and a
checksum of the indices, so that a sidecar is never taken for that of another array.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError, MissingFileError
from geoindex.formats.atomic import atomic_output, check_target
from geoindex.formats.class_values import class_values, rows_of_values
from geoindex.formats.metadata import (
    FORMAT_VERSION,
    dump_json,
    georeference_from_json,
    georeference_to_json,
    load_json,
    palette_from_json,
    palette_to_json,
)
from geoindex.grid import IndexGrid

__all__ = ["read_npy", "sidecar_path", "write_npy"]


def sidecar_path(path: Path) -> Path:
    """Place of the JSON sidecar of an ``.npy`` grid."""
    return path.with_name(path.name + ".json")


def write_npy(grid: IndexGrid, path: Path, *, overwrite: bool, values: bool = False) -> None:
    """Write indices and sidecar; see :func:`geoindex.formats.grids.save_grid`."""
    sidecar = sidecar_path(path)
    check_target(sidecar, overwrite=overwrite)
    classes = class_values(grid) if values else None
    pixels = grid.indices if classes is None else classes.of(grid)
    content = {
        "format": "geoindex grid",
        "format_version": FORMAT_VERSION,
        "shape": list(grid.shape),
        "dtype": pixels.dtype.name,
        "crc32": _checksum(pixels),
        "nodata": grid.nodata if classes is None else classes.nodata,
        "class_values": values,
        "palette": palette_to_json(grid.palette),
        "provenance": dict(grid.provenance),
        **georeference_to_json(grid),
    }
    with atomic_output(path, overwrite=overwrite) as temporary:
        with temporary.open("wb") as file:
            np.lib.format.write_array(file, np.ascontiguousarray(pixels))
        with atomic_output(sidecar, overwrite=overwrite) as temporary_sidecar:
            temporary_sidecar.write_text(dump_json(content, indent=1) + "\n", encoding="utf-8")


def read_npy(path: Path) -> IndexGrid:
    """Read what :func:`write_npy` wrote.

    Raises
    ------
    MissingFileError
        The sidecar is not there.
    GridError
        The array is damaged, or the sidecar belongs to another array.
    """
    sidecar = sidecar_path(path)
    if not sidecar.is_file():
        raise MissingFileError(
            f"{path}: its sidecar {sidecar.name} is missing, which holds palette and "
            "georeference; keep both files together, or read the bare array with numpy.load"
        )
    try:
        text = sidecar.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise GridError(f"{sidecar}: is not the JSON that geoindex writes ({error})") from None
    content = load_json(text, str(sidecar))
    try:
        indices = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise GridError(f"{path}: is not a readable .npy file ({error})") from None
    if not isinstance(indices, np.ndarray) or content.get("crc32") != _checksum(indices):
        raise GridError(
            f"{path}: the sidecar {sidecar.name} was written for other indices; save the grid "
            "again"
        )
    palette = palette_from_json(content.get("palette"), str(sidecar))
    nodata = content.get("nodata")
    if content.get("class_values"):
        indices, nodata = rows_of_values(indices, palette, nodata, str(path))
    return IndexGrid(
        indices=indices,
        palette=palette,
        nodata=nodata,
        provenance=content.get("provenance", {}),
        **georeference_from_json(content, str(sidecar)),
    )


def _checksum(indices: NDArray[np.generic]) -> int:
    """CRC-32 of the values in row order."""
    return zlib.crc32(np.ascontiguousarray(indices).data)
