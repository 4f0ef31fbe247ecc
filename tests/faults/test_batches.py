"""Batches that are killed or interrupted, on processes and on Dask, and then run again."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.faults.state import INTERRUPTED, Files, files_in, hidden_in
from tests.support.forks import Forks


def line(maps: Path, inputs: Path, *more: object) -> list[object]:
    return ["batch", maps, "-o", "grids", "-p", inputs / "legend1.csv", *more]


def whole(found: Files, expected: Files, suffix: str) -> None:
    """Every grid is complete, with all that belongs to it."""
    for name, content in found.items():
        assert content == expected[name], f"{name} is not complete"
    grids = {name for name in found if name.endswith(suffix)}
    beside = {name for name in expected if not name.endswith(suffix)}
    assert all(name in found or not any(name.startswith(g) for g in grids) for name in beside)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("suffix", ["tif", "npy", "asc"])
def test_killed(
    suffix: str, jobs: int, forks: Forks, inputs: Path, maps: Path, work: Path, rounds: int
) -> None:
    again = line(maps, inputs, "--jobs", jobs, "--format", suffix)
    reference = work / "reference"
    reference.mkdir()
    started = time.perf_counter()
    code, _, errors = forks.run(line(maps, inputs, "--jobs", 1, "--format", suffix), reference)
    seconds = time.perf_counter() - started
    assert code == 0, errors
    expected = files_in(reference / "grids")
    dice = random.Random(f"{suffix} {jobs}")
    folder = work / "killed"
    folder.mkdir()
    for _ in range(2 * rounds):
        child = forks.start(again, folder)
        wait_until_begun(folder)
        time.sleep(dice.uniform(0, seconds))
        child.kill(dice.choice([signal.SIGKILL, signal.SIGINT]))
        code, _, errors = child.wait()
        if code == 130:
            assert errors.splitlines()[-1] == INTERRUPTED
        if (folder / "grids").is_dir():
            whole(files_in(folder / "grids"), expected, suffix)
    code, _, errors = forks.run(again, folder)
    assert code == 0, errors
    assert files_in(folder / "grids") == expected
    assert not hidden_in(folder)


def wait_until_begun(folder: Path) -> None:
    """Wait, but not for long, until a batch has its folder."""
    end = time.perf_counter() + 10
    while time.perf_counter() < end and not (folder / "grids").is_dir():
        time.sleep(0.002)


def test_a_clock_that_jumps_back(
    forks: Forks, inputs: Path, maps: Path, work: Path, expected: Files
) -> None:
    """A sheet counts as done if its image is as it was, not if it is older than its grid."""
    again = line(maps, inputs, "--jobs", 1)
    assert forks.run(again, work)[0] == 0
    sheets = sorted(maps.glob("*.png"))
    kept = sheets[0].read_bytes()
    try:
        sheets[0].write_bytes(sheets[1].read_bytes())
        os.utime(sheets[0], (1e9, 1e9))
        code, _, _ = forks.run([*again, "--json"], work, clock=-1e7)
        assert code == 0
        found = files_in(work / "grids")
        assert found != expected
        name = sheets[0].with_suffix(".tif").name
        assert found.pop(name) != expected[name]
        assert found == {key: content for key, content in expected.items() if key != name}
    finally:
        sheets[0].write_bytes(kept)
    assert forks.run(again, work, clock=-2e7)[0] == 0
    assert files_in(work / "grids") == expected


@pytest.mark.parametrize("lost", ["client", "worker", "scheduler"])
def test_dask(
    lost: str, forks: Forks, inputs: Path, maps: Path, work: Path, expected: Files
) -> None:
    cluster_of = pytest.importorskip("tests.support.dask_cluster").running_cluster
    place = work.parent / "cluster"
    place.mkdir()
    with cluster_of(place) as cluster:
        cluster.connect(2).close()
        address = ["--scheduler", cluster.address]
        child = forks.start(line(maps, inputs, *address), work)
        record = work / "grids/geoindex-batch.jsonl"
        while not record.is_file() or record.read_bytes().count(b'"made"') < 3:
            assert psutil.pid_exists(child.pid)
            time.sleep(0.005)
        if lost == "client":
            child.kill()
        elif lost == "worker":
            cluster.kill_worker()
        else:
            cluster.kill_scheduler()
        code, _, errors = child.wait()
        if lost == "worker":
            assert code == 0, errors
        if lost == "scheduler":
            # Dask may log, with a traceback of its own, that a connection broke.
            assert code == 1, errors
            assert errors.splitlines()[-1].startswith("Error: "), errors
        whole(files_in(work / "grids"), expected, "tif")
    # Without the cluster, on this machine.
    code, _, errors = forks.run(line(maps, inputs, "--jobs", 1), work)
    assert code == 0, errors
    assert files_in(work / "grids") == expected
    assert not hidden_in(work)
