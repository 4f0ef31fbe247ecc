"""The benchmarks run, and find us exact."""

from __future__ import annotations

import importlib
from types import ModuleType

import numpy as np
import pytest

from geoindex import Palette


@pytest.fixture
def benchmark(repository, monkeypatch):
    """Import a benchmark by its name, as running it does."""
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    return load


def test_nearest_color(benchmark) -> None:
    module = benchmark("nearest_color")
    rng = np.random.default_rng(4)
    pixels = rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)
    rows = module.run(pixels, Palette(rng.integers(0, 256, (100, 3))), repeat=1)
    assert [row.method for row in rows[:2]] == ["geoindex", "geoindex, new palette"]
    assert all(row.not_nearest == row.other_index == 0 for row in rows[:2])
    text = module.table(rows, pixels.size // 3)
    assert len(text.splitlines()) == 2 + len(module.METHODS)


def test_throughput(benchmark, capsys: pytest.CaptureFixture[str]) -> None:
    module = benchmark("throughput")
    module.print_sizes([0.07], repeat=1)
    module.print_palettes(repeat=1)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines if "0.07" in line] == [
        f"| {kind}" for kind in module.KINDS
    ]
    assert [line.split(" | ")[0] for line in lines[-3:]] == ["| 16", "| 256", "| 4096"]


def test_class_recovery(benchmark, capsys: pytest.CaptureFixture[str]) -> None:
    module = benchmark("class_recovery")
    drawn = module.draw_map(1001, n_units=12, n_regions=20, shape=(200, 240))
    assert (np.bincount(drawn.truth.ravel(), minlength=12) > 0).sum() > 8
    module.print_table([drawn], "one map")
    module.print_counts([drawn])
    lines = capsys.readouterr().out.splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    assert [row[0] for row in rows[2:]] == list(module.VARIANTS)
    for row in rows[2:]:
        nearest_color, majority, sieve, ours = (float(cell) for cell in row[1:5])
        assert ours > max(nearest_color, majority, sieve)
