"""Palette: the colors whose row numbers are the indices of a grid."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.errors import PaletteError
from geoindex.rules.class_keys import check_values
from geoindex.rules.palette_columns import (
    MAX_COLORS,
    check_colors,
    check_merge,
    check_show,
    check_texts,
    faded_colors,
    read_only,
)
from geoindex.rules.scale import Scale
from geoindex.rules.texts import storable_name

if TYPE_CHECKING:
    from os import PathLike

    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap, NoNorm

__all__ = ["MAX_COLORS", "Palette"]


class Palette:
    """An immutable list of colors; the row number of a color is its index in a grid.

    Parameters
    ----------
    colors : array_like, shape (n_colors, 3), or sequence of str
        Red, green, blue; or colors such as ``"#fad0c8"`` and ``"steelblue"``. Floats are read
        as 0-1 if all values lie in that range, anything else as 0-255; fractions are rounded
        half up.
    names : sequence of str, optional
        One name per color, such as the map units of a legend.
    name : str, optional
        Name of the palette as a whole; characters that no file can store are replaced.
    values : sequence of int, optional
        The number of each class in other programs, such as 101, 205, ... in a GIS style,
        within int32. Rows with the same value are colors of one class where values are written,
        and elsewhere with ``merge="value"``. Plain row numbers 0, 1, 2, ... are dropped.
    roles : sequence of str, optional
        Role of each color: ``"ink"`` for overprint such as contacts, faults and text, which
        class recovery removes (:class:`geoindex.Clean`); ``"paper"`` for the margin of a sheet,
        which becomes nodata; ``"unit"``, ``""`` or anything else for a class.
    merge : sequence of int or None, optional
        Row that the class of each row joins, None where it joins none. Pixels are compared with
        all rows; what was found is then looked up here, after class recovery.
    show : sequence of str, optional
        Color that each class is shown in, such as ``"#fad0c8"``, "" for that of `colors`, with
        which pixels are compared.
    scale : {"unit", "byte"}, optional
        Scale of `colors`, if the rule above would guess wrong.

    Raises
    ------
    PaletteError
        There are no colors or more than 65,535, the shape is wrong, a value is not a number or
        out of range, or values mix both scales; the message names the row (counted from 0).

    Notes
    -----
    Duplicate colors are kept because row numbers are meaningful; pixels get the lowest row.

    Examples
    --------
    >>> from geoindex import Palette
    >>> palette = Palette([[0, 0, 0], [230, 203, 203]], names=["ink", "gneiss"])
    >>> len(palette)
    2
    >>> palette.colors
    array([[  0,   0,   0],
           [230, 203, 203]], dtype=uint8)
    """

    __slots__ = ("_colors", "_merge", "_name", "_names", "_roles", "_show", "_values")

    def __init__(
        self,
        colors: ArrayLike,
        names: Sequence[str] | None = None,
        *,
        name: str | None = None,
        values: Sequence[int] | None = None,
        roles: Sequence[str] | None = None,
        merge: Sequence[int | None] | None = None,
        show: Sequence[str] | None = None,
        scale: Scale | None = None,
    ) -> None:
        self._colors = check_colors(colors, scale)
        n_colors = len(self._colors)
        self._names = check_texts(names, n_colors)
        self._roles = check_texts(roles, n_colors, what="roles")
        self._values = check_values(values, n_colors)
        self._merge = check_merge(merge, n_colors)
        self._show = check_show(show, n_colors)
        self._name = None if name is None else storable_name(name, PaletteError)

    @property
    def colors(self) -> NDArray[np.uint8]:
        """Colors, uint8 of shape (n_colors, 3), read-only."""
        return self._colors

    @property
    def names(self) -> tuple[str, ...] | None:
        """Name of each color, or None."""
        return self._names

    @property
    def name(self) -> str | None:
        """Name of the palette as a whole, or None."""
        return self._name

    @property
    def values(self) -> tuple[int, ...] | None:
        """Number of each class in other programs, or None if it is the row number."""
        return self._values

    @property
    def roles(self) -> tuple[str, ...] | None:
        """Role of each color, such as ``"ink"`` for overprint, or None."""
        return self._roles

    @property
    def merge(self) -> tuple[int | None, ...] | None:
        """Row that the class of each row joins, None where it joins none; None if none does."""
        return self._merge

    @property
    def show(self) -> tuple[str, ...] | None:
        """Color that each class is shown in, "" for its own; None if all have their own."""
        return self._show

    @property
    def edits(self) -> dict[str, Any]:
        """`merge` and `show` as far as there are any, for files."""
        found = {"merge": self._merge, "show": self._show}
        return {key: entries for key, entries in found.items() if entries is not None}

    @property
    def shown(self) -> NDArray[np.uint8]:
        """Colors that the classes are shown in, uint8 of shape (n_colors, 3), read-only."""
        if self._show is None:
            return self._colors
        own = self._colors.tolist()
        pairs = zip(self._show, own, strict=True)
        return read_only([list(bytes.fromhex(text[1:])) or color for text, color in pairs])

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the colors in row order, without names."""
        return hashlib.sha256(self._colors.tobytes()).hexdigest()

    def unit(self) -> NDArray[np.float64]:
        """Colors shown, on the unit scale.

        Returns
        -------
        ndarray of float64, shape (n_colors, 3)
            ``shown / 255``.
        """
        return self.shown / 255.0

    def duplicates(self) -> dict[int, int]:
        """Rows that repeat an earlier color, and so are never assigned to a pixel.

        Returns
        -------
        dict of int to int
            Maps the repeating row to the first row of the same color.

        Examples
        --------
        >>> from geoindex import Palette
        >>> Palette([[0, 0, 0], [9, 9, 9], [0, 0, 0]]).duplicates()
        {2: 0}
        """
        first: dict[tuple[int, ...], int] = {}
        repeated: dict[int, int] = {}
        for row, color in enumerate(self._colors.tolist()):
            original = first.setdefault(tuple(color), row)
            if original != row:
                repeated[row] = original
        return repeated

    def label(self, index: int) -> str:
        """Name of the color at `index`, or its RGB values if it has no name.

        Parameters
        ----------
        index : int
            Row of the palette.

        Returns
        -------
        str
        """
        if self._names is not None and self._names[index]:
            return self._names[index]
        return ",".join(str(value) for value in self._colors[index])

    def colormap(self) -> ListedColormap:
        """Matplotlib colormap of exactly these colors; nodata is transparent.

        Use it with :meth:`norm`, so that index ``i`` shows color ``i``.

        Returns
        -------
        matplotlib.colors.ListedColormap
            ``N`` equals ``len(self)``.
        """
        from geoindex.files.door import palette_colormap

        return palette_colormap(self)

    def norm(self) -> NoNorm:
        """Matplotlib norm that passes indices to the colormap; anything else is transparent.

        Indices may be of any dtype: a float of a whole number is an index too. Nodata, NaN,
        fractions and other values that are no index are marked as bad.

        Returns
        -------
        matplotlib.colors.NoNorm
            A subclass, so that colorbars show one box for each color.
        """
        from geoindex.files.door import index_norm

        return index_norm(self)

    def replace(self, **changes: Any) -> Palette:
        """Copy with other `colors`, `names` or anything else of a palette; the rest stays.

        Parameters
        ----------
        **changes
            As for :class:`Palette`, which also tells the errors.

        Returns
        -------
        Palette

        Examples
        --------
        >>> from geoindex import Palette
        >>> palette = Palette([[0, 0, 0], [9, 9, 9]], values=[101, 205])
        >>> palette.replace(names=["ink", "till"]).values
        (101, 205)
        """
        parts = {
            "colors": self._colors,
            "names": self._names,
            "name": self._name,
            "values": self._values,
            "roles": self._roles,
            "merge": self._merge,
            "show": self._show,
        }
        return Palette(**{**parts, **changes})

    def faded(self, opacity: float, paper: tuple[int, int, int] = (255, 255, 255)) -> Palette:
        """Palette as a layer of some opacity, 0 to 1, shows it on paper; the rest stays.

        Examples
        --------
        >>> Palette(["black", "#c80000"]).faded(0.5).colors.tolist()
        [[128, 128, 128], [228, 128, 128]]
        """
        return self.replace(colors=faded_colors(self._colors, opacity, paper))

    def image(self, *, columns: int = 16, cell: int = 16) -> NDArray[np.uint8]:
        """Picture of the palette as swatches, row by row.

        Parameters
        ----------
        columns : int
            Swatches per row.
        cell : int
            Side of a swatch in pixels.

        Returns
        -------
        ndarray of uint8, shape (rows * cell, min(columns, n_colors) * cell, 3)
            Cells after the last color are white.
        """
        columns = min(columns, len(self))
        rows = -(-len(self) // columns)
        swatches = np.full((rows * columns, 3), 255, dtype=np.uint8)
        swatches[: len(self)] = self.shown
        return swatches.reshape(rows, columns, 3).repeat(cell, axis=0).repeat(cell, axis=1)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the palette as a chart of swatches with their indices and names.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from geoindex.files.door import plot_palette

        return plot_palette(self, ax=ax)

    def save(
        self,
        path: str | PathLike[str],
        *,
        overwrite: bool = False,
        format: str | None = None,  # noqa: A002  as matplotlib spells it
    ) -> None:
        """Write the palette to a file; the suffix picks the format.

        Parameters
        ----------
        path : path-like
            Target: ``.csv``, ``.tsv``, ``.gpl`` (GIMP), ``.pal`` (JASC), ``.act`` (Adobe),
            ``.clr`` (ESRI, QGIS), ``.qml`` (QGIS), ``.sld``, ``.cpt`` (GMT), ``.odct``
            (OpendTect), ``.json``, or ``.tif`` and ``.png`` (a strip of the colors).
        overwrite : bool
            Replace an existing file.
        format : str, optional
            Key of a format to use instead of that of the suffix: ``"riff"`` for ``.pal``,
            ``"gdal"`` for ``.txt``; see :data:`geoindex.palettes.formats.FORMATS`.

        Raises
        ------
        OutputError
            The suffix is unknown, the file exists, the folder is not writable, or the format
            cannot store the palette.
        """
        from geoindex.files.door import save_palette

        save_palette(self, path, overwrite=overwrite, format=format)

    def __len__(self) -> int:
        return len(self._colors)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Palette):
            return NotImplemented
        return (
            np.array_equal(self._colors, other._colors)
            and self._names == other._names
            and self._name == other._name
            and self._values == other._values
            and self._roles == other._roles
            and self._merge == other._merge
            and self._show == other._show
        )

    def __hash__(self) -> int:
        kept = (self._names, self._name, self._values, self._roles, self._merge, self._show)
        return hash((self._colors.tobytes(), *kept))

    def __repr__(self) -> str:
        title = f"{self._name!r}, " if self._name else ""
        return f"Palette({title}{len(self)} color{'s' if len(self) > 1 else ''})"

    def _repr_html_(self) -> str:
        """Table of the colors, for notebooks."""
        from geoindex.files.door import palette_html

        return palette_html(self)

    def __getstate__(self) -> dict[str, Any]:
        slots = (slot for base in type(self).__mro__ for slot in getattr(base, "__slots__", ()))
        return {slot: getattr(self, slot) for slot in slots}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for slot, content in state.items():
            setattr(self, slot, content)
        self._colors = read_only(self._colors)
