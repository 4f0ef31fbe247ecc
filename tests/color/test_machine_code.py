"""Machine code on disk is never older than what was compiled into it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geoindex.color.compiled import compiled
from geoindex.color.machine_code import stamp_of

HELPERS = """
from geoindex.color.compiled import compiled

OFFSET = 20

@compiled()
def deep(value):
    return value + 300

@compiled()
def shallow(value):
    return deep(value) + OFFSET
"""
KERNEL = """
from geoindex.color.compiled import compiled, types
from geoindex.color.helpers_far import shallow

@compiled(types.int64(types.int64))
def kernel(value):
    return shallow(value) + 1000
"""
CALL = """
import sys
from geoindex.color.kernel_near import kernel
print(kernel(1), sum(kernel.stats.cache_misses.values()))
assert kernel.stats.cache_misses or "numba.cpython.printimpl" not in sys.modules
"""


@pytest.fixture
def copy(repository: Path, tmp_path: Path) -> Path:
    """A folder with a copy of the package, to which a kernel with helpers elsewhere is added."""
    folder = tmp_path / "copy"
    no_caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(repository / "geoindex", folder / "geoindex", ignore=no_caches)
    (folder / "geoindex/color/helpers_far.py").write_text(HELPERS)
    (folder / "geoindex/color/kernel_near.py").write_text(KERNEL)
    return folder


def start(copy: Path, **environment: str) -> subprocess.Popen[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    own |= {"PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.Popen(
        [sys.executable, "-c", CALL], cwd=copy, env=own, stdout=subprocess.PIPE, text=True
    )


def answer(process: subprocess.Popen[str]) -> tuple[int, int]:
    """The kernel's answer to 1, and how often it was compiled."""
    text, _ = process.communicate()
    assert process.returncode == 0
    result, n_compiled = text.split()
    return int(result), int(n_compiled)


def kept(copy: Path) -> set[str]:
    return {path.name for path in (copy / "geoindex/color/__pycache__").glob("kernel_near*")}


def edit(path: Path, old: str, new: str) -> None:
    """Change a file so that neither its size nor its time tells."""
    times, text = path.stat(), path.read_text()
    assert old in text
    assert len(old) == len(new)
    path.write_text(text.replace(old, new))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.slow
def test_a_helper_or_constant_of_another_file_changes(copy):
    helpers = copy / "geoindex/color/helpers_far.py"
    assert answer(start(copy, PYTHONHASHSEED="0")) == (1321, 1)
    first = kept(copy)
    assert len(first) == 1
    assert answer(start(copy, PYTHONHASHSEED="1")) == (1321, 0)

    edit(helpers, "value + 300", "value + 500")
    assert answer(start(copy)) == (1521, 1)
    second = kept(copy)
    assert len(second) == 1
    assert not first & second

    edit(helpers, "OFFSET = 20", "OFFSET = 40")
    assert answer(start(copy)) == (1541, 1)
    assert len(kept(copy)) == 1
    assert not second & kept(copy)


@pytest.mark.slow
def test_code_that_numba_or_a_killed_process_left_is_removed(copy):
    cache = copy / "geoindex/color/__pycache__"
    cache.mkdir()
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    left = [
        f"kernel_near.kernel-5.{python}.nbi",
        f"kernel_near.kernel-5.{python}.1.nbc",
        f".kernel_near.kernel-0123-4567.{python}.nbc.89ab.part",
    ]
    others = ["kernel_near.kernel-5.py27.nbi", f"kernel_near.kernel_two-5.{python}.nbi"]
    for name in left + others:
        (cache / name).write_bytes(b"")
    assert answer(start(copy)) == (1321, 1)
    names = {path.name for path in cache.iterdir()}
    assert not names & set(left)
    assert names >= set(others)


@pytest.mark.slow
def test_several_processes_compile_at_once(copy):
    processes = [start(copy) for _ in range(3)]
    assert {answer(process)[0] for process in processes} == {1321}
    assert len(kept(copy)) == 1
    assert answer(start(copy)) == (1321, 0)


@pytest.mark.slow
def test_a_damaged_file_is_compiled_again(copy):
    assert answer(start(copy)) == (1321, 1)
    (name,) = kept(copy)
    path = copy / "geoindex/color/__pycache__" / name
    whole = path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2]):
        path.write_bytes(damaged)
        assert answer(start(copy)) == (1321, 1)
    assert answer(start(copy)) == (1321, 0)


@pytest.mark.slow
def test_no_folder_can_be_written(copy, tmp_path):
    # Files in place of folders, since nothing is closed to root.
    (copy / "geoindex/color/__pycache__").write_text("")
    home = tmp_path / "home"
    home.write_text("")
    without = {"HOME": str(home), "XDG_CACHE_HOME": str(home), "LOCALAPPDATA": str(home)}
    for _ in range(2):
        assert answer(start(copy, **without)) == (1321, 1)


BASE = {
    "constant": "7",
    "array": "np.arange(3.0)",
    "default": "1",
    "step": "value * 2",
    "inner": "value + 1",
}


def made(fastmath: frozenset[str] = frozenset(), **parts: str) -> Any:
    """A kernel of a module with these parts."""
    part = BASE | parts
    source = f"""
CONSTANT = {part["constant"]}
ARRAY = {part["array"]}
@compiled()
def inner(value): return {part["inner"]}
@compiled()
def helper(value, step={part["default"]}): return inner(value) + {part["step"]}
@compiled(fastmath=fastmath)
def kernel(value): return helper(value) + CONSTANT + ARRAY[0] + later(value)
@compiled()
def later(value): return value
"""
    names = {"compiled": compiled, "np": np, "fastmath": fastmath, "__name__": "made"}
    exec(source, names)
    return names["kernel"]


def test_the_stamp_of_the_same_code_is_the_same():
    assert stamp_of(made()) == stamp_of(made())


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("constant", "8"),
        ("constant", "7.0"),
        ("constant", "np.int64(7)"),
        ("array", "np.arange(4.0)"),
        ("array", "np.arange(3.0, dtype='f4')"),
        ("array", "np.nextafter(np.arange(3.0), 9)"),
        ("default", "2"),
        ("step", "value * 3"),
        ("inner", "value - 1"),
        ("inner", "later(value)"),
    ],
)
def test_the_stamp_tells_each_part(part, code):
    assert stamp_of(made(**{part: code})) != stamp_of(made())


def test_the_stamp_tells_the_options_of_the_compiler():
    assert stamp_of(made(frozenset({"contract"}))) != stamp_of(made())


@pytest.mark.parametrize("constant", ["{}", "__import__('geoindex.color')"])
def test_a_constant_whose_changes_cannot_be_seen(constant):
    with pytest.raises(TypeError, match=r"names .*, whose changes cannot be seen"):
        stamp_of(made(constant=constant))
