"""The swatches of a printed legend, and the legend they make up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from geoindex.errors import PaletteError
from geoindex.palette import Palette
from geoindex.rules.color_text import COLOR_FORMS, color_of_text

__all__ = ["Box", "Legend", "Swatch", "columns_of", "count_scattered", "in_order"]

Box = tuple[int, int, int, int]

ALIGNED = 3
"""Swatches of like size in line that make a column or a row."""

LIKE_SIZE = np.log([1.7, 3.0])
"""Factors between their widths and heights."""


@dataclass(frozen=True, kw_only=True)
class Swatch:
    """One swatch of a legend."""

    color: tuple[int, int, int]
    """Its color; for a patterned swatch that of its ground, between the marks."""

    box: Box
    """Left, top, right and bottom in pixels of the picture; right and bottom are exclusive."""

    patterned: bool = False
    """Whether it is hatched, dotted or shaded, so that no single color represents it."""

    confidence: float | None = None
    """How certain its name is if it was read from the print, 0 to 1."""

    group: str | None = None
    """The heading above it if names were read."""


class HasBox(Protocol):
    """What lies in a box."""

    @property
    def box(self) -> Box: ...


Boxed = TypeVar("Boxed", bound=HasBox)


class Legend(Palette):
    """The palette of a printed legend; the result of :func:`geoindex.legend_palette`.

    Parameters
    ----------
    palette : Palette
        One color per swatch, then the inks.
    swatches : sequence of Swatch
        The swatches in their order.
    box : tuple of four int
        The part of the picture that was searched.
    """

    __slots__ = ("_box", "_swatches")

    def __init__(self, palette: Palette, swatches: Sequence[Swatch], box: Box) -> None:
        super().__init__(palette.colors, palette.names, roles=palette.roles, scale="byte")
        self._swatches = tuple(swatches)
        self._box = box

    @property
    def swatches(self) -> tuple[Swatch, ...]:
        """The swatches: columns from left to right, each from top to bottom."""
        return self._swatches

    @property
    def box(self) -> Box:
        """The part of the picture that was searched: left, top, right and bottom in pixels."""
        return self._box

    @property
    def patterned(self) -> tuple[int, ...]:
        """Rows of the palette whose swatches are patterned."""
        return tuple(row for row, swatch in enumerate(self._swatches) if swatch.patterned)

    def named(self, names: Sequence[str]) -> Legend:
        """Name the swatches.

        Parameters
        ----------
        names : sequence of str
            One name per swatch, in their order.

        Raises
        ------
        PaletteError
            The numbers of names and swatches differ.
        """
        n_swatches = len(self._swatches)
        if len(names) != n_swatches:
            raise PaletteError(
                f"the legend has {n_swatches} swatches but there are {len(names)} names; "
                "look at the swatches found, and name all of them in order"
            )
        own = [self.label(row) for row in range(n_swatches, len(self))]
        return Legend(self.replace(names=[*names, *own]), self._swatches, self._box)

    def with_ink(self, inks: Sequence[str]) -> Legend:
        """Mark swatches as ink, or add colors as ink: lines and text printed over the units.

        Parameters
        ----------
        inks : sequence of str
            Names of swatches, and colors such as ``"black"`` and ``"#1f1a17"``.

        Returns
        -------
        Legend
            Class recovery fills what has these colors (:class:`geoindex.Clean`).

        Raises
        ------
        PaletteError
            A text is neither the name of a swatch nor a color.
        """
        if not inks:
            return self
        colors = self.colors.tolist()
        names = [self.label(row) for row in range(len(self))]
        roles = list(self.roles or [""] * len(self))
        for ink in inks:
            if self.names is not None and ink in self.names:
                roles[self.names.index(ink)] = "ink"
                continue
            color = color_of_text(ink)
            if color is None:
                raise PaletteError(
                    f"{ink!r} is neither the name of a swatch nor a color; write {COLOR_FORMS}"
                )
            if list(color[:3]) in colors:
                roles[colors.index(list(color[:3]))] = "ink"
                continue
            colors.append(list(color[:3]))
            names.append(f"ink {ink}")
            roles.append("ink")
        marked = Palette(colors, names, roles=roles, scale="byte")
        return Legend(marked, self._swatches, self._box)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "box": list(self._box),
            "swatches": [
                {
                    "index": row,
                    "color": list(swatch.color),
                    "name": None if self.names is None else self.names[row],
                    "box": list(swatch.box),
                    "patterned": swatch.patterned,
                    "confidence": swatch.confidence,
                    "group": swatch.group,
                }
                for row, swatch in enumerate(self._swatches)
            ],
            "roles": self.roles,
        }


def in_order(swatches: Iterable[Boxed]) -> list[Boxed]:
    """Sort swatches into columns from left to right, each from top to bottom."""
    return [swatch for column in columns_of(swatches) for swatch in column]


def columns_of(swatches: Iterable[Boxed]) -> list[list[Boxed]]:
    """Part swatches into columns from left to right, each from top to bottom."""
    columns: list[list[Boxed]] = []
    for swatch in sorted(swatches, key=lambda one: one.box[0]):
        middle = (swatch.box[0] + swatch.box[2]) / 2
        column = next(
            (known for known in columns if known[0].box[0] <= middle < known[0].box[2]), None
        )
        if column is None:
            columns.append([swatch])
        else:
            column.append(swatch)
    return [sorted(column, key=lambda one: (one.box[1], one.box[0])) for column in columns]


def count_scattered(boxes: Sequence[Box]) -> int:
    """Count the upright boxes that stand in no column or row of three or more of like size.

    Examples
    --------
    >>> from geoindex.learn.legend.swatches import count_scattered
    >>> column = [(10, top, 40, top + 12) for top in (0, 20, 40)]
    >>> count_scattered([*column, (90, 5, 120, 17)])
    1
    """
    if not boxes:
        return 0
    edges = np.array(boxes, float)
    sizes = edges[:, 2:] - edges[:, :2]
    apart = np.abs(edges[:, np.newaxis] - edges)
    near = np.maximum(3.0, 0.15 * sizes)[:, np.newaxis]
    column = np.minimum(apart[..., 0], apart[..., 2]) <= near[..., 0]
    row = np.minimum(apart[..., 1], apart[..., 3]) <= near[..., 1]
    ratio = np.abs(np.log(sizes[:, np.newaxis] / sizes))
    alike = (column | row) & (ratio <= LIKE_SIZE).all(axis=-1)
    return int((alike.sum(axis=1) < ALIGNED).sum())
