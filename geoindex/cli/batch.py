"""``geoindex batch``."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import click

from geoindex.batch import BatchReport, convert_many
from geoindex.batch.sheets import find_sheets, named_sheets
from geoindex.cli.config import ConfiguredCommand
from geoindex.cli.grid_format import FORMAT_KEYS, style_option
from geoindex.cli.messages import LEFT_VALUES, echo_line
from geoindex.cli.options import MappingOptions, PixelOptions, jobs_option, mapping_options
from geoindex.cli.output import (
    echo_json,
    json_option,
    overwrite_option,
    progress_bar,
    progress_option,
    quiet_option,
)
from geoindex.cli.part_options import tiles_option
from geoindex.cli.spelling import option_text
from geoindex.color.threads import Progress
from geoindex.errors import BatchError, GeoindexWarning
from geoindex.files.whole_files import make_folder
from geoindex.grids.formats import format_names
from geoindex.grids.styles import Style
from geoindex.images.web_tiles import TileScheme
from geoindex.indexing.report import ConversionReport
from geoindex.palette import Palette
from geoindex.palettes.formats import save_palette

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["batch_command", "echo_batch", "told_if_interrupted"]

LEARNED = "geoindex-palette.json"
"""Name of the palette that --learn keeps."""

LISTED_FAILURES = 20
"""More failures than these are only counted."""


@click.command("batch", cls=ConfiguredCommand)
@click.argument("src", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="DIR",
    help="Output folder; sheets keep their subfolders.",
)
@mapping_options
@tiles_option
@click.option(
    "--learn",
    "learned",
    is_eager=True,
    callback=lambda _context, _option, text: _number_or_flat(text),
    metavar="N|flat",
    help="In place of --palette: learn the N colors of least squared error, or the flat colors, "
    f"of all sheets together, and keep them as DIR/{LEARNED}.",
)
@click.option(
    "--format",
    "grid_format",
    type=click.Choice(format_names()),
    metavar="FORMAT",
    default="tif",
    show_default=True,
    help=f"Format of the grids: {FORMAT_KEYS}, or a suffix.",
)
@style_option
@jobs_option
@click.option(
    "--resume/--no-resume",
    default=True,
    show_default=True,
    help="Skip sheets that are done and unchanged, or convert all again.",
)
@click.option("--fail-fast", is_flag=True, help="Stop at the first sheet that fails.")
@click.option(
    "--name", metavar="PATTERN", help="Convert only files with such a name: 'tile_*.png'."
)
@click.option(
    "--prune",
    is_flag=True,
    help="Remove grids of earlier runs whose image is gone; without it they are listed.",
)
@click.option(
    "--mosaic",
    metavar="FILE",
    help="Also join the grids to one virtual raster for GDAL and QGIS (.vrt), or one GeoTIFF "
    "(.tif).",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Convert on the Dask cluster of the scheduler at this address, such as "
    "tcp://10.0.0.1:8786.",
)
@click.option(
    "--report",
    "page",
    metavar="HTML",
    help="Also write a page with a thumbnail of each sheet; it replaces that of an earlier batch.",
)
@overwrite_option
@json_option
@progress_option
@quiet_option
def batch_command(
    src: tuple[str, ...],
    *,
    output: str,
    mapping: MappingOptions,
    tiles: TileScheme | None,
    palette: str | Palette | None,
    learned: int | Literal["flat"] | None,
    grid_format: str,
    style: tuple[Style, ...],
    jobs: int | None,
    resume: bool,
    fail_fast: bool,
    name: str | None,
    prune: bool,
    mosaic: str | None,
    scheduler: str | None,
    page: str | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Convert the map images SRC (files, folders, globs) to index grids in DIR.

    Run it again to convert only new, changed or unfinished sheets. A bad sheet does not stop the
    rest; the exit code is then 1.
    """
    if page is not None:
        from geoindex.report.sheets import check_page

        check_page(Path(page), overwrite=overwrite)
    if learned is not None:
        if palette is not None:
            raise click.UsageError("--palette and --learn exclude each other")
        sheets = _sheets(src, output, name, any_suffix=mapping["gdal"])
        palette = _learn(
            sheets, output, learned, mapping, skip_unreadable=not fail_fast, quiet=quiet
        )
    if palette is None:
        raise AssertionError("click asks for a palette")
    with (
        _client(scheduler) as client,
        progress_bar("sheets", " sheets", quiet=quiet) as advance,
        told_if_interrupted(advance) as progress,
    ):
        report = convert_many(
            src,
            output,
            palette,
            **mapping,
            tiles=tiles,
            format=grid_format,
            style=style,
            jobs=jobs,
            resume=resume,
            overwrite=overwrite,
            fail_fast=fail_fast,
            name=name,
            prune=prune,
            mosaic=mosaic,
            progress=progress,
            client=client,
        )
    if mosaic is not None and not quiet and not as_json:
        echo_line(f"{mosaic}: the grids as one raster")
    if page is not None:
        _write_page(report, page, quiet=quiet)
    echo_batch(report, as_json=as_json, quiet=quiet)


def echo_batch(report: BatchReport, *, as_json: bool, quiet: bool) -> None:
    """Print what a batch did.

    Raises
    ------
    BatchError
        Some sheet failed.
    """
    if as_json:
        echo_json(report.to_dict())
    elif not quiet:
        _echo_table(report)
    if report.failed:
        if not as_json:
            _echo_failures(report)
        raise BatchError(f"{len(report.failed):,} of {report.n_sheets:,} sheets failed")


def _number_or_flat(text: str | None) -> int | Literal["flat"] | None:
    """Value of ``--learn``."""
    if text is None or text == "flat":
        return text  # type: ignore[return-value]  # mypy does not narrow it
    try:
        return int(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is neither a number of colors nor flat") from None


def _sheets(
    src: tuple[str, ...], output: str, name: str | None, *, any_suffix: bool
) -> list[Path]:
    """Images of the sheets, which the batch finds again and then says what is left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeoindexWarning)
        found = find_sheets(src, Path(output), ".tif", any_suffix=any_suffix)
    return [sheet.source for sheet in (found if name is None else named_sheets(found, name))]


def _learn(
    sheets: list[Path],
    output: str,
    learned: int | Literal["flat"],
    mapping: MappingOptions,
    *,
    skip_unreadable: bool,
    quiet: bool,
) -> Palette:
    """Learn the palette of all sheets, and keep it beside their grids."""
    folder = Path(output)
    wanted = PixelOptions.__annotations__
    pixels = cast(PixelOptions, {key: one for key, one in mapping.items() if key in wanted})
    with progress_bar("learn", " sheets", quiet=quiet) as progress:
        # Loads numba, which the processes that convert load for themselves.
        from geoindex.learn.palette import learn_palette

        palette = learn_palette(
            sheets,
            None if learned == "flat" else learned,
            method="flat" if learned == "flat" else "kmeans",
            alpha=mapping["alpha"],
            translucent=mapping["translucent"],
            **pixels,
            skip_unreadable=skip_unreadable,
            progress=progress,
        )
    make_folder(folder)
    save_palette(palette, folder / LEARNED, overwrite=True)
    return palette


@contextmanager
def told_if_interrupted(advance: Progress) -> Iterator[Progress]:
    """Say after Ctrl-C how many sheets are done."""
    counts = (0, 0)

    def count(done: int, total: int) -> None:
        nonlocal counts
        counts = done, total
        advance(done, total)

    try:
        yield count
    except KeyboardInterrupt:
        done, total = counts
        click.echo(
            f"{done:,} of {total:,} sheets are finished, {total - done:,} are left", err=True
        )
        raise


@contextmanager
def _client(address: str | None) -> Iterator[Client | None]:
    """Connect to a cluster if there is an address."""
    if address is None:
        yield None
        return
    try:
        from geoindex.batch.cluster import connect
    except ImportError as error:
        raise BatchError("--scheduler needs Dask; install geoindex-raster[dask]") from error
    with connect(address) as client:
        yield client


def _write_page(report: BatchReport, page: str, *, quiet: bool) -> None:
    """Write the page of thumbnails."""
    from geoindex.report.sheets import Sheet, write_sheets

    sheets = [
        *(
            Sheet(source=one.source, target=Path(one.target), notes=one.warnings())
            for one in report.done
            if isinstance(one, ConversionReport)
        ),
        *(Sheet(source=one.source, target=Path(one.target)) for one in report.skipped),
        *(
            Sheet(source=one.source, target=Path(one.target), failure=one.reason)
            for one in report.failed
        ),
    ]
    sheets.sort(key=lambda sheet: str(sheet.target))
    with progress_bar("report", " sheets", quiet=quiet) as progress:
        write_sheets(sheets, page, title=report.folder, overwrite=True, progress=progress)


def _echo_table(report: BatchReport) -> None:
    """Print how many sheets were done, skipped and failed."""
    rate = ""
    if report.done and report.seconds:
        sheets, pixels = len(report.done) / report.seconds, report.n_pixels / report.seconds
        sheets_rate = f"{sheets:,.1f}" if sheets < 10 else f"{sheets:,.0f}"
        rate = f"  {report.seconds:.1f} s, {sheets_rate} sheets/s, {pixels / 1e6:,.1f} Mpx/s"
    again = report.n_again > 0
    rows = [
        ("done", len(report.done), rate),
        *([("again", report.n_again, "  of these, because settings or image changed")] * again),
        ("skipped", len(report.skipped), "  already done" if report.skipped else ""),
        ("failed", len(report.failed), ""),
    ]
    if report.n_left:
        rows.append(("not tried", report.n_left, "  --fail-fast"))
    if report.without_source:
        note = "removed" if report.pruned else "--prune removes them"
        rows.append(
            ("no image", len(report.without_source), f"  grids whose image is gone; {note}")
        )
    cleaned = [
        sheet.cleaned["changed"] for sheet in report.of_classes if sheet.cleaned is not None
    ]
    if cleaned:
        changed = sum(sum(reasons.values()) for reasons in cleaned)
        rows.append(("changed", changed, f"  pixels by --clean, {changed / report.n_pixels:.2%}"))
    placeless = sum(not sheet.is_placed for sheet in report.done)
    if placeless:
        rows.append(("no place", placeless, "  without world file, transform or control points"))
    echo_line(f"{report.folder}: {report.n_sheets:,} sheets")
    for name, number, note in rows:
        click.echo(f"  {name:<9}  {number:>9,}{note}")
    _echo_without_source(report)
    if any(sheet.leaves_values for sheet in report.of_classes):
        click.echo(LEFT_VALUES)


def _echo_without_source(report: BatchReport) -> None:
    """List grids whose image is gone."""
    for path in report.without_source[:LISTED_FAILURES]:
        echo_line(f"    {path}")


def _echo_failures(report: BatchReport) -> None:
    """Print one reason per line."""
    for sheet in report.failed[:LISTED_FAILURES]:
        reason = option_text(sheet.reason, click.get_current_context())
        click.echo(f"Failed: {reason}", err=True)
    if len(report.failed) > LISTED_FAILURES:
        more = len(report.failed) - LISTED_FAILURES
        click.echo(f"Failed: {more:,} more sheets; --json lists them all", err=True)
