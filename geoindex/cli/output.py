"""Options of what a command writes, and how results and progress are printed."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from geoindex.color.compiling import Listener, listen
from geoindex.color.threads import Progress
from geoindex.errors import GeoindexWarning, OutputError
from geoindex.files.targets import check_different

__all__ = [
    "echo_json",
    "json_option",
    "output_option",
    "overwrite_option",
    "progress_bar",
    "progress_option",
    "quiet_option",
    "replace_option",
]

PROGRESS_LINES = "geoindex.progress_lines"
"""Key in click's context: whether progress is printed as lines, for another program."""


def output_option(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add the option ``-o DST``, which reaches the command as `output`.

    The file may still be given as the last argument, as in early versions.

    Returns
    -------
    callable
        The decorator.
    """
    option = click.option("-o", "--output", metavar="DST", help=f"{text}  [required]")

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def with_output(*, output: str | None, old_output: str | None, **options: Any) -> None:
            if output is None and old_output is None:
                raise click.UsageError("Missing option '-o' / '--output'.")
            if output is not None and old_output is not None:
                raise click.UsageError(
                    f"Got unexpected extra argument ({old_output}); -o names the one output"
                )
            command(output=output or old_output, **options)

        return option(click.argument("old_output", required=False, metavar="")(with_output))

    return decorate


replace_option = click.option("--overwrite", is_flag=True, help="Replace an existing output.")
"""For commands whose output may be what they read, too."""

OUTPUTS = ("output", "picture", "changes", "confidence", "difference", "page")
"""Parameters that name files to write."""


def overwrite_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add the option ``--overwrite``, which replaces no file that the command itself reads."""

    @wraps(command)
    def checked(**options: Any) -> None:
        _check_files(options)
        command(**options)

    return replace_option(checked)


def _check_files(options: dict[str, Any]) -> None:
    """Refuse to write a file that the same command reads, or one file twice.

    Raises
    ------
    OutputError
        An output is an existing file that another parameter names, input or output.
    """
    outputs = [options[name] for name in OUTPUTS if isinstance(options.get(name), str)]
    check_different([Path(output) for output in outputs])
    others = [value for name, value in options.items() if name not in OUTPUTS]
    parts = (part for value in others for part in (value if isinstance(value, tuple) else [value]))
    is_file = os.path.isfile  # takes any text, where Path raises for long ones
    inputs = [part for part in parts if isinstance(part, str) and is_file(part)]
    for output in outputs:
        for path in inputs:
            if is_file(output) and Path(output).samefile(path):
                raise OutputError(f"{output}: is an input, too; give another output")


def _silence(_context: click.Context, _option: click.Parameter, quiet: bool) -> bool:
    """Print no warnings, and nothing of kernels, if nothing but errors is wanted."""
    if quiet:
        warnings.simplefilter("ignore", GeoindexWarning)
        listen(Listener())
    return quiet


quiet_option = click.option(
    "-q", "--quiet", is_flag=True, callback=_silence, help="Print only errors."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def echo_json(content: dict[str, Any]) -> None:
    """Print a result for other programs."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


def _tell_in_lines(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    """Let :func:`progress_bar` of this command print lines."""
    context.meta[PROGRESS_LINES] = wanted


progress_option = click.option(
    "--progress",
    is_flag=True,
    expose_value=False,
    callback=_tell_in_lines,
    help="Print lines such as 'progress 37' (percent) to standard error, for other programs.",
)


@contextmanager
def progress_bar(title: str, unit: str, *, quiet: bool) -> Iterator[Progress]:
    """Bar with rate and remaining time on a terminal, nothing in a pipe; lines if asked for."""
    if click.get_current_context().meta.get(PROGRESS_LINES):
        yield _progress_lines()
        return
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


def _progress_lines() -> Progress:
    """Print a line whenever the whole percent grows."""
    printed = -1

    def advance(done: int, total: int) -> None:
        nonlocal printed
        percent = 100 * done // total if total else 100
        if percent > printed:
            printed = percent
            click.echo(f"progress {percent}", err=True)

    return advance
