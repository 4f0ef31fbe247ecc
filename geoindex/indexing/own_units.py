"""The palette of an image without one: its own units and inks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.clean import Clean
from geoindex.color.pixels import PixelRule
from geoindex.errors import ImageError
from geoindex.images.pixel_blocks import image_name
from geoindex.palette import Palette

__all__ = ["AUTO", "OwnUnits", "find_own_units", "is_auto", "legend_path"]

AUTO = "auto"
"""Name that stands for the image's own units where a palette is expected."""

DOUBTFUL = 0.5
"""Certainty below which a unit should be checked."""

PALE = 235
"""Level of the darkest channel from which a unit may be bare paper."""


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnUnits:
    """Units by area, then inks."""

    palette: Palette
    """Named *unit 1*, *unit 2*, ..., *ink 1*, ..., with roles."""

    shares: NDArray[np.float64]
    """Share of each in the image."""

    spreads: NDArray[np.float64]
    certainties: NDArray[np.float64]

    def clean_with(self, clean: Clean | bool | None) -> Clean | bool:
        """Class recovery that finds hatchings, and does not warn if there is no ink."""
        if clean is False:
            return False
        if clean is None or clean is True:
            clean = Clean() if "ink" in (self.palette.roles or ()) else Clean(ink=())
        return clean if clean.hatch is not None else replace(clean, hatch="auto")

    def doubts(self) -> list[str]:
        """Say what to check.

        Returns
        -------
        list of str
            One line each; empty if nothing is in doubt.
        """
        roles, colors = self.palette.roles or (), self.palette.colors
        is_unit = np.array([role != "ink" for role in roles])
        inks = np.flatnonzero(~is_unit)
        looks = (
            (
                np.flatnonzero(is_unit & (self.certainties < DOUBTFUL)),
                "may be a narrow unit, a pattern or a mixture",
            ),
            (
                np.flatnonzero(is_unit & (colors.min(axis=1) >= PALE)),
                "perhaps paper, which collar= or nodata_color= leaves out",
            ),
            (inks, "filled as lines; a dyke may be among them"),
        )
        return [f"{_listed(self.palette, rows)}: {what}" for rows, what in looks if len(rows)]

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        roles = self.palette.roles or ()
        return {
            "units": sum(role != "ink" for role in roles),
            "inks": sum(role == "ink" for role in roles),
            "sure": sum(
                role != "ink" and bool(certainty >= DOUBTFUL)
                for role, certainty in zip(roles, self.certainties, strict=True)
            ),
            "colors": [
                {
                    "name": self.palette.label(row),
                    "color": self.palette.colors[row].tolist(),
                    "role": roles[row],
                    "share": round(float(self.shares[row]), 6),
                    "spread": round(float(self.spreads[row]), 2),
                    "certainty": round(float(self.certainties[row]), 3),
                }
                for row in range(len(self.palette))
            ],
            "doubts": self.doubts(),
        }


def is_auto(palette: Any) -> bool:
    """Whether the image's own units are requested: no palette, or "auto"."""
    return palette is None or (isinstance(palette, str) and palette == AUTO)


def legend_path(target: Path) -> Path:
    """Path of the legend of a grid: ``units.legend.csv`` for ``units.tif``."""
    return target.with_name(f"{target.stem}.legend.csv")


def find_own_units(
    image: Any, rule: PixelRule, *, channel_axis: int | None = None, gdal: bool = False
) -> OwnUnits:
    """Find the units and inks of an image.

    Raises
    ------
    ImageError
        The image has no color that holds area, or is no map of units.
    """
    # Loading the compiled steps takes as long as mapping a map.
    from geoindex.learn.methods import Settings
    from geoindex.learn.palette import learn
    from geoindex.learn.reading import Reading

    reading = Reading(
        images=[image],
        rule=rule,
        channel_axis=channel_axis,
        gdal=gdal,
        skip_unreadable=False,
        progress=None,
    )
    learned = learn(reading, Settings(method="units"))
    if learned.doubt is not None:
        raise ImageError(
            f"{image_name(image)} {learned.doubt}; name a palette to convert it anyway"
        )
    is_ink = np.array([role == "ink" for role in learned.roles or [""] * len(learned.colors)])
    order = np.argsort(is_ink, kind="stable")
    n_units = int(np.count_nonzero(~is_ink))
    names = [f"unit {number + 1}" for number in range(n_units)]
    names += [f"ink {number + 1}" for number in range(len(order) - n_units)]
    none = np.zeros(len(order))
    return OwnUnits(
        palette=Palette(
            learned.colors[order],
            names,
            roles=["unit"] * n_units + ["ink"] * (len(order) - n_units),
        ),
        shares=learned.counts[order] / max(1, learned.histogram.n_pixels),
        spreads=(none if learned.spreads is None else learned.spreads)[order],
        certainties=(none if learned.certainties is None else learned.certainties)[order],
    )


def _listed(palette: Palette, rows: NDArray[np.intp]) -> str:
    """Names of rows with their colors."""
    most = 6
    named = [
        f"{palette.label(row)} ({','.join(map(str, palette.colors[row]))})" for row in rows[:most]
    ]
    more = f" and {len(rows) - most} more" * (len(rows) > most)
    return ", ".join(named) + more
