"""The command group and the exit codes."""

from __future__ import annotations

import logging
import sys

import click

import geoindex
from geoindex.cli.clean import clean_command
from geoindex.cli.convert import convert_command
from geoindex.cli.cube import cube_command
from geoindex.cli.demo import demo_command
from geoindex.cli.info import info_command
from geoindex.cli.palette import palette_group
from geoindex.cli.plot import plot_command
from geoindex.errors import GeoindexError

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(geoindex.__version__, "-V", "--version", package_name="geoindex")
def cli() -> None:
    """Turn colored map images into one-band index grids.

    Exit codes: 0 done; 1 failed, with one line that says why; 2 wrong usage.
    """
    # Rasterio logs every GDAL error that it also raises.
    logging.getLogger("rasterio").addHandler(logging.NullHandler())
    logging.getLogger("rasterio").propagate = False


cli.add_command(convert_command)
cli.add_command(clean_command)
cli.add_command(cube_command)
cli.add_command(palette_group)
cli.add_command(plot_command)
cli.add_command(info_command)
cli.add_command(demo_command)


def main() -> None:
    """Run the command line: one line and exit 1 where the work cannot be done."""
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Error: interrupted; nothing half-written is left", err=True)
        sys.exit(130)
    except GeoindexError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except MemoryError:
        click.echo("Error: out of memory; use a smaller image or a larger machine", err=True)
        sys.exit(1)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"Error: {place}{error.strerror or error}", err=True)
        sys.exit(1)
