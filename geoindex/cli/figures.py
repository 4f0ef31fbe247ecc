"""Saving matplotlib figures."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from geoindex.errors import OutputError
from geoindex.files.whole_files import atomic_output

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["check_figure_suffix", "save_figure"]

SUFFIXES = (".png", ".pdf", ".svg")


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
    path = Path(path)
    check_figure_suffix(path)
    with atomic_output(path, overwrite=overwrite) as temporary:
        figure.savefig(temporary, format=path.suffix[1:].lower())
