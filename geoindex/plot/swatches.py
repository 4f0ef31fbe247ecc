"""Figure of the swatches that were found in a printed legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from geoindex.plot.legend import LEGEND_STYLE, n_lines, swatch

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch
    from numpy.typing import NDArray

__all__ = ["legend_figure"]


ROWS = 30
"""Rows of the legend at most; more swatches take several columns."""


class Swatch(Protocol):
    """A swatch found in a picture."""

    @property
    def box(self) -> tuple[int, int, int, int]: ...

    @property
    def patterned(self) -> bool: ...


class Legend(Protocol):
    """The swatches of a printed legend and their palette."""

    def label(self, index: int) -> str: ...

    def unit(self) -> NDArray[np.float64]: ...

    @property
    def swatches(self) -> tuple[Swatch, ...]: ...

    @property
    def box(self) -> tuple[int, int, int, int]: ...


def legend_figure(picture: NDArray[np.uint8], legend: Legend) -> Figure:
    """Draw a picture with its swatches framed, and the extracted colors beside it.

    Parameters
    ----------
    picture : ndarray of uint8, shape (rows, cols, 3) or (rows, cols, 4)
        The whole picture, RGB or RGBA.
    legend : Legend
        The swatches found in it.

    Returns
    -------
    matplotlib.figure.Figure
        Swatches have solid frames, patterned ones dashed frames; numbers are palette rows.
    """
    left, top, right, bottom = legend.box
    scale = min(60.0, max(1.0, 700 / max(right - left, bottom - top)))
    width, height = (right - left) * scale / 100, (bottom - top) * scale / 100
    handles = _handles(legend)
    columns = -(-len(handles) // ROWS)
    beside = columns * (
        1.0
        + 0.08
        * max(len(line) for handle in handles for line in str(handle.get_label()).split("\n"))
    )
    per_column = -(-len(handles) // columns)
    lines = max(n_lines(handles[n : n + per_column]) for n in range(0, len(handles), per_column))
    total = max(height, 0.22 * lines + 0.1) + 0.2
    figure = Figure(figsize=(width + beside + 0.5, total), dpi=100)
    axes = figure.add_axes((0.1 / figure.get_figwidth(), 1 - (height + 0.1) / total,
                            width / figure.get_figwidth(), height / total))  # fmt: skip
    axes.imshow(
        picture, interpolation="nearest", extent=(0, picture.shape[1], picture.shape[0], 0)
    )
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_axis_off()
    for row, found in enumerate(legend.swatches):
        _frame(axes, found, str(row))
    figure.legend(
        handles=handles,
        bbox_to_anchor=((width + 0.3) / figure.get_figwidth(), 1 - 0.05 / total),
        ncols=columns,
        borderaxespad=0.0,
        **LEGEND_STYLE,
    )
    return figure


def _handles(legend: Legend) -> list[Patch]:
    """Legend rows of the extracted colors."""
    return [
        swatch(
            color,
            f"{row}  {legend.label(row)}" + ("  (patterned)" if found.patterned else ""),
            hatch="///" if found.patterned else None,
        )
        for row, (color, found) in enumerate(zip(legend.unit(), legend.swatches, strict=False))
    ]


def _frame(axes: Axes, found: Swatch, label: str) -> None:
    """Draw a frame around a swatch, with its label in the middle."""
    left, top, right, bottom = found.box
    # White under magenta stands out from every color.
    for color, linewidth in (("white", 3.0), ("magenta", 1.4)):
        axes.add_patch(
            Rectangle(
                (left, top),
                right - left,
                bottom - top,
                fill=False,
                edgecolor=color,
                linewidth=linewidth,
                linestyle="--" if found.patterned else "-",
            )
        )
    axes.text(
        (left + right) / 2,
        (top + bottom) / 2,
        label,
        ha="center",
        va="center",
        fontsize="small",
        parse_math=False,
        bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0},
    )
