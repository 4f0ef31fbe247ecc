"""The main colors of windows at regular places of a picture of any size."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.color.pixels import Pixels
from geoindex.color.threads import in_threads
from geoindex.learn.units.window_kernels import fill_main_colors
from geoindex.rules.scale import round_colors

__all__ = ["LEAST_SHARE", "Samples", "WindowSampler", "sampling_step"]

REACH = 6
"""A window has 13 x 13 pixels."""

LEAST_SHARE = 0.4
"""Share of a window that its main color must hold; lines, contacts and letters never do."""

PIXELS_KEPT = 9
"""Pixels around the middle of a window that are kept, 3 x 3."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """Windows on a regular grid over an image."""

    colors: NDArray[np.float32]
    """Main color of each window, shape (rows, cols, 3)."""

    shares: NDArray[np.float32]
    """Share of the window's pixels that have it, nearly; shape (rows, cols)."""

    spreads: NDArray[np.float32]
    """Scatter of these pixels in levels per channel; shape (rows, cols)."""

    pixels: NDArray[np.uint8]
    """The pixels in the middle of each window, shape (rows, cols, 9, 3)."""

    step: int
    """Distance of the windows in pixels."""

    @property
    def full(self) -> NDArray[np.bool_]:
        """Whether a color holds enough of the window; shape (rows, cols)."""
        return self.shares > LEAST_SHARE


def sampling_step(shape: tuple[int, int], least: int, most: int) -> int:
    """Distance of windows in pixels: at least `least`, and so that there are at most `most`."""
    rows, cols = shape
    step = max(least, math.ceil(math.sqrt(rows * cols / most)))
    return min(step, rows, cols)


class WindowSampler:
    """Takes the windows of an image whose rows come in blocks.

    The result is the same for every division into blocks.
    """

    def __init__(self, step: int, radius: float) -> None:
        self._step, self._radius = step, radius
        self._rows: list[tuple[NDArray[np.float32], ...]] = []
        self._kept: list[NDArray[np.uint8]] = []
        self._colors = np.empty((0, 0, 3), np.uint8)
        self._valid: NDArray[np.uint8] | None = None
        self._top = 0
        """Image row of the first row of `_colors`."""

    def add(self, pixels: Pixels) -> None:
        """Take the next rows, all columns of them."""
        if not pixels.shape[0]:
            return
        colors, valid = round_colors(pixels.colors), pixels.valid
        if len(self._colors):
            if valid is not None or self._valid is not None:
                valid = np.concatenate(
                    [
                        np.ones(part.shape[:2], np.uint8) if mask is None else mask
                        for part, mask in ((self._colors, self._valid), (colors, valid))
                    ]
                )
            colors = np.concatenate([self._colors, colors])
        self._colors, self._valid = colors, valid
        self._sample(self._top + len(colors) - REACH)

    def samples(self) -> Samples:
        """Take the last windows, which the border cuts off, and return all."""
        self._sample(self._top + len(self._colors) + self._step)
        colors, shares, spreads = (
            np.stack([row[part] for row in self._rows]) for part in range(3)
        )
        return Samples(
            colors=colors,
            shares=shares,
            spreads=spreads,
            pixels=np.stack(self._kept),
            step=self._step,
        )

    def _sample(self, end: int) -> None:
        """Take the windows whose middle is above an image row, and drop the rows before them."""
        middle = self._step // 2
        first = middle + len(self._rows) * self._step
        rows = range(first, min(end, self._top + len(self._colors)), self._step)
        cols = np.arange(middle, self._colors.shape[1], self._step)
        found = [
            (
                np.zeros((len(cols), 3), np.float32),
                np.zeros(len(cols), np.float32),
                np.zeros(len(cols), np.float32),
            )
            for _ in rows
        ]
        valid = np.empty((0, 0), np.uint8) if self._valid is None else self._valid

        def take(number: int) -> None:
            fill_main_colors(
                self._colors,
                valid,
                rows[number] - self._top,
                cols,
                REACH,
                self._radius,
                *found[number],
            )

        in_threads(take, range(len(rows)))
        self._rows.extend(found)
        self._kept.extend(self._middle_pixels(row - self._top, cols) for row in rows)
        unused = min(middle + len(self._rows) * self._step - REACH - self._top, len(self._colors))
        if unused > 0:
            self._colors = self._colors[unused:].copy()
            self._valid = None if self._valid is None else self._valid[unused:].copy()
            self._top += unused

    def _middle_pixels(self, row: int, cols: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Pick the 3 x 3 pixels around each place of a row; those beyond the border repeat."""
        rows, width = self._colors.shape[:2]
        around = np.arange(-1, 2)
        y = np.clip(row + around, 0, rows - 1)
        x = np.clip(cols[:, np.newaxis] + around, 0, width - 1)
        picked = self._colors[y[np.newaxis, :, np.newaxis], x[:, np.newaxis, :]]
        return np.asarray(picked.reshape(len(cols), PIXELS_KEPT, 3))
