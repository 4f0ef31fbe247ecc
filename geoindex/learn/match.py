"""Keeping units apart: each color of a map is assigned a different palette color."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.color.mapper import ColorMapper, color_mapper
from geoindex.color.metrics import Metric
from geoindex.errors import OptionError, PaletteError
from geoindex.palette import Palette

__all__ = ["PaletteMatch", "SharedColor", "match_palette"]


@dataclass(frozen=True, kw_only=True)
class SharedColor:
    """Units that plain nearest-color matching would merge."""

    index: int
    """The palette row nearest to all of them."""

    label: str
    """Its name or values."""

    units: tuple[int, ...]
    """Rows of the units, most pixels first."""

    colors: tuple[tuple[int, int, int], ...]
    """Their colors."""

    pixels: tuple[int, ...] | None
    """Pixels of each, or None if no counts were given."""

    distances: tuple[float, ...]
    """Distance of each from the palette color, in the metric's units."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PaletteMatch:
    """The palette color assigned to each unit; made by :func:`match_palette`."""

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
    """Palette row nearest to each unit; several units may share it."""

    nearest_distances: NDArray[np.float64]
    """Distance of each unit from that row."""

    counts: NDArray[np.int64] | None
    """Pixels of each unit, or None."""

    @property
    def shared(self) -> tuple[SharedColor, ...]:
        """Units that plain nearest-color matching would merge, most pixels first."""
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

    def mapper(self, max_distance: float | None = None) -> ColorMapper:
        """Make a mapper from pixels to the palette color of their nearest unit.

        Parameters
        ----------
        max_distance : float, optional
            Pixels farther than this from every unit become nodata, in the metric's units.
        """
        return ColorMapper(
            self.palette,
            metric=self.metric,
            max_distance=max_distance,
            units=self.units,
            rows=self.rows,
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
    """Assign each color of a map a different palette color, at the least total distance.

    Several units of a map may have the same nearest palette color and would share an index in
    its grid. Here no two units do.

    Parameters
    ----------
    units : Palette or array_like of shape (n_units, 3)
        The map's own flat colors, all different, such as those of its legend.
    palette : Palette
        The colors to choose from; of equal colors only the first is used.
    counts : array_like of int, shape (n_units,), optional
        Pixels of each unit; its distance is then weighted by its area.
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
        An unknown metric, or counts that are not one number of 0 or more per unit.

    Notes
    -----
    The assignment problem, solved exactly by ``scipy.optimize.linear_sum_assignment`` (D. F.
    Crouse, 2016, "On implementing 2D rectangular assignment algorithms"). If several assignments
    have the same total, the first unit gets the lowest possible row, then the second, and so on.

    Examples
    --------
    >>> from geoindex import Palette, match_palette
    >>> palette = Palette([[0, 0, 0], [255, 0, 0], [255, 255, 255]])
    >>> match = match_palette([[250, 10, 10], [240, 90, 90]], palette)
    >>> match.rows.tolist(), match.nearest_rows.tolist()
    ([1, 2], [1, 1])
    """
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
            f"{len(units)} units need {len(units)} different colors, but the palette has "
            f"{len(free)}; use a larger palette or fewer units"
        )
    mapper = color_mapper(palette, metric)
    distances = np.stack(
        [
            mapper.distance(np.repeat(color[np.newaxis], len(free), axis=0), free)
            for color in units.colors
        ]
    )
    cost = distances if weights is None else distances * np.maximum(weights, 1)[:, np.newaxis]
    chosen = _assign(cost)
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


def _assign(cost: NDArray[np.float64]) -> NDArray[np.intp]:
    """Choose a different column for each row at the least total cost; ties go to the first.

    Costs are rounded to whole numbers, which the solver adds exactly. A small price on later
    columns, above the rounding of a total, decides between equal totals, row by row.
    """
    from scipy.optimize import linear_sum_assignment

    n_rows, n_columns = cost.shape
    # Totals must fit the 53 bits of a float.
    cost = np.rint(np.ldexp(cost, 51 - np.frexp(cost.max() * n_rows)[1]))
    free, chosen = np.arange(n_columns), np.empty(n_rows, dtype=np.intp)
    for row in range(n_rows):
        left = cost[row:, free]
        left[0] += n_rows * np.arange(len(free))
        place = linear_sum_assignment(left)[1][0]
        chosen[row], free = free[place], np.delete(free, place)
    return chosen


def _as_units(units: Palette | ArrayLike) -> Palette:
    """Make a palette of the colors of a map; refuse duplicates."""
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
    """Check counts, one per unit."""
    if counts is None:
        return None
    given = np.asarray(counts)
    if given.shape != (n_units,) or given.dtype.kind not in "ui" or (given < 0).any():
        raise OptionError(
            f"counts must be {n_units} integers of 0 or more, one per unit, found an array of "
            f"{given.dtype} of shape {given.shape}"
        )
    return given.astype(np.int64)


def _pixels(counts: NDArray[np.int64] | None, units: list[int]) -> tuple[int, ...] | None:
    return None if counts is None else tuple(int(counts[unit]) for unit in units)


def _color(palette: Palette, row: int) -> tuple[int, int, int]:
    red, green, blue = (int(channel) for channel in palette.colors[row])
    return red, green, blue
