"""The colors of a map: their numbers, how many pixels have them, and how well they fit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.mapper import ColorMapper
from geoindex.color.pixels import NO_MASK
from geoindex.palette import Palette
from geoindex.report import pyramid_kernels as kernels

__all__ = ["MOST_COLORS", "NumberedColors", "fit_of"]

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

    def number(
        self, colors: NDArray[np.uint8], valid: NDArray[np.uint8] | None, first_row: int
    ) -> NDArray[np.uint32] | None:
        """Give the pixels of the next rows their numbers; None once there are too many colors.

        Parameters
        ----------
        colors : ndarray of uint8, shape (rows, cols, 3)
        valid : ndarray of uint8, shape (rows, cols), or None
            0 where a pixel has no color.
        first_row : int
            Row of the image that they begin with.

        Returns
        -------
        ndarray of uint32, shape (rows, cols), or None
        """
        if not self.is_complete:
            return None
        out = np.empty(colors.shape[:2], dtype=np.uint32)
        self._used = kernels.number_colors(
            colors,
            NO_MASK if valid is None else valid,
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
    def colors(self) -> NDArray[np.uint8]:
        """Color of each number from 1, shape (n, 3)."""
        packed = self._colors[1 : self._used + 1]
        return np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1).astype(np.uint8)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Pixels of each number from 1."""
        return self._counts[1 : self._used + 1]

    @property
    def places(self) -> NDArray[np.int64]:
        """First row and column of each number from 1, shape (n, 2)."""
        return self._places[1 : self._used + 1]


def fit_of(colors: NumberedColors, compared: Palette, metric: Any) -> dict[str, Any]:
    """Find how far the colors of a map are from a palette.

    Parameters
    ----------
    colors : NumberedColors
        Those of the whole map.
    compared : Palette
        The colors that its pixels were compared with.
    metric : str
        The color distance.

    Returns
    -------
    dict
        ``near`` and ``distance`` of each color, arrays of shape (n,), and JSON values: a
        ``histogram`` of pixels by distance, up to ``limit``, their ``mean`` and ``largest``, and
        the colors that fit ``worst``: many pixels far away first.
    """
    rgb, counts = colors.colors, colors.counts
    mapper = ColorMapper(compared, metric=metric)
    near = mapper.map(rgb)
    distance = mapper.distance(rgb, near)
    n_pixels, largest = int(counts.sum()), float(distance.max(initial=0))
    limit = max(1.0, largest)
    histogram, _ = np.histogram(distance, bins=N_BINS, range=(0, limit), weights=counts)
    badness = distance * np.sqrt(counts)
    worst = np.lexsort([np.arange(len(rgb)), -badness])[:N_WORST]
    return {
        "near": near.astype(np.uint16),
        "distance": distance.astype(np.float32),
        "histogram": histogram.astype(np.int64).tolist(),
        "limit": limit,
        "mean": float((distance * counts).sum() / max(1, n_pixels)),
        "largest": largest,
        "worst": [
            {
                "color": rgb[place].tolist(),
                "near": int(near[place]),
                "distance": round(float(distance[place]), 2),
                "pixels": int(counts[place]),
                "at": colors.places[place].tolist(),
            }
            for place in worst.tolist()
            if distance[place] > 0
        ],
    }
