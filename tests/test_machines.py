"""The tests' own stand-in for other machines really errs, and no more than it says."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from tests.support import machines
from tests.support.shake import Shaking, shaken

VALUES = np.random.default_rng(0).normal(size=(200, 3)) * 10.0 ** np.arange(-200, 0)[:, np.newaxis]

INSIDE = """
import importlib
import math
import numpy as np
import geoindex
from geoindex.color import spaces, threads, metric_kernels

plane = importlib.import_module("geoindex.rules.plane")

def units(ours, theirs):
    gaps = np.abs(np.asarray(ours).view(np.int64) - np.asarray(theirs).view(np.int64))
    return gaps.min(), gaps.max()

def test_functions_in_the_package():
    x, y = np.random.default_rng(1).random((2, 500))
    assert units(plane.np.hypot(x, y), np.hypot(x, y)) == (0, 2)
    ours = [plane.math.hypot(*pair) for pair in zip(x, y)]
    assert units(ours, [math.hypot(*pair) for pair in zip(x, y)]) == (0, 2)
    square = np.random.default_rng(2).random((9, 9))
    assert units(plane.np.linalg.inv(square), np.linalg.inv(square)) == (0, 2)

def test_solvers_while_the_package_is_imported():
    whole = np.linalg.inv([
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ])
    assert units(spaces.XYZ_TO_LINEAR, whole)[1] in (1, 2)

def test_kernels_and_threads():
    assert metric_kernels.np is np
    assert threads.n_cores() == 3
"""


def test_by_up_to_two_units():
    units = shaken(VALUES, 1).view(np.int64) - VALUES.view(np.int64)
    counts = dict(zip(*np.unique(units, return_counts=True), strict=True))
    assert list(counts) == [-2, -1, 0, 1, 2]
    assert min(counts.values()) > 80


def test_a_machine_errs_always_alike_and_another_one_otherwise():
    np.testing.assert_array_equal(shaken(VALUES, 1), shaken(VALUES[::-1], 1)[::-1])
    assert np.mean(shaken(VALUES, 1) == shaken(VALUES, 2)) < 0.3
    each = [shaken(float(value), 1) for value in VALUES.flat]
    np.testing.assert_array_equal(each, shaken(VALUES, 1).reshape(-1))
    assert {type(value) for value in each} == {float}


@pytest.mark.parametrize(
    "result",
    [0.0, -0.0, math.inf, math.nan, 3, True, "text", None, np.arange(4), np.ones(3, np.float32)],
)
def test_what_no_machine_gets_wrong(result):
    np.testing.assert_array_equal(shaken(result, 1), result)
    assert type(shaken(result, 1)) is type(result)


def test_parts_of_a_result():
    matrix = np.random.default_rng(3).random((4, 4))
    values, vectors = exact = np.linalg.eigh(matrix)
    result = Shaking(np.linalg, ["eigh"], 1).eigh(matrix)
    assert type(result) is type(exact)
    assert np.any(result.eigenvalues != values)
    np.testing.assert_allclose(result.eigenvectors, vectors, rtol=1e-15)


@pytest.mark.slow
def test_the_package_is_shaken(repository, tmp_path):
    (tmp_path / "test_inside.py").write_text(INSIDE)
    options = ["-p", "tests.support.shake", "--shake-seed=1", "--shake-threads=3"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    run = subprocess.run(
        [*command, str(tmp_path)], cwd=repository, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout
    assert "3 passed" in run.stdout


def test_all_machines_are_run_and_a_failure_counts(monkeypatch, capsys):
    seen = []

    def run(command, env, **options):
        seen.append((command, env))
        return subprocess.CompletedProcess(command, "--shake-seed=1" in command, stdout="")

    monkeypatch.setattr(subprocess, "run", run)
    assert machines.main(["tests/color"]) == 1
    assert "failed on machines [1]" in capsys.readouterr().out
    assert len({env["TZ"] for _, env in seen}) == len(seen) == len(machines.MACHINES)
    assert all(command[-1] == "tests/color" for command, _ in seen)
