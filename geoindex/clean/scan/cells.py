"""The typical color of every small cell of an image, whatever is printed over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["CELL", "cell_modes", "modes_of"]

CELL = 16
"""Rows and columns of a cell; the first one starts at the first pixel of the image."""

SEEDS = 4
"""Pixels along a side of a cell at which the search for its typical color starts."""

ROUNDS = 3

REACH = 12.0
"""Levels within which colors count as the same."""


@compiled(
    types.void(
        types.Array(types.uint8, 3, "A", readonly=True),
        types.Array(types.boolean, 2, "A", readonly=True),
        types.int64,
        types.int64,
        types.float64[:, :, ::1],
        types.float64[:, ::1],
    )
)
def cell_modes(
    pixels: NDArray[np.uint8],
    valid: NDArray[np.bool_],
    top: int,
    left: int,
    modes: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> None:
    """Find the most frequent color of each cell.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
    valid : ndarray of bool, shape (rows, cols)
    top, left : int
        Place of the first cell in `pixels`, from ``1 - CELL`` to 0.
    modes : ndarray of float64, shape (n_down, n_across, 3)
        Written: the mean of the colors around the densest one.
    shares : ndarray of float64, shape (n_down, n_across)
        Written: the share of the cell's pixels that have about this color.
    """
    rows, cols = valid.shape
    squared = REACH * REACH
    for down in range(modes.shape[0]):
        for across in range(modes.shape[1]):
            y, x = top + down * CELL, left + across * CELL
            first_row, last_row = max(y, 0), min(y + CELL, rows)
            first_col, last_col = max(x, 0), min(x + CELL, cols)
            most, red, green, blue = 0, 0.0, 0.0, 0.0
            for seed in range(SEEDS * SEEDS):
                i = y + (2 * (seed // SEEDS) + 1) * CELL // (2 * SEEDS)
                j = x + (2 * (seed % SEEDS) + 1) * CELL // (2 * SEEDS)
                if i < 0 or j < 0 or i >= rows or j >= cols or not valid[i, j]:
                    continue
                r, g, b = float(pixels[i, j, 0]), float(pixels[i, j, 1]), float(pixels[i, j, 2])
                n = 0
                # Every fourth pixel tells enough to compare the seeds.
                for p in range(first_row + (y - first_row) % 2, last_row, 2):
                    for q in range(first_col + (x - first_col + (p - y) // 2) % 2, last_col, 2):
                        dr, dg, db = pixels[p, q, 0] - r, pixels[p, q, 1] - g, pixels[p, q, 2] - b
                        if dr * dr + dg * dg + db * db < squared and valid[p, q]:
                            n += 1
                if n > most:
                    most, red, green, blue = n, r, g, b
            shares[down, across] = 0.0
            modes[down, across, 0] = red
            modes[down, across, 1] = green
            modes[down, across, 2] = blue
            if most == 0:
                continue
            for _ in range(ROUNDS):
                weight, sum_r, sum_g, sum_b, n, n_valid = 0.0, 0.0, 0.0, 0.0, 0, 0
                for p in range(first_row, last_row):
                    for q in range(first_col, last_col):
                        if not valid[p, q]:
                            continue
                        n_valid += 1
                        r, g, b = (
                            float(pixels[p, q, 0]),
                            float(pixels[p, q, 1]),
                            float(pixels[p, q, 2]),
                        )
                        far = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2
                        if far < squared:
                            w = squared - far
                            n += 1
                            weight += w
                            sum_r += w * r
                            sum_g += w * g
                            sum_b += w * b
                if weight <= 0:
                    break
                red, green, blue = sum_r / weight, sum_g / weight, sum_b / weight
                shares[down, across] = n / n_valid
            modes[down, across, 0] = red
            modes[down, across, 1] = green
            modes[down, across, 2] = blue


def modes_of(
    pixels: NDArray[np.uint8], valid: NDArray[np.bool_], origin: tuple[int, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[int, int]]:
    """Find the typical colors of the cells that a part of an image touches.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
    valid : ndarray of bool, shape (rows, cols)
    origin : tuple of int
        Row and column of the first pixel in the image.

    Returns
    -------
    modes : ndarray of float64, shape (n_down, n_across, 3)
    shares : ndarray of float64, shape (n_down, n_across)
    first : tuple of int
        Row and column of the first cell, in cells. Cells at the border are cut off.
    """
    first = origin[0] // CELL, origin[1] // CELL
    last = [-(-(start + n) // CELL) for start, n in zip(origin, valid.shape, strict=True)]
    shape = last[0] - first[0], last[1] - first[1]
    modes, shares = np.empty((*shape, 3)), np.empty(shape)
    top, left = (CELL * cell - start for cell, start in zip(first, origin, strict=True))
    cell_modes(pixels, valid, top, left, modes, shares)
    return modes, shares, first
