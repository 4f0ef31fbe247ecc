"""Median cut."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.kmeans.points import Points

__all__ = ["median_cut"]


def median_cut(points: Points, n_colors: int) -> NDArray[np.float64]:
    """Split the points at medians; return the means of the parts.

    The heaviest part is split along its longest side into halves of equal weight, after Heckbert
    (1982), "Color image quantization for frame buffer display".

    Returns
    -------
    ndarray of float64, shape (n_colors, 3)
        Fewer if there are fewer points.
    """
    coordinates, weights = points.coordinates, points.weights
    everything = np.arange(len(points))
    # Parts that can be split, heaviest first; the running number breaks ties.
    parts = [(-int(weights.sum()), 0, everything)]
    whole: list[NDArray[np.intp]] = []
    made = 1
    while parts and len(parts) + len(whole) < n_colors:
        _, _, members = heapq.heappop(parts)
        if len(members) == 1:
            whole.append(members)
            continue
        own = coordinates[members]
        axis = int(np.argmax(np.ptp(own, axis=0)))
        order = np.argsort(own[:, axis], kind="stable")
        passed = np.cumsum(weights[members[order]])
        # Each side keeps at least one point.
        cut = int(np.searchsorted(passed, passed[-1] / 2)) + 1
        cut = min(cut, len(members) - 1)
        for half in (members[order[:cut]], members[order[cut:]]):
            heapq.heappush(parts, (-int(weights[half].sum()), made, half))
            made += 1
    groups = whole + [members for _, _, members in parts]
    return np.array(
        [np.average(coordinates[members], axis=0, weights=weights[members]) for members in groups]
    )
