"""The colors of a map: their numbers, how many pixels have them, and how well they fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.mapper import ColorMapper
from geoindex.grids.compared import Compared
from geoindex.report import pyramid_kernels as kernels

__all__ = ["Fit", "NumberedColors", "fit_of"]

MOST_COLORS = 2**20
"""A map of more colors is a photograph, and is shown without its exact colors."""

N_BINS, N_WORST = 32, 12


class NumberedColors:
    """Numbers the colors of a map in the order in which they turn up; 0 is no color."""

    def __init__(self) -> None:
        # The system gives memory only for what is written to.
        self._numbers = np.zeros(2**24, dtype=np.uint32)
        self._colors = np.zeros(MOST_COLORS + 1, dtype=np.uint32)
        self._counts = np.zeros(MOST_COLORS + 1, dtype=np.int64)
        self._places = np.zeros((MOST_COLORS + 1, 2), dtype=np.int64)
        self._used = 0

    @property
    def is_complete(self) -> bool:
        """Whether every color has a number."""
        return self._used >= 0

    def number(self, packed: NDArray[np.uint32], first_row: int) -> NDArray[np.uint32] | None:
        """Give the pixels of the next rows their numbers; None once there are too many colors.

        Parameters
        ----------
        packed : ndarray of uint32, shape (rows, cols)
            Colors as bytes of a number, 0 for none.
        first_row : int
            Row of the image that they begin with.

        Returns
        -------
        ndarray of uint32, shape (rows, cols), or None
        """
        if not self.is_complete:
            return None
        out = np.empty(packed.shape, dtype=np.uint32)
        self._used = kernels.number_colors(
            packed,
            first_row,
            self._numbers,
            self._used,
            self._colors,
            self._counts,
            self._places,
            out,
        )
        return out if self.is_complete else None

    @property
    def number_of_all(self) -> int | None:
        """How many colors there are; None if there are too many."""
        return self._used if self.is_complete else None

    @property
    def colors(self) -> NDArray[np.uint8]:
        """Color of each number from 1, shape (n, 3)."""
        packed = self._colors[1 : self._used + 1]
        return np.stack([packed, packed >> 8, packed >> 16], axis=1).astype(np.uint8)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Pixels of each number from 1."""
        return self._counts[1 : self._used + 1]

    @property
    def places(self) -> NDArray[np.int64]:
        """First row and column of each number from 1, shape (n, 2)."""
        return self._places[1 : self._used + 1]


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """How far the colors of a map are from a palette."""

    near: NDArray[np.uint16]
    """Class of the nearest row of each color; inks follow the classes."""

    distance: NDArray[np.float64]
    """Distance from it."""

    colors: NumberedColors

    def to_dict(self) -> dict[str, Any]:
        """JSON values.

        Returns
        -------
        dict
            A ``histogram`` of pixels by distance, up to ``limit``, their ``mean`` and
            ``largest``, and the colors that fit ``worst``: many pixels far away first.
        """
        distance, counts = self.distance, self.colors.counts
        largest = float(distance.max(initial=0))
        limit = max(1.0, largest)
        histogram, _ = np.histogram(distance, bins=N_BINS, range=(0, limit), weights=counts)
        return {
            "histogram": histogram.astype(np.int64).tolist(),
            "limit": limit,
            "mean": float((distance * counts).sum() / max(1, int(counts.sum()))),
            "largest": largest,
            "worst": self._worst(),
        }

    def _worst(self) -> list[dict[str, Any]]:
        """Colors that fit worst, and where they are."""
        colors, counts = self.colors.colors, self.colors.counts
        badness = self.distance * np.sqrt(counts)
        places = np.lexsort([np.arange(len(colors)), -badness])[:N_WORST]
        return [
            {
                "color": colors[place].tolist(),
                "near": int(self.near[place]),
                "distance": round(float(self.distance[place]), 2),
                "pixels": int(counts[place]),
                "at": self.colors.places[place].tolist(),
            }
            for place in places.tolist()
            if self.distance[place] > 0
        ]


def fit_of(colors: NumberedColors, compared: Compared, metric: Any) -> Fit:
    """Find how far the colors of a map are from a palette.

    Parameters
    ----------
    colors : NumberedColors
        Those of the whole map.
    compared : Compared
        What its pixels were compared with.
    metric : str
        The color distance.
    """
    mapper = ColorMapper(compared.palette, metric=metric)
    rows = mapper.map(colors.colors)
    near = compared.classes[rows].astype(np.uint16)
    return Fit(near=near, distance=mapper.distance(colors.colors, rows), colors=colors)
