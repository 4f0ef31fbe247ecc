"""Names of classes in a text file."""

from __future__ import annotations

from pathlib import Path

import click

from geoindex.errors import MissingFileError, PaletteError
from geoindex.files.small_files import read_small

__all__ = ["names_option", "read_names"]

names_option = click.option(
    "--names", "names_file", metavar="FILE", help="Text file with one name per line, in order."
)


def read_names(path: str) -> list[str]:
    """Read a text file of one name per line; blank lines are left out.

    Raises
    ------
    MissingFileError
        There is no such file.
    PaletteError
        The file cannot be read or is not UTF-8.
    """
    if not Path(path).exists():
        raise MissingFileError(f"{path}: no such file")
    content = read_small(Path(path), "list of names", error=PaletteError)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PaletteError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    return [line.strip() for line in text.splitlines() if line.strip()]
