"""Writes a changed grid in the format and numbering of the file that it was read from."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path

from geoindex.errors import OutputError
from geoindex.files.targets import check_target
from geoindex.grid import IndexGrid
from geoindex.grids.class_values import FileNumbering
from geoindex.grids.formats import BINARY, GridFormat, format_of_file, grid_format_of, write_grid
from geoindex.grids.geotiff import is_cloud_optimized
from geoindex.grids.headers import GridHeader
from geoindex.rules.paths import path_of

__all__ = ["check_resave", "holds_values", "resave_grid"]


def check_resave(
    source: Path,
    target: Path,
    *,
    overwrite: bool,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
) -> GridFormat:
    """Format of a grid to be written like `source`; raise an error for an unsuitable target.

    Raises
    ------
    OutputError
        The target is there already, or is a horizon, whose Z and header are not those of a grid.
    OptionError
        The format is unknown.
    """
    check_target(target, overwrite=overwrite)
    read = format_of_file(source)
    if format is None and read is not None and source.suffix.lower() == target.suffix.lower():
        # A .grd may be in several formats, and a .dat in any.
        format = read.key  # noqa: A001  as above
    written = grid_format_of(target, format)
    if written.key == "horizon" and read is written:
        raise OutputError(
            f"{target}: the Z and the header of the horizon would be lost; edit the grid that it "
            "was made from and write the horizon again, or write .tif"
        )
    return written


def holds_values(source: str | PathLike[str]) -> bool:
    """Whether a grid file holds class values in place of row numbers."""
    read = format_of_file(Path(source))
    return read is not None and read.numbering is not None and read.numbering(Path(source)).values


def resave_grid(
    grid: IndexGrid,
    source: str | PathLike[str],
    target: str | PathLike[str],
    *,
    overwrite: bool = False,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
) -> None:
    """Write a grid to `target` in the way of `source`, which it was read from.

    Classes and nodata keep their numbers, a cloud-optimized GeoTIFF stays one, and a target of
    the same suffix has the same format.

    Raises
    ------
    OutputError
        As by :func:`check_resave`, or the format cannot hold the grid.
    """
    source, target = path_of(source, "source"), path_of(target, "target")
    written = check_resave(source, target, overwrite=overwrite, format=format)
    read = format_of_file(source)
    numbering = FileNumbering()
    if read is not None and read.numbering is not None:
        numbering = read.numbering(source)
    if written.key not in BINARY:
        # Other formats store numbers without a type and have a fixed nodata value.
        numbering = FileNumbering(values=numbering.values)
    cog = written.key == "geotiff" == (read and read.key) and is_cloud_optimized(source)
    header = replace(GridHeader.of(grid, numbering), cog=cog)
    write_grid(grid, target, header, written, overwrite=overwrite)
