"""Pairs of classes that alternate in regular stripes: hatchings that nobody has named."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.hatching import hatched
from geoindex.clean.sample import Read, Window, read_windows, windows_within
from geoindex.color.nearest import nearest
from geoindex.rules.indices import nodata_value

if TYPE_CHECKING:
    from geoindex.clean.options import Plan
    from geoindex.palette import Palette

__all__ = ["Alternating", "find_alternating"]

LEAST_LINKS = 4
"""Links of a chain of stripes; each joins three stripes, so a chain has six or more."""

UNEVEN = 0.2
"""Difference of a stripe from the next of its class as a part of its width; a pixel is allowed."""

LEAST_SHARE = 0.003
"""Share of the map that the chains of a pair cover at least."""

LEAST_REGULAR = 0.3
"""Share of the area of a hatching that lies in chains; what is wider is perhaps something else."""

OWN = 0.8
"""Share of a class that lies in a hatching which it stands for."""


@dataclass(frozen=True, kw_only=True)
class Alternating:
    """Two classes that alternate over an area."""

    colors: tuple[int, int]
    """Palette rows, ascending."""

    target: int | None
    """The one of them that hardly occurs elsewhere, which the area becomes; None if both do."""

    share: float
    """Of the pixels looked at."""

    def to_dict(self, palette: Palette) -> dict[str, Any]:
        """JSON values, with the names of the classes."""
        return {
            "pair": [palette.label(row) for row in self.colors],
            "class": None if self.target is None else palette.label(self.target),
            "share": round(self.share, 4),
        }


def find_alternating(plan: Plan, shape: tuple[int, int], read: Read) -> tuple[Alternating, ...]:
    """Find the pairs of units that alternate in the windows of an image.

    Parameters
    ----------
    plan : Plan
        Of an export or a scan, other kinds of pictures have none; its hatchings do not matter.
    shape : tuple of int
        Rows and columns of the image.
    read : callable
        Reads a part of it.

    Returns
    -------
    tuple of Alternating
        Largest first.
    """
    from geoindex.clean.scan.recovery import Scan  # which loads the compiled steps

    regions = [region for row in windows_within(shape) for region in row]
    windows = read_windows(read, regions)
    if plan.recovery is None:
        bare = replace(plan, options=replace(plan.options, hatch=()), hatches=())
        classes = [_classes_of(window, bare) for window in windows]
    elif isinstance(plan.recovery, Scan):
        classes = plan.recovery.striped(windows)
    else:
        return ()
    n_pixels = sum(int((one >= 0).sum()) for one in classes)
    gap = plan.options.hatch_gap
    chains: Counter[tuple[int, int]] = Counter()
    for turned in (classes, [one.T for one in classes]):
        # Stripes that run down are seen along rows, others along columns.
        counts: Counter[tuple[int, int]] = Counter()
        for one in turned:
            counts.update(_chained(one, gap))
        chains |= counts
    found = []
    for pair, n_chained in chains.items():
        if n_chained >= LEAST_SHARE * n_pixels:
            masks = [hatched(one, *pair, gap) for one in classes]
            area = sum(int(mask.sum()) for mask in masks)
            if n_chained >= LEAST_REGULAR * area:
                target = _target(pair, classes, masks)
                found.append(Alternating(colors=pair, target=target, share=area / n_pixels))
    return tuple(sorted(found, key=lambda one: (-one.share, one.colors)))


def _classes_of(window: Window, plan: Plan) -> NDArray[np.int32]:
    """Classes of a window, -1 for nodata."""
    from geoindex.clean.blocks import clean_block  # which takes a plan

    indices = nearest(window.colors, plan.palette)
    nodata = nodata_value(len(plan.palette), indices.dtype)
    if nodata is not None:
        indices[~window.valid] = nodata
    classes = clean_block(window.colors, indices, plan).indices.astype(np.int32)
    return np.where(window.valid & (classes != nodata), classes, np.int32(-1))


def _chained(classes: NDArray[np.int32], gap: int) -> Counter[tuple[int, int]]:
    """Count the pixels of each pair that lie in chains of regular stripes along rows."""
    rows, cols = classes.shape
    padded = np.full((rows, cols + 1), -2, np.int32)
    padded[:, :cols] = classes
    line = padded.ravel()
    starts = np.flatnonzero(np.diff(line, prepend=-3))
    lengths = np.diff(starts, append=line.size)
    values = line[starts]
    first, last = lengths[:-2], lengths[2:]
    links = (values[2:] == values[:-2]) & (values[2:] >= 0) & (values[1:-1] >= 0)
    links &= np.maximum(np.maximum(first, lengths[1:-1]), last) <= gap
    links &= np.abs(last - first) <= np.maximum(1, UNEVEN * first)
    ends = np.flatnonzero(np.diff(np.concatenate([[False], links, [False]]).astype(np.int8)))
    found: Counter[tuple[int, int]] = Counter()
    for start, stop in ends.reshape(-1, 2).tolist():
        if stop - start >= LEAST_LINKS:
            one, other = sorted(values[start : start + 2].tolist())
            found[one, other] += int(lengths[start : stop + 2].sum())
    return found


def _target(
    pair: tuple[int, int], classes: list[NDArray[np.int32]], masks: list[NDArray[np.bool_]]
) -> int | None:
    """Find the class of a pair that hardly occurs outside of its hatching."""
    inside = []
    for row in pair:
        own = [one == row for one in classes]
        striped = sum(int((one & mask).sum()) for one, mask in zip(own, masks, strict=True))
        inside.append(striped / sum(int(one.sum()) for one in own))
    return pair[int(np.argmax(inside))] if max(inside) >= OWN else None
