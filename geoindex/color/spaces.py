"""Coordinates of colors in a color space, and the 8-bit sRGB color of coordinates."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.color import metric_kernels as metrics

__all__ = ["Space", "colors_of", "space_coordinates"]

Space = Literal["rgb", "lab", "oklab"]
"""sRGB values, CIELAB (D65, 2 degree observer) or OKLab, as :data:`.metrics.METRICS` defines."""

RGB_STEP = 2.0**8
"""Coordinates of `rgb` are multiplied by this, so that means of colors are integers too."""

STEPS: dict[Space, float] = {
    "rgb": RGB_STEP,
    "lab": metrics.LAB_STEP,
    "oklab": metrics.OKLAB_STEP,
}

XYZ_TO_LINEAR = np.linalg.inv(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
OKLAB_TO_ROOTS = np.linalg.inv(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
CONES_TO_LINEAR = np.linalg.inv(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)


def space_coordinates(colors: NDArray[np.uint8], space: Space) -> NDArray[np.float64]:
    """Coordinates of colors as integers, as the metric of the same name uses them.

    Parameters
    ----------
    colors : ndarray of uint8, shape (n, 3)
    space : {"rgb", "lab", "oklab"}

    Returns
    -------
    ndarray of float64, shape (n, 3)
        The space's own units times ``STEPS[space]``, rounded.
    """
    if space == "rgb":
        return colors.astype(np.float64) * RGB_STEP
    return metrics.coordinates_of(metrics.METRIC_IDS[space], colors)


def colors_of(coordinates: NDArray[np.float64], space: Space) -> NDArray[np.uint8]:
    """Colors nearest to coordinates, clipped to sRGB.

    Parameters
    ----------
    coordinates : ndarray of float64, shape (n, 3)
        As returned by :func:`space_coordinates`, but not necessarily those of 8-bit colors.
    space : {"rgb", "lab", "oklab"}

    Returns
    -------
    ndarray of uint8, shape (n, 3)
        Rounded half up.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex.color.spaces import colors_of, space_coordinates
    >>> colors = np.array([[0, 0, 0], [12, 200, 77]], dtype=np.uint8)
    >>> colors_of(space_coordinates(colors, "lab"), "lab")
    array([[  0,   0,   0],
           [ 12, 200,  77]], dtype=uint8)
    """
    values = coordinates / STEPS[space]
    if space == "rgb":
        return _rounded(values)
    if space == "lab":
        y = (values[:, 0] + 16) / 116
        roots = np.stack([y + values[:, 1] / 500, y, y - values[:, 2] / 200], axis=-1)
        # CIE 15:2004, including the linear part near black.
        ratios = np.where(roots > 6 / 29, roots**3, (116 * roots - 16) / (24389 / 27))
        linear = (ratios * WHITE) @ XYZ_TO_LINEAR.T
    else:
        linear = (values @ OKLAB_TO_ROOTS.T) ** 3 @ CONES_TO_LINEAR.T
    linear = linear.clip(0, 1)
    # IEC 61966-2-1
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return _rounded(255 * encoded)


def _rounded(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Round half up, within 0..255."""
    whole: NDArray[np.float64] = np.floor(values + 0.5).clip(0, 255)
    return whole.astype(np.uint8)
