"""A hostile file: how it is made and opened, and what must come of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geoindex import (
    IndexGrid,
    Palette,
    Survey,
    index_image,
    load_palette,
    load_ramp,
    open_grid,
    open_values,
    read_horizon,
)

Maker = Callable[[Path], Any]
"""Writes files into a folder; returns the one to open."""

PALETTE = Palette([[0, 0, 0], [230, 60, 20], [250, 240, 200]])


@dataclass(frozen=True)
class Case:
    """One or several files with one defect."""

    name: str
    make: Maker
    refused: str = ""
    """Part of the error; "" where the file is read."""

    right: Callable[[Any], bool] | None = None
    """Whether what is read is right; a file may be refused as well if both are given."""

    opened_by: Callable[[Path], Any] | None = None
    """By default what the suffix stands for."""


def holding(name: str, content: bytes | str | Callable[[], bytes | str]) -> Maker:
    """Maker of a single file, whose content may be made when it is needed."""

    def make(folder: Path) -> Path:
        path = folder / name
        made = content() if callable(content) else content
        path.write_bytes(made.encode() if isinstance(made, str) else made)
        return path

    return make


def several(*files: tuple[str, bytes | str]) -> Maker:
    """Maker of several files, of which the first is opened."""

    def make(folder: Path) -> Path:
        paths = [holding(name, content)(folder) for name, content in files]
        return paths[0]

    return make


IMAGES = {".png", ".jpg", ".gif", ".bmp", ".webp", ".jp2"}
GRIDS = {".npy", ".asc", ".irap", ".zmap", ".grd", ".cps3", ".tif"}


def image(path: Path) -> IndexGrid:
    """Index an image."""
    return index_image(path, PALETTE)


def values(path: Path) -> Any:
    """Open a grid of values, whatever it lacks of a grid of classes."""
    return open_values(path).values


def horizon(path: Path) -> IndexGrid:
    """Read a horizon."""
    return read_horizon(path, palette=PALETTE)


def ramp(path: Path) -> Any:
    """Load colors along a range."""
    return load_ramp(path)


def opener(case: Case, path: Path) -> Callable[[Path], Any]:
    """How the file of a case is opened."""
    if case.opened_by is not None:
        return case.opened_by
    if path.name.endswith(".survey"):
        return Survey.open
    if path.suffix in IMAGES:
        return image
    return open_grid if path.suffix in GRIDS else load_palette


def named(*names: str) -> Callable[[Any], bool]:
    """Whether a palette has these names."""
    return lambda palette: palette.names == names


def colors(*wanted: tuple[int, int, int]) -> Callable[[Any], bool]:
    """Whether a palette has these colors."""
    return lambda palette: palette.colors.tolist() == [list(color) for color in wanted]


def shown(*rows: list[int]) -> Callable[[Any], bool]:
    """Whether an image or grid has these indices."""
    return lambda grid: np.asarray(grid.indices).tolist() == list(rows)


def canary() -> str:
    """File that no hostile file may lead to."""
    return os.environ["CANARY"]


def address() -> str:
    """Address that no hostile file may lead to."""
    return os.environ["CANARY_ADDRESS"]


def truncations(content: bytes) -> Iterator[bytes]:
    """Every beginning of a file, or a thousand of a larger one."""
    for length in np.unique(np.linspace(0, len(content) - 1, 1000).astype(int)).tolist():
        yield content[:length]


def every_truncation(
    name: str, content: bytes, whole: Callable[[Path], Any], *, is_text: bool = False
) -> Case:
    """Case of all truncations of a file, each of which is refused or read as the whole.

    The beginning of a text may be a text of fewer lines.
    """

    def open_all(path: Path) -> str:
        from geoindex.errors import GeoindexError

        wanted = fingerprint(whole(path))
        for part in truncations(content):
            path.write_bytes(part)
            try:
                found = fingerprint(whole(path))
            except GeoindexError as error:
                if "\n" in str(error):
                    return str(error)
                continue
            if found != wanted and not is_text:
                return f"{len(part)} of {len(content)} bytes are another file: {found!r:.200}"
        return ""

    return Case(
        f"truncations of {name}", holding(name, content), right=lambda said: said == "" or said,
        opened_by=open_all,
    )  # fmt: skip


def fingerprint(found: Any) -> Any:
    """What can be compared of an object."""
    if isinstance(found, IndexGrid):
        return found.to_rgb().tolist(), found.palette.names, found.transform
    if isinstance(found, Palette):
        return found.colors.tolist(), found.names, found.values
    if isinstance(found, np.ndarray):
        return np.nan_to_num(found, nan=-1.0).tolist()
    return repr(found)
