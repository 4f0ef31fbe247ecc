"""``rio geoindex``: what ``geoindex convert`` does, with the habits of rasterio's commands."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from geoindex.cli.app import open_streams, tell_on_terminal
from geoindex.cli.convert import creation_option
from geoindex.cli.grid_format import grid_format_option, style_option
from geoindex.cli.messages import echo_line
from geoindex.cli.options import MappingOptions, mapping_options
from geoindex.cli.output import overwrite_option, progress_bar, quiet_option
from geoindex.cli.part_options import PlaceOptions, place_options
from geoindex.cli.spelling import naming_options
from geoindex.errors import GeoindexError, OutputError
from geoindex.files.whole_files import make_folder
from geoindex.grids.formats import format_named
from geoindex.grids.styles import Style
from geoindex.indexing.convert import convert
from geoindex.palette import Palette

__all__ = ["rio_convert", "run"]


@click.command("geoindex", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("files", nargs=-1, required=True, metavar="INPUTS... OUTPUT")
@click.option("-o", "--output", metavar="PATH", help="Output, in place of the last argument.")
@mapping_options
@place_options
@creation_option
@style_option
@grid_format_option
@overwrite_option
@quiet_option
def rio_convert(
    files: tuple[str, ...],
    *,
    output: str | None,
    palette: str | Palette,
    mapping: MappingOptions,
    place: PlaceOptions,
    creation: dict[str, str],
    style: tuple[Style, ...],
    grid_format: str | None,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Convert map images to index grids, and print the names of the grids.

    INPUTS are files; - stands for names from standard input, one a line. OUTPUT is the grid, or,
    for several inputs, the folder of the grids, which keep the names of the images.
    """
    inputs = list(files if output is not None else files[:-1])
    sources = [name for one in inputs for name in (_piped() if one == "-" else [one])]
    if not sources:
        raise click.UsageError("name an input and an output")
    for source, target in _targets(sources, Path(output or files[-1]), grid_format, "-" in inputs):
        with progress_bar(source, " px", quiet=quiet) as progress:
            convert(
                source,
                target,
                palette,
                **mapping,
                **place,
                creation=creation,
                style=style,
                format=grid_format,
                overwrite=overwrite,
                progress=progress,
            )
        if not quiet:
            echo_line(str(target))


def run(arguments: list[str], parent: click.Context | None) -> None:
    """Run the command as a part of another program.

    Raises
    ------
    click.ClickException
        An error, in one line.
    """
    open_streams()
    tell_on_terminal()
    command: click.Command = naming_options(rio_convert)
    with command.make_context("geoindex", arguments, parent=parent) as context:
        try:
            command.invoke(context)
        except GeoindexError as error:
            raise click.ClickException(str(error)) from error


def _piped() -> list[str]:
    """Names from standard input."""
    return [line for line in sys.stdin.read().splitlines() if line.strip()]


def _targets(
    sources: list[str], output: Path, grid_format: str | None, is_piped: bool
) -> list[tuple[str, Path]]:
    """Grid of each image: the output itself, or a file in it."""
    if len(sources) == 1 and not is_piped and not output.is_dir():
        return [(sources[0], output)]
    if output.suffix and not output.is_dir():
        raise OutputError(f"{output}: several inputs need a folder as output")
    suffix = ".tif" if grid_format is None else format_named(grid_format).suffixes[0]
    targets = {output / f"{Path(source).stem}{suffix}": source for source in sources}
    if len(targets) < len(sources):
        raise OutputError(f"{output}: two inputs have the same name; use geoindex batch")
    make_folder(output)
    return [(source, target) for target, source in targets.items()]
