"""Patches too small to be real."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["ROUNDS", "merge_speckle"]

ROUNDS = 4
"""Patches that lie among patches as small as they merge in as many rounds."""


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
    """Give patches of fewer than `size` pixels the class they share most of their border with.

    Parameters
    ----------
    indices : ndarray of int32, shape (rows, cols)
        Classes, negative for nodata, which is no class and no neighbor.
    size : int
        Pixels of the smallest patch that stays.
    connectivity : {4, 8}
        Whether pixels that touch at a corner belong together.
    out : ndarray of int32, shape (rows, cols)
        Written. The lowest class wins a tie. A patch whose neighbors are all small or nodata
        stays.

    Returns
    -------
    bool
        Whether some patch was merged.
    """
    rows, cols = indices.shape
    patch = np.empty((size, 2), np.int64)
    # 0: not seen; 1: of a small patch; 2: of a large one.
    state = np.zeros((rows, cols), np.uint8)
    merged = False
    # Most pixels lie in a row of enough of their class.
    for row in range(rows):
        start = 0
        for col in range(cols):
            out[row, col] = indices[row, col]
            if indices[row, col] != indices[row, start] or indices[row, col] < 0:
                start = col
            if col - start == size - 1:
                for x in range(start, col):
                    state[row, x] = 2
            if col - start >= size - 1:
                state[row, col] = 2
    for row in range(rows):
        for col in range(cols):
            index = indices[row, col]
            if index < 0 or state[row, col] != 0:
                continue
            large = False
            n, done = 1, 0
            patch[0, 0], patch[0, 1] = row, col
            state[row, col] = 1
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
                        if indices[y, x] != index or state[y, x] == 1:
                            continue
                        if state[y, x] == 2 or n == size - 1:
                            large = True
                            continue
                        state[y, x] = 1
                        patch[n, 0], patch[n, 1] = y, x
                        n += 1
            if large:
                for i in range(n):
                    state[patch[i, 0], patch[i, 1]] = 2
    found = np.empty(4 * size, np.int64)
    border = np.empty(4 * size, np.int64)
    for row in range(rows):
        for col in range(cols):
            if state[row, col] != 1:
                continue
            index = indices[row, col]
            n, done, n_found = 1, 0, 0
            patch[0, 0], patch[0, 1] = row, col
            state[row, col] = 3
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
                            if state[y, x] == 1 and (side or connectivity == 8):
                                state[y, x] = 3
                                patch[n, 0], patch[n, 1] = y, x
                                n += 1
                        elif side and state[y, x] == 2:
                            place = 0
                            while place < n_found and found[place] != indices[y, x]:
                                place += 1
                            if place == n_found:
                                found[place], border[place] = indices[y, x], 0
                                n_found += 1
                            border[place] += 1
            if n_found == 0:
                continue
            best = 0
            for i in range(1, n_found):
                if border[i] > border[best] or (
                    border[i] == border[best] and found[i] < found[best]
                ):
                    best = i
            merged = True
            for i in range(n):
                out[patch[i, 0], patch[i, 1]] = found[best]
    return merged
