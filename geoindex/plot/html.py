"""Grids and palettes in notebooks: a small picture and a table of the classes."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoindex.grid import IndexGrid
    from geoindex.palette import Palette

__all__ = ["grid_html", "grid_thumbnail", "palette_html"]

MOST_ROWS = 30
"""Classes that a table lists at most."""

NUMBERS = ("index", "class value", "pixels")

LARGEST_SIDE = 320
"""Pixels of the longer side of a picture."""


def grid_html(grid: IndexGrid) -> str:
    """HTML of a grid: its picture and its classes, largest first; a lazy grid is not computed."""
    head = f"<div><code>{escape(repr(grid))}</code></div>"
    if grid.is_lazy:
        return head + palette_html(grid.palette)
    counts = grid.counts()
    largest = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    table = _table(grid.palette, largest.tolist(), counts)
    picture = (
        f'<img src="data:image/png;base64,{grid_thumbnail(grid, LARGEST_SIDE)}" '
        'style="image-rendering: pixelated; border: 1px solid #888" alt="index grid">'
    )
    return (
        f'{head}<div style="display: flex; gap: 1em; align-items: flex-start">'
        f"{picture}{table}</div>"
    )


def palette_html(palette: Palette) -> str:
    """HTML of a palette: its colors with their names, class values and roles."""
    head = f"<div><code>{escape(repr(palette))}</code></div>"
    return head + _table(palette, range(len(palette)))


def _table(palette: Palette, rows: Sequence[int], counts: NDArray[np.int64] | None = None) -> str:
    """Table of some rows of a palette, as short as it can be."""
    columns = ["", "index", "color"]
    columns += ["name"] * (palette.names is not None)
    columns += ["class value"] * (palette.values is not None)
    columns += ["role"] * (palette.roles is not None)
    columns += ["pixels"] * (counts is not None)
    lines = ["".join(f"<th>{column}</th>" for column in columns)]
    for row in rows[:MOST_ROWS]:
        code = f"#{bytes(palette.shown[row]).hex()}"
        cells = ["", str(row), code]
        cells += [] if palette.names is None else [escape(palette.names[row])]
        cells += [] if palette.values is None else [str(palette.values[row])]
        cells += [] if palette.roles is None else [escape(palette.roles[row])]
        cells += [] if counts is None else [f"{counts[row]:,}"]
        first = f'<td style="background: {code}; min-width: 2em"></td>'
        sides = ["right" if column in NUMBERS else "left" for column in columns]
        lines.append(
            first
            + "".join(
                f'<td style="text-align: {side}">{cell}</td>'
                for side, cell in zip(sides[1:], cells[1:], strict=True)
            )
        )
    if len(rows) > MOST_ROWS:
        lines.append(f'<td></td><td colspan="{len(columns) - 1}">'
                     f"and {len(rows) - MOST_ROWS:,} more</td>")  # fmt: skip
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def grid_thumbnail(grid: IndexGrid, side: int) -> str:
    """PNG file in base64 of every nth pixel, so that the longer side has `side` pixels or fewer.

    Nodata is transparent.
    """
    step = -(-max(grid.shape) // side)
    indices = grid.indices[::step, ::step]
    picture = np.zeros((*indices.shape, 4), dtype=np.uint8)
    valid = np.ones(indices.shape, bool) if grid.nodata is None else indices != grid.nodata
    picture[valid, :3] = grid.palette.shown[indices[valid]]
    picture[valid, 3] = 255
    return _png(picture)


def _png(picture: NDArray[np.uint8]) -> str:
    """PNG file of a picture, in base64."""
    from matplotlib.image import imsave

    with BytesIO() as file:
        imsave(file, picture, format="png")
        return b64encode(file.getvalue()).decode("ascii")
