"""The exceptions of geoindex: one base class, whose children are also built-in exceptions."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = [
    "BatchError",
    "CubeError",
    "FewerColorsWarning",
    "GeoindexError",
    "GeoindexWarning",
    "GridError",
    "ImageError",
    "MissingFileError",
    "OptionError",
    "OutputError",
    "PaletteError",
    "SectionError",
    "SurveyError",
    "errors_of",
    "interrupts_first",
    "seen",
]

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that are not seen, that turn the direction of a text or that terminals obey."""


def seen(text: str) -> str:
    """Write out the characters of a text that are not seen."""
    return UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class GeoindexError(Exception):
    """Base class of all geoindex errors.

    The message is one line, whatever is in the names of files that it tells: what is wrong, what
    was found, what to do.
    """

    def __str__(self) -> str:
        return seen(super().__str__())


class GeoindexWarning(UserWarning):
    """The result may not be what you expect; the message is one line."""

    def __str__(self) -> str:
        return seen(super().__str__())


class PaletteError(GeoindexError, ValueError):
    """Invalid palette.

    Attributes
    ----------
    row : int or None
        Zero-based row of the invalid color, or None if no single row is at fault.
    """

    def __init__(self, message: str, *, row: int | None = None) -> None:
        super().__init__(message)
        self.row = row

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_palette_error, (str(self), self.row))


def _rebuild_palette_error(message: str, row: int | None) -> PaletteError:
    return PaletteError(message, row=row)


class ImageError(GeoindexError, ValueError):
    """Pixels or an image file that cannot be read as colors."""


class GridError(GeoindexError, ValueError):
    """Invalid index grid, or a file that does not hold one."""


class CubeError(GeoindexError, ValueError):
    """Invalid color cube, or a file that does not hold one."""


class SurveyError(GeoindexError, ValueError):
    """Invalid survey geometry, or a file that does not hold one."""


class SectionError(GeoindexError, ValueError):
    """Invalid place of a cross-section, or one that SEG-Y cannot store."""


class OptionError(GeoindexError, ValueError):
    """Invalid option; the message lists the valid choices or the range."""


class MissingFileError(GeoindexError, FileNotFoundError):
    """Missing input file."""


class OutputError(GeoindexError, OSError):
    """Output that cannot be written, or must not be overwritten."""


class BatchError(GeoindexError, RuntimeError):
    """The processes of a batch cannot run."""


class FewerColorsWarning(GeoindexWarning):
    """Palette with fewer colors than requested."""


@contextmanager
def errors_of(where: object) -> Iterator[None]:
    """Put the name of a file before what is wrong with its content."""
    try:
        yield
    except (GridError, OutputError) as error:
        raise type(error)(f"{where}: {error}") from None


@contextmanager
def interrupts_first() -> Iterator[None]:
    """Raise the interrupt or exit that caused an error instead of the error.

    A library may fail to clean up when it is interrupted, and that error would be mistaken for a
    damaged file: rasterio then reports that no GDAL environment exists.
    """
    outer = sys.exc_info()[1]
    try:
        yield
    except Exception as error:
        hidden = error.__context__
        while hidden is not None and hidden is not outer:
            if isinstance(hidden, KeyboardInterrupt | SystemExit):
                raise hidden from None
            hidden = hidden.__context__
        raise
