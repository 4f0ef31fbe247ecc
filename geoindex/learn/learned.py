"""LearnedPalette: a palette with a pixel count per color."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.palette import Palette

__all__ = ["LearnedPalette"]


class LearnedPalette(Palette):
    """A palette learned from an image; the result of :func:`geoindex.learn_palette`.

    Parameters
    ----------
    colors : array_like of uint8, shape (n_colors, 3)
        Different colors, ordered by share, then red, green, blue.
    counts : array_like of int, shape (n_colors,)
        Pixels of each color.
    n_pixels : int
        Pixels of the image, or of all images, that are not nodata.
    source_colors : int
        Distinct colors of them.
    settings : mapping
        Method, weights, space, ... as JSON values.
    roles : sequence of str, optional
        Role of each color, as in :class:`Palette`.
    spreads, certainties : array_like of float, shape (n_colors,), optional
        Scatter of each color, and how sure it is, of method ``"units"``.
    """

    __slots__ = (
        "_certainties",
        "_counts",
        "_n_pixels",
        "_settings",
        "_source_colors",
        "_spreads",
    )

    def __init__(
        self,
        colors: ArrayLike,
        counts: ArrayLike,
        *,
        n_pixels: int,
        source_colors: int,
        settings: Mapping[str, Any],
        roles: Sequence[str] | None = None,
        spreads: ArrayLike | None = None,
        certainties: ArrayLike | None = None,
    ) -> None:
        super().__init__(colors, roles=roles, scale="byte")
        self._counts = np.array(counts, dtype=np.int64)
        self._counts.setflags(write=False)
        self._n_pixels = n_pixels
        self._source_colors = source_colors
        self._settings = dict(settings)
        self._spreads = None if spreads is None else _read_only(spreads)
        self._certainties = None if certainties is None else _read_only(certainties)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Pixels of each color, int64 of shape (n_colors,), read-only.

        With method ``"flat"``, the pixels drawn in the color; with ``"units"`` these, or in a scan
        an estimate; otherwise the pixels for which it is the nearest color, in the space in which
        the palette was learned.
        """
        return self._counts

    @property
    def shares(self) -> NDArray[np.float64]:
        """Share of each color among the pixels that are not nodata, 0 to 1."""
        return self._counts / self._n_pixels

    @property
    def spreads(self) -> NDArray[np.float64] | None:
        """Scatter of each unit in 8-bit levels per channel, with method ``"units"``.

        It is that of the main colors of small windows, root mean square: 0 in an exact drawing.
        """
        return self._spreads

    @property
    def certainties(self) -> NDArray[np.float64] | None:
        """How sure each color is, 0 to 1, with method ``"units"``.

        It tells how deep the density of the map's colors falls between the color and the next: 1
        to nothing. 0.3 stands for colors that are drawn exactly but fill no window of 13 x 13
        pixels: inks, patterns and narrow units.
        """
        return self._certainties

    @property
    def n_pixels(self) -> int:
        """Pixels of the image that are not nodata."""
        return self._n_pixels

    @property
    def source_colors(self) -> int:
        """Distinct colors of the image."""
        return self._source_colors

    @property
    def settings(self) -> dict[str, Any]:
        """How the palette was learned: method, weights, space, ... as JSON values."""
        return dict(self._settings)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for array in (self._counts, self._spreads, self._certainties):
            if array is not None:
                array.setflags(write=False)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        measured = {"spreads": self._spreads, "certainties": self._certainties}
        return {
            **self._settings,
            "n_pixels": self._n_pixels,
            "source_colors": self._source_colors,
            "colors": self.colors.tolist(),
            "counts": self._counts.tolist(),
            "shares": self.shares.tolist(),
            "roles": self.roles,
            **{
                name: np.round(values, 4).tolist()
                for name, values in measured.items()
                if values is not None
            },
            "sha256": self.sha256,
        }


def _read_only(values: ArrayLike) -> NDArray[np.float64]:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
