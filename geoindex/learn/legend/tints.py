"""The color of a swatch under codes and patterns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["NEAR", "is_patterned", "tint_of"]

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

NEAR = 14.0
"""Levels within which pixels have the color of the ground."""

SMOOTH = 35
"""Percent of the pixels, those that differ least from their neighbors, that show the ground:
the bare places between marks, which blur has not reached."""

TINT_NEAR = 8.0
"""Levels within which those have the same color."""

MARKED = 0.02
"""Share of an outer fifth of a swatch that a pattern marks at least."""

BARE = 0.4
"""Share of a swatch in the color of its ground; under a dense pattern there is less."""

LETTERS = 4
"""Marks that a code in the middle of a swatch consists of at most."""


def _modes(
    colors: Floats, percentiles: tuple[int, ...], near: float
) -> list[tuple[Floats, float]]:
    """Places to which colors gather, from different starts, with the share of each."""
    found = []
    for start in np.percentile(colors, percentiles, axis=0).astype(np.float32):
        center = start
        for _ in range(6):
            own = (np.abs(colors - center) < near).all(axis=-1)
            if not own.any():
                break
            center = colors[own].mean(axis=0, dtype=np.float32)
        found.append((center, float((np.abs(colors - center) < near).all(axis=-1).mean())))
    return found


def tint_of(inside: NDArray[np.uint8]) -> Floats:
    """Color of the ground of a swatch, which marks may cover in part.

    Parameters
    ----------
    inside : ndarray of uint8, shape (rows, cols, 3)
        The swatch without its edge.

    Returns
    -------
    ndarray of float32, shape (3,)
        The lightest color that is common where the swatch is smooth: marks are darker.
    """
    gray = inside.mean(axis=-1, dtype=np.float32)
    rough = np.zeros_like(gray)
    across, down = np.abs(np.diff(gray, axis=1)), np.abs(np.diff(gray, axis=0))
    for part, step in (
        (rough[:, 1:], across), (rough[:, :-1], across), (rough[1:], down), (rough[:-1], down)
    ):  # fmt: skip
        np.maximum(part, step, out=part)
    smooth = inside[rough <= np.percentile(rough, SMOOTH)].astype(np.float32)
    modes = _modes(smooth, (10, 35, 50, 75, 90), TINT_NEAR)
    largest = max(share for _, share in modes)
    common = [color for color, share in modes if 2 * share >= largest]
    return max(common, key=lambda color: float(color.mean()))


def is_patterned(off: Floats, level: float) -> bool:
    """Whether marks lie all over a swatch and not just in its middle, like a code.

    Parameters
    ----------
    off : ndarray of float32, shape (rows, cols, 3)
        Differences of the swatch from its tint.
    level : float
        Mean difference of the channels from which a pixel is a mark and no noise.
    """
    if (off.max(axis=-1) < NEAR).mean() < BARE:
        return True
    # Noise of JPEG lies in single channels.
    marks = _without_code(off.mean(axis=-1) > level)
    rows, cols = marks.shape
    # JPEG marks the corners.
    marks = marks[int(0.12 * rows) : rows - int(0.12 * rows)]
    side = max(2, round(0.2 * cols))
    return bool(min(marks[:, :side].mean(), marks[:, -side:].mean()) > MARKED)


def _without_code(marks: Mask) -> Mask:
    """Drop the letters in the middle, specks, and what is left of a frame."""
    from scipy.ndimage import find_objects, label

    rows, cols = marks.shape
    numbers, count = label(marks, np.ones((3, 3)))
    keep = np.bincount(numbers.ravel(), minlength=count + 1) >= 3
    keep[0] = False
    letters = []
    for number, (row, col) in enumerate(find_objects(numbers), start=1):
        high, wide = row.stop - row.start, col.stop - col.start
        if (high <= 3 and (row.start == 0 or row.stop == rows)) or (
            wide <= 3 and (col.start == 0 or col.stop == cols)
        ):
            keep[number] = False
        central = 0.3 * rows <= (row.start + row.stop) / 2 <= 0.7 * rows
        inside = col.start > 0.06 * cols and col.stop < 0.94 * cols
        if keep[number] and central and inside and high >= max(5, 0.3 * rows):
            letters.append(number)
    if len(letters) <= LETTERS:
        keep[letters] = False
    kept: Mask = keep[numbers]
    return kept
