"""Several colors for one class: rows with the same class value or name, or that join another."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import OptionError
from geoindex.grid import IndexGrid
from geoindex.palette import Palette
from geoindex.rules.choices import check_choice
from geoindex.rules.indices import IndexArray, IndexType, index_dtype, nodata_value

__all__ = ["Merge", "MergedRows", "merge_rows", "merge_values", "repeated_value_text"]

Merge = Literal["value", "name"]
"""What the rows of a class have in common."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MergedRows:
    """The classes that the rows of a palette make.

    Pixels are compared with all rows; what was found is looked up here as the last step.
    """

    rows: Palette
    """All colors."""

    palette: Palette
    """One row for each class, in the order of the rows that stand for them: the first of those
    with the same value or name, or the one that others join."""

    classes: NDArray[np.intp]
    """Class of each row of `rows`."""

    paper: tuple[int, ...] = ()
    """Rows whose pixels are nodata: the paper around a map."""

    @property
    def index_type(self) -> IndexType:
        """Dtype of the indices of classes, which has room for nodata."""
        return index_dtype(len(self.palette), has_nodata=True)

    def of(self, indices: NDArray[np.generic]) -> IndexArray:
        """Class of each index of a row; anything else is nodata."""
        found: IndexArray = self._table[indices]
        return found

    def sums(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sum the counts of rows, shape (n_rows,), by class."""
        sums = np.zeros(len(self.palette), dtype=np.int64)
        counts = counts[: len(self.classes)].copy()
        counts[list(self.paper)] = 0
        np.add.at(sums, self.classes, counts)
        return sums

    @cached_property
    def _table(self) -> IndexArray:
        nodata = nodata_value(len(self.palette), self.index_type)
        table = np.full(2**16, nodata, dtype=self.index_type)
        table[: len(self.classes)] = self.classes
        table[list(self.paper)] = table[-1]
        return table


def merge_rows(
    palette: Palette, by: Merge | None, *, values: bool = False, paper: bool = False
) -> MergedRows | None:
    """Find the classes of a palette that has several colors for some, or none.

    Rows that join another one (:attr:`Palette.merge`) always do.

    Parameters
    ----------
    palette : Palette
    by : {"value", "name"} or None
        Rows with the same class value, or the same name, are one class. Rows without a name are
        classes of their own.
    values : bool
        Whether class values are written, where rows with the same value are one class anyway.
    paper : bool
        Whether rows with the role paper are nodata.

    Returns
    -------
    MergedRows or None
        None if each row is a class.

    Raises
    ------
    OptionError
        The palette has no class values, or no names.

    Examples
    --------
    >>> from geoindex import Palette
    >>> palette = Palette(["gold", "tan", "khaki"], names=["till", "sand", "till"])
    >>> merged = merge_rows(palette, "name")
    >>> merged.palette.names, merged.classes.tolist()
    (('till', 'sand'), [0, 1, 0])
    """
    targets = palette.merge or (None,) * len(palette)
    heads = [row if target is None else target for row, target in enumerate(targets)]
    if by is not None:
        heads = _joined(heads, _keys(palette, by))
    if values and palette.values is not None:
        heads = _joined(heads, palette.values)
    kept = sorted(set(heads))
    roles = palette.roles if paper and palette.roles is not None else ()
    blank = tuple(row for row, role in enumerate(roles) if role.strip().lower() == "paper")
    if len(blank) == len(palette):
        raise OptionError("every palette entry is paper; at least one must be a class")
    if len(kept) == len(palette) and not blank:
        return None
    return MergedRows(
        rows=palette,
        palette=palette.replace(
            colors=palette.colors[kept],
            names=_at(palette.names, kept),
            values=_at(palette.values, kept),
            roles=_at(palette.roles, kept),
            merge=None,
            show=_at(palette.show, kept),
        ),
        classes=np.searchsorted(kept, heads),
        paper=blank,
    )


def merge_values(grid: IndexGrid) -> IndexGrid:
    """Grid in which classes with the same class value are one, as class values are written."""
    merged = merge_rows(grid.palette, None, values=True)
    if merged is None:
        return grid
    indices: Any = grid.indices
    return replace(
        grid,
        indices=indices.map_blocks(merged.of, dtype=merged.index_type)
        if grid.is_lazy
        else merged.of(indices),
        palette=merged.palette,
        nodata=nodata_value(len(merged.palette), merged.index_type),
    )


def repeated_value_text(palette: Palette) -> str | None:
    """Describe the first rows with the same class value, which stay classes of their own."""
    values = palette.values or ()
    firsts = _joined(range(len(values)), values)
    repeated = [row for row, first in enumerate(firsts) if first != row]
    if not repeated:
        return None
    row, first = repeated[0], firsts[repeated[0]]
    more = f", and {len(repeated) - 1:,} more rows repeat a value" if len(repeated) > 1 else ""
    return (
        f"rows {first} ({palette.label(first)}) and {row} ({palette.label(row)}) of the palette "
        f"have the class value {values[row]}{more}; each is a class of its own, unless "
        "merge='value' makes one class of them"
    )


def _keys(palette: Palette, by: Merge) -> list[Hashable]:
    """Find what each row is merged by: its number where it has no name."""
    check_choice("merge", by, Merge)
    if by == "name" and palette.names is not None:
        return [name or row for row, name in enumerate(palette.names)]
    if by == "value" and palette.values is not None:
        return list(palette.values)
    lack = "names" if by == "name" else "class values other than its row numbers"
    raise OptionError(f"the palette has no {lack}; leave out merge={by!r}")


def _joined(heads: Sequence[int], keys: Sequence[Hashable]) -> list[int]:
    """Row that stands for the class of each row, where rows with the same key are one class.

    `heads` are those that stand for it so far.
    """
    first: dict[Hashable, int] = {}
    return [first.setdefault(keys[head], head) for head in heads]


def _at(items: Sequence[Any] | None, rows: Sequence[int]) -> list[Any] | None:
    """Items of some rows."""
    return None if items is None else [items[row] for row in rows]
