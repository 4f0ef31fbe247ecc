"""The light on a map: a smooth field over windows whose colors are known or not.

The field is a sum of cubic B-splines. Lamp, paper and hillshade multiply the units' colors;
a hillshade under transparent units adds the same amount of gray to all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.units.light_kernels import add_observations, solve_band
from geoindex.learn.units.samples import Samples

__all__ = ["Light", "LightKind", "fit_from_labels", "fit_from_pairs", "no_light"]

Floats = NDArray[np.float64]

BENDING = 1e-4
"""Weight of the field's curvature, per mean weight of its splines."""

LEAST_PAIRS = 100
MOST_PAIRS = 40_000
"""Fewest pairs of windows for a fit, and most, drawn at random."""

MOST_LABELED = 250_000
"""Most windows of known units for a fit."""

PAIR_ROUNDS, LABEL_ROUNDS = 5, 3
"""Rounds of reweighting."""

MOST_CELLS = 60
"""Most cells of the field along a side, which limits the time of a fit."""

NO_UNITS = np.empty(0, np.int64)

LEAST_LIGHT = 0.3
"""Least brightness of a window relative to its unit."""


@dataclass(frozen=True)
class LightKind:
    """How light acts, and how fast it changes."""

    acts: Literal["multiplies", "adds"]
    cell: int
    """Distance of the spline knots in windows."""
    gap: int
    """Distance of the windows that are compared for the first fit."""
    reach: float
    """Largest difference within such a pair, as a multiple of the noise."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Splines:
    """The splines that are not 0 at some windows, or at pairs of them."""

    at: NDArray[np.int64]
    """Their numbers, shape (n, 16) or (n, 32)."""

    values: Floats
    """Their values, same shape."""

    def of(self, coefficients: Floats) -> Floats:
        """Sum up the field that coefficients stand for, shape (n,)."""
        return np.asarray((self.values * coefficients.ravel()[self.at]).sum(axis=1))

    def less(self, other: _Splines) -> _Splines:
        """Difference of two places."""
        return _Splines(
            at=np.hstack([self.at, other.at]), values=np.hstack([self.values, -other.values])
        )


class Light:
    """A field over the windows of an image; 0 changes nothing."""

    def __init__(self, shape: tuple[int, int], kind: LightKind | None) -> None:
        self.kind = kind
        self._shape = shape
        if kind is None:
            return
        cell = max(kind.cell, -(-max(shape) // MOST_CELLS))
        self._down, self._across = _splines(shape[0], cell), _splines(shape[1], cell)
        self._knots = self._down.shape[1], self._across.shape[1]
        self._coefficients: Floats = np.zeros(self._knots)

    @property
    def adds(self) -> bool:
        """Whether gray is added, not multiplied."""
        return self.kind is not None and self.kind.acts == "adds"

    def field(self) -> Floats:
        """Logarithm of the brightness, or levels of added gray; shape (rows, cols)."""
        if self.kind is None:
            return np.zeros(self._shape)
        return np.asarray(self._down @ self._coefficients @ self._across.T)

    def undone(self, colors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Colors of windows, shape (rows, cols, ...), as they would be in even light."""
        if self.kind is None:
            return colors
        field = self.field().astype(np.float32)
        field = field.reshape(field.shape + (1,) * (colors.ndim - 2))
        return np.asarray(colors - field if self.adds else colors / np.exp(field))

    def splines(self, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> _Splines:
        """Evaluate the splines at some windows."""
        down, down_at = _nonzero(self._down)
        across, across_at = _nonzero(self._across)
        at = down_at[rows][:, :, None] * self._knots[1] + across_at[cols][:, None, :]
        values = down[rows][:, :, None] * across[cols][:, None, :]
        return _Splines(at=at.reshape(len(rows), 16), values=values.reshape(len(rows), 16))

    def fit(
        self,
        splines: _Splines,
        weights: Floats,
        wanted: Floats,
        units: NDArray[np.int64] = NO_UNITS,
    ) -> Floats:
        """Fit field and units: weighted least squares with a small price on bending.

        `units` holds the unit of each window. Returns the fit at the windows, with the units.
        """
        n, n_units = self._coefficients.size, int(units.max(initial=-1)) + 1
        price = BENDING * max(weights.sum() / n, 1e-12)
        # Cubic splines of windows at most a cell apart are at most 4 rows and columns apart.
        band = np.zeros((n, min(n, 4 * self._knots[1] + 5)))
        right = np.zeros((n, 1 + n_units))
        add_observations(splines.at, splines.values, weights, wanted, units, band, right)
        for at, values in _bending(*self._knots):
            rows = len(at)
            add_observations(
                at, np.tile(values, (rows, 1)), np.full(rows, price), np.zeros(rows), NO_UNITS,
                band, right,
            )  # fmt: skip
        band[:, 0] += 1e-3 * price
        beside = right[:, 1:].copy()
        solve_band(band, right)
        found: Floats = right[:, 0]
        levels: Floats = np.zeros(n_units)
        if n_units:
            # The units are eliminated: few columns beside a band of many.
            of_units = np.bincount(units, weights * wanted, n_units) - beside.T @ found
            diagonal = np.bincount(units, weights, n_units) + 1e-3 * price
            levels = np.asarray(
                np.linalg.solve(np.diag(diagonal) - beside.T @ right[:, 1:], of_units)
            )
            found = np.asarray(found - right[:, 1:] @ levels)
        self._coefficients = found.reshape(self._knots)
        fitted = splines.of(found)
        return fitted + levels[units] if n_units else fitted

    def center(self) -> None:
        """Make the mean of the field 0; what is the same everywhere cannot be known."""
        # The splines add up to 1 everywhere.
        self._coefficients = self._coefficients - self.field().mean()


def no_light(samples: Samples) -> Light:
    """Even light."""
    return Light(samples.shares.shape, None)


def fit_from_pairs(samples: Samples, kind: LightKind, scale: float) -> Light:
    """Estimate the light without knowing units, from windows near each other.

    Most of such pairs lie in one unit, so that their difference is that of the light.

    Parameters
    ----------
    samples : Samples
    kind : LightKind
    scale : float
        Difference in levels from which a pair is taken for one of two units.
    """
    light = Light(samples.shares.shape, kind)
    found = [
        _pairs(samples, kind, scale, (down, across))
        for down, across in ((0, kind.gap), (kind.gap, 0))
    ]
    if sum(len(part[0]) for part in found) < LEAST_PAIRS:
        return light
    drawn = _drawn(sum(len(part[0]) for part in found), MOST_PAIRS)
    places, change, rest, level, weight = (
        np.concatenate([part[number] for part in found])[drawn] for number in range(5)
    )
    one, other = places[:, 0], places[:, 1]
    splines = light.splines(other[:, 0], other[:, 1]).less(light.splines(one[:, 0], one[:, 1]))
    fitted = np.zeros(len(change))
    for _ in range(PAIR_ROUNDS):
        error = ((change - fitted) * level) ** 2 + rest
        fitted = light.fit(splines, weight * (level / scale) ** 2 * _robust(error, scale), change)
    light.center()
    return light


def _pairs(
    samples: Samples, kind: LightKind, scale: float, gap: tuple[int, int]
) -> tuple[NDArray[np.intp], Floats, Floats, Floats, Floats]:
    """Find pairs of windows.

    Returns the rows and columns of both windows, shape (n, 2, 2), the difference of their light,
    the rest, levels per unit of light, weights.
    """
    down, across = gap
    rows, cols = samples.shares.shape
    one = np.s_[: max(0, rows - down), : max(0, cols - across)]
    other = np.s_[down:, across:]
    colors = samples.colors.astype(np.float64)
    step = colors[other] - colors[one]
    along = (colors[one] + colors[other]) / 2 if kind.acts == "multiplies" else np.ones_like(step)
    length = (along**2).sum(axis=-1)
    change = (step * along).sum(axis=-1) / np.maximum(length, 1)
    rest = ((step - change[..., np.newaxis] * along) ** 2).sum(axis=-1)
    level = np.sqrt(length)
    used = samples.full[one] & samples.full[other] & (rest < 9 * scale**2)
    used &= np.abs(change * level) < kind.reach * scale
    places = np.argwhere(used)
    weight = np.minimum(samples.shares[one], samples.shares[other]).astype(np.float64)
    both = np.stack([places, places + gap], axis=1)
    return both, change[used], rest[used], level[used], weight[used]


def fit_from_labels(
    light: Light,
    samples: Samples,
    units: NDArray[np.float32],
    labels: NDArray[np.intp],
    scale: float,
) -> None:
    """Estimate the light from windows whose units are known.

    The brightness of each unit is estimated with it: that of a unit in one place is known only
    from the light on both sides of its contacts.

    Parameters
    ----------
    light : Light
        Is fitted anew.
    samples : Samples
    units : ndarray, shape (n_units, 3)
    labels : ndarray of int, shape (rows, cols)
        Unit of each window, -1 for none.
    scale : float
        Distance in levels from which a window is taken for one of another unit.
    """
    rows, cols = np.nonzero((labels >= 0) & samples.full)
    if len(rows) < LEAST_PAIRS:
        return
    drawn = _drawn(len(rows), MOST_LABELED)
    rows, cols = rows[drawn], cols[drawn]
    unit = units[labels[rows, cols]].astype(np.float64)
    color = samples.colors[rows, cols].astype(np.float64)
    splines = light.splines(rows, cols)
    if light.adds:
        wanted, level = (color - unit).mean(axis=-1), np.full(len(rows), np.sqrt(3.0))
    else:
        length = (unit**2).sum(axis=-1)
        ratio = (color * unit).sum(axis=-1) / np.maximum(length, 1)
        wanted, level = np.log(np.maximum(ratio, LEAST_LIGHT)), np.sqrt(length)
    number = labels[rows, cols].astype(np.int64)
    weight = samples.shares[rows, cols] * (level / scale) ** 2
    fitted = splines.of(light._coefficients)
    for _ in range(LABEL_ROUNDS):
        model = (
            unit + fitted[:, np.newaxis] if light.adds else unit * np.exp(fitted)[:, np.newaxis]
        )
        error = ((color - model) ** 2).sum(axis=-1)
        fitted = light.fit(splines, weight * _robust(error, scale), wanted, number)
    light.center()


def _drawn(n: int, most: int) -> NDArray[np.intp] | slice:
    """Draw some of `n`, the same ones each time, ascending; all if they are not too many."""
    if n <= most:
        return slice(None)
    return np.sort(np.random.default_rng(0).choice(n, most, replace=False))


def _robust(squared: Floats, scale: float) -> Floats:
    """Geman-McClure weights."""
    return np.asarray(1 / (1 + squared / scale**2) ** 2)


def _splines(n: int, cell: int) -> NDArray[np.float64]:
    """Cubic B-splines at `n` places; shape (n, n_splines)."""
    n_cells = max(2, -(-n // cell))
    place = np.arange(n) / max(n, 1) * n_cells
    first = np.minimum(place.astype(int), n_cells - 1)
    part = place - first
    values = np.zeros((n, n_cells + 3))
    pieces = (
        (1 - part) ** 3,
        3 * part**3 - 6 * part**2 + 4,
        -3 * part**3 + 3 * part**2 + 3 * part + 1,
        part**3,
    )
    for offset, piece in enumerate(pieces):
        values[np.arange(n), first + offset] = piece / 6
    return values


def _nonzero(splines: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Four splines that are not 0 at each place, and their numbers."""
    at = np.sort(np.argsort(-splines, axis=1, kind="stable")[:, :4], axis=1)
    return np.take_along_axis(splines, at, axis=1), at


def _bending(down: int, across: int) -> list[tuple[NDArray[np.int64], Floats]]:
    """Second differences of a grid of coefficients: their numbers, and their weights."""
    number = np.arange(down * across).reshape(down, across)
    along = [number[:-2], number[1:-1], number[2:]]
    beside = [number[:, :-2], number[:, 1:-1], number[:, 2:]]
    corners = [number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]]
    second, mixed = np.array([1.0, -2, 1]), np.sqrt(2) * np.array([1.0, -1, -1, 1])
    return [
        (np.stack([part.ravel() for part in parts], axis=1), weights)
        for parts, weights in ((along, second), (beside, second), (corners, mixed))
    ]
