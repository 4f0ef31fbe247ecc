"""Several processes on one target, on one batch folder, and after a fork."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.commands import Command, commands
from tests.faults.state import Known, files_in, hidden_in, put
from tests.support.command_line import environment
from tests.support.forks import Forks

SOME = [
    command
    for command in commands()
    if command.name
    in ("convert npy", "convert geotiff", "convert esri", "resample horizon", "polygons .shp")
]


@pytest.mark.parametrize("n_rivals", [2, 8])
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("command", SOME, ids=lambda command: command.name)
def test_one_target(
    command: Command,
    overwrite: bool,
    n_rivals: int,
    forks: Forks,
    inputs: Path,
    work: Path,
    known: Callable[[Command], Known],
    rounds: int,
) -> None:
    usual = known(command)
    wanted = [usual.old, usual.new]
    for _ in range(rounds):
        put(work, {})
        children = []
        for number in range(n_rivals):
            line = command.line(inputs, 1 + number % 2)
            children.append(forks.start(line if overwrite else line[:-1], work))
        ended = [child.wait() for child in children]
        codes = [code for code, _, _ in ended]
        assert files_in(work) in wanted
        assert not hidden_in(work)
        if overwrite:
            assert codes == [0] * n_rivals, ended
            continue
        assert sorted(codes) == [0] + [1] * (n_rivals - 1), ended
        assert files_in(work) == wanted[codes.index(0) % 2]
        for code, _, errors in ended:
            assert code == 0 or "exists already" in errors


@pytest.mark.parametrize("n_rivals", [2, 8])
def test_one_batch_folder(
    n_rivals: int, forks: Forks, inputs: Path, maps: Path, work: Path, expected: dict[str, bytes]
) -> None:
    line = ["batch", maps, "-o", "grids", "-p", inputs / "legend1.csv", "--jobs", "1"]
    dice = random.Random(n_rivals)
    children = []
    for _ in range(n_rivals):
        children.append(forks.start(line, work))
        time.sleep(dice.uniform(0, 0.05))
    for code, _, errors in [child.wait() for child in children]:
        assert code == 0, errors
    assert files_in(work / "grids") == expected
    assert not hidden_in(work)


AFTER_A_FORK = """
import multiprocessing, os, sys
import numpy as np
from geoindex import Palette, index_image

palette = Palette(np.random.default_rng(1).integers(0, 256, (40, 3)))
picture = np.random.default_rng(2).integers(0, 256, (700, 900, 3)).astype(np.uint8)

def digest(_number=0, metric="lab"):
    return hash(index_image(picture, palette, metric=metric).indices.tobytes())

before = digest()
child = os.fork()
if child == 0:
    os._exit(0 if digest() == before else 1)
assert os.waitpid(child, 0)[1] == 0
with multiprocessing.get_context("fork").Pool(3) as pool:
    assert set(pool.map(digest, range(6))) == {before}
assert digest() == before
"""


def test_a_fork_after_use() -> None:
    """A child finds threads that are not there any more."""
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", AFTER_A_FORK],
        capture_output=True,
        text=True,
        check=False,
        env=environment() | {"PYTHONHASHSEED": "0"},
        timeout=300,
    )
    assert (result.returncode, result.stderr) == (0, "")
