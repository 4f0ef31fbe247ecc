"""Fixtures of the tests of faults: input files, a server of commands, and how many rounds."""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.commands import Command, make_inputs
from tests.faults.state import Files, Known, files_in, known_of
from tests.support.disks import small_disk
from tests.support.forks import Forks, fork_server
from tests.support.sheets import make_sheets

N_SHEETS = 24


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def rounds() -> int:
    """How often to try at random; ``make faults-long`` sets it."""
    return int(os.environ.get("GEOINDEX_FAULT_ROUNDS", "1"))


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        make_inputs(folder)
    return folder


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    with fork_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session")
def known(
    forks: Forks, inputs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Command], Known]:
    """What a command writes if nothing goes wrong, which is found out once."""
    return functools.cache(functools.partial(known_of, forks, inputs, tmp_path_factory))


@pytest.fixture(scope="session")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of sheets of a batch."""
    folder = tmp_path_factory.mktemp("maps")
    make_sheets(folder, [f"sheet{number:02}.png" for number in range(N_SHEETS)])
    return folder


@pytest.fixture(scope="session")
def expected(
    forks: Forks, inputs: Path, maps: Path, tmp_path_factory: pytest.TempPathFactory
) -> Files:
    """Grids of the batch as GeoTIFF, each made for itself."""
    folder = tmp_path_factory.mktemp("expected")
    for sheet in maps.glob("*.png"):
        target = sheet.with_suffix(".tif").name
        line = ["convert", sheet, "-p", inputs / "legend1.csv", "-o", target]
        assert forks.run(line, folder)[0] == 0
    return files_in(folder)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Folder of outputs."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of 40 MB."""
    with small_disk(tmp_path_factory.mktemp("disks") / "disk", "40m") as folder:
        yield folder
