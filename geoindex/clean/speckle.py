"""Merging of patches that are too small to be real."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["ROUNDS", "merge_speckle"]

ROUNDS = 4
"""Rounds in which patches among equally small patches merge."""


# States of pixels: not seen yet, of a small patch, of a large one, of a small one that is done.
UNSEEN, SMALL, LARGE, DONE = 0, 1, 2, 3


@compiled()
def _find_runs(indices: NDArray[np.int32], size: int, state: NDArray[np.uint8]) -> None:
    """Mark pixels in a run of `size` of their class in a row, which most pixels are."""
    rows, cols = indices.shape
    for row in range(rows):
        start = 0
        for col in range(cols):
            if indices[row, col] != indices[row, start] or indices[row, col] < 0:
                start = col
            if col - start == size - 1:
                for x in range(start, col):
                    state[row, x] = LARGE
            if col - start >= size - 1:
                state[row, col] = LARGE


@compiled()
def _measure_patch(
    indices: NDArray[np.int32],
    size: int,
    connectivity: int,
    patch: NDArray[np.int64],
    state: NDArray[np.uint8],
) -> None:
    """Find out whether the patch that begins with ``patch[0]`` has `size` pixels."""
    rows, cols = indices.shape
    index = indices[patch[0, 0], patch[0, 1]]
    state[patch[0, 0], patch[0, 1]] = SMALL
    large = False
    n, done = 1, 0
    while done < n and not large:
        y0, x0 = patch[done, 0], patch[done, 1]
        done += 1
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                if connectivity == 4 and dy != 0 and dx != 0:
                    continue
                y, x = y0 + dy, x0 + dx
                if y < 0 or x < 0 or y >= rows or x >= cols:
                    continue
                if indices[y, x] != index or state[y, x] == SMALL:
                    continue
                if state[y, x] == LARGE or n == size - 1:
                    large = True
                    continue
                state[y, x] = SMALL
                patch[n, 0], patch[n, 1] = y, x
                n += 1
    if large:
        for i in range(n):
            state[patch[i, 0], patch[i, 1]] = LARGE


@compiled()
def _longest_border(
    indices: NDArray[np.int32],
    connectivity: int,
    patch: NDArray[np.int64],
    state: NDArray[np.uint8],
    found: NDArray[np.int64],
    border: NDArray[np.int64],
) -> tuple[int, int]:
    """Collect the small patch that begins with ``patch[0]``; return its size and best neighbor.

    That is the class of the large patches that it shares most sides with, the lowest of several,
    or -1 if it lies beside none.
    """
    rows, cols = indices.shape
    index = indices[patch[0, 0], patch[0, 1]]
    state[patch[0, 0], patch[0, 1]] = DONE
    n, done, n_found = 1, 0, 0
    while done < n:
        y0, x0 = patch[done, 0], patch[done, 1]
        done += 1
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                y, x = y0 + dy, x0 + dx
                if y < 0 or x < 0 or y >= rows or x >= cols:
                    continue
                side = dy == 0 or dx == 0
                if indices[y, x] == index:
                    if state[y, x] == SMALL and (side or connectivity == 8):
                        state[y, x] = DONE
                        patch[n, 0], patch[n, 1] = y, x
                        n += 1
                elif side and state[y, x] == LARGE:
                    place = 0
                    while place < n_found and found[place] != indices[y, x]:
                        place += 1
                    if place == n_found:
                        found[place], border[place] = indices[y, x], 0
                        n_found += 1
                    border[place] += 1
    best, longest = -1, 0
    for i in range(n_found):
        if border[i] > longest or (border[i] == longest and found[i] < best):
            best, longest = found[i], border[i]
    return n, best


@compiled(
    types.boolean(
        types.Array(types.int32, 2, "C", readonly=True),
        types.int64,
        types.int64,
        types.int32[:, ::1],
    )
)
def merge_speckle(
    indices: NDArray[np.int32], size: int, connectivity: int, out: NDArray[np.int32]
) -> bool:
    """Merge patches of fewer than `size` pixels into the class with the longest shared border.

    Parameters
    ----------
    indices : ndarray of int32, shape (rows, cols)
        Classes, negative for nodata, which is neither merged nor a neighbor.
    size : int
        Pixels of the smallest patch that stays.
    connectivity : {4, 8}
        Whether pixels of a patch share a side (4), or may touch at a corner (8).
    out : ndarray of int32, shape (rows, cols)
        Written. The lowest class wins a tie. A patch whose neighbors are all small or nodata
        stays.

    Returns
    -------
    bool
        Whether some patch was merged.
    """
    # Mark the large patches, first by runs in rows, then by flood fills that end at `size` pixels;
    # then give each small patch its best neighbor.
    rows, cols = indices.shape
    patch = np.empty((size, 2), np.int64)
    state = np.full((rows, cols), UNSEEN, np.uint8)
    _find_runs(indices, size, state)
    for row in range(rows):
        for col in range(cols):
            out[row, col] = indices[row, col]
            if indices[row, col] >= 0 and state[row, col] == UNSEEN:
                patch[0, 0], patch[0, 1] = row, col
                _measure_patch(indices, size, connectivity, patch, state)
    found = np.empty(4 * size, np.int64)
    border = np.empty(4 * size, np.int64)
    merged = False
    for row in range(rows):
        for col in range(cols):
            if state[row, col] != SMALL:
                continue
            patch[0, 0], patch[0, 1] = row, col
            n, best = _longest_border(indices, connectivity, patch, state, found, border)
            if best < 0:
                continue
            merged = True
            for i in range(n):
                out[patch[i, 0], patch[i, 1]] = best
    return merged
