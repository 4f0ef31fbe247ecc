"""The errors of geoindex: one base class, each child also a built-in."""

from __future__ import annotations

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
    "interrupts_first",
]


class GeoindexError(Exception):
    """Base of every error that geoindex raises on purpose.

    The message is one line: what is wrong, what was found, what to do.
    """


class GeoindexWarning(UserWarning):
    """Work goes on, but not as one would expect; the message is one line."""


class PaletteError(GeoindexError, ValueError):
    """A palette that cannot be used.

    Attributes
    ----------
    row : int or None
        Zero-based row of the offending color where one row is at fault.
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
    """An index grid, or a file that should hold one, that contradicts itself."""


class CubeError(GeoindexError, ValueError):
    """A color cube, or a file that should hold one, that cannot be used."""


class SurveyError(GeoindexError, ValueError):
    """A survey geometry, or a file that should hold one, that contradicts itself."""


class SectionError(GeoindexError, ValueError):
    """A cross-section whose place contradicts itself, or that SEG-Y cannot hold."""


class OptionError(GeoindexError, ValueError):
    """A choice that does not exist; the message lists those that do."""


class MissingFileError(GeoindexError, FileNotFoundError):
    """A source file that is not there."""


class OutputError(GeoindexError, OSError):
    """An output that cannot be, or must not be, written."""


class BatchError(GeoindexError, RuntimeError):
    """The processes of a batch cannot do their work."""


class FewerColorsWarning(GeoindexWarning):
    """A palette with fewer colors than were asked for."""


@contextmanager
def interrupts_first() -> Iterator[None]:
    """Let no error hide the interrupt, or the exit, that it is a consequence of.

    A library that is interrupted may fail as it cleans up, and what it raises then would be taken
    for an error of a file: rasterio says that no GDAL environment exists.
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
