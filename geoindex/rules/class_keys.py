"""Classes that a user refers to by row number, name or class value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from geoindex.errors import OptionError, PaletteError
from geoindex.rules.choices import is_whole
from geoindex.rules.suggestions import did_you_mean

__all__ = ["check_values", "class_row", "merged_rows", "renamed"]


def class_row(key: int | str, names: Sequence[str] | None, n_classes: int) -> int:
    """Row of a class.

    Parameters
    ----------
    key : int or str
        The row number, or the name as it is spelled in the palette.
    names : sequence of str or None
        Name of each class.
    n_classes : int
        Number of classes.

    Raises
    ------
    OptionError
        There is no such class, or several have the name.

    Examples
    --------
    >>> from geoindex.rules.class_keys import class_row
    >>> class_row("sand", ["ink", "sand"], 2), class_row(1, None, 2)
    (1, 1)
    """
    if isinstance(key, str):
        known = list(names or ())
        rows = [row for row, name in enumerate(known) if name == key]
        if len(rows) > 1:
            raise OptionError(
                f"{len(rows)} classes have the name {key!r}, those of the rows "
                f"{', '.join(map(str, rows))}; give the row number"
            )
        if not rows:
            hint = did_you_mean(key, known) or "; give a name or the row number"
            raise OptionError(f"no class has the name {key!r}{hint}")
        return rows[0]
    if isinstance(key, bool) or not isinstance(key, int | np.integer):
        raise OptionError(f"a class is given by its row number or name, found {key!r}")
    if not 0 <= key < n_classes:
        raise OptionError(f"no class has the row {key}; the rows are 0 to {n_classes - 1}")
    return int(key)


def renamed(
    names: Sequence[str] | None, changes: Mapping[int | str, str], n_classes: int
) -> list[str]:
    """Names of all classes after some are changed.

    Raises
    ------
    OptionError
        A class is not there, or is given twice.
    """
    _check_mapping(changes, "rename")
    new: dict[int, str] = {}
    for key, name in changes.items():
        row = class_row(key, names, n_classes)
        if row in new:
            raise OptionError(f"class {row} is to be renamed to {new[row]!r} and {name!r}")
        new[row] = name
    old = names or [""] * n_classes
    return [new.get(row, old[row]) for row in range(n_classes)]


def merged_rows(
    classes: Mapping[int | str, int | str], names: Sequence[str] | None, n_classes: int
) -> list[int]:
    """Row of each class after merging, which may go through several classes.

    Raises
    ------
    OptionError
        A class is not there, is merged into two, or comes back to itself.
    """
    _check_mapping(classes, "merge")
    into: dict[int, int] = {}
    for key, other in classes.items():
        row, target = (class_row(one, names, n_classes) for one in (key, other))
        if into.setdefault(row, target) != target:
            raise OptionError(f"class {row} is to be merged into {into[row]} and {target}")
    rows = list(range(n_classes))
    for start in into:
        row, passed = start, {start}
        while row in into:
            row = into[row]
            if row in passed:
                raise OptionError(f"class {start} would be merged into itself, by way of {row}")
            passed.add(row)
        rows[start] = row
    return rows


def _check_mapping(classes: object, what: str) -> None:
    """Raise OptionError unless changes of classes are a mapping."""
    if not isinstance(classes, Mapping):
        raise OptionError(f"classes to {what} must be a mapping, found {type(classes).__name__}")


def check_values(values: Sequence[int] | None, n_colors: int) -> tuple[int, ...] | None:
    """Class values as a tuple, or None if they are the row numbers."""
    if values is None:
        return None
    for row, value in enumerate(values):
        if not is_whole(value) or not -(2**31) <= value < 2**31:
            raise PaletteError(
                f"palette row {row}: class value {value} is not a 32-bit integer", row=row
            )
    if len(values) != n_colors:
        raise PaletteError(f"palette has {n_colors} colors but {len(values)} class values")
    checked = tuple(int(value) for value in values)
    return None if checked == tuple(range(n_colors)) else checked
