"""Keeping units apart: to each color of a map a palette color of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.color.mapper import ColorMapper, color_mapper
from geoindex.color.metrics import Metric
from geoindex.color.pixels import Pixels
from geoindex.color.threads import Progress
from geoindex.errors import OptionError, PaletteError
from geoindex.palette import Palette
from geoindex.rules.indices import IndexArray, index_dtype, nodata_value
from geoindex.rules.scale import ColorArray

__all__ = ["PaletteMatch", "SharedColor", "UnitMapper", "match_palette"]


@dataclass(frozen=True, kw_only=True)
class SharedColor:
    """Units that the nearest palette color would not tell apart."""

    index: int
    """The palette row nearest to all of them."""

    label: str
    """Its name or values."""

    units: tuple[int, ...]
    """Rows of the units, most pixels first."""

    colors: tuple[tuple[int, int, int], ...]
    """Their colors."""

    pixels: tuple[int, ...] | None
    """Their pixels, where they were given."""

    distances: tuple[float, ...]
    """Their distances from the palette color, in the metric's units."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PaletteMatch:
    """Which palette color each unit was given."""

    units: Palette
    """The colors of the map."""

    palette: Palette
    """The colors to choose from."""

    metric: Metric
    """The color distance."""

    rows: NDArray[np.intp]
    """Palette row of each unit, all different, shape (n_units,)."""

    distances: NDArray[np.float64]
    """Distance of each unit from its palette color, in the metric's units."""

    nearest_rows: NDArray[np.intp]
    """Palette row that is nearest to each unit, which several may share."""

    nearest_distances: NDArray[np.float64]
    """Distance of that one."""

    counts: NDArray[np.int64] | None
    """Pixels of each unit, or None."""

    @property
    def shared(self) -> tuple[SharedColor, ...]:
        """Units that would share an index under the nearest color, most pixels first."""
        order = np.arange(len(self.units))
        if self.counts is not None:
            order = np.argsort(-self.counts, kind="stable")
        groups: dict[int, list[int]] = {}
        for unit in order:
            groups.setdefault(int(self.nearest_rows[unit]), []).append(int(unit))
        return tuple(
            SharedColor(
                index=index,
                label=self.palette.label(index),
                units=tuple(members),
                colors=tuple(_color(self.units, unit) for unit in members),
                pixels=_pixels(self.counts, members),
                distances=tuple(float(self.nearest_distances[unit]) for unit in members),
            )
            for index, members in groups.items()
            if len(members) > 1
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "metric": self.metric,
            "palette": self.palette.name,
            "total_distance": float(self.distances.sum()),
            "units": [
                {
                    "unit": unit,
                    "label": self.units.label(unit),
                    "color": list(_color(self.units, unit)),
                    "pixels": None if self.counts is None else int(self.counts[unit]),
                    "index": int(self.rows[unit]),
                    "palette_label": self.palette.label(int(self.rows[unit])),
                    "palette_color": list(_color(self.palette, int(self.rows[unit]))),
                    "distance": float(self.distances[unit]),
                    "nearest_index": int(self.nearest_rows[unit]),
                    "nearest_distance": float(self.nearest_distances[unit]),
                }
                for unit in range(len(self.units))
            ],
            "shared": [
                {
                    "index": group.index,
                    "label": group.label,
                    "units": list(group.units),
                    "colors": [list(color) for color in group.colors],
                    "pixels": None if group.pixels is None else list(group.pixels),
                    "distances": list(group.distances),
                }
                for group in self.shared
            ],
        }


def match_palette(
    units: Palette | ArrayLike,
    palette: Palette,
    *,
    counts: ArrayLike | None = None,
    metric: Metric = "rgb",
) -> PaletteMatch:
    """Give each color of a map a palette color of its own, at the least total distance.

    The nearest palette color may be the same for several units of a map, which then cannot be
    told apart in its grid. Here no two units share one.

    Parameters
    ----------
    units : Palette or array_like of shape (n_units, 3)
        The map's own flat colors, all different, such as those of its legend.
    palette : Palette
        The colors to choose from; of equal ones only the first is given.
    counts : array_like of int, shape (n_units,), optional
        Pixels of each unit. With them a unit's distance weighs as much as its area.
    metric : {"rgb", "lab", "oklab", "ciede2000", "redmean", "shaded"}
        The color distance.

    Returns
    -------
    PaletteMatch

    Raises
    ------
    PaletteError
        More units than the palette has different colors, or two equal units.
    OptionError
        An unknown metric, or counts that are not one number of 0 or more a unit.

    Notes
    -----
    The assignment problem, solved exactly by ``scipy.optimize.linear_sum_assignment`` (D. F.
    Crouse, 2016, "On implementing 2D rectangular assignment algorithms").

    Examples
    --------
    >>> from geoindex import Palette, match_palette
    >>> palette = Palette([[0, 0, 0], [255, 0, 0], [255, 255, 255]])
    >>> match = match_palette([[250, 10, 10], [240, 90, 90]], palette)
    >>> match.rows.tolist(), match.nearest_rows.tolist()
    ([1, 2], [1, 1])
    """
    from scipy.optimize import linear_sum_assignment

    if not isinstance(palette, Palette):
        raise PaletteError(
            f"palette must be a Palette, found {palette!r}; load_palette opens a file or a name"
        )
    units = _as_units(units)
    weights = _as_counts(counts, len(units))
    repeated = palette.duplicates()
    free = np.array([row for row in range(len(palette)) if row not in repeated], dtype=np.uint16)
    if len(units) > len(free):
        raise PaletteError(
            f"{len(units)} units cannot have different ones of {len(free)} palette colors; take "
            "a larger palette or fewer units"
        )
    # Distances of a unit from all rows at once are those of the rows from the unit, repeated.
    mapper = color_mapper(palette, metric)
    distances = np.stack(
        [
            mapper.distance(np.repeat(color[np.newaxis], len(free), axis=0), free)
            for color in units.colors
        ]
    )
    cost = distances if weights is None else distances * np.maximum(weights, 1)[:, np.newaxis]
    _, chosen = linear_sum_assignment(cost)
    nearest_rows = mapper.map(units.colors)
    return PaletteMatch(
        units=units,
        palette=palette,
        metric=metric,
        rows=free[chosen].astype(np.intp),
        distances=distances[np.arange(len(units)), chosen],
        nearest_rows=nearest_rows.astype(np.intp),
        nearest_distances=mapper.distance(units.colors, nearest_rows),
        counts=weights,
    )


def _as_units(units: Palette | ArrayLike) -> Palette:
    """Bring the colors of a map to a palette, and refuse duplicates."""
    if not isinstance(units, Palette):
        units = Palette(units)
    for row, first in units.duplicates().items():
        raise PaletteError(
            f"units must be different colors, but rows {first} and {row} are both "
            f"{','.join(map(str, _color(units, row)))}; leave one out",
            row=row,
        )
    return units


def _as_counts(counts: ArrayLike | None, n_units: int) -> NDArray[np.int64] | None:
    """Bring counts to integers, one a unit."""
    if counts is None:
        return None
    given = np.asarray(counts)
    if given.shape != (n_units,) or given.dtype.kind not in "ui" or (given < 0).any():
        raise OptionError(
            f"counts must be {n_units} integers of 0 or more, one a unit, found an array of "
            f"{given.dtype} of shape {given.shape}"
        )
    return given.astype(np.int64)


def _pixels(counts: NDArray[np.int64] | None, units: list[int]) -> tuple[int, ...] | None:
    return None if counts is None else tuple(int(counts[unit]) for unit in units)


def _color(palette: Palette, row: int) -> tuple[int, int, int]:
    red, green, blue = (int(channel) for channel in palette.colors[row])
    return red, green, blue


class UnitMapper(ColorMapper):
    """Maps pixels to the nearest unit, and from there to the palette color that it was given.

    Parameters
    ----------
    match : PaletteMatch
        The units and their palette colors.
    max_distance : float, optional
        Pixels farther than this from every unit become nodata, in the metric's units.
    """

    def __init__(self, match: PaletteMatch, *, max_distance: float | None = None) -> None:
        super().__init__(match.palette, metric=match.metric, max_distance=max_distance)
        self.match = match
        self._units = ColorMapper(match.units, metric=match.metric, max_distance=max_distance)

    def map(
        self,
        pixels: ColorArray,
        valid: NDArray[np.generic] | None = None,
        *,
        out: IndexArray | None = None,
    ) -> IndexArray:
        """Find the palette color of every pixel; see :meth:`ColorMapper.map`."""
        return self._translated(self._units.map(pixels, valid), out)

    def map_pixels(self, pixels: Pixels, *, out: IndexArray | None = None) -> IndexArray:
        """Find the palette color of every pixel; see :meth:`ColorMapper.map_pixels`."""
        return self._translated(self._units.map_pixels(pixels), out)

    def fill(self, *, progress: Progress | None = None) -> None:
        """Fill the table of the units; see :meth:`ColorMapper.fill`."""
        self._units.fill(progress=progress)

    def _translated(self, units: IndexArray, out: IndexArray | None) -> IndexArray:
        """Palette rows of unit rows."""
        missing = nodata_value(len(self.match.units), units.dtype)
        has_nodata = missing is not None and bool((units == missing).any())
        dtype = np.dtype(index_dtype(len(self.palette), has_nodata=has_nodata))
        if out is not None:
            if out.shape != units.shape or out.dtype.itemsize < dtype.itemsize:
                raise OptionError(
                    f"out must be {dtype} of shape {units.shape}, found {out.dtype} of {out.shape}"
                )
            dtype = out.dtype
        table = np.zeros(np.iinfo(units.dtype).max + 1, dtype=dtype)
        table[: len(self.match.rows)] = self.match.rows
        nodata = nodata_value(len(self.palette), dtype)
        if missing is not None and nodata is not None:
            table[missing] = nodata
        if out is None:
            translated: IndexArray = table[units]
            return translated
        out[...] = table[units]
        return out

    def __dask_tokenize__(self) -> tuple[object, ...]:
        """Name for Dask; other units, or other rows for them, are another one."""
        units = self.match.units.sha256, *self.match.rows.tolist()
        return (*super().__dask_tokenize__(), *units)

    def __getstate__(self) -> dict[str, Any]:
        return {"match": self.match, "max_distance": self.max_distance}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(  # type: ignore[misc]  # rebuilding is what unpickling means here
            state["match"], max_distance=state["max_distance"]
        )
