"""The benchmark runs, and finds us exact."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np

from geoindex import Palette


def test_nearest_color(repository: Path) -> None:
    path = repository / "benchmarks" / "nearest_color.py"
    spec = importlib.util.spec_from_file_location("nearest_color", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["nearest_color"] = module
    spec.loader.exec_module(module)
    rng = np.random.default_rng(4)
    pixels = rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)
    rows = module.run(pixels, Palette(rng.integers(0, 256, (100, 3))), repeat=1)
    assert [row.method for row in rows[:2]] == ["geoindex", "geoindex, new palette"]
    assert all(row.not_nearest == row.other_index == 0 for row in rows[:2])
    text = module.table(rows, pixels.size // 3)
    assert len(text.splitlines()) == 2 + len(module.METHODS)
