"""The table of areas of a grid: how much of it each class covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.analysis.table import write_table
from geoindex.analysis.tally import tally
from geoindex.errors import GridError
from geoindex.grid import IndexGrid
from geoindex.palette import Palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["AreaTable", "area_table", "class_facts"]


@dataclass(frozen=True, kw_only=True, eq=False)
class AreaTable:
    """Pixels and area of each class, in each zone where zones are given."""

    palette: Palette
    """The classes."""

    zones: Palette | None = None
    """The zones, or None: the whole grid is one."""

    pixels: NDArray[np.int64]
    """Pixels of each zone and class, shape (n_zones, n_classes)."""

    nodata_pixels: NDArray[np.int64]
    """Pixels of each zone that have no class, shape (n_zones,)."""

    areas: NDArray[np.float64] | None
    """The same in `unit`; None if the grid has no transform."""

    unit: str | None
    """``"km2"``, or ``"map units"`` (squares of them) if the grid has no CRS, or None."""

    @property
    def column(self) -> str:
        """Name of the column of areas."""
        return "km2" if self.unit == "km2" else "area"

    def rows(self) -> Iterator[dict[str, Any]]:
        """Iterate over the classes that occur, by zones, with their names, colors and sums.

        Yields
        ------
        dict
            ``zone`` and ``zone_name`` if there are zones; ``index``, ``value`` if the palette has
            class values, ``name``, ``color``, ``pixels``, ``share`` of the pixels of the zone
            that have a class, and ``km2`` or ``area``.
        """
        for zone, counts in enumerate(self.pixels):
            total = int(counts.sum())
            for row in np.flatnonzero(counts).tolist():
                facts = class_facts(self.palette, row)
                if self.zones is not None:
                    place = class_facts(self.zones, zone)
                    facts = {"zone": zone, "zone_name": place["name"], **facts}
                facts |= {"pixels": int(counts[row]), "share": int(counts[row]) / total}
                if self.areas is not None:
                    facts[self.column] = float(self.areas[zone, row])
                yield facts

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        nodata = self.nodata_pixels.tolist()
        return {
            "unit": self.unit,
            "classes": list(self.rows()),
            "nodata_pixels": nodata[0] if self.zones is None else nodata,
        }

    def plot(self, ax: Axes | None = None, *, max_classes: int = 20) -> Axes:
        """Draw the shares of the classes as bars in their colors, largest first.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Axes to draw on; by default those of a new figure.
        max_classes : int
            Classes that have a color of their own; a last one sums up the others.

        Returns
        -------
        matplotlib.axes.Axes
            One bar per class, or, if there are zones, one per zone.

        Raises
        ------
        OptionError
            `max_classes` is below 1.
        """
        from geoindex.plot.bars import plot_shares

        zones = self.zones
        names = None if zones is None else [zones.label(row) for row in range(len(zones))]
        return plot_shares(self.palette, self.pixels, ax, zones=names, max_classes=max_classes)

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write the table as ``.csv`` or ``.json``.

        Raises
        ------
        OutputError
            The suffix is another one, the file exists, or it cannot be written.
        """
        write_table(path, list(self.rows()), self.to_dict(), overwrite=overwrite)


def area_table(grid: IndexGrid, zones: IndexGrid | None = None) -> AreaTable:
    """Measure the classes of a grid; see :meth:`geoindex.IndexGrid.areas`."""
    if zones is None:
        sums = tally(grid)
        pixels, areas = sums.pixels[:, :1].T, None if sums.areas is None else sums.areas[:, :1].T
    else:
        sums = tally(zones, grid)
        # What lies in no zone is not measured.
        pixels, areas = sums.pixels[:-1], None if sums.areas is None else sums.areas[:-1]
        if not pixels[:, :-1].any():
            raise GridError("no pixel that has a class lies in a zone")
    return AreaTable(
        palette=grid.palette,
        zones=None if zones is None else zones.palette,
        pixels=pixels[:, :-1],
        nodata_pixels=pixels[:, -1],
        areas=None if areas is None else areas[:, :-1],
        unit=sums.unit,
    )


def class_facts(palette: Palette, row: int) -> dict[str, Any]:
    """Index, class value, name and color of a class."""
    facts: dict[str, Any] = {"index": row}
    if palette.values is not None:
        facts["value"] = palette.values[row]
    red, green, blue = palette.shown[row].tolist()
    name = "" if palette.names is None else palette.names[row]
    return facts | {"name": name, "color": f"#{red:02x}{green:02x}{blue:02x}"}
