"""Saving matplotlib figures."""

from __future__ import annotations

import io
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from geoindex.errors import OutputError
from geoindex.files.whole_files import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["check_figure_suffix", "save_figure"]

SUFFIXES = (".png", ".pdf", ".svg")

NO_DATES = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}


def check_figure_suffix(path: Path) -> None:
    """Refuse a suffix of no picture format.

    Raises
    ------
    OutputError
        The suffix is not one of .png, .pdf, .svg.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise OutputError(f"{path}: unknown suffix; pictures are written as {', '.join(SUFFIXES)}")


def save_figure(figure: Figure, path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Write a figure; the suffix picks the format.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    path : path-like
        ``.png``, ``.pdf`` or ``.svg``.
    overwrite : bool
        Replace a file that exists.

    Raises
    ------
    OutputError
        The suffix is unknown, the file exists, or the folder cannot be written.
    """
    from matplotlib import rc_context

    path = Path(path)
    check_figure_suffix(path)
    kind = path.suffix[1:].lower()
    # Matplotlib does not get through a full disk.
    stream = io.BytesIO()
    # A figure has the same bytes whenever it is drawn.
    with rc_context({"svg.hashsalt": "geoindex"}):
        figure.savefig(stream, format=kind, metadata=NO_DATES.get(kind))
    write_whole(path, stream.getvalue(), overwrite=overwrite)
