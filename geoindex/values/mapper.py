"""Pixels to values, by a table of all colors that occur, with ink and its neighbors left out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.cells import N_CODES
from geoindex.color.pixels import NO_MASK, Pixels
from geoindex.color.threads import in_threads
from geoindex.rules.plane import Floats
from geoindex.rules.scale import round_colors
from geoindex.values.approaches import Choices
from geoindex.values.bar import Box
from geoindex.values.filling import MARGIN as FILL_MARGIN
from geoindex.values.filling import Fill, fill_holes
from geoindex.values.growing import OPEN, grow_values
from geoindex.values.inverse import ColorPlaces, codes_of
from geoindex.values.scale import ValueScale
from geoindex.values.spikes import MARGIN, mark_spikes

__all__ = ["ValueMapper", "Values", "value_ranges"]

LARGEST_STEP = 0.03
"""Of the ramp from pixel to pixel, up to which a neighbor tells what a color stands for."""

STRIP_PIXELS = 2**18
"""Pixels that are handed to a thread at a time."""

Values = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueMapper:
    """Gives the pixels of a picture their values."""

    codes: NDArray[np.int64]
    """Colors that occur, by their codes."""

    code_values: Values
    """Value of each; NaN for colors that are not on the ramp."""

    half_widths: Values | None = None
    """Half of the range of values that each can mean; None if not wanted."""

    scale: ValueScale
    """The values along the ramp."""

    finds_spikes: bool = False
    """Whether lines and letters in colors of the ramp are looked for."""

    black: float | None = None
    """Place of black on the ramp, as a share, where faint black lines are looked for."""

    open_codes: NDArray[np.int64]
    """Colors that can stand for several values, which their neighbors decide, rising."""

    open_begins: NDArray[np.int64]
    """Where the values of each begin in `open_values`."""

    open_values: Values
    """The values."""

    fill: Fill | None = None
    """How to fill in values below ink; None to leave them out."""

    hidden: Box | None = None
    """Part of the picture without values, such as its color bar: left, top, right, bottom."""

    @classmethod
    def of(
        cls,
        places: ColorPlaces,
        scale: ValueScale,
        is_on: NDArray[np.bool_],
        choices: Choices,
        *,
        band: bool,
        finds_spikes: bool,
        black: float | None,
        fill: Fill | None,
        hidden: Box | None,
    ) -> ValueMapper:
        """Make the tables of a picture.

        Parameters
        ----------
        places : ColorPlaces
            Its colors on the ramp.
        scale : ValueScale
        is_on : ndarray of bool, shape (n_colors,)
            Which of its colors have a value.
        choices : Choices
            Those that can stand for several.
        band : bool
            Whether the error band is wanted.
        finds_spikes : bool
        black : float, optional
            Place of black on the ramp.
        fill : {"harmonic"}, optional
        hidden : tuple of four int, optional
            Part of the picture without values.
        """
        values, half = value_ranges(places, scale)
        codes = codes_of(places.histogram.colors)
        known = np.where(is_on, values, np.nan).astype(np.float32)
        known[choices.colors] = OPEN
        return cls(
            codes=codes,
            code_values=known,
            half_widths=half.astype(np.float32) if band else None,
            scale=scale,
            finds_spikes=finds_spikes,
            black=black,
            open_codes=codes[choices.colors],
            open_begins=choices.begins,
            open_values=scale(choices.places).astype(np.float32),
            fill=fill,
            hidden=hidden,
        )

    @property
    def needs_whole(self) -> bool:
        """Whether values depend on pixels anywhere, so that the picture is held in memory."""
        return len(self.open_codes) > 0

    def __getstate__(self) -> dict[str, Any]:
        # Tables are made again where they are needed; each would be 64 MB for each process.
        tables = ("table", "share_table")
        return {name: value for name, value in vars(self).items() if name not in tables}

    @cached_property
    def table(self) -> Values:
        """Value of every color that occurs, by its code."""
        return self._table(self.code_values)

    @cached_property
    def share_table(self) -> Values:
        """Place on the ramp of every color that occurs, by its code."""
        return self._table(self.scale.shares(self.code_values))

    def _table(self, values: Values) -> Values:
        # The system allocates memory for zeros only where they are written to.
        table = np.zeros(N_CODES, dtype=np.float32)
        table[self.codes] = values
        return table

    @property
    def margin(self) -> int:
        """Pixels around a block that its values depend on."""
        return 1 + MARGIN * self.finds_spikes + FILL_MARGIN * (self.fill is not None)

    def values(self, pixels: Pixels) -> Values:
        """Values of pixels; NaN where there is none.

        Parameters
        ----------
        pixels : Pixels
            Shape (rows, cols).

        Returns
        -------
        ndarray of float32, shape (rows, cols)
        """
        from geoindex.values import kernels

        colors = round_colors(pixels.colors)
        valid = NO_MASK if pixels.valid is None else pixels.valid
        table = self.table
        out = np.empty(pixels.shape, dtype=np.float32)
        strips = _strips(pixels.shape)
        if not self.finds_spikes:
            in_threads(
                lambda rows: kernels.read_rows(colors, valid, table, out, rows.start, rows.stop),
                strips,
            )
            return out
        off = np.empty(pixels.shape, dtype=np.uint8)

        def look_up(rows: slice) -> None:
            mask = valid[rows] if valid.size else valid
            kernels.look_up(colors[rows], mask, table, out[rows], off[rows])

        in_threads(look_up, strips)
        if self.scale.is_even:
            # Values jump as places do, which would have to be looked up, too: a fifth of the time.
            low, high = self.scale.limits
            black = None if self.black is None else low + self.black * (high - low)
            mark_spikes(lambda rows: out[rows], off, black, abs(high - low))
        else:
            shares = self.share_table

            def shares_of(rows: slice) -> Values:
                found = np.empty((rows.stop - rows.start, pixels.shape[1]), dtype=np.float32)
                mask = valid[rows] if valid.size else valid
                kernels.look_up(colors[rows], mask, shares, found, np.empty(found.shape, np.uint8))
                return found

            mark_spikes(shares_of, off, self.black)
        in_threads(lambda rows: kernels.spread(off, out, rows.start, rows.stop), strips)
        return out

    def visible(self, pixels: Pixels, origin: tuple[int, int]) -> Pixels:
        """Pixels without those of the hidden part; `origin` is the place of the first one."""
        if self.hidden is None:
            return pixels
        left, top, right, bottom = self.hidden
        rows = slice(max(0, top - origin[0]), max(0, bottom - origin[0]))
        cols = slice(max(0, left - origin[1]), max(0, right - origin[1]))
        valid = np.ones(pixels.shape, np.uint8) if pixels.valid is None else pixels.valid.copy()
        valid[rows, cols] = 0
        return Pixels(table=pixels.table, codes=pixels.codes, valid=valid)

    def finish(
        self, values: Values, pixels: Pixels, origin: tuple[int, int]
    ) -> NDArray[np.bool_] | None:
        """Decide and fill in, in place, what depends on the pixels around.

        Parameters
        ----------
        values : ndarray of float32, shape (rows, cols)
            By :meth:`values`.
        pixels : Pixels
            Of the whole picture, or of a part with its margin.
        origin : tuple of two int
            Row and column of the first pixel.

        Returns
        -------
        ndarray of bool, shape (rows, cols), or None
            Where values were filled in; None if that is not wanted.
        """
        if len(self.open_codes):
            low, high = self.scale.limits
            step = LARGEST_STEP * abs(high - low)
            grow_values(values, pixels, self.open_codes, self.open_begins, self.open_values, step)
        if self.fill is None:
            return None
        allowed = np.ones(values.shape, bool) if pixels.valid is None else pixels.valid != 0
        return fill_holes(values, allowed, sum(origin) % 2)

    def error_band(self, pixels: Pixels, values: Values) -> Values | None:
        """Error band of pixels whose values are known; None if it is not wanted."""
        from geoindex.values import kernels

        if self.half_widths is None:
            return None
        valid = NO_MASK if pixels.valid is None else pixels.valid
        out = np.empty(pixels.shape, dtype=np.float32)
        off = np.empty(pixels.shape, dtype=np.uint8)
        table = self._table(self.half_widths)
        kernels.look_up(round_colors(pixels.colors), valid, table, out, off)
        out[np.isnan(values)] = np.nan
        return out


def value_ranges(places: ColorPlaces, scale: ValueScale) -> tuple[Floats, Floats]:
    """Value of each color of a picture, and half of the range that it can mean.

    A color that the ramp does not make can mean what lies as far along the ramp as it lies from
    it.
    """
    low, high = scale(places.lows), scale(places.highs)
    values, half = (low + high) / 2, np.abs(high - low) / 2
    if places.spreads is not None:
        at = places.lows
        below, above = (np.clip(at + sign * places.spreads, 0, 1) for sign in (-1, 1))
        return values, np.abs(scale(above) - scale(below)) / 2
    other = np.flatnonzero(~places.is_exact)
    if other.size:
        pieces = places.pieces
        at = np.searchsorted(pieces.highs, places.lows[other]).clip(max=len(pieces.highs) - 1)
        width = pieces.highs[at] - pieces.lows[at]
        reach = width / 2 + width * np.maximum(places.distances[other], 0.5)
        below = np.clip(places.lows[other] - reach, 0, 1)
        above = np.clip(places.lows[other] + reach, 0, 1)
        half[other] = np.abs(scale(above) - scale(below)) / 2
    return values, half


def _strips(shape: tuple[int, ...]) -> list[slice]:
    """Bands of rows for threads."""
    rows, cols = shape
    step = max(1, STRIP_PIXELS // max(1, cols))
    return [slice(top, min(top + step, rows)) for top in range(0, rows, step)]
