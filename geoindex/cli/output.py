"""Options of what a command writes, and how results and progress are printed."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from geoindex.color.threads import Progress
from geoindex.errors import GeoindexWarning
from geoindex.grids.formats import FORMATS, format_names

__all__ = [
    "FORMAT_KEYS",
    "echo_json",
    "grid_format_option",
    "json_option",
    "overwrite_option",
    "progress_bar",
    "quiet_option",
]

FORMAT_KEYS = ", ".join(known.key for known in FORMATS)

grid_format_option = click.option(
    "--grid-format",
    type=click.Choice(format_names()),
    metavar="FORMAT",
    help=f"Format of DST: {FORMAT_KEYS}.  [default: by its suffix]",
)
overwrite_option = click.option("--overwrite", is_flag=True, help="Replace an existing output.")


def _silence(_context: click.Context, _option: click.Parameter, quiet: bool) -> bool:
    """Print no warnings if nothing but errors is wanted."""
    if quiet:
        warnings.simplefilter("ignore", GeoindexWarning)
    return quiet


quiet_option = click.option(
    "-q", "--quiet", is_flag=True, callback=_silence, help="Print only errors."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def echo_json(content: dict[str, Any]) -> None:
    """Print a result for other programs."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


@contextmanager
def progress_bar(title: str, unit: str, *, quiet: bool) -> Iterator[Progress]:
    """Bar with rate and remaining time on a terminal, nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    # Importing it takes a tenth of the time of a small map.
    from tqdm import tqdm

    with tqdm(desc=title, unit=unit, unit_scale=unit == " px", leave=False) as bar:

        def advance(done: int, total: int) -> None:
            if bar.total != total:
                bar.reset(total)
            bar.update(done - bar.n)

        yield advance
