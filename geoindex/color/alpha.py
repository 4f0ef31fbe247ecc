"""Colors that an alpha was multiplied into, or that lie over a background."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["over", "undo_premultiplied"]


def undo_premultiplied(colors: NDArray[Any], alpha: NDArray[Any], full: int) -> NDArray[Any]:
    """Divide colors by alpha again; `full` is the largest float alpha."""
    divisor = np.where(alpha == 0, 1, alpha)[..., np.newaxis].astype(np.float64)
    if colors.dtype.kind == "f":
        return np.minimum(colors * (full / divisor), full).astype(colors.dtype)
    largest = np.iinfo(colors.dtype).max
    return np.minimum(np.floor(colors * (largest / divisor) + 0.5), largest).astype(colors.dtype)


def over(
    colors: NDArray[Any], alpha: NDArray[Any], background: tuple[int, int, int]
) -> NDArray[Any]:
    """Blend colors with a background (0-255) by alpha (0-255), in their own dtype."""
    paper = np.array(background, dtype=np.float64)
    if colors.dtype == np.uint16:
        paper *= 257
    share = alpha[..., np.newaxis] / 255.0
    mixed: NDArray[Any] = colors * share + paper * (1.0 - share)
    if colors.dtype == np.float64:
        return mixed
    return np.floor(mixed + 0.5).astype(colors.dtype)
