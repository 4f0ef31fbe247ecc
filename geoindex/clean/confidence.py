"""How sure class recovery is: from the margin of a pixel to the chance that its class is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["N_MARGINS", "UNLISTED", "Calibration", "Quality", "chances_of", "percent_of"]

LARGEST_MARGIN = 100

UNLISTED = 101
"""Margin of pixels in areas whose color no unit of the palette has."""

N_MARGINS = UNLISTED + 1
"""Margins are whole percent: the lead of a pixel's unit over the runner-up, 0 for a guess."""

UNLISTED_CHANCE = 0.02
"""Share of these that are right: along the border of such areas."""

BEYOND_DOUBT = 90
"""Confidence in percent above which a pixel is beyond doubt."""

Calibration = Literal["export", "lossy", "scan", "printed", "blend", "dither"]
"""Kinds of picture whose margins mean different chances."""

MARGINS = (0, 1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 100)

CHANCES: dict[Calibration, tuple[float, ...]] = {
    "export": (
        0.3579, 0.7551, 0.8835, 0.9303, 0.9580, 0.9737, 0.9840, 0.9879,
        0.9897, 0.9960, 0.9985, 0.9985, 0.9995, 0.9996, 0.9999,
    ),
    "lossy": (
        0.4211, 0.5389, 0.6474, 0.7871, 0.8618, 0.9130, 0.9288, 0.9464,
        0.9602, 0.9723, 0.9810, 0.9899, 0.9938, 0.9948, 0.9997,
    ),
    "scan": (
        0.7625, 0.7625, 0.7625, 0.8109, 0.8662, 0.8868, 0.9084, 0.9250,
        0.9369, 0.9498, 0.9615, 0.9689, 0.9735, 0.9791, 0.9982,
    ),
    "printed": (
        0.7649, 0.7649, 0.7649, 0.7649, 0.7962, 0.8189, 0.8533, 0.8880,
        0.9138, 0.9355, 0.9550, 0.9677, 0.9743, 0.9807, 0.9983,
    ),
    "blend": (
        0.7457, 0.8389, 0.9227, 0.9536, 0.9597, 0.9627, 0.9774, 0.9782,
        0.9842, 0.9890, 0.9898, 0.9950, 0.9991, 0.9998, 0.9998,
    ),
    "dither": (
        0.3942, 0.3942, 0.4822, 0.5075, 0.7250, 0.8767, 0.9000, 0.9000,
        0.9979, 0.9979, 0.9979, 0.9979, 0.9979, 0.9979, 0.9979,
    ),
}  # fmt: skip
"""Share of right pixels at each of `MARGINS`, as ``benchmarks/recovery_confidence.py`` measures it
on drawn maps; straight lines between them. Dithered maps are of 24 seeds, and their 0.907 at
margins of 40 and 50 is rounded down, because it is less where units have the same dots."""


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What class recovery expects of its result."""

    beyond_doubt: float
    """Share of the pixels whose confidence is above 90%; 99% of them and more are right."""

    expected_right: float
    """Share of the pixels whose class is right, as on drawn maps of the same kind."""

    unlisted: float
    """Share of the pixels in areas whose color no unit of the palette has, so that their class
    cannot be right."""

    @classmethod
    def of(
        cls,
        counts: NDArray[np.int64],
        calibration: Calibration,
        *,
        is_lacking: bool,
        n_close: int = 0,
    ) -> Quality | None:
        """Sum up pixels.

        Parameters
        ----------
        counts : ndarray of int64, shape (N_MARGINS,)
            Pixels of each margin.
        calibration : str
        is_lacking : bool
            Whether frequent colors of areas are known that no unit has. If not, what seems to be
            unlisted may be shade as well, and is a guess.
        n_close : int
            Pixels that have exactly another color than their unit, if too close to it for their
            margin to tell.

        Returns
        -------
        Quality or None
            None without pixels.
        """
        counts, n_pixels = counts.copy(), int(counts.sum())
        if not n_pixels:
            return None
        if not is_lacking:
            counts[0] += counts[UNLISTED]
            counts[UNLISTED] = 0
        n_close = min(n_close, int(counts[LARGEST_MARGIN]))
        counts[LARGEST_MARGIN] -= n_close
        counts[UNLISTED] += n_close
        sure = percent_of(calibration) > BEYOND_DOUBT
        # Summed one by one, because the last bits of a dot product depend on the processor.
        right = sum(
            n * chance
            for n, chance in zip(counts.tolist(), chances_of(calibration).tolist(), strict=True)
        )
        return cls(
            beyond_doubt=round(int(counts[sure].sum()) / n_pixels, 6),
            expected_right=round(right / n_pixels, 6),
            unlisted=round(int(counts[UNLISTED]) / n_pixels, 6),
        )


def chances_of(calibration: Calibration) -> NDArray[np.float64]:
    """Chance that a pixel of each margin is right, shape (N_MARGINS,)."""
    chances = np.interp(np.arange(N_MARGINS), MARGINS, CHANCES[calibration])
    chances[UNLISTED] = UNLISTED_CHANCE
    return chances


def percent_of(calibration: Calibration) -> NDArray[np.uint8]:
    """Confidence in a pixel of each margin in whole percent, shape (N_MARGINS,)."""
    return np.floor(100 * chances_of(calibration) + 0.5).astype(np.uint8)
