"""Find the sheets in files, folders and globs, and name their grids."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from geoindex.errors import MissingFileError
from geoindex.images.find import absolute, find_images
from geoindex.images.sidecars import names_beside

__all__ = [
    "FolderListings",
    "Sheet",
    "find_sheets",
    "named_sheets",
    "target_problems",
]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One image to convert."""

    source: Path
    """The image."""

    name: str
    """Its grid, relative to the output folder, with forward slashes."""

    source_place: str
    """The image from the output folder on, which tells sheets of the same name apart."""


def find_sheets(
    sources: str | PathLike[str] | Iterable[str | PathLike[str]],
    folder: Path,
    suffix: str,
    *,
    any_suffix: bool = False,
) -> list[Sheet]:
    """List the images of a batch.

    Parameters
    ----------
    sources : path-like or iterable of path-like
        Image files, folders (searched recursively) or globs, in which ``**`` matches any
        folders. Hidden files and the output folder are left out.
    folder : Path
        The output folder. A sheet keeps its subfolders relative to the source folder, or to the
        fixed part of the glob.
    suffix : str
        Of the grids, with the dot.
    any_suffix : bool
        Whether globs match files of any suffix.

    Returns
    -------
    list of Sheet
        Each image once, in the order of the sources, folders sorted by name.

    Raises
    ------
    MissingFileError
        A folder or glob without images, or no source at all.
    OptionError
        A source folder lies in the output folder.
    """
    output, real = os.path.realpath(folder), dict[str, str]()
    return [
        Sheet(
            source=path,
            name=kept.with_suffix(suffix).as_posix(),
            source_place=_place(path, output, real),
        )
        for path, kept in find_images(sources, without=folder, any_suffix=any_suffix)
    ]


def named_sheets(sheets: list[Sheet], pattern: str) -> list[Sheet]:
    """Sheets whose file name fits a pattern such as ``tile_*.png``, in upper or lower case.

    Raises
    ------
    MissingFileError
        There is none.
    """
    fitting = re.compile(fnmatch.translate(pattern), re.IGNORECASE)
    found = [sheet for sheet in sheets if fitting.match(sheet.source.name)]
    if not found:
        raise MissingFileError(
            f"none of {len(sheets):,} images, such as {sheets[0].source}, has a name like "
            f"{pattern}"
        )
    return found


def _place(path: Path, output: str, real: dict[str, str]) -> str:
    """Path of an image from the output folder on, with forward slashes.

    Both may move together. An image on another drive has its whole path. `real` keeps the folders
    that were looked up, for thousands of sheets share one.
    """
    folder, name = os.path.split(absolute(path))
    if folder not in real:
        real[folder] = os.path.realpath(folder)
    try:
        place = os.path.relpath(real[folder], output)
    except ValueError:
        place = real[folder]
    return Path(place, name).as_posix()


def target_problems(sheets: list[Sheet], folder: Path) -> dict[str, str]:
    """Find the sheets whose grid cannot have its name.

    Returns
    -------
    dict of str to str
        Reasons by :attr:`Sheet.source` as text.
    """
    by_name: dict[str, list[Sheet]] = {}
    case_counts = _tells_case(folder)
    for sheet in sheets:
        by_name.setdefault(sheet.name if case_counts else sheet.name.casefold(), []).append(sheet)
    problems: dict[str, str] = {}
    for group in by_name.values():
        for sheet in group if len(group) > 1 else ():
            other = group[0] if sheet is not group[0] else group[1]
            problems[str(sheet.source)] = (
                f"{sheet.source}: would be written to {sheet.name}, and so would "
                f"{other.source}; rename one of them, or use different output folders"
            )
    sources = {absolute(sheet.source) for sheet in sheets}
    for sheet in sheets:
        if absolute(folder / sheet.name) in sources:
            problems[str(sheet.source)] = (
                f"{sheet.source}: its grid would replace an image of this batch; choose another "
                "output folder or format"
            )
    return problems


def _tells_case(folder: Path) -> bool:
    """Whether files of a folder may have names that differ in upper and lower case only.

    Windows and macOS do not tell them apart, nor do other systems on disks that come from there.
    """
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    for place in (there.absolute(), *there.absolute().parents):
        if place.name.swapcase() != place.name:
            other = place.with_name(place.name.swapcase())
            return not (other.exists() and other.samefile(place))
    return True


class FolderListings:
    """Tells whether an image or one of its sidecar files has changed.

    Folders are listed once, because most images have none of the possible sidecar files.
    """

    def __init__(self) -> None:
        self._names: dict[Path, dict[str, str]] = {}

    def signature(self, image: Path) -> list[list[str | int]]:
        """Name, size and time of an image and of the files that are read with it.

        Returns
        -------
        list of [str, int, int]
            The times in ns; JSON values.

        Raises
        ------
        OSError
            The image is not there.
        """
        folder = image.parent
        if folder not in self._names:
            with os.scandir(folder) as entries:
                self._names[folder] = {entry.name.lower(): entry.name for entry in entries}
        names = self._names[folder]
        beside = sorted({names[name] for name in names_beside(image) if name in names})
        return [_state(image), *(_state(folder / name) for name in beside)]


def _state(path: Path) -> list[str | int]:
    status = path.stat()
    return [path.name, status.st_size, status.st_mtime_ns]
