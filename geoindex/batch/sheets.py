"""Find the sheets in files, folders and globs, and name their grids."""

from __future__ import annotations

import glob
import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

from geoindex.errors import GeoindexWarning, MissingFileError, OptionError
from geoindex.images.sidecars import names_beside

__all__ = [
    "IMAGE_SUFFIXES",
    "FolderListings",
    "Sheet",
    "absolute",
    "find_sheets",
    "target_problems",
    "warn_of_links",
]

IMAGE_SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".gif", ".bmp", ".jp2", ".j2k", ".jpx")
)
"""Images in folders and globs; a file named directly may have any suffix."""


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
    sources: str | PathLike[str] | Iterable[str | PathLike[str]], folder: Path, suffix: str
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
    if isinstance(sources, str | PathLike):
        sources = [sources]
    found: dict[str, Sheet] = {}
    output, real = os.path.realpath(folder), dict[str, str]()
    for source in sources:
        for path, kept in _expand(fspath(source), folder):
            sheet = Sheet(
                source=path,
                name=kept.with_suffix(suffix).as_posix(),
                source_place=_place(path, output, real),
            )
            found.setdefault(absolute(path), sheet)
    if not found:
        raise MissingFileError("no source is named; name image files, folders or globs")
    return list(found.values())


def warn_of_links(sources: Iterable[str | PathLike[str]], folder: Path) -> None:
    """Warn of folders that are symbolic links: they are not searched, for they can be circles.

    Parameters
    ----------
    sources, folder
        As for :func:`find_sheets`.
    """
    output = os.path.realpath(folder)
    links = [
        path
        for source in sources
        if Path(source).is_dir()
        for place, folders, _ in _walk_folders(Path(source), output)
        for path in (os.path.join(place, name) for name in folders)  # noqa: PTH118  thousands
        if os.path.islink(path)  # noqa: PTH114  ditto
    ]
    if links:
        more = f" and {len(links) - 1:,} more" if len(links) > 1 else ""
        warnings.warn(
            f"{links[0]}{more}: linked folders are not searched; name them as sources",
            GeoindexWarning,
            stacklevel=3,
        )


def _expand(source: str, folder: Path) -> Iterator[tuple[Path, Path]]:
    """Yield the images of a source, each with the part of its path that is kept."""
    path = Path(source)
    if path.is_dir():
        if _is_inside(path, folder):
            raise OptionError(
                f"{source}: is inside the output folder {folder}, whose grids would be read as "
                "images; choose another output folder"
            )
        images: Iterable[Path] = _walk(path, folder)
        root = path
    elif glob.has_magic(source) and not path.exists():
        root = _fixed_part(path)
        images = sorted(
            Path(match)
            for match in glob.iglob(source, recursive=True)  # noqa: PTH207  as it was typed
            if _is_image(match) and not _is_inside(Path(match), folder)
        )
    else:
        # A missing image is one sheet that fails; anything else is a wrong source.
        if not path.exists() and not _is_image(source):
            raise MissingFileError(f"{source}: no such file or folder")
        yield path, Path(path.name)
        return
    is_empty = True
    for image in images:
        is_empty = False
        yield image, image.relative_to(root)
    if is_empty:
        raise MissingFileError(
            f"{source}: contains no images ({', '.join(sorted(IMAGE_SUFFIXES))}); name another "
            "folder"
        )


def _walk(top: Path, folder: Path) -> Iterator[Path]:
    """Yield the images below a folder, except hidden ones and those in the output folder."""
    for place, _, files in _walk_folders(top, os.path.realpath(folder)):
        for name in sorted(files):
            if not name.startswith(".") and _is_image(name):
                yield Path(place, name)


def _walk_folders(top: Path, output: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk as ``os.walk`` does, sorted, without hidden folders and the output folder."""
    for place, folders, files in os.walk(top):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(os.path.join(place, name)) != output  # noqa: PTH118  thousands of them
        )
        yield place, folders, files


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


def _fixed_part(pattern: Path) -> Path:
    """Folders of a glob before its first wildcard."""
    fixed = Path(pattern.anchor)
    for part in pattern.relative_to(pattern.anchor).parent.parts:
        if glob.has_magic(part):
            break
        fixed /= part
    return fixed


def absolute(path: Path) -> str:
    """Absolute path; symbolic links are kept."""
    return os.path.abspath(path)  # noqa: PTH100  resolve() would follow the links


def _is_image(name: str) -> bool:
    """Whether a file name has the suffix of an image."""
    return os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES  # noqa: PTH122  ditto


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether a path is a folder or lies below it."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def target_problems(sheets: list[Sheet], folder: Path) -> dict[str, str]:
    """Find the sheets whose grid cannot have its name.

    Parameters
    ----------
    sheets : list of Sheet
    folder : Path
        The output folder.

    Returns
    -------
    dict of str to str
        Reasons by :attr:`Sheet.source` as text.
    """
    by_name: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        by_name.setdefault(os.path.normcase(sheet.name), []).append(sheet)
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


class FolderListings:
    """Tells whether an image or one of its sidecar files has changed.

    Folders are listed once, because most images have none of the possible sidecar files.
    """

    def __init__(self) -> None:
        self._names: dict[Path, dict[str, str]] = {}

    def signature(self, image: Path) -> list[list[str | int]]:
        """Name, size and time of an image and of the files that are read with it.

        Parameters
        ----------
        image : Path

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
