"""The swatches of a printed legend, and the legend they make up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from geoindex.errors import PaletteError
from geoindex.palette import Palette

__all__ = ["Box", "Legend", "Swatch", "in_order"]

Box = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Swatch:
    """One swatch of a legend."""

    color: tuple[int, int, int]
    """Its color; for a patterned swatch the most frequent one."""

    box: Box
    """Left, top, right and bottom in pixels of the picture; right and bottom are exclusive."""

    patterned: bool = False
    """Whether it is hatched, dotted or shaded, so that no single color represents it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Legend:
    """The result of :func:`geoindex.legend_palette`."""

    palette: Palette
    """One color per swatch, in the order of the legend."""

    swatches: tuple[Swatch, ...]
    """The swatches: columns from left to right, each from top to bottom."""

    box: Box
    """The part of the picture that was searched."""

    @property
    def patterned(self) -> tuple[int, ...]:
        """Rows of the palette whose swatches are patterned."""
        return tuple(row for row, swatch in enumerate(self.swatches) if swatch.patterned)

    def named(self, names: Sequence[str]) -> Legend:
        """Name the swatches.

        Parameters
        ----------
        names : sequence of str
            One name per swatch, in their order.

        Returns
        -------
        Legend

        Raises
        ------
        PaletteError
            The numbers of names and swatches differ.
        """
        if len(names) != len(self.swatches):
            raise PaletteError(
                f"the legend has {len(self.swatches)} swatches but there are {len(names)} names; "
                "look at the swatches found (--picture), and name all of them in order"
            )
        return replace(self, palette=Palette(self.palette.colors, names))

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "box": list(self.box),
            "swatches": [
                {
                    "index": row,
                    "color": list(swatch.color),
                    "name": None if self.palette.names is None else self.palette.names[row],
                    "box": list(swatch.box),
                    "patterned": swatch.patterned,
                }
                for row, swatch in enumerate(self.swatches)
            ],
        }


def in_order(swatches: list[Swatch]) -> list[Swatch]:
    """Sort swatches into columns from left to right, each from top to bottom."""
    columns: list[list[Swatch]] = []
    for swatch in sorted(swatches, key=lambda one: one.box[0]):
        middle = (swatch.box[0] + swatch.box[2]) / 2
        column = next(
            (known for known in columns if known[0].box[0] <= middle < known[0].box[2]), None
        )
        if column is None:
            columns.append([swatch])
        else:
            column.append(swatch)
    return [
        swatch
        for column in columns
        for swatch in sorted(column, key=lambda one: (one.box[1], one.box[0]))
    ]
