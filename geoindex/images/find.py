"""Find the image files of folders and globs."""

from __future__ import annotations

import glob
import os
import warnings
from collections.abc import Iterable, Iterator
from os import PathLike, fspath
from pathlib import Path

from geoindex.errors import GeoindexWarning, MissingFileError, OptionError
from geoindex.images.headers import is_own_grid
from geoindex.rules.paths import path_of

__all__ = [
    "BATCH_RECORD",
    "IMAGE_SUFFIXES",
    "absolute",
    "find_images",
    "is_searched",
]

BATCH_RECORD = "geoindex-batch.jsonl"
"""Name of a file that marks the output folder of a batch, which holds grids, not images."""

IMAGE_SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".gif", ".bmp", ".jp2", ".j2k", ".jpx")
)
"""Images in folders and globs; a file named directly may have any suffix."""


OTHER_PICTURES = frozenset(
    ("ecw", "sid", "img", "pdf", "jxl", "heic", "avif", "psd", "svg", "eps", "djvu", "vrt")
)
"""Suffixes of pictures that a user may take for sheets but that are not read."""


def find_images(
    sources: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    without: Path | None = None,
    any_suffix: bool = False,
) -> list[tuple[Path, Path]]:
    """List the images of files, folders and globs.

    Parameters
    ----------
    sources : path-like or iterable of path-like
        Image files, folders (searched recursively) or globs, in which ``**`` matches any
        folders. Hidden files, grids of geoindex's and the output folders of batches are left out.
    without : Path, optional
        A folder to leave out, that of the output.
    any_suffix : bool
        Whether globs match files of any suffix.

    Returns
    -------
    list of tuple of Path
        Each image once, in the order of the sources, folders sorted by name, with its path
        relative to the source folder or to the fixed part of the glob.

    Raises
    ------
    MissingFileError
        A folder or glob without images, or no source at all.
    OptionError
        A source folder lies in `without`.

    Warns
    -----
    GeoindexWarning
        Links to folders, pictures of other kinds or grids of geoindex's are left out.
    """
    if isinstance(sources, str | bytes | PathLike) or not isinstance(sources, Iterable):
        sources = [sources]
    found: dict[str, tuple[Path, Path]] = {}
    search = _Search(without, any_suffix=any_suffix)
    for source in sources:
        path_of(source, "a source")
        for path, kept in search.images_of(fspath(source)):
            found.setdefault(absolute(path), (path, kept))
    search.warn(stacklevel=2)
    if not found:
        raise MissingFileError("no source is named; name image files, folders or globs")
    return list(found.values())


def is_searched(source: str | PathLike[str]) -> bool:
    """Whether a source is a folder or a glob, which may stand for several images."""
    return Path(source).is_dir() or (glob.has_magic(fspath(source)) and not Path(source).exists())


class _Search:
    """A search for images; remembers what it leaves out."""

    def __init__(self, without: Path | None, *, any_suffix: bool) -> None:
        self._without, self._any_suffix = without, any_suffix
        self._links: list[str] = []
        self._others: list[str] = []
        self._grids: list[str] = []

    def images_of(self, source: str) -> Iterator[tuple[Path, Path]]:
        """Yield the images of a source, each with the part of its path that is kept."""
        path = Path(source)
        if path.is_dir():
            if self._without is not None and _is_inside(path, self._without):
                raise OptionError(
                    f"{source}: is inside the output folder {self._without}, whose grids would "
                    "be read as images; choose another output folder"
                )
            images, root = self._in_folder(path), path
        elif glob.has_magic(source) and not path.exists():
            images, root = self._by_pattern(source), _fixed_part(path)
        else:
            # A missing image is a failed sheet; anything else missing is a wrong source.
            if not path.exists() and not _is_image(source):
                raise MissingFileError(f"{source}: no such file or folder")
            yield path, Path(path.name)
            return
        n_grids, is_empty = len(self._grids), True
        for image in images:
            if is_own_grid(image):
                self._grids.append(str(image))
                continue
            is_empty = False
            yield image, image.relative_to(root)
        if is_empty:
            found = len(self._grids) - n_grids
            grids = f" but {found:,} grids of geoindex's" if found else ""
            raise MissingFileError(
                f"{source}: contains no images{grids} ({', '.join(sorted(IMAGE_SUFFIXES))}); "
                "name another folder"
            )

    def warn(self, stacklevel: int) -> None:
        """Warn of what was left out: links to folders, pictures of other kinds, and grids."""
        for found, reason in (
            (self._links, "linked folders are not searched; name them as sources"),
            (
                sorted(self._others),
                "is no image that geoindex reads, and is left out; convert it to TIFF",
            ),
            (self._grids, "is a grid of geoindex's, and is left out; name the file to take it"),
        ):
            if found:
                more = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
                warnings.warn(
                    f"{found[0]}{more}: {reason}", GeoindexWarning, stacklevel=stacklevel + 1
                )

    def _by_pattern(self, pattern: str) -> Iterator[Path]:
        """Yield the images that fit a glob."""
        for match in sorted(map(Path, glob.iglob(pattern, recursive=True))):  # noqa: PTH207  as it was typed
            is_meant = _is_image(match.name) or (self._any_suffix and match.is_file())
            if is_meant and (self._without is None or not _is_inside(match, self._without)):
                yield match

    def _in_folder(self, top: Path) -> Iterator[Path]:
        """Yield the images below a folder, except hidden ones and those in the output folder.

        Folders that are symbolic links are not searched, for they can be circles.
        """
        for place, folders, files in _walk_folders(top, _real(self._without)):
            paths = [os.path.join(place, name) for name in folders]  # noqa: PTH118  thousands
            self._links += [path for path in paths if os.path.islink(path)]  # noqa: PTH114  ditto
            for name in sorted(files):
                if name.rpartition(".")[2].lower() in OTHER_PICTURES:
                    self._others.append(os.path.join(place, name))  # noqa: PTH118  ditto
                elif not name.startswith(".") and _is_image(name):
                    yield Path(place, name)


def _walk_folders(top: Path, without: str | None) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk as ``os.walk`` does, sorted, without hidden folders and those of grids."""
    for place, folders, files in os.walk(top):
        if place != str(top) and BATCH_RECORD in files:
            folders.clear()
            continue
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(os.path.join(place, name)) != without  # noqa: PTH118  thousands of them
        )
        yield place, folders, files


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


def _real(folder: Path | None) -> str | None:
    """Path of a folder without symbolic links."""
    return None if folder is None else os.path.realpath(folder)
