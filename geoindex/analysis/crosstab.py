"""Cross-tabulation of two grids, their agreement, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.analysis.areas import class_facts
from geoindex.analysis.table import write_table
from geoindex.analysis.tally import check_same_place, tally
from geoindex.grid import IndexGrid
from geoindex.palette import Palette

__all__ = ["Agreement", "Crosstab", "compare_grids", "crosstab"]

AGREE, DIFFER, ONE_ONLY = range(3)


@dataclass(frozen=True, kw_only=True, eq=False)
class Agreement:
    """How far the classes of a grid agree with those of a reference.

    Pixels that have a class in both grids count. See Congalton 1991, "A review of assessing the
    accuracy of classifications of remotely sensed data", Remote Sensing of Environment 37.
    """

    overall: float
    """Share of the pixels whose classes are the same."""

    kappa: float
    """Cohen's kappa: agreement beyond that by chance, 1 at most; NaN where chance alone gives
    full agreement."""

    users: NDArray[np.float64]
    """User's accuracy: share of the pixels of each class of the grid that the reference has in
    it, too; shape (n_classes,), NaN where the grid has none. Rows of one name are one class."""

    producers: NDArray[np.float64]
    """Producer's accuracy: share of the pixels of each class of the reference that the grid has
    in it, too; shape (n_classes,), NaN where the reference has none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Crosstab:
    """Pixels and areas of each pair of classes of two grids."""

    palettes: tuple[Palette, Palette]
    """The classes of both."""

    pixels: NDArray[np.int64]
    """Shape (classes of the first + 1, classes of the second + 1); the last row and column are
    those of nodata."""

    areas: NDArray[np.float64] | None
    """The same in `unit`; None if the grids have no transform."""

    unit: str | None
    """``"km2"``, or ``"map units"`` (squares of them) if the grids have no CRS, or None."""

    @cached_property
    def class_numbers(self) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
        """A number of the class of each row of both palettes; the same number is the same class.

        Classes are the same if their names are, or, without names, their colors; rows of one
        palette may be one class, too. None if no class of the first is one of the second.
        """
        return _class_numbers(*self.palettes)

    @property
    def agreement(self) -> Agreement | None:
        """How far the first grid agrees with the second as the reference.

        None if they have no class in common, or no pixel has a class in both.
        """
        numbers = self.class_numbers
        pixels = self.pixels[:-1, :-1]
        if numbers is None or not pixels.any():
            return None
        first, second = numbers
        agreed, mapped, reference = np.zeros((3, max(first.max(), second.max()) + 1), np.int64)
        np.add.at(agreed, first, np.where(first[:, None] == second, pixels, 0).sum(axis=1))
        np.add.at(mapped, first, pixels.sum(axis=1))
        np.add.at(reference, second, pixels.sum(axis=0))
        total = int(pixels.sum())
        overall = int(agreed.sum()) / total
        # Python integers, for the products may pass 2**63.
        by_chance = sum(
            one * other for one, other in zip(mapped.tolist(), reference.tolist(), strict=True)
        )
        chance = by_chance / total**2
        return Agreement(
            overall=overall,
            kappa=(overall - chance) / (1 - chance) if chance < 1 else float("nan"),
            users=_shares(agreed, mapped)[first],
            producers=_shares(agreed, reference)[first],
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        """Iterate over the pairs that occur; nodata has no index.

        Yields
        ------
        dict
            ``a_index``, ``a_name``, ``b_index``, ``b_name``, ``pixels``, and ``km2`` or
            ``area``.
        """
        for row, col in np.argwhere(self.pixels).tolist():
            facts: dict[str, Any] = {}
            for side, palette, number in zip("ab", self.palettes, (row, col), strict=True):
                known = class_facts(palette, number) if number < len(palette) else {}
                facts |= {f"{side}_index": known.get("index")}
                facts |= {f"{side}_name": known.get("name", "nodata")}
            facts["pixels"] = int(self.pixels[row, col])
            if self.areas is not None:
                facts["km2" if self.unit == "km2" else "area"] = float(self.areas[row, col])
            yield facts

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        agreement = self.agreement
        content: dict[str, Any] = {"unit": self.unit, "pairs": list(self.rows())}
        if agreement is not None:
            content["overall_agreement"] = agreement.overall
            content["kappa"] = _number(agreement.kappa)
            content["classes"] = [
                {
                    **class_facts(self.palettes[0], row),
                    "users_accuracy": _number(agreement.users[row]),
                    "producers_accuracy": _number(agreement.producers[row]),
                }
                for row in range(len(self.palettes[0]))
                if not np.isnan([agreement.users[row], agreement.producers[row]]).all()
            ]
        return content

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write the pairs as ``.csv``, or everything as ``.json``.

        Raises
        ------
        OutputError
            The suffix is another one, the file exists, or it cannot be written.
        """
        write_table(path, list(self.rows()), self.to_dict(), overwrite=overwrite)


def crosstab(a: IndexGrid, b: IndexGrid) -> Crosstab:
    """Cross-tabulate two grids: pixels and areas of each pair of classes.

    Parameters
    ----------
    a, b : IndexGrid
        Grids at the same place; `b` is the reference of :attr:`Crosstab.agreement`.

    Returns
    -------
    Crosstab

    Raises
    ------
    GridError
        The grids do not lie on each other, or areas cannot be told.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import IndexGrid, Palette, crosstab
    >>> palette = Palette(["tan", "khaki"], names=["Till", "Clay"])
    >>> mapped = IndexGrid(indices=np.uint8([[0, 0], [1, 1]]), palette=palette)
    >>> checked = IndexGrid(indices=np.uint8([[0, 1], [1, 1]]), palette=palette)
    >>> table = crosstab(mapped, checked)
    >>> table.pixels[:2, :2]
    array([[1, 1],
           [0, 2]])
    >>> table.agreement.overall, table.agreement.kappa
    (0.75, 0.5)
    """
    sums = tally(a, b)
    return Crosstab(
        palettes=(a.palette, b.palette), pixels=sums.pixels, areas=sums.areas, unit=sums.unit
    )


def compare_grids(a: IndexGrid, b: IndexGrid) -> IndexGrid:
    """Show where two grids differ.

    Parameters
    ----------
    a, b : IndexGrid
        Grids at the same place.

    Returns
    -------
    IndexGrid
        The classes ``same``, ``different``, and ``only one has a class``; nodata where neither
        has one. Classes are matched as in :attr:`Crosstab.class_numbers`.

    Raises
    ------
    GridError
        The grids do not lie on each other.
    """
    check_same_place(a, b)
    largest = int(np.iinfo(np.uint16).max)
    class_of_a, class_of_b = np.full(largest + 1, -1), np.full(largest + 1, -2)
    numbers = _class_numbers(a.palette, b.palette)
    if numbers is not None:
        class_of_a[: len(a.palette)], class_of_b[: len(b.palette)] = numbers
    result = np.empty(a.shape, np.uint8)
    for rows, first in a.bands():
        second = np.asarray(b.indices[rows])
        has_first = np.ones(first.shape, bool) if a.nodata is None else first != a.nodata
        has_second = np.ones(second.shape, bool) if b.nodata is None else second != b.nodata
        band = np.where(class_of_a[first] == class_of_b[second], AGREE, DIFFER).astype(np.uint8)
        band[has_first != has_second] = ONE_ONLY
        band[~has_first & ~has_second] = 255
        result[rows] = band
    names = ["same", "different", "only one has a class"]
    return IndexGrid(
        indices=result,
        palette=Palette(["#dcdcdc", "#d7191c", "#fdae61"], names=names),
        nodata=255,
        transform=a.transform,
        crs=a.crs,
        gcps=a.gcps,
    )


def _class_numbers(
    first: Palette, second: Palette
) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """Give numbers to the classes of two palettes, by name or color; None if none are the same."""
    named = first.names is not None and second.names is not None
    known: dict[object, int] = {}
    numbers = []
    for palette in (first, second):
        names = palette.names if named and palette.names else ("",) * len(palette)
        keys = (
            name or tuple(color)
            for name, color in zip(names, palette.colors.tolist(), strict=True)
        )
        numbers.append(np.array([known.setdefault(key, len(known)) for key in keys], np.intp))
    of_first, of_second = numbers
    return (of_first, of_second) if np.isin(of_first, of_second).any() else None


def _shares(parts: NDArray[np.int64], totals: NDArray[np.int64]) -> NDArray[np.float64]:
    shares = np.full(len(parts), np.nan)
    np.divide(parts, totals, out=shares, where=totals > 0)
    return shares


def _number(value: float) -> float | None:
    """Make a JSON value: NaN is none."""
    return None if np.isnan(value) else float(value)
