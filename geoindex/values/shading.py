"""Values of colors under a hillshade: the place on the ramp that some shade makes of them.

``multiply``: a color is the ramp's times a shade from 0 to 1. ``alpha``: a color is a mixture of
the ramp's with gray, in which gray has one share, the opacity of the shade, everywhere.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoindex.color.histogram import ColorHistogram
from geoindex.color.threads import in_threads
from geoindex.errors import OptionError
from geoindex.rules.plane import Floats
from geoindex.values.pieces import Pieces

__all__ = ["Shade", "Shaded", "find_opacity", "find_shaded"]

Shade = Literal["multiply", "alpha"]
"""How a hillshade was laid over the colors."""

COLORS_A_PART = 2**12

SAMPLED_COLORS = 3000
"""Most frequent colors, by which the opacity of a shade is found."""

COARSE = np.arange(0.05, 0.951, 0.05)
FINE = np.arange(-0.05, 0.0501, 0.01)


class Shaded(NamedTuple):
    """What colors stand for under a shade."""

    places: Floats
    """Place on the ramp of each color."""

    distances: Floats
    """Distance of each color from what a shade can make of the ramp."""

    spreads: Floats
    """Half of the range of places that are as good but for the rounding of colors."""


def find_shaded(colors: NDArray[np.uint8], pieces: Pieces, shade: Shade, opacity: float) -> Shaded:
    """Find the place on a ramp of colors under a shade.

    Parameters
    ----------
    colors : ndarray of uint8, shape (n, 3)
    pieces : Pieces
        The ramp.
    shade : {"multiply", "alpha"}
    opacity : float
        Of an alpha shade, 0 to 1.
    """
    from geoindex.values import shading_kernels as kernels

    middles = (pieces.lows + pieces.highs) / 2
    points = pieces.colors.astype(np.float64)
    colors = np.ascontiguousarray(colors)
    found = Shaded(*(np.empty(len(colors)) for _ in Shaded._fields))

    def work(first: int) -> None:
        part = slice(first, first + COLORS_A_PART)
        outputs = [array[part] for array in found]
        if shade == "multiply":
            kernels.under_multiply(colors[part], points, middles, *outputs)
        else:
            kernels.under_alpha(colors[part], points, middles, opacity, *outputs)

    in_threads(work, range(0, len(colors), COLORS_A_PART))
    return found


def find_opacity(histogram: ColorHistogram, pieces: Pieces) -> float:
    """Find the opacity of an alpha shade: that under which the colors lie nearest to the ramp.

    Raises
    ------
    OptionError
        The ramp is gray, under which any opacity fits.
    """
    points = pieces.colors.astype(np.int64)
    if (points.max(axis=1) - points.min(axis=1)).max() < 2:
        raise OptionError("no shade can be told from a gray ramp; leave shade out")
    most = np.argsort(-histogram.counts, kind="stable")[:SAMPLED_COLORS]
    colors, counts = histogram.colors[most], histogram.counts[most]

    def miss(opacity: float) -> float:
        distances = find_shaded(colors, pieces, "alpha", opacity).distances
        # As many decimals as processors agree on.
        return float(np.round(np.average(distances**2, weights=counts), 6))

    coarse = min(COARSE.tolist(), key=miss)
    near: list[float] = [round(coarse + step, 2) for step in FINE.tolist()]
    return min((opacity for opacity in near if 0 < opacity < 1), key=miss)
