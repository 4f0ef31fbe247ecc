"""The sample map, from the installed package or from a checkout."""

from __future__ import annotations

from pathlib import Path

from geoindex.errors import MissingFileError, OutputError

__all__ = ["make_folder", "sample_file"]

PACKAGE = Path(__file__).resolve().parents[1]

# A wheel carries a copy in the package; an editable install uses the checkout's own.
FOLDERS = (PACKAGE / "sample", PACKAGE.parent / "data")


def sample_file(name: str) -> Path:
    """Path of a file of the sample map.

    Parameters
    ----------
    name : str
        Such as ``sample_map.png``.

    Returns
    -------
    Path

    Raises
    ------
    MissingFileError
        The installation does not hold it.
    """
    for folder in FOLDERS:
        if (folder / name).is_file():
            return folder / name
    raise MissingFileError(f"{name}: is missing from this installation; install geoindex again")


def make_folder(path: Path) -> None:
    """Create a folder for outputs, if it is not there.

    Raises
    ------
    OutputError
        It cannot be created.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be created: {error.strerror}") from error
