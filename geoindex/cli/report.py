"""``geoindex report``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from geoindex.cli.messages import echo_line
from geoindex.cli.options import gdal_option
from geoindex.cli.output import overwrite_option, progress_bar, quiet_option
from geoindex.files.targets import check_targets
from geoindex.report.page import check_page_suffix

if TYPE_CHECKING:
    from geoindex.indexing.report import ConversionReport

__all__ = ["page_of_conversion", "page_option", "report_command"]

KEEPING_SUFFIXES = (".tif", ".tiff", ".npy", ".png")
"""Grids that hold palette and provenance."""


def _megabytes(_context: click.Context, _option: click.Parameter, text: str) -> float:
    """Megabytes of a text such as ``20MB`` or ``20``."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*(MB)?", text.strip(), re.IGNORECASE)
    if match is None:
        raise click.BadParameter(f"{text!r} is not a size in megabytes, such as 20MB")
    return float(match[1])


max_size_option = click.option(
    "--max-size",
    default="20MB",
    show_default=True,
    metavar="MB",
    callback=_megabytes,
    help="Largest size of the page; the finest levels of large maps are left out.",
)


page_option = click.option(
    "--report",
    "page",
    metavar="HTML",
    help="Also write a page that shows the map beside the grid, as geoindex report does.",
)


class ConversionPage:
    """The page of a conversion, or none."""

    def __init__(self, path: Path | None, target: Path, scratch: Path, *, overwrite: bool) -> None:
        self._path = path
        self._target = target
        self._scratch = scratch
        self._overwrite = overwrite

    def extras(self, changes: str | None, confidence: str | None) -> tuple[str | None, str | None]:
        """Files of changes and confidence, which a page needs even if nobody keeps them."""
        if self._path is None:
            return changes, confidence
        own = (str(self._scratch / "changes.tif"), str(self._scratch / "confidence.tif"))
        return changes or own[0], confidence or own[1]

    def write(
        self,
        src: str,
        report: ConversionReport,
        *,
        changes: str | None,
        confidence: str | None,
        gdal: bool,
    ) -> None:
        """Write the page."""
        if self._path is None:
            return
        from geoindex.report.write import write_report

        write_report(
            src,
            self._target,
            self._path,
            changes=changes,
            confidence=confidence,
            conversion=report,
            gdal=gdal,
            overwrite=self._overwrite,
        )


@contextmanager
def page_of_conversion(
    page: str | None, target: Path, *, overwrite: bool
) -> Iterator[ConversionPage]:
    """Prepare the page of a conversion to the grid `target`; None is no page.

    Raises
    ------
    OutputError
        The page cannot be written.
    click.UsageError
        The grid has a format that does not tell how it was made.
    """
    if page is None:
        yield ConversionPage(None, target, Path(), overwrite=overwrite)
        return
    path = Path(page)
    check_page_suffix(path)
    check_targets([path, target], None, overwrite=overwrite)
    if target.suffix.lower() not in KEEPING_SUFFIXES:
        raise click.UsageError(
            f"--report needs a grid that tells how it was made: {', '.join(KEEPING_SUFFIXES)}"
        )
    with TemporaryDirectory(prefix="geoindex-") as scratch:
        yield ConversionPage(path, target, Path(scratch), overwrite=overwrite)


@click.command("report")
@click.argument("src")
@click.argument("grid")
@click.option("-o", "--output", required=True, metavar="HTML", help="Page to write.")
@click.option("--changes", metavar="FILE", help="Grid of changes that convert wrote.")
@click.option(
    "--confidence",
    metavar="FILE",
    help="Grid of confidence that convert wrote.",
)
@max_size_option
@gdal_option
@overwrite_option
@quiet_option
def report_command(
    src: str,
    grid: str,
    *,
    output: str,
    changes: str | None,
    confidence: str | None,
    max_size: float,
    gdal: bool,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Show the map image SRC beside its index grid GRID in one HTML file.

    The page works in any modern browser, without a network. It shows what became of each pixel
    and why, and lets you finish the legend: names, inks, merged classes and other colors. It then
    gives you a palette file and the command that makes the corrected grid.
    """
    # Loading its kernels takes time that converting alone does not need.
    from geoindex.report.write import write_report

    with progress_bar(src, " px", quiet=quiet) as progress:
        write_report(
            src,
            grid,
            output,
            changes=changes,
            confidence=confidence,
            max_size=max_size,
            gdal=gdal,
            overwrite=overwrite,
            progress=progress,
        )
    if not quiet:
        size = Path(output).stat().st_size / 1e6
        echo_line(f"{output}: {size:.1f} MB; open it in a browser")
