"""Batches that are killed, interrupted, run twice at once, or run out of disk space."""

from __future__ import annotations

import contextlib
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import psutil
import pytest

from geoindex import Palette, convert, convert_many
from geoindex.batch import processes
from geoindex.batch.manifest import MANIFEST
from geoindex.errors import BatchError, OutputError
from geoindex.files.locks import give_back, hold_folder
from tests.support.command_line import environment
from tests.support.sheets import OTHER_PALETTE, PALETTE, deadly, grids, make_sheets

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

NAMES = [f"sheet{number:02}.png" for number in range(24)]


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    folder = tmp_path / "maps"
    make_sheets(folder, NAMES)
    return folder


@pytest.fixture
def expected(maps: Path, tmp_path: Path) -> dict[str, bytes]:
    folder = tmp_path / "expected"
    folder.mkdir()
    for name in NAMES:
        convert(maps / name, folder / Path(name).with_suffix(".tif"), PALETTE)
    return grids(folder)


def workers(pid: int | None = None) -> list[psutil.Process]:
    """Worker processes of a process (default: this one)."""
    found = []
    for child in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if "geoindex.batch.worker" in child.cmdline():
                found.append(child)
    return found


def start(folder: Path, *options: object) -> subprocess.Popen[str]:
    PALETTE.save(folder / "legend.csv", overwrite=True)
    return subprocess.Popen(
        [sys.executable, "-m", "geoindex", "batch", "maps", "-o", "out", "-p", "legend.csv"]
        + [str(option) for option in options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment(),
        process_group=0,
    )


def wait_until_made(folder: Path, n_sheets: int, process: subprocess.Popen[str]) -> None:
    """Wait until a batch has recorded some sheets."""
    record = folder / MANIFEST
    while not record.is_file() or record.read_bytes().count(b'"made"') < n_sheets:
        assert process.poll() is None
        time.sleep(0.01)


def test_a_killed_process_is_replaced(maps: Path, tmp_path: Path, expected: dict) -> None:
    killed = []

    def kill_once(finished: int, n_sheets: int) -> None:
        if finished == 3:
            killed.append(workers()[0])
            killed[0].kill()

    report = convert_many(maps, tmp_path / "out", PALETTE, jobs=2, progress=kill_once)
    assert len(killed) == 1
    assert report.failed == ()
    assert grids(tmp_path / "out") == expected
    assert workers() == []


def test_a_sheet_that_kills_its_process_twice_fails(
    maps: Path, tmp_path: Path, expected: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadly(tmp_path, NAMES[5])
    monkeypatch.syspath_prepend(str(tmp_path))
    report = convert_many(maps, tmp_path / "out", PALETTE, jobs=2)
    assert [sheet.source for sheet in report.failed] == [str(maps / NAMES[5])]
    assert report.failed[0].reason == (
        f"{maps / NAMES[5]}: its worker process ended 2 times (killed by SIGKILL); "
        "if memory ran out, run fewer jobs"
    )
    del expected["sheet05.tif"], expected["sheet05.tif.aux.xml"]
    assert grids(tmp_path / "out") == expected
    assert workers() == []


def test_processes_that_cannot_start_are_an_error(
    maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit('broken installation')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(BatchError, match=r"processes could not be started \(exit code"):
        convert_many(maps, tmp_path / "out", PALETTE, jobs=2)
    assert "broken installation" in capfd.readouterr().err
    assert workers() == []


def test_a_palette_that_processes_cannot_receive_is_an_error(
    maps: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    class Special(Palette):
        def __reduce__(self) -> tuple[object, tuple[int]]:
            return len, (1,)

    palette = Special(PALETTE.colors, PALETTE.names)
    with pytest.raises(BatchError, match=r"processes could not be started \(exit code"):
        convert_many(maps, tmp_path / "out", palette, jobs=2)
    assert "TypeError: object of type 'int' has no len()" in capfd.readouterr().err
    assert workers() == []


def test_a_process_whose_answer_cannot_be_read_is_replaced(
    maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[object] = []

    def load(stream: IO[bytes]) -> object:
        answers.append(pickle.load(stream))
        if len(answers) == 5:
            raise TypeError("a damaged answer")
        return answers[-1]

    monkeypatch.setattr(processes, "pickle", SimpleNamespace(load=load, dumps=pickle.dumps))
    report = convert_many(maps, tmp_path / "out", PALETTE, jobs=2)
    assert len(report.done) == len(NAMES)
    assert workers() == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_interrupt(maps: Path, tmp_path: Path, expected: dict, jobs: int) -> None:
    make_sheets(maps, [f"more{number:04}.png" for number in range(1500)])
    process = start(tmp_path, "--jobs", jobs)
    wait_until_made(tmp_path / "out", 20, process)
    children = workers(process.pid)
    assert len(children) == (jobs if jobs > 1 else 0)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (130, "")
    *_, told, last = filter(None, errors.splitlines())
    assert last == (
        "Error: interrupted; no partial files remain. Run the same command again to continue"
    )
    assert re.fullmatch(r"[\d,]+ of 1,524 sheets are finished, [\d,]+ are left", told)
    assert not any(child.is_running() for child in children)
    found = grids(tmp_path / "out")
    assert not [name for name in found if ".part" in name]
    assert 20 <= len(found) < 2 * (len(NAMES) + 1500)  # with their sidecars
    assert {
        name: found.get(name) for name in expected if name in found
    }.items() <= expected.items()


def test_processes_end_with_their_parent(maps: Path, tmp_path: Path) -> None:
    make_sheets(maps, [f"more{number:04}.png" for number in range(1500)])
    process = start(tmp_path, "--jobs", 2)
    wait_until_made(tmp_path / "out", 20, process)
    children = workers(process.pid)
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []


KILLS = """
import os, random, signal, sys, time
from pathlib import Path
from geoindex import convert_many
from tests.support.sheets import OTHER_PALETTE, PALETTE, grids

maps, out, n_kills = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
# Everything is loaded before the first moment that counts.
convert_many(maps, out / "warm", PALETTE, jobs=1)
expected = {}
for palette in (PALETTE, OTHER_PALETTE):
    started = time.perf_counter()
    convert_many(maps, out / palette.name, palette, jobs=1)
    whole_run = time.perf_counter() - started
    expected[palette.name] = grids(out / palette.name)
rng = random.Random(7)
seen = set()
for turn in range(n_kills):
    palette = (PALETTE, OTHER_PALETTE)[turn // 5 % 2]
    child = os.fork()
    if child == 0:
        convert_many(maps, out / "killed", palette, jobs=1)
        os._exit(0)
    time.sleep(rng.uniform(0, whole_run))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for name, content in grids(out / "killed").items() if (out / "killed").is_dir() else ():
        kinds = [kind for kind in expected if expected[kind][name] == content]
        assert kinds, f"{name} is neither old nor complete"
        seen.add(kinds[0])
report = convert_many(maps, out / "killed", PALETTE, jobs=1)
assert not report.failed
assert grids(out / "killed") == expected[PALETTE.name]
print(*sorted(seen))
"""


@pytest.mark.slow
def test_kills_at_random_moments(maps: Path, tmp_path: Path) -> None:
    """Alternate two palettes so that old grids exist, then resume to the end."""
    result = subprocess.run(
        [sys.executable, "-c", KILLS, str(maps), str(tmp_path / "out"), "50"],
        capture_output=True,
        text=True,
        check=False,
        env=environment() | {"PYTHONPATH": os.pathsep.join([*sys.path, str(Path.cwd())])},
    )
    assert (result.returncode, result.stderr) == (0, "")
    # Runs of either palette got far enough to write.
    assert set(result.stdout.split()) >= {PALETTE.name, OTHER_PALETTE.name}


@pytest.mark.slow
def test_kills_of_a_whole_command(maps: Path, tmp_path: Path, expected: dict) -> None:
    make_sheets(maps, [f"more{number:04}.png" for number in range(100)])
    for n_sheets in (1, 60):
        process = start(tmp_path, "--jobs", 2)
        wait_until_made(tmp_path / "out", n_sheets, process)
        children = workers(process.pid)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        psutil.wait_procs(children, timeout=30)
    process = start(tmp_path, "--jobs", 2)
    assert process.communicate(timeout=120)[1] == ""
    found = grids(tmp_path / "out")
    assert len(found) == 2 * (len(NAMES) + 100)  # with their sidecars
    assert expected.items() <= found.items()


def test_leftovers_of_the_dead_are_removed_and_no_others(maps: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    convert_many(maps, out, PALETTE, jobs=1)
    dead = [".sheet03.tif.part", ".sheet03.tif.7.part"]
    others = [".mine.tif.part", "sheet03.tif.part", ".sheet03.tif.x.part", ".sheet05.tif.part"]
    for name in dead + others:
        (out / name).mkdir()
        (out / name / "0").write_text("half")
    lock = hold_folder(out / ".sheet05.tif.part")
    assert lock is not None
    convert_many(maps, out, PALETTE, jobs=1)
    assert sorted(path.name for path in out.glob("*part")) == sorted(others)
    give_back(lock)
    convert_many(maps, out, PALETTE, jobs=1)
    assert sorted(path.name for path in out.glob("*part")) == sorted(others[:-1])


def test_two_runs_in_one_folder(maps: Path, tmp_path: Path, expected: dict) -> None:
    make_sheets(maps, [f"more{number:04}.png" for number in range(200)])
    first = start(tmp_path, "--jobs", 2)
    wait_until_made(tmp_path / "out", 1, first)
    os.kill(first.pid, signal.SIGSTOP)
    second = start(tmp_path, "--jobs", 1)
    assert second.stderr is not None
    # It has come as far as the lock.
    line = second.stderr.readline()
    assert line == "out: another batch is running in this folder; waiting for it\n"
    os.kill(first.pid, signal.SIGCONT)
    one, two = first.communicate(timeout=120), second.communicate(timeout=120)
    assert (first.returncode, second.returncode) == (0, 0)
    assert (one[1], two[1]) == ("", "")
    assert two[0].splitlines()[2].split() == ["skipped", "224", "already", "done"]
    assert expected.items() <= grids(tmp_path / "out").items()


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("grid_format", ["tif", "npy"])
def test_full_disk(small_disk: Path, tmp_path: Path, jobs: int, grid_format: str) -> None:
    make_sheets(tmp_path / "large", NAMES, side=400)
    out = small_disk / "out"
    with pytest.raises(OutputError, match=f"{out}.*: the disk is full") as caught:
        convert_many(tmp_path / "large", out, PALETTE, jobs=jobs, format=grid_format)
    assert "\n" not in str(caught.value)
    reference = tmp_path / "reference"
    convert_many(tmp_path / "large", reference, PALETTE, jobs=1, format=grid_format)
    assert grids(out).items() <= grids(reference).items()
    assert 0 < len(grids(out)) < len(grids(reference))
    subprocess.run(["mount", "-o", "remount,size=10m", str(small_disk)], check=True)
    report = convert_many(tmp_path / "large", out, PALETTE, jobs=1, format=grid_format)
    assert report.skipped
    assert grids(out) == grids(reference)


def test_unwritable_folder(maps: Path, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(OutputError, match="cannot be written: Read-only file system"):
        convert_many(maps, small_disk, PALETTE, jobs=1)
    with pytest.raises(OutputError, match="cannot be created: Read-only file system"):
        convert_many(maps, small_disk / "out", PALETTE, jobs=1)
