"""What class recovery must do with every kind of picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geoindex.clean import Plan
from geoindex.clean.blocks import CleanBlock, clean_block
from geoindex.clean.grid import Cleaned
from geoindex.color.pixels import Pixels


def looked_at(plan: Plan, pixels: np.ndarray) -> Plan:
    """The same plan with the recovery of these pixels."""
    seen = plan.seen(pixels.shape[:2], Pixels(table=pixels).part)
    return replace(plan, recovery=seen.recovery)


def assert_blocks_agree(
    pixels: np.ndarray, indices: np.ndarray, plan: Plan, whole: CleanBlock
) -> None:
    """Blocks of different size with their halo have the bytes of the whole."""
    rows, cols = indices.shape
    for top, bottom, left, right in ((0, 90, 0, 130), (90, 200, 130, 360), (200, rows, 0, cols)):
        y0, x0 = max(0, top - plan.halo), max(0, left - plan.halo)
        around = slice(y0, bottom + plan.halo), slice(x0, right + plan.halo)
        inner = slice(top - y0, bottom - y0), slice(left - x0, min(right, cols) - x0)
        part = clean_block(pixels[around], indices[around], plan, inner, origin=(y0, x0))
        for name in ("indices", "reasons", "confidence"):
            expected = getattr(whole, name)[top:bottom, left:right]
            np.testing.assert_array_equal(getattr(part, name), expected)


def assert_knows_how_sure_it_is(
    result: Cleaned, right: np.ndarray, asked: np.ndarray | None = None
) -> None:
    """What is beyond doubt is right, and as much is right as is expected."""
    asked = np.ones(right.shape, bool) if asked is None else asked
    sure = (result.confidence > 90) & (result.confidence < 255)
    assert right[sure & asked].mean() >= 0.99
    assert result.quality is not None
    assert abs(result.quality.expected_right - right[asked].mean()) < 0.02
    assert abs(result.quality.beyond_doubt - sure.mean()) < 1e-5
    assert result.quality.beyond_doubt > 0.75
