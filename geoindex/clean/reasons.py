"""Why class recovery changed a pixel, and the palettes of its extra grids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.palette import Palette

__all__ = ["CHANGES_PALETTE", "CONFIDENCE_PALETTE", "REASONS", "Extra", "Reason", "account"]

Reason = Literal["edges", "ink", "hatch", "speckle"]

Extra = Literal["reasons", "confidence"]
"""Grids that class recovery can write beside the classes."""

REASONS: dict[Reason, int] = {"edges": 1, "ink": 2, "hatch": 3, "speckle": 4}
"""Codes of the mask of changed pixels; 0 is unchanged."""

CHANGES_PALETTE = Palette(
    [[255, 255, 255], [31, 120, 180], [227, 26, 28], [51, 160, 44], [255, 127, 0]],
    names=["unchanged", *REASONS],
    name="changes",
)
"""Colors of the mask of changed pixels; the row is the reason's code."""

CONFIDENCE_PALETTE = Palette(
    np.linspace(0, 255, 101).round().astype(np.uint8)[:, np.newaxis].repeat(3, axis=1),
    names=[f"{percent} %" for percent in range(101)],
    name="confidence",
)
"""Colors of a confidence grid; the row is the percent."""


def account(
    palette: Palette,
    inks: Sequence[int],
    changed: NDArray[np.int64],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
) -> dict[str, Any]:
    """Report what class recovery changed, as JSON values.

    Parameters
    ----------
    palette : Palette
    inks : sequence of int
        Its rows that are ink.
    changed : ndarray of int64, shape (5,)
        Pixels of each code of :data:`REASONS`, 0 among them.
    before, after : ndarray of int64, shape (n_colors,)
        Pixels of each class.

    Returns
    -------
    dict
        ``ink``, palette rows; ``changed``, pixels by reason; and ``classes``, those that occur
        before or after.
    """
    return {
        "ink": [int(row) for row in inks],
        "changed": {reason: int(changed[code]) for reason, code in REASONS.items()},
        "classes": [
            {
                "index": int(index),
                "label": palette.label(int(index)),
                "before": int(before[index]),
                "after": int(after[index]),
            }
            for index in np.flatnonzero(before + after)
        ],
    }
