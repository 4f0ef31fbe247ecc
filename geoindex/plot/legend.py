"""The rows of a matplotlib legend that lists the classes of a grid or palette."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Patch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoindex.grid import IndexGrid

__all__ = ["LEGEND_STYLE", "LONGEST_LEGEND", "class_handles", "swatch"]

LONGEST_LEGEND = 30
"""Classes that a legend lists at most; its last row counts the rest."""

GRAY_LEVELS = 11
"""Levels of a gray scale that a legend shows at most, evenly spaced."""

LONGEST_LABEL = 60
"""Characters of a legend label at most."""

LEGEND_STYLE: dict[str, Any] = {"loc": "upper left", "frameon": False, "fontsize": "small"}
"""Keywords that all legends share."""


def swatch(color: NDArray[np.float64], label: str, *, hatch: str | None = None) -> Patch:
    """Patch of a unit-scale color with its label."""
    return Patch(facecolor=tuple(color), edgecolor="0.4", linewidth=0.5, hatch=hatch, label=label)


def class_handles(grid: IndexGrid) -> list[Patch]:
    """Swatches of the classes on a grid: largest area first, gray levels ascending."""
    counts = grid.counts()
    used = np.flatnonzero(counts)
    colors = grid.palette.unit()
    if _is_gray_scale(colors):
        shown = min(len(used), GRAY_LEVELS)
        used = used[np.linspace(0, len(used) - 1, shown).round().astype(int)]
    else:
        used = used[np.argsort(-counts[used], kind="stable")]
    handles = [
        swatch(colors[index], _shortened(f"{index}  {grid.palette.label(int(index))}"))
        for index in used[:LONGEST_LEGEND]
    ]
    if len(used) > LONGEST_LEGEND:
        label = f"and {len(used) - LONGEST_LEGEND} more"
        handles.append(Patch(facecolor="none", edgecolor="none", label=label))
    return handles


def _is_gray_scale(colors: NDArray[np.float64]) -> bool:
    """Whether the colors are grays that get brighter from row to row."""
    return bool((colors == colors[:, :1]).all() and (np.diff(colors[:, 0]) > 0).all())


def _shortened(label: str) -> str:
    """Label cut to leave room for the map."""
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
