"""Checks of the columns of a palette: colors, names, roles, merge targets and shown colors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.errors import OptionError, PaletteError
from geoindex.rules.class_keys import merged_rows
from geoindex.rules.color_text import colors_of_texts
from geoindex.rules.scale import Scale, ScaleProblemError, to_uint8
from geoindex.rules.texts import unstorable

__all__ = [
    "MAX_COLORS",
    "check_colors",
    "check_merge",
    "check_show",
    "check_texts",
    "faded_colors",
    "read_only",
]

MAX_COLORS = 65_535
"""Largest number of colors: one value of uint16 stays free for nodata."""


def check_colors(colors: ArrayLike, scale: Scale | None) -> NDArray[np.uint8]:
    """Colors as read-only uint8 of shape (n_colors, 3), or an error that names the row."""
    try:
        values = np.asarray(colors)
    except ValueError as error:
        raise PaletteError(
            "the rows of a palette must all hold three numbers: red, green, blue"
        ) from error
    if values.dtype.kind == "U" and values.ndim == 1:
        values = np.array(colors_of_texts(values.tolist()), dtype=np.uint8)
    if values.size == 0:
        raise PaletteError("a palette needs at least one color, found none")
    if values.ndim != 2 or values.shape[1] != 3:
        raise PaletteError(
            f"palette colors must have the shape (n_colors, 3), found {values.shape}"
        )
    if len(values) > MAX_COLORS:
        raise PaletteError(
            f"a palette holds at most {MAX_COLORS:,} colors, found {len(values):,}", row=MAX_COLORS
        )
    try:
        scaled = to_uint8(values, scale=scale)
    except ScaleProblemError as problem:
        row = problem.position[0]
        raise PaletteError(f"palette row {row}: {problem}", row=row) from None
    except TypeError as error:
        raise PaletteError(f"palette {error}") from None
    return read_only(scaled)


def check_texts(
    texts: Sequence[str] | None, n_colors: int, what: str = "names"
) -> tuple[str, ...] | None:
    """Names, or roles, as a tuple of one string per color."""
    if texts is None:
        return None
    if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
        raise PaletteError(f"palette {what} must be a sequence of strings")
    for row, text in enumerate(texts):
        kind = unstorable(text)
        if kind is not None:
            raise PaletteError(
                f"palette row {row}: {text[:100]!r} contains {kind}, which no file can store; "
                "read the names with their real encoding",
                row=row,
            )
    _check_length(len(texts), n_colors, what)
    return tuple(texts)


def check_merge(
    targets: Sequence[int | None] | None, n_colors: int
) -> tuple[int | None, ...] | None:
    """Row that each row is merged into, or None; None if no row is merged.

    A row that joins one that joins another itself gets the last one.

    Examples
    --------
    >>> check_merge([None, 0, 1], 3)
    (None, 0, 0)
    """
    if targets is None:
        return None
    _check_length(len(targets), n_colors, "merge targets")
    pairs = enumerate(targets)
    joins: dict[int | str, int | str] = {
        row: to for row, to in pairs if to is not None and to != row
    }
    try:
        rows = merged_rows(joins, None, n_colors)
    except OptionError as error:
        raise PaletteError(f"palette column merge, which names rows: {error}") from None
    return tuple(None if to == row else to for row, to in enumerate(rows)) if joins else None


def check_show(colors: Sequence[str] | None, n_colors: int) -> tuple[str, ...] | None:
    """Color that each class is shown in, as ``#rrggbb``, "" for that of the map.

    None if every class has that of the map.
    """
    texts = check_texts(colors, n_colors, what="shown colors")
    if texts is None or not any(texts):
        return None
    # A color stands in for empty texts, so that an error names the right row.
    found = colors_of_texts([text or "black" for text in texts])
    return tuple(
        "#" + bytes(color).hex() if text else "" for text, color in zip(texts, found, strict=True)
    )


def _check_length(n_found: int, n_colors: int, what: str) -> None:
    """Raise an error if the number of entries differs from that of the colors."""
    if n_found != n_colors:
        raise PaletteError(f"palette has {n_colors} colors but {n_found} {what}")


def read_only(colors: ArrayLike) -> NDArray[np.uint8]:
    """Read-only copy."""
    colors = np.array(colors, dtype=np.uint8, order="C")
    colors.setflags(write=False)
    return colors


def faded_colors(
    colors: NDArray[np.uint8], opacity: float, paper: tuple[int, int, int]
) -> NDArray[np.uint8]:
    """Blend colors with the paper below them, rounded half up.

    Raises
    ------
    OptionError
        The opacity is not above 0 and up to 1.
    """
    if not 0 < opacity <= 1:
        raise OptionError(f"opacity must lie above 0 and up to 1, found {opacity!r}")
    mixed = colors * opacity + np.array(paper) * (1 - opacity)
    return np.floor(mixed.round(6) + 0.5).astype(np.uint8)
