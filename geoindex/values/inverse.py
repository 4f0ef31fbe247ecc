"""What the colors of a picture stand for on a ramp: exactly where it makes them, else nearly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from geoindex.color.histogram import ColorHistogram
from geoindex.color.threads import in_threads
from geoindex.rules.plane import Floats
from geoindex.values.pieces import Pieces, pieces_of
from geoindex.values.ramp import Ramp, Rounding
from geoindex.values.segments import Segments, segments_of

__all__ = ["ColorPlaces", "codes_of", "find_places", "find_rounding", "project_colors"]

SAME_FIT = 0.03
"""Of the pixels, up to which two ways of rounding fit equally well."""

RARE = 0.25
"""Of the pixels that a color would have if all of the ramp were used alike."""

CELLS_A_PART = 256
"""Cells of colors that are handed to a thread at a time."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ColorPlaces:
    """Where the distinct colors of a picture lie on a ramp, as shares of it from 0 to 1."""

    histogram: ColorHistogram
    """The colors, in ascending order, and how often each occurs."""

    lows: Floats
    """Lower end of the places that a color can stand for, shape (n,)."""

    highs: Floats
    """Upper end; the same as the lower one for colors that the ramp does not make."""

    distances: Floats
    """Distance of each color from the ramp, 0 where the ramp makes it."""

    is_exact: NDArray[np.bool_]
    """Whether the ramp makes the color."""

    pieces: Pieces
    """The ramp as it was rounded."""

    rounding: Rounding
    """How the colors of the ramp became bytes."""

    spreads: Floats | None = None
    """Half of the range of places that a color can stand for under a hillshade; None without."""

    @property
    def exact_share(self) -> float:
        """Share of the pixels whose color the ramp makes."""
        return self.share(self.is_exact)

    def share(self, chosen: NDArray[np.bool_]) -> float:
        """Share of the pixels that have one of the chosen colors."""
        counts = self.histogram.counts
        return float(counts[chosen].sum() / max(1, int(counts.sum())))


def codes_of(colors: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Numbers of colors, ``red << 16 | green << 8 | blue``."""
    red, green, blue = (colors[..., channel].astype(np.int64) for channel in range(3))
    return red << 16 | green << 8 | blue


def find_rounding(ramp: Ramp, histogram: ColorHistogram) -> Rounding:
    """Tell how the colors of a ramp became bytes: the way that made most pixels of a picture.

    matplotlib's imshow drops fractions, its pcolormesh, contourf and color bars round. Where
    nearly all pixels fit both, as on a gray ramp, the way wins that makes fewer colors that hardly
    occur: the soft edges of ink have all grays.

    Parameters
    ----------
    ramp : Ramp
    histogram : ColorHistogram
        The colors of the picture.

    Returns
    -------
    {"round", "truncate"}
    """
    codes = codes_of(histogram.colors)
    ways: tuple[Rounding, Rounding] = get_args(Rounding)
    pixels, rare = [], []
    for way in ways:
        known, lows, highs = pieces_of(ramp, way).intervals
        at = np.searchsorted(codes, known).clip(max=len(codes) - 1)
        counts = np.where(codes[at] == known, histogram.counts[at], 0)
        pixels.append(int(counts.sum()))
        rare.append(int((counts < RARE * pixels[-1] * (highs - lows)).sum()))
    if abs(pixels[0] - pixels[1]) > SAME_FIT * max(pixels):
        return ways[int(np.argmax(pixels))]
    # As many are rare in both, but for those that only one of them makes.
    return ways[int(np.argmin(rare))]


def find_places(ramp: Ramp, histogram: ColorHistogram, rounding: Rounding) -> ColorPlaces:
    """Find the place of each color of a picture on a ramp.

    Parameters
    ----------
    ramp : Ramp
    histogram : ColorHistogram
        The colors of the picture.
    rounding : {"round", "truncate"}
        How the colors of the ramp became bytes.

    Returns
    -------
    ColorPlaces
        Of a color that the ramp has at several places, the lowest one.
    """
    pieces = pieces_of(ramp, rounding)
    known, lows_of, highs_of = pieces.intervals
    codes = codes_of(histogram.colors)
    at = np.searchsorted(known, codes).clip(max=len(known) - 1)
    is_exact = known[at] == codes
    lows, highs, distances = lows_of[at], highs_of[at], np.zeros(len(codes))
    other = np.flatnonzero(~is_exact)
    if other.size:
        places, far = project_colors(histogram.colors[other], segments_of(ramp, pieces, rounding))
        lows[other] = highs[other] = places
        distances[other] = far
    return ColorPlaces(
        histogram=histogram,
        lows=lows,
        highs=highs,
        distances=distances,
        is_exact=is_exact,
        pieces=pieces,
        rounding=rounding,
    )


def project_colors(colors: NDArray[np.uint8], segments: Segments) -> tuple[Floats, Floats]:
    """Place of the nearest point of a ramp to each color, and its distance.

    Parameters
    ----------
    colors : ndarray of uint8, shape (n, 3)
    segments : Segments

    Returns
    -------
    places, distances : ndarray of float64, shape (n,)
    """
    from geoindex.values import kernels

    colors = np.ascontiguousarray(colors)
    cells = np.empty(len(colors), dtype=np.uint16)
    kernels.cells_of(colors, cells)
    order = np.argsort(cells, kind="stable").astype(np.int64)
    ordered = cells[order]
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])).astype(np.int64)
    ends = np.append(begins, len(colors))
    places, distances = np.empty(len(colors)), np.empty(len(colors))

    def work(first: int) -> None:
        part = np.ascontiguousarray(ends[first : first + CELLS_A_PART + 1])
        kernels.project(
            colors, order, part, len(part) - 1, segments.shares, segments.ends, places, distances
        )

    in_threads(work, range(0, len(begins), CELLS_A_PART))
    return places, distances
