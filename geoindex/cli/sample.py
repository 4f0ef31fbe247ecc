"""The sample map, from the installed package or from a checkout."""

from __future__ import annotations

from pathlib import Path

from geoindex.errors import MissingFileError

__all__ = ["sample_file"]

HERE = Path(__file__).resolve().parent

# A wheel carries a copy in the package; an editable install uses the checkout's own.
FOLDERS = (HERE / "sample_data", HERE.parents[1] / "data")


def sample_file(name: str) -> Path:
    """Path of a file of the sample map.

    Raises
    ------
    MissingFileError
        The installation lacks it.
    """
    for folder in FOLDERS:
        if (folder / name).is_file():
            return folder / name
    raise MissingFileError(f"{name}: is missing from this installation; reinstall geoindex")
