"""The command group and the exit codes."""

from __future__ import annotations

import gc
import io
import logging
import os
import signal
import sys
import traceback
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

import geoindex
from geoindex.cli.kernels import CompilingLine
from geoindex.cli.late import LazyGroup
from geoindex.cli.messages import echo_warning
from geoindex.cli.spelling import option_text
from geoindex.color.compiling import listen
from geoindex.errors import GeoindexError, GeoindexWarning, interrupts_first, seen
from geoindex.files.whole_files import remove_own

__all__ = ["cli", "main", "open_streams", "tell_on_terminal"]

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

OWN_ERROR = 70
"""Exit code after an error in geoindex itself, as sysexits.h has it."""

STOPS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""What ends a command: Ctrl-C; batch systems and services before they kill; a closed terminal."""

COMMANDS = {
    "convert": ("geoindex.cli.convert:convert_command", "Convert a map image to an index grid."),
    "batch": (
        "geoindex.cli.batch:batch_command",
        "Convert many map images; resume after an interruption.",
    ),
    "clean": ("geoindex.cli.clean:clean_command", "Recover the units of a drawn map."),
    "edit": ("geoindex.cli.edit:edit_command", "Rename and merge the classes of a grid."),
    "palette": ("geoindex.cli.palette:palette_group", "List, show, convert and learn palettes."),
    "values": (
        "geoindex.cli.values:values_command",
        "Read the values of a picture from its color ramp.",
    ),
    "gray": ("geoindex.cli.gray:gray_command", "Quantize a one-band raster to its best k levels."),
    "cube": (
        "geoindex.cli.cube:cube_command",
        "Precompute the nearest palette entry for every 8-bit color.",
    ),
    "resample": (
        "geoindex.cli.resample:resample_command",
        "Resample a grid to the bins of a survey.",
    ),
    "horizon": ("geoindex.cli.horizon:horizon_command", "Write a grid as an OpendTect horizon."),
    "section": ("geoindex.cli.section:section_command", "Write a cross-section as a SEG-Y line."),
    "report": (
        "geoindex.cli.report:report_command",
        "Show a map beside its grid in an HTML page.",
    ),
    "plot": ("geoindex.cli.plot:plot_command", "Draw a grid in its palette colors."),
    "areas": ("geoindex.cli.analysis:areas_command", "Measure how much each class covers."),
    "crosstab": ("geoindex.cli.analysis:crosstab_command", "Compare two grids class by class."),
    "polygons": (
        "geoindex.cli.polygons:polygons_command",
        "Trace the classes of a grid as polygons.",
    ),
    "info": ("geoindex.cli.info:info_command", "Show what a file contains."),
    "doctor": (
        "geoindex.cli.doctor:doctor_command",
        "Show what is installed; compile all kernels.",
    ),
    "demo": ("geoindex.cli.demo:demo_command", "Run the whole pipeline on the sample map."),
}
"""Module and one-line help of each command, in the order of use."""


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(geoindex.__version__, "-V", "--version", package_name="geoindex")
def cli() -> None:
    """Convert colored map images to one-band index grids.

    Exit codes: 0 success; 1 failure, with a one-line error message; 2 usage error; 70 an error
    in geoindex itself (set GEOINDEX_DEBUG=1 to see where); 130 interrupted.
    """
    # Rasterio logs every GDAL error in addition to raising it, matplotlib where it keeps fonts.
    for name in ("rasterio", "matplotlib"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    tell_on_terminal()


def _look_for_proj() -> None:
    """Warn where the environment leads PROJ to no database: it knows no CRS then."""
    for name in ("PROJ_DATA", "PROJ_LIB"):
        folders = os.environ.get(name, "").split(os.pathsep)
        if any(folders):
            if not any(Path(folder, "proj.db").exists() for folder in folders if folder):
                echo_warning(
                    f"the environment variable {name} names no folder with proj.db, without "
                    "which reference systems are not known; unset it"
                )
            return


def tell_on_terminal() -> None:
    """Let warnings be lines, and tell of kernels that are being compiled."""
    warnings.simplefilter("always", GeoindexWarning)
    listen(CompilingLine())
    warnings.showwarning = _echo_warning  # type: ignore[assignment]  # the place is not shown


def _echo_warning(message: Warning | str, category: type[Warning], *_place: Any) -> None:
    """Print our own warnings as one line; others are for developers."""
    if issubclass(category, GeoindexWarning):
        echo_warning(option_text(str(message), click.get_current_context(silent=True)))


def main() -> None:
    """Run the command line; on failure print one line and exit with code 1."""
    open_streams()
    if "_GEOINDEX_COMPLETE" in os.environ:
        import geoindex.cli.completion  # noqa: F401  # makes itself known to click
    code = _run()
    if code == INTERRUPTED:
        for number in STOPS:
            signal.signal(number, signal.SIG_IGN)
        remove_own()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # its reader has gone, or it is closed
                stream.flush()
        # Everything is cleaned up. The standard library does not know of a thread that was just
        # starting, and the usual exit would wait for it forever.
        os._exit(code)
    _drop_unwritten()
    # The last garbage collection takes 0.2 s; the end of the process frees everything anyway.
    gc.freeze()
    sys.exit(code)


def open_streams() -> None:
    """Open the standard streams that were closed.

    An output would take the number of one, and what libraries print would go into it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # takes the lowest number
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", closefd=False))


def _drop_unwritten() -> None:
    """Drop output that cannot be written; the end of the process would try again, and say so."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except ValueError:  # it is closed
            continue
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _interrupt_at_signals() -> None:
    """Take signals for Ctrl-C, except those that are ignored, as under nohup."""
    for number in STOPS:
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def _run() -> int:
    """Run the command; return the exit code."""
    _interrupt_at_signals()
    # GDAL and PROJ print lines of their own wherever no one asks for them.
    os.environ.setdefault("CPL_LOG", os.devnull)
    for stream in (sys.stdout, sys.stderr):
        # Names of files may be in no encoding.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    _look_for_proj()
    try:
        with interrupts_first():
            done = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        with suppress(OSError):  # the terminal is gone
            click.echo(
                "Error: interrupted; no partial files remain. Run the same command again to "
                "continue",
                err=True,
            )
        return INTERRUPTED
    except GeoindexError as error:
        click.echo(f"Error: {error}", err=True)
    except MemoryError:
        click.echo(
            "Error: out of memory; use a smaller image or a machine with more memory", err=True
        )
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"Error: {seen(f'{place}{error.strerror or error}')}", err=True)
    except Exception as error:  # noqa: BLE001  # the last place where it can be told in one line
        _echo_own_error(error)
        return OWN_ERROR
    else:
        # Click returns the code if a command ends by ctx.exit, as --help does.
        return done if isinstance(done, int) else 0
    return 1


def _echo_own_error(error: Exception) -> None:
    """Print an unexpected error as one line with the files at hand; all of it for developers."""
    if os.environ.get("GEOINDEX_DEBUG"):
        traceback.print_exception(error)
    files = [argument for argument in sys.argv[1:] if Path(argument).is_file()]
    text = " ".join(f"{type(error).__name__}: {error}".split())
    at_hand = seen(f"{', '.join(files)}: ") if files else ""
    click.echo(
        f"Error: {at_hand}unexpected {text}. This is an error in geoindex: please report it, with "
        "the output of the same command under GEOINDEX_DEBUG=1",
        err=True,
    )
