"""ColorCube: the palette row of each of the 256 ** 3 colors, found once and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoindex.color.cells import N_CODES
from geoindex.color.mapper import ColorMapper
from geoindex.color.search import Metric
from geoindex.color.threads import Progress
from geoindex.errors import CubeError
from geoindex.grid import IndexArray, nodata_value
from geoindex.palette import Palette

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["ColorCube"]


class ColorCube(ColorMapper):
    """A palette with the answer for every 8-bit color, to use in place of the palette.

    Worth its while for a slow metric or many sheets: found once, saved, and loaded in a tenth
    of a second. :func:`geoindex.nearest`, :func:`geoindex.index_image` and
    :func:`geoindex.convert` take a cube, or the file of one, where they take a palette.

    Parameters
    ----------
    palette : Palette
        The colors.
    metric : {"rgb", "lab", "oklab", "ciede2000", "redmean", "shaded"}
        The color distance; see :data:`geoindex.color.search.METRICS`.
    max_distance : float, optional
        Colors farther than this from every palette color are nodata, in the metric's units.
    table : ndarray of uint8 or uint16, shape (256, 256, 256), optional
        :attr:`table` of the same settings, where it is known; found by default.
    progress : callable, optional
        Called with the parts that are done and how many there are.

    Raises
    ------
    OptionError
        Unknown metric, or a distance that is negative or not a number.
    CubeError
        `table` has a wrong shape or dtype, or holds a value that is no palette row.

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
            Replace a file that is already there.

        Raises
        ------
        OutputError
            The suffix is another one, the file exists, or the folder cannot be written.
        """
        from geoindex.formats.cubes import save_cube

        save_cube(self, path, overwrite=overwrite)

    @classmethod
    def load(cls, path: str | PathLike[str], palette: Palette | None = None) -> ColorCube:
        """Load a cube that :meth:`save` wrote.

        Parameters
        ----------
        path : path-like
            The file.
        palette : Palette, optional
            Refuse a cube of other colors than these.

        Returns
        -------
        ColorCube

        Raises
        ------
        MissingFileError
            There is no such file.
        CubeError
            The file is no cube, damaged, cut short, of another version of the metrics, or of
            another palette.
        """
        from geoindex.formats.cubes import load_cube

        return load_cube(path, palette)

    def _adopt(self, table: IndexArray) -> None:
        """Take a table that is known already."""
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
            raise CubeError(f"the table holds values that are none of the {n_colors} palette rows")
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
