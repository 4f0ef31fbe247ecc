"""The legend beside a grid whose format has no colors: what each number stands for, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from geoindex.formats.palette_files.entries import labels
from geoindex.palette import Palette

__all__ = ["format_legend", "legend_path"]


def legend_path(path: Path) -> Path:
    """Place of the legend of a grid."""
    return path.with_name(path.stem + ".legend.csv")


def format_legend(palette: Palette, rows: Sequence[int] | None = None) -> str:
    """Write a legend, which :func:`geoindex.load_palette` reads as a palette.

    Parameters
    ----------
    palette : Palette
        The classes.
    rows : sequence of int, optional
        Palette row of each number from 0 on, where they are not the same; the column
        `palette_index` tells it.

    Returns
    -------
    str
        CSV with the header ``index,r,g,b,name``.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    renumbered = rows is not None
    writer.writerow(["index", "r", "g", "b", "name", *["palette_index"] * renumbered])
    classes = labels(palette)
    for index, row in enumerate(range(len(palette)) if rows is None else rows):
        _, color, name = classes[row]
        writer.writerow([index, *color, name, *[row] * renumbered])
    return stream.getvalue()
