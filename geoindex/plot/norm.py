"""The matplotlib norm of palette indices."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import NoNorm

__all__ = ["IndexNorm"]

LARGEST_STRAY = 0.01
"""Largest distance of a float from the index it stands for; resampling may round floats."""


class IndexNorm(NoNorm):
    """Norm that hands indices to a colormap, and marks every other value as bad.

    A colormap takes floats of 0-1 for its whole range, and an index beyond its last color for the
    last color. Here a float of a whole number is that index; nodata, NaN, fractions and all other
    values are masked, which a colormap shows in its bad color.

    Parameters
    ----------
    n_classes : int
        Number of classes; indices are 0 to ``n_classes - 1``.

    Examples
    --------
    >>> from geoindex.plot.norm import IndexNorm
    >>> IndexNorm(3)([0.0, 2.0, 3.0, 0.5, float("nan")])
    masked_array(data=[0, 2, --, --, --],
                 mask=[False, False,  True,  True,  True],
           fill_value=999999)
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.n_classes = n_classes

    def __call__(self, value: Any, clip: bool | None = None) -> Any:  # noqa: ARG002  called by matplotlib
        """Return indices, masked where a value is no index; of a scalar a scalar."""
        values = np.ma.asarray(value)
        if self._are_boundaries(values):
            return values
        bad = np.ma.getmaskarray(values)
        numbers = values.data
        if numbers.dtype.kind == "f":
            whole = np.rint(numbers)
            # False for NaN and for infinity, whose difference is NaN.
            with np.errstate(invalid="ignore"):
                bad = bad | ~(np.abs(numbers - whole) <= LARGEST_STRAY)
            numbers = whole
        bad = bad | (numbers < 0) | (numbers >= self.n_classes)
        indices = np.ma.masked_array(np.where(bad, 0, numbers).astype(np.int64), mask=bad)
        return indices[()] if values.ndim == 0 else indices

    def _are_boundaries(self, values: Any) -> bool:
        """Whether values are the ends of a colorbar's boxes, which it passes through its norm."""
        if values.ndim != 1 or values.size <= self.n_classes or values[0] not in (-0.5, -1.5):
            return False
        return bool((values == values[0] + np.arange(values.size)).all())
