"""Saves that are stopped, fail or race; run as ``python -m tests.support.saves KIND``."""

from __future__ import annotations

import errno
import functools
import gc
import itertools
import os
import resource
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from rasterio.crs import CRS

from geoindex import IndexGrid, Palette, Survey, open_grid
from geoindex.errors import GeoindexError, OutputError

TPERS = CRS.from_string("+proj=tpers +h=5500000 +lat_0=40 +type=crs")

SUFFIXES = (".tif", ".png", ".npy", ".asc", ".dat")

CHANGING = ("mkdir", "open", "link", "replace", "rename", "unlink", "rmdir", "fsync", "listdir")
"""Functions of `os` that a save goes through."""

STOPPED = 9


def grid_of(*, seed: int, shift: float = 0, names: str = "old", crs: CRS) -> IndexGrid:
    indices = np.random.default_rng(seed).integers(0, 3, (12, 9)).astype(np.uint8)
    colors = [[0, 0, 0], [200, 9, 9], [9, 200, 9]]
    return IndexGrid(
        indices=indices,
        palette=Palette(colors, names=[f"{names} {number}" for number in range(3)]),
        nodata=255,
        transform=Affine(10, 0, 500_000 + shift, 0, -10, 7_000_000),
        crs=crs,
    )


def on_survey(grid: IndexGrid) -> IndexGrid:
    assert grid.transform is not None
    corners = {(1, 1): (0.5, 0.5), (12, 1): (0.5, 11.5), (1, 9): (8.5, 0.5)}
    survey = Survey.from_points(
        [(*lines, *(grid.transform @ cell)) for lines, cell in corners.items()],
        inlines=(1, 12),
        crosslines=(1, 9),
    )
    return grid.resample(survey)


OLD = grid_of(seed=1, crs=CRS.from_epsg(3067))
"""What is there before, and what is written then: other cells, or the same in another place."""

NEWS = (
    grid_of(seed=2, shift=1000, names="new", crs=TPERS),
    grid_of(seed=1, names="new", crs=CRS.from_epsg(2393)),
)

FORMS = {suffix: (on_survey if suffix == ".dat" else lambda grid: grid) for suffix in SUFFIXES}


def same(found: IndexGrid, wanted: IndexGrid, suffix: str) -> bool:
    """Whether a file holds a grid, as far as its format can."""
    alike = np.array_equal(found.to_rgb(), wanted.to_rgb())
    alike = alike and found.palette.names == wanted.palette.names
    if suffix == ".dat":
        return alike
    assert wanted.transform is not None
    placed = found.transform is not None and found.transform.almost_equals(wanted.transform)
    return alike and placed and found.crs == wanted.crs


class Stop:
    """Does something before, or after, the n-th call that changes a file, or each (None)."""

    def __init__(
        self, moment: int | None, action: Callable[[], None], *, after: bool = False
    ) -> None:
        self.moment, self.action, self.after = moment, action, after
        self.n_moments = 0
        self.is_acting = False

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            if self.is_acting:
                return function(*arguments, **options)
            self.n_moments += 1
            is_now = self.moment in (None, self.n_moments)
            if is_now and not self.after:
                self.act()
            result = function(*arguments, **options)
            if is_now and self.after:
                self.act()
            return result

        return wrapped

    def act(self) -> None:
        self.is_acting = True
        try:
            self.action()
        finally:
            self.is_acting = False


@contextmanager
def stopping(stop: Stop) -> Iterator[None]:
    before = {name: getattr(os, name) for name in CHANGING}
    for name, function in before.items():
        setattr(os, name, stop.wrap(function))
    try:
        yield
    finally:
        for name, function in before.items():
            setattr(os, name, function)


@functools.cache
def cases() -> tuple[tuple[str, IndexGrid, IndexGrid | None], ...]:
    """Suffix, grid to write, and grid that is there or None."""
    found: list[tuple[str, IndexGrid, IndexGrid | None]] = []
    for suffix, form in FORMS.items():
        found += [(suffix, form(new), form(OLD)) for new in NEWS]
        found.append((suffix, form(NEWS[0]), None))
    return tuple(found)


def in_memory() -> tempfile.TemporaryDirectory[str]:
    """Folder in memory, where there is some: thousands of files are synced."""
    return tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)


@functools.cache
def old_files(suffix: str) -> dict[str, bytes]:
    """Files of the grid that is there."""
    with in_memory() as folder:
        FORMS[suffix](OLD).save(Path(folder) / f"map{suffix}")
        return contents(Path(folder))


def contents(folder: Path) -> dict[str, bytes]:
    """Bytes of the files in a folder by name; folders in it end in a slash."""
    found: dict[str, bytes] = {}
    for place, folders, files in os.walk(folder):
        inside = "" if Path(place) == folder else f"{Path(place).relative_to(folder)}/"
        found |= {f"{inside}{name}/": b"" for name in folders}
        found |= {f"{inside}{name}": Path(place, name).read_bytes() for name in files}
    return found


@contextmanager
def prepared(suffix: str, old: IndexGrid | None) -> Iterator[Path]:
    with in_memory() as folder:
        for name, content in ({} if old is None else old_files(suffix)).items():
            (Path(folder) / name).write_bytes(content)
        yield Path(folder) / f"map{suffix}"


def check(path: Path, new: IndexGrid, old: IndexGrid | None, *, may_refuse: bool) -> str:
    """What a reader sees."""
    if not path.exists():
        assert old is None, f"{path.name} is lost"
        return "none"
    try:
        found = open_grid(path)
    except GeoindexError as error:
        if not may_refuse or "\n" in str(error):
            raise
        return "refused"
    if old is not None and same(found, old, path.suffix):
        return "old"
    assert same(found, new, path.suffix), f"{path.name} is a mixture: {found!r}, {found.crs}"
    return "new"


def copy_changed(folder: Path, states: Path, left: list[dict[str, bytes]]) -> None:
    """Copy a folder if it has changed since the last time."""
    found = contents(folder)
    if not left or found != left[-1]:
        shutil.copytree(folder, states / str(len(left)))
        left.append(found)


def kill() -> None:
    """Stop at each moment of a save: a kill leaves the folder as it is then.

    `tests/faults` kills processes.
    """
    seen = set()
    for suffix, new, old in cases():
        with prepared(suffix, old) as path, in_memory() as states:
            left: list[dict[str, bytes]] = []

            stop = Stop(None, functools.partial(copy_changed, path.parent, Path(states), left))
            with stopping(stop):
                new.save(path, overwrite=old is not None)
            assert check(path, new, old, may_refuse=False) == "new"
            assert stop.n_moments >= 15, (suffix, stop.n_moments)
            before, after = left[0], contents(path.parent)
            for number, found in enumerate(left):
                there = {name: one for name, one in found.items() if "/" not in name}
                # No file is beside one of another time, and a new grid comes last.
                is_new = there.items() <= after.items()
                assert is_new or there.items() <= before.items(), (suffix, there.keys())
                assert old is not None or path.name not in there or there == after
                then = Path(states) / str(number) / path.name
                seen.add((old is not None, check(then, new, old, may_refuse=True)))
                # The next run gets through and clears up.
                new.save(then, overwrite=True)
                assert check(then, new, None, may_refuse=False) == "new"
                assert not list(then.parent.glob(".*"))
    assert seen >= {(True, "old"), (True, "new"), (False, "none"), (False, "new")}


def fail() -> None:
    """A full disk or an interrupt at each moment of a save."""

    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def interrupt() -> None:
        raise KeyboardInterrupt

    for action, (suffix, new, old) in itertools.product((full, interrupt), cases()):
        for moment in itertools.count(1):
            stop = Stop(moment, action, after=action is interrupt)
            with prepared(suffix, old) as path:
                before = contents(path.parent)
                error = ""
                try:
                    with stopping(stop):
                        new.save(path, overwrite=old is not None)
                except OutputError as caught:
                    error = str(caught)
                    assert error.endswith("cannot be written: No space left on device"), error
                except KeyboardInterrupt:
                    error = "interrupted"
                after = {key: one for key, one in contents(path.parent).items() if "/" not in key}
                if error and after != before:
                    # It came when all was done.
                    assert action is interrupt, (suffix, moment)
                    assert check(path, new, None, may_refuse=False) == "new"
                if not error:
                    assert check(path, new, None, may_refuse=False) == "new", (suffix, moment)
            if stop.n_moments < moment:
                break


def limit() -> None:
    """Files that may not grow beyond a few bytes."""
    for suffix, new, old in cases():
        for size in (1, 100):
            with prepared(suffix, old) as path:
                before = contents(path.parent)
                child = os.fork()
                if child == 0:
                    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
                    try:
                        new.save(path, overwrite=old is not None)
                    except OutputError as error:
                        os._exit(STOPPED if "\n" not in str(error) else 1)
                    os._exit(0)
                code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                after = contents(path.parent)
                assert (code, after) == (STOPPED, before), (suffix, size, code)


def race(n_rounds: int = 6) -> None:
    """Two processes and one target that is not there."""
    for suffix, form in FORMS.items():
        rivals = [form(grid) for grid in (OLD, NEWS[0])]
        for _ in range(n_rounds):
            with prepared(suffix, None) as path:
                waiting, go = os.pipe()
                children = [start_rival(grid, path, waiting, go) for grid in rivals]
                os.close(waiting)
                os.close(go)
                codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
                assert sorted(codes) == [0, STOPPED], (suffix, codes)
                winner = rivals[codes.index(0)]
                assert check(path, winner, None, may_refuse=False) == "new"
                assert not list(path.parent.glob(".*"))


def start_rival(grid: IndexGrid, path: Path, waiting: int, go: int) -> int:
    child = os.fork()
    if child:
        return child
    os.close(go)
    os.read(waiting, 1)
    try:
        grid.save(path)
    except OutputError as error:
        os._exit(STOPPED if "exists already" in str(error) else 1)
    os._exit(0)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    gc.freeze()  # forks then share their memory for longer
    {"kill": kill, "fail": fail, "limit": limit, "race": race}[sys.argv[1]]()
