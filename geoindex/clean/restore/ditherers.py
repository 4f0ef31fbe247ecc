"""How programs reduce a picture to a few colors: by diffusion of errors, or by thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["DITHERERS", "Ditherer", "shuffled"]

colors_array = types.Array(types.float64, 2, "C", readonly=True)
image_array = types.Array(types.float64, 3, "C", readonly=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ditherer:
    """A way of dithering."""

    name: str

    taps: NDArray[np.float64] | None = None
    """Shape (n, 3): rows down and columns forward to each pixel that takes a share of the error,
    and the share."""

    serpentine: bool = False
    """Whether every other row is taken from right to left."""

    cell: int = 1
    """Levels that are rounded down to a multiple of this to look up the nearest color."""

    thresholds: NDArray[np.float64] | None = None
    """Square matrix of -0.5 to 0.5, repeated over the picture."""

    spread: float = 1.0
    """What thresholds are multiplied by, in parts of the median distance of a color from the
    nearest other one."""

    def dither(self, image: NDArray[np.float64], colors: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Reduce a picture to some colors.

        Parameters
        ----------
        image : ndarray of float64, shape (rows, cols, 3)
        colors : ndarray of float64, shape (n, 3)

        Returns
        -------
        ndarray of uint8, shape (rows, cols)
            Rows of `colors`.
        """
        reduced = np.empty(image.shape[:2], np.uint8)
        if self.taps is not None:
            diffuse(image.copy(), colors, self.taps, self.serpentine, self.cell, reduced)
        elif self.thresholds is not None:
            gaps = ((colors[:, np.newaxis] - colors[np.newaxis]) ** 2).sum(axis=-1)
            np.fill_diagonal(gaps, np.inf)
            spread = self.spread * float(np.sqrt(np.median(gaps.min(axis=1))))
            by_threshold(image, colors, spread * self.thresholds, reduced)
        return reduced


@compiled(
    types.void(
        types.float64[:, :, ::1],
        colors_array,
        colors_array,
        types.boolean,
        types.int64,
        types.uint8[:, ::1],
    )
)
def diffuse(
    image: NDArray[np.float64],
    colors: NDArray[np.float64],
    taps: NDArray[np.float64],
    serpentine: bool,
    cell: int,
    reduced: NDArray[np.uint8],
) -> None:
    """Take the nearest color of each pixel, and hand the error on; overwrites `image`."""
    rows, cols = reduced.shape
    for row in range(rows):
        back = serpentine and row % 2 == 1
        for step in range(cols):
            col = cols - 1 - step if back else step
            r = min(max(image[row, col, 0], 0.0), 255.0)
            g = min(max(image[row, col, 1], 0.0), 255.0)
            b = min(max(image[row, col, 2], 0.0), 255.0)
            place = nearest_of(r // cell * cell, g // cell * cell, b // cell * cell, colors)
            reduced[row, col] = place
            r, g, b = r - colors[place, 0], g - colors[place, 1], b - colors[place, 2]
            for tap in range(len(taps)):
                forward = np.int64(taps[tap, 1])
                y, x = row + np.int64(taps[tap, 0]), col - forward if back else col + forward
                if y < rows and 0 <= x < cols:
                    image[y, x, 0] += taps[tap, 2] * r
                    image[y, x, 1] += taps[tap, 2] * g
                    image[y, x, 2] += taps[tap, 2] * b


@compiled(types.void(image_array, colors_array, colors_array, types.uint8[:, ::1]))
def by_threshold(
    image: NDArray[np.float64],
    colors: NDArray[np.float64],
    thresholds: NDArray[np.float64],
    reduced: NDArray[np.uint8],
) -> None:
    """Take the color that is nearest to each pixel moved by a threshold along the grays."""
    side = len(thresholds)
    for row in range(reduced.shape[0]):
        for col in range(reduced.shape[1]):
            by = thresholds[row % side, col % side]
            reduced[row, col] = nearest_of(
                image[row, col, 0] + by, image[row, col, 1] + by, image[row, col, 2] + by, colors
            )


@compiled()
def nearest_of(r: float, g: float, b: float, colors: NDArray[np.float64]) -> int:
    """Row of the color nearest to another, the first of several."""
    least, place = np.inf, 0
    for k in range(len(colors)):
        squared = (r - colors[k, 0]) ** 2 + (g - colors[k, 1]) ** 2 + (b - colors[k, 2]) ** 2
        if squared < least:
            least, place = squared, k
    return place


def shuffled(n: int, seed: int) -> NDArray[np.int64]:
    """Numbers below n in an order that looks random and is the same everywhere."""
    keys = np.arange(1, n + 1, dtype=np.uint64) + np.uint64(seed << 32)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        keys = (keys ^ (keys >> np.uint64(shift))) * np.uint64(factor)
    return np.argsort(keys ^ (keys >> np.uint64(31)), kind="stable")


def _taps(divisor: int, *rows: str) -> NDArray[np.float64]:
    """Shares of an error as papers print them; the pixel itself is ``x``."""
    table = [row.split() for row in rows]
    start = table[0].index("x")
    return np.array(
        [
            (down, across - start, int(share) / divisor)
            for down, row in enumerate(table)
            for across, share in enumerate(row)
            if share not in ("x", "0")
        ]
    )


def _bayer(side: int) -> NDArray[np.float64]:
    """Matrix of ordered dithering (Bayer 1973)."""
    matrix = np.zeros((1, 1))
    while len(matrix) < side:
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return (matrix + 0.5) / side**2 - 0.5


def _scattered(side: int, *, rounds: int) -> NDArray[np.float64]:
    """Thresholds in random order; each round moves like ones apart, as in blue noise."""
    ranks = shuffled(side * side, 1).reshape(side, side)
    for _ in range(rounds):
        around = sum(
            weight * np.roll(ranks, (dy, dx), (0, 1))
            for dy in range(-2, 3)
            for dx in range(-2, 3)
            if (weight := 8 >> (dy * dy + dx * dx)) and (dy or dx)
        )
        order = np.argsort((4 * 9 * ranks - around).ravel(), kind="stable")
        flat = np.empty(side * side, np.int64)
        flat[order] = np.arange(side * side)
        ranks = flat.reshape(side, side)
    return (ranks + 0.5) / side**2 - 0.5


FLOYD_STEINBERG = _taps(16, "0 x 7", "3 5 1")

DITHERERS = (
    Ditherer(name="Floyd-Steinberg", taps=FLOYD_STEINBERG),
    # Pillow looks colors up in a table of cells.
    Ditherer(name="Floyd-Steinberg, Pillow", taps=FLOYD_STEINBERG, cell=4),
    Ditherer(name="Floyd-Steinberg, serpentine", taps=FLOYD_STEINBERG, serpentine=True),
    Ditherer(name="Jarvis-Judice-Ninke", taps=_taps(48, "0 0 x 7 5", "3 5 7 5 3", "1 3 5 3 1")),
    Ditherer(name="Burkes", taps=_taps(32, "0 0 x 8 4", "2 4 8 4 2")),
    Ditherer(name="Sierra Lite", taps=_taps(4, "0 x 2", "1 1 0")),
    Ditherer(name="Atkinson", taps=_taps(8, "0 x 1 1", "1 1 1 0", "0 1 0 0")),
    *(
        Ditherer(name=f"ordered, {side} x {side}", thresholds=_bayer(side), spread=spread)
        for side in (2, 4, 8)
        for spread in (0.5, 0.75, 1.0, 1.4)
    ),
    *(
        Ditherer(name=name, thresholds=_scattered(64, rounds=rounds), spread=spread)
        for name, rounds in (("blue noise", 6), ("white noise", 0))
        for spread in (0.6, 1.0)
    ),
)
"""Ways that are tried."""
