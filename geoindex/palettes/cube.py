"""ColorCube: the palette row of each of the 256 ** 3 colors, computed once and kept in a file.

A ``.colorcube`` file holds a magic line, a line with the CRC-32 of the rest, a line of JSON
(settings and palette) and the table, compressed by zlib.
"""

from __future__ import annotations

import json
import zlib
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from geoindex.color.cells import N_CODES
from geoindex.color.mapper import ColorMapper
from geoindex.color.metrics import DEFINITION, Metric
from geoindex.color.threads import Progress
from geoindex.errors import CubeError, GeoindexError, GridError, MissingFileError, OutputError
from geoindex.files.json_text import dump_json
from geoindex.files.small_files import read_small
from geoindex.files.targets import check_target
from geoindex.files.whole_files import atomic_output
from geoindex.palette import Palette
from geoindex.palettes.json_file import palette_from_json, palette_to_json
from geoindex.rules.indices import IndexArray, nodata_value
from geoindex.rules.paths import path_of

__all__ = ["SUFFIX", "ColorCube", "check_cube_target", "load_cube", "save_cube"]

SUFFIX = ".colorcube"
MAGIC = b"geoindex color cube 1\n"

# Enough for 65,535 colors with names of a hundred letters.
LARGEST_FILE = 16 * 2**20 + 2 * N_CODES


class ColorCube(ColorMapper):
    """A precomputed lookup table for all 8-bit colors, usable wherever a palette is.

    Worth computing for a slow metric or for many sheets; a saved cube loads in a tenth of a
    second. :func:`geoindex.nearest`, :func:`geoindex.index_image` and :func:`geoindex.convert`
    accept a cube as their palette, and the latter two also the file of one.

    Parameters
    ----------
    palette : Palette
        The colors.
    metric : {"rgb", "lab", "oklab", "ciede2000", "redmean", "shaded"}
        The color distance; see :data:`geoindex.color.metrics.METRICS`.
    max_distance : float, optional
        Colors farther than this from every palette color are nodata, in the metric's units.
    table : ndarray of uint8 or uint16, shape (256, 256, 256), optional
        :attr:`table` of the same settings, if known; computed by default.
    progress : callable, optional
        Called with the number of parts done and their total.

    Raises
    ------
    OptionError
        Unknown metric, or a distance that is negative or not a number.
    CubeError
        `table` has a wrong shape or dtype, or holds a value that is not a palette row.

    Examples
    --------
    >>> from geoindex import ColorCube, Palette, nearest
    >>> cube = ColorCube(Palette([[0, 0, 0], [255, 0, 0], [255, 255, 255]]), "lab")
    >>> cube.table[250, 10, 10]
    np.uint8(1)
    >>> nearest([[250, 10, 10], [90, 90, 90]], cube)
    array([1, 0], dtype=uint8)
    """

    def __init__(
        self,
        palette: Palette,
        metric: Metric = "rgb",
        max_distance: float | None = None,
        *,
        table: IndexArray | None = None,
        progress: Progress | None = None,
    ) -> None:
        super().__init__(palette, metric=metric, max_distance=max_distance)
        if table is None:
            self.fill(progress=progress)
        else:
            self._adopt(table)

    @property
    def table(self) -> IndexArray:
        """Palette row of color ``[red, green, blue]``; shape (256, 256, 256), read-only."""
        table = self._table.reshape(256, 256, 256)
        table.setflags(write=False)
        return table

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write the cube to a file.

        Parameters
        ----------
        path : path-like
            Target; ``.colorcube``.
        overwrite : bool
            Replace an existing file.

        Raises
        ------
        OutputError
            The suffix is not ``.colorcube``, the file exists, or the folder is not writable.
        """
        save_cube(self, path, overwrite=overwrite)

    @classmethod
    def load(cls, path: str | PathLike[str], palette: Palette | None = None) -> ColorCube:
        """Load a cube that :meth:`save` wrote.

        Parameters
        ----------
        path : path-like
            The file.
        palette : Palette, optional
            Raise an error if the cube was made for other colors.

        Returns
        -------
        ColorCube

        Raises
        ------
        MissingFileError
            There is no such file.
        CubeError
            The file is not a cube, is damaged or truncated, or was made with another version
            of the metrics or another palette.
        """
        return load_cube(path, palette)

    def _adopt(self, table: IndexArray) -> None:
        """Take over a table that was computed before."""
        if table.size != N_CODES or table.dtype != self._dtype:
            raise CubeError(
                f"the table must hold 256 x 256 x 256 values of {np.dtype(self._dtype)}, found "
                f"{table.shape} of {table.dtype}"
            )
        n_colors = len(self.palette)
        nodata = None if self.max_distance is None else nodata_value(n_colors, self._dtype)
        stray = table >= n_colors
        if nodata is not None:
            stray &= table != nodata
        if stray.any():
            raise CubeError(f"the table holds values outside the {n_colors} palette rows")
        self._table = np.ascontiguousarray(table).reshape(-1)
        self._filled = np.ones_like(self._filled)
        self._complete = True

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "table": self._table}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(  # type: ignore[misc]  # rebuilding is what unpickling means here
            state["palette"], state["metric"], state["max_distance"], table=state["table"]
        )

    def __repr__(self) -> str:
        limit = "" if self.max_distance is None else f", max_distance={self.max_distance:g}"
        return f"ColorCube({self.palette!r}, {self.metric!r}{limit})"


def save_cube(cube: ColorCube, path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Write a cube to a file; see :meth:`geoindex.ColorCube.save`."""
    path = check_cube_target(path, overwrite=overwrite)
    table = cube.table.astype(cube.table.dtype.newbyteorder("<"), copy=False)
    header = {
        "definition": DEFINITION,
        "metric": cube.metric,
        "max_distance": cube.max_distance,
        "palette": palette_to_json(cube.palette),
        "dtype": table.dtype.name,
    }
    content = dump_json(header).encode() + b"\n" + zlib.compress(table.data)
    with atomic_output(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(MAGIC + b"%08x\n" % zlib.crc32(content) + content)


def check_cube_target(path: str | PathLike[str], *, overwrite: bool) -> Path:
    """Raise an error before a cube is computed if its file cannot be written."""
    path = path_of(path)
    if path.suffix.lower() != SUFFIX:
        raise OutputError(f"{path}: unknown suffix; color cubes are written as {SUFFIX}")
    check_target(path, overwrite=overwrite)
    return path


def load_cube(path: str | PathLike[str], palette: Palette | None = None) -> ColorCube:
    """Load a cube from a file; see :meth:`geoindex.ColorCube.load`."""
    path = path_of(path)
    if not path.is_file():
        raise MissingFileError(f"{path}: no such color cube file")
    header, compressed = _read_parts(path)
    if header["definition"] != DEFINITION:
        raise CubeError(
            f"{path}: was made with another version of the color distances "
            f"({header['definition']}, now {DEFINITION}); make the cube again"
        )
    try:
        found = palette_from_json(header["palette"], str(path))
    except GridError as error:
        raise CubeError(f"{error}; make the cube again") from error
    if palette is not None and found.sha256 != palette.sha256:
        raise CubeError(f"{path}: was made for other colors ({found!r}); make the cube again")
    table = _decompress(compressed, header, path)
    try:
        return ColorCube(
            found if palette is None else palette,
            header["metric"],
            header["max_distance"],
            table=table,
        )
    except (TypeError, GeoindexError) as error:
        raise CubeError(f"{path}: is damaged ({error}); make the cube again") from error


def _read_parts(path: Path) -> tuple[dict[str, Any], bytes]:
    """Read the settings and the compressed table of an intact cube file."""
    content = read_small(path, "color cube", error=CubeError, largest=LARGEST_FILE)
    if not content.startswith(MAGIC):
        raise CubeError(f"{path}: is not a color cube that this geoindex wrote")
    checksum, _, content = content.removeprefix(MAGIC).partition(b"\n")
    line, _, compressed = content.partition(b"\n")
    if checksum != b"%08x" % zlib.crc32(content):
        raise CubeError(f"{path}: is damaged or cut short; make the cube again")
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        header = None
    wanted = {"definition", "metric", "max_distance", "palette", "dtype"}
    if not isinstance(header, dict) or not wanted <= header.keys():
        raise CubeError(f"{path}: is damaged; make the cube again")
    return header, compressed


def _decompress(compressed: bytes, header: dict[str, Any], path: Path) -> IndexArray:
    """Table of a cube; an error if it is longer or shorter than it must be."""
    damaged = f"{path}: is damaged or cut short; make the cube again"
    if header["dtype"] not in ("uint8", "uint16"):
        raise CubeError(damaged)
    dtype = np.dtype(header["dtype"]).newbyteorder("<")
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(compressed, N_CODES * dtype.itemsize + 1)
    except zlib.error as error:
        raise CubeError(damaged) from error
    if len(content) != N_CODES * dtype.itemsize or not stream.eof or stream.unused_data:
        raise CubeError(damaged)
    return np.frombuffer(content, dtype=dtype).astype(header["dtype"], copy=False)
