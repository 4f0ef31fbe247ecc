"""The rows of a matplotlib legend that lists the classes of a grid or palette."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Patch

from geoindex.grid import LegendOrder
from geoindex.palette import MAX_COLORS
from geoindex.rules.choices import check_choice, check_integer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoindex.grid import IndexGrid
    from geoindex.palette import Palette

__all__ = [
    "LEGEND_STYLE",
    "LONGEST_LEGEND",
    "class_handles",
    "legend_title",
    "n_lines",
    "others_label",
    "swatch",
]

LONGEST_LEGEND = 60
"""Lines of a legend at most where nothing else is said; its last row sums up the rest."""

GRAY_LEVELS = 11
"""Levels of a gray scale that a legend shows at most, evenly spaced."""

LONGEST_LINE = 40
"""Characters of a line of a legend; longer names take several lines."""

LEGEND_STYLE: dict[str, Any] = {
    "loc": "upper left",
    "frameon": False,
    "fontsize": "small",
    "alignment": "left",
}
"""Keywords that all legends share."""


def swatch(color: NDArray[np.float64], label: str, *, hatch: str | None = None) -> Patch:
    """Patch of a unit-scale color with its label, in several lines if it is long."""
    wrapped = "\n".join(textwrap.wrap(label, LONGEST_LINE, replace_whitespace=False)) or label
    # Dollar signs would begin a formula.
    wrapped = wrapped.replace("$", r"\$")
    return Patch(
        facecolor=tuple(color), edgecolor="0.4", linewidth=0.5, hatch=hatch, label=wrapped
    )


def legend_title(palette: Palette) -> str:
    """Name of the palette, or "Legend"."""
    wrapped = "\n".join(textwrap.wrap(palette.name or "", LONGEST_LINE)) or "Legend"
    return wrapped.replace("$", r"\$")


def n_lines(handles: list[Patch]) -> int:
    """Lines of text of all rows of a legend."""
    return sum(str(handle.get_label()).count("\n") + 1 for handle in handles)


def others_label(n_classes: int, share: float) -> str:
    """Label of the classes that are not listed, with their share of the pixels.

    Examples
    --------
    >>> others_label(12, 0.0345)
    'others (12 classes, 3.5 %)'
    >>> others_label(1, 0.0000345)
    'others (1 class, <0.1 %)'
    """
    percent = f"{100 * share:.1f}" if share >= 0.0005 else "<0.1"
    return f"others ({n_classes} {'class' if n_classes == 1 else 'classes'}, {percent} %)"


def class_handles(
    grid: IndexGrid,
    *,
    order: LegendOrder = "palette",
    max_classes: int | None = None,
    most_lines: int = LONGEST_LEGEND,
) -> list[Patch]:
    """Swatches of the classes on a grid; of a gray scale some levels.

    Parameters
    ----------
    grid : IndexGrid
    order : {"palette", "area"}
        Order of the palette, or largest area first.
    max_classes : int, optional
        Most classes to list; by default as many as fit.
    most_lines : int
        Lines for which there is room.

    Returns
    -------
    list of matplotlib.patches.Patch
        If classes are left out, the last one sums them up.

    Raises
    ------
    OptionError
        The order is unknown, or `max_classes` is below 1.
    """
    check_choice("order", order, LegendOrder)
    if max_classes is not None:
        check_integer("max_classes", max_classes, 1, MAX_COLORS)
    counts = grid.counts()
    used = np.flatnonzero(counts)
    colors = grid.palette.unit()
    if max_classes is None and _is_gray_scale(colors):
        shown = min(len(used), GRAY_LEVELS)
        used = used[np.linspace(0, len(used) - 1, shown).round().astype(int)]
    elif order == "area":
        used = used[np.argsort(-counts[used], kind="stable")]
    handles: list[Patch] = []
    for index in used[:max_classes]:
        handles.append(swatch(colors[index], f"{index}  {grid.palette.label(int(index))}"))
        if max_classes is None and n_lines(handles) > most_lines:
            # The line that sums up the rest needs room as well.
            while len(handles) > 1 and n_lines(handles) >= most_lines:
                handles.pop()
            break
    others = used[len(handles) :]
    if others.size:
        label = others_label(others.size, float(counts[others].sum() / counts.sum()))
        handles.append(Patch(facecolor="none", edgecolor="none", label=label))
    return handles


def _is_gray_scale(colors: NDArray[np.float64]) -> bool:
    """Whether the colors are grays that get brighter from row to row."""
    return bool((colors == colors[:, :1]).all() and (np.diff(colors[:, 0]) > 0).all())
