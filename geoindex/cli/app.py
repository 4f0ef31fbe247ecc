"""The command group and the exit codes."""

from __future__ import annotations

import gc
import logging
import os
import sys
import warnings
from contextlib import suppress
from typing import Any

import click

import geoindex
from geoindex.cli.late import LazyGroup
from geoindex.cli.messages import echo_warning
from geoindex.errors import GeoindexError, GeoindexWarning, interrupts_first

__all__ = ["cli", "main"]

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

COMMANDS = {
    "convert": ("geoindex.cli.convert:convert_command", "Turn a map image into an index grid."),
    "batch": ("geoindex.cli.batch:batch_command", "Convert many map images, and resume."),
    "clean": ("geoindex.cli.clean:clean_command", "Recover the units of a drawn map."),
    "palette": ("geoindex.cli.palette:palette_group", "List, show, convert and learn palettes."),
    "gray": ("geoindex.cli.gray:gray_command", "Bring a one-band raster to its best levels."),
    "cube": ("geoindex.cli.cube:cube_command", "Find the index of every color once."),
    "resample": ("geoindex.cli.resample:resample_command", "Put a grid on the lines of a survey."),
    "horizon": ("geoindex.cli.horizon:horizon_command", "Write a grid as an OpendTect horizon."),
    "section": ("geoindex.cli.section:section_command", "Write a cross-section as SEG-Y."),
    "plot": ("geoindex.cli.plot:plot_command", "Draw a grid in its true colors."),
    "info": ("geoindex.cli.info:info_command", "Tell what a file holds."),
    "demo": ("geoindex.cli.demo:demo_command", "Convert the sample map, all the way."),
}
"""Where each command is, and its line of help, in the order of use."""


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(geoindex.__version__, "-V", "--version", package_name="geoindex")
def cli() -> None:
    """Turn colored map images into one-band index grids.

    Exit codes: 0 done; 1 failed, with one line that says why; 2 wrong usage.
    """
    # Rasterio logs every GDAL error that it also raises.
    logging.getLogger("rasterio").addHandler(logging.NullHandler())
    logging.getLogger("rasterio").propagate = False
    warnings.simplefilter("always", GeoindexWarning)
    warnings.showwarning = _echo_warning  # type: ignore[assignment]  # the place is not shown


def _echo_warning(message: Warning | str, category: type[Warning], *_place: Any) -> None:
    """Print our own warnings as one line, and no others, which are for developers."""
    if issubclass(category, GeoindexWarning):
        echo_warning(str(message))


def main() -> None:
    """Run the command line: one line and exit 1 where the work cannot be done."""
    code = _run()
    if code == INTERRUPTED:
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, OSError, ValueError):  # closed, or its reader has gone
                stream.flush()
        # All is cleaned up. A thread that was just starting is unknown to the pools of the
        # standard library, and the usual way out would wait for it for ever.
        os._exit(code)
    # The interpreter's last search for garbage takes 0.2 s; the end of the process frees it, too.
    gc.freeze()
    sys.exit(code)


def _run() -> int:
    """Run the command and give the exit code."""
    try:
        with interrupts_first():
            done = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Error: interrupted; nothing half-written is left", err=True)
        return INTERRUPTED
    except GeoindexError as error:
        click.echo(f"Error: {error}", err=True)
    except MemoryError:
        click.echo("Error: out of memory; use a smaller image or a larger machine", err=True)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"Error: {place}{error.strerror or error}", err=True)
    else:
        # Click gives the code where a command leaves by ctx.exit, as --help does.
        return done if isinstance(done, int) else 0
    return 1
