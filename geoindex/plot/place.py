"""Where the pixels of a grid are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from affine import Affine

from geoindex.errors import SurveyError
from geoindex.rules.lines import check_lines

if TYPE_CHECKING:
    from geoindex.grid import IndexGrid

__all__ = ["DrawnPlace", "place_of"]


class DrawnPlace(NamedTuple):
    """Place of a grid on axes."""

    transform: Affine | None
    """From (column, row) of pixel corners to the coordinates of the axes, or None."""

    labels: tuple[str, str] | None = None
    """Labels of the axes, or None for map coordinates."""


def place_of(grid: IndexGrid) -> DrawnPlace:
    """Place of a grid on the map, or on the lines of the horizon that it was read from.

    Line numbers rise upward and to the right; only a survey tells how they lie on the map.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import IndexGrid, Palette
    >>> lines = {"inlines": [100, 104, 2], "crosslines": [300, 301, 1]}
    >>> grid = IndexGrid(
    ...     indices=np.zeros((3, 2), np.uint8),
    ...     palette=Palette(["black"]),
    ...     provenance={"horizon": lines},
    ... )
    >>> place_of(grid).transform @ (0.5, 0.5)
    (300.0, 100.0)
    """
    horizon = grid.provenance.get("horizon")
    if grid.transform is not None or not isinstance(horizon, Mapping):
        return DrawnPlace(grid.transform)
    try:
        rows, cols = (check_lines(horizon[name], name) for name in ("inlines", "crosslines"))
    except (KeyError, SurveyError):
        return DrawnPlace(None)
    if (len(rows), len(cols)) != grid.shape:
        return DrawnPlace(None)
    scale = Affine.scale(cols.step, rows.step) @ Affine.translation(-0.5, -0.5)
    return DrawnPlace(Affine.translation(cols.start, rows.start) @ scale, ("crossline", "inline"))
