"""The sheets of a batch as thumbnails in one HTML file."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from geoindex.color.threads import Progress
from geoindex.errors import GeoindexError, OutputError, seen
from geoindex.files.small_files import read_start
from geoindex.files.targets import check_target
from geoindex.files.whole_files import atomic_output
from geoindex.grids.formats import open_grid
from geoindex.plot.html import grid_thumbnail
from geoindex.report.page import check_page_suffix, digest_of, page_part
from geoindex.rules.paths import path_of

__all__ = ["Sheet", "check_page", "write_sheets"]

THUMBNAIL = 240
"""Pixels of the longer side of a thumbnail."""

SIGN = '<meta name="generator" content="geoindex batch">'
"""What tells a page of a batch from other files."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet of a batch."""

    source: str
    """The image file."""

    target: Path
    """The grid file."""

    failure: str | None = None
    """Why there is no grid."""

    notes: Sequence[str] = ()
    """What else to tell of it."""


def check_page(target: Path, *, overwrite: bool) -> None:
    """Refuse a page that cannot or must not be written, before any work starts.

    Parameters
    ----------
    target : Path
    overwrite : bool
        Replace any file; that of an earlier batch is replaced anyway.

    Raises
    ------
    OutputError
        The suffix is not ``.html``, or the file exists and is no page of a batch.
    """
    check_page_suffix(target)
    own = target.is_file() and SIGN.encode() in read_start(target, 10_000, error=OutputError)
    check_target(target, overwrite=overwrite or own)


def write_sheets(
    sheets: Sequence[Sheet],
    path: str | PathLike[str],
    *,
    title: str,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write a page of thumbnails, sheets without a grid first.

    Parameters
    ----------
    sheets : sequence of Sheet
    path : path-like
        The page, ``.html``.
    title : str
        Any text.
    overwrite : bool
        Replace a file that exists.
    progress : callable, optional
        Called with the number of sheets done and their total.

    Raises
    ------
    OutputError
        The file exists, or cannot be written.
    """
    target = path_of(path)
    check_target(target, overwrite=overwrite)
    style = f"\n{page_part('sheets.css')}\n"
    policy = f"default-src 'none'; style-src {digest_of(style)}; img-src data:"
    name = html.escape(seen(title))
    failed = [sheet for sheet in sheets if sheet.failure is not None]
    ordered = [*failed, *(sheet for sheet in sheets if sheet.failure is None)]
    with (
        atomic_output(target, overwrite=overwrite) as scratch,
        scratch.open("w", encoding="utf-8", newline="\n") as page,
    ):
        page.write(
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"{SIGN}\n"
            f"<title>{name} - geoindex</title>\n<style>{style}</style>\n</head>\n<body>\n"
            f"<h1>{name}</h1>\n<p>{len(sheets):,} sheet{'s' * (len(sheets) != 1)}, "
            f"{len(failed):,} failed</p>\n<main>\n"
        )
        for number, sheet in enumerate(ordered, start=1):
            page.writelines(_card(sheet, target.parent))
            if progress is not None:
                progress(number, len(ordered))
        page.write("</main>\n</body>\n</html>\n")


def _card(sheet: Sheet, folder: Path) -> Iterator[str]:
    """HTML of a sheet."""
    name = html.escape(seen(_beside(sheet.target, folder)))
    yield f"<article{'' if sheet.failure is None else ' class=failed'}>\n"
    lines = [*sheet.notes]
    if sheet.failure is None:
        try:
            grid = open_grid(sheet.target)
        except GeoindexError as error:
            lines.insert(0, str(error))
        else:
            used = int(np.count_nonzero(grid.counts()))
            size = f"{grid.shape[1]:,} x {grid.shape[0]:,}"
            lines.insert(0, f"{size} pixels, {used:,} class{'es' * (used != 1)}")
            picture = grid_thumbnail(grid, THUMBNAIL)
            yield f'<img src="data:image/png;base64,{picture}" alt="{name}">\n'
    else:
        lines.insert(0, sheet.failure)
    yield f"<h2>{name}</h2>\n"
    yield from (f"<p>{html.escape(seen(line))}</p>\n" for line in lines)
    yield "</article>\n"


def _beside(path: Path, folder: Path) -> str:
    """Path as it is seen from a folder, if it lies in it."""
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return str(path)
