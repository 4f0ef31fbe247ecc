"""Bars of the shares of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from geoindex.palette import MAX_COLORS
from geoindex.plot.axes import check_axes
from geoindex.plot.legend import LEGEND_STYLE, legend_title, others_label, swatch
from geoindex.rules.choices import check_integer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from geoindex.palette import Palette

__all__ = ["plot_shares", "shares_figure"]

MOST_BARS = 20
"""Classes that have a bar of their own where nothing else is said."""

OTHERS = (0.85, 0.85, 0.85)
"""Color of the bar of all classes that have none of their own."""

BAR_HEIGHT = 0.27
"""Height of a bar and the gap below it in inches."""


class Shares(Protocol):
    """Pixels of zones and classes."""

    @property
    def pixels(self) -> NDArray[np.int64]: ...

    def plot(self, ax: Axes) -> Axes: ...


def plot_shares(
    palette: Palette,
    pixels: NDArray[np.int64],
    ax: Axes | None = None,
    *,
    zones: list[str] | None = None,
    max_classes: int = MOST_BARS,
) -> Axes:
    """Draw the shares of classes as bars, largest first; see :meth:`AreaTable.plot`."""
    check_integer("max_classes", max_classes, 1, MAX_COLORS)
    sums = pixels.sum(axis=0)
    used = np.flatnonzero(sums)
    used = used[np.argsort(-sums[used], kind="stable")]
    kept, others = used[:max_classes], used[max_classes:]
    parts = np.column_stack([pixels[:, kept], pixels[:, others].sum(axis=1)])
    shares = parts / np.maximum(1, pixels.sum(axis=1, keepdims=True))
    colors = [*palette.unit()[kept], np.array(OTHERS)]
    labels = [f"{index}  {palette.label(int(index))}" for index in kept]
    labels.append(others_label(others.size, float(sums[others].sum() / max(1, sums.sum()))))
    if not others.size:
        shares, colors, labels = shares[:, :-1], colors[:-1], labels[:-1]
    if ax is None:
        import matplotlib.pyplot as plt

        size = _size(len(zones) if zones is not None else len(labels))
        ax = plt.subplots(figsize=size, layout="constrained")[1]
    check_axes(ax)
    handles = [swatch(color, label) for color, label in zip(colors, labels, strict=True)]
    texts = [str(handle.get_label()) for handle in handles]
    if zones is None:
        ax.barh(range(len(colors)), 100 * shares[0], color=colors, edgecolor="0.4", linewidth=0.5)
        for row, share in enumerate(100 * shares[0]):
            ax.annotate(
                f"{share:.1f} %" if share >= 0.05 else "<0.1 %",
                (share, row),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                fontsize="small",
            )
        ax.set_yticks(range(len(colors)), texts, fontsize="small")
        ax.margins(x=0.12)
    else:
        left = np.zeros(len(zones))
        for color, share in zip(colors, 100 * shares.T, strict=True):
            ax.barh(range(len(zones)), share, left=left, color=[color])
            left += share
        ax.set_yticks(range(len(zones)), [zone.replace("$", r"\$") for zone in zones])
        ax.set_xlim(0, 100)
        ax.legend(
            handles=handles, title=legend_title(palette), bbox_to_anchor=(1.0, 1.0), **LEGEND_STYLE
        )
    ax.invert_yaxis()
    ax.set_xlabel("share of the pixels that have a class, %")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def shares_figure(table: Shares) -> Figure:
    """Draw the shares of classes in a figure that needs no display."""
    from matplotlib.figure import Figure

    n_bars = int(np.count_nonzero(table.pixels.any(axis=0)))
    n_bars = min(n_bars, MOST_BARS + 1) if len(table.pixels) == 1 else len(table.pixels)
    figure = Figure(figsize=_size(n_bars), dpi=120, layout="constrained")
    table.plot(figure.subplots())
    return figure


def _size(n_bars: int) -> tuple[float, float]:
    """Width and height of a figure with room for so many bars, in inches."""
    return 8.0, max(2.0, 0.9 + BAR_HEIGHT * n_bars)
