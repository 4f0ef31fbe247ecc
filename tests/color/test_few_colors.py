"""Maps that NumPy does without kernels: what kernels give, and no numba for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from geoindex import Palette, convert
from geoindex.color import few_colors
from geoindex.color.histogram import ColorCounter
from geoindex.color.mapper import ColorMapper
from geoindex.color.pixels import Pixels

# Few levels make ties and duplicates likely.
colors_of = st.integers(1, 9).flatmap(
    lambda n: hnp.arrays(np.uint8, (n, 3), elements=st.sampled_from([0, 1, 8, 127, 128, 255]))
)


@st.composite
def maps(draw: st.DrawFn) -> Pixels:
    """Pixels of a few colors in long runs, some of them masked, with three or four channels."""
    table = draw(colors_of)
    n_cols, n_rows = draw(st.integers(8, 30)), draw(st.integers(1, 4))
    seed = draw(st.integers(0, 999))
    rng = np.random.default_rng(seed)
    runs = np.repeat(rng.integers(len(table), size=n_rows * n_cols // 8 + 1), 8)
    codes = runs[: n_rows * n_cols].reshape(n_rows, n_cols)
    pixels = np.full((n_rows, n_cols, draw(st.sampled_from([3, 4]))), 9, dtype=np.uint8)
    pixels[..., :3] = table[codes]
    valid = (rng.random(codes.shape) < 0.8).astype(np.uint8) if draw(st.booleans()) else None
    return Pixels(table=pixels, valid=valid)


@given(
    pixels=maps(),
    colors=colors_of,
    n_more=st.sampled_from([0, 250, 300]),
    limit=st.sampled_from([None, 0.0, 1.0, 7.5, 200.0]),
    is_split=st.booleans(),
)
def test_equals_the_kernels(
    pixels: Pixels, colors: np.ndarray, n_more: int, limit: float | None, is_split: bool
) -> None:
    more = np.random.default_rng(1).integers(100, 120, (n_more, 3), dtype=np.uint8)
    palette = Palette(np.concatenate([colors, more]))
    rows = np.arange(len(palette))[::-1] if is_split else None
    units = palette if is_split else None
    made = [ColorMapper(palette, max_distance=limit, units=units, rows=rows) for _ in range(2)]
    expected = made[0].map_pixels(pixels)
    with mock.patch.object(few_colors, "is_faster", return_value=True):
        few = made[1].spare_kernels(pixels)
        assert few.codes is not None
        np.testing.assert_array_equal(few.colors, pixels.colors)
        found = made[1].map_pixels(few)
    assert not made[1]._table.size
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
    assert histogram([few]) == histogram([pixels])
    assert histogram([few, pixels]) == histogram([pixels, pixels])


def histogram(blocks: list[Pixels]) -> tuple[list[list[int]], list[int]]:
    counter = ColorCounter()
    for block in blocks:
        counter.add(block)
    found = counter.histogram()
    return found.colors.tolist(), found.counts.tolist()


@pytest.mark.parametrize(
    "pixels",
    [
        np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8),
        np.repeat(np.arange(5000).astype(">u4").view(np.uint8).reshape(1, 5000, 4), 9, 1)[..., 1:],
        np.zeros((2, 3, 3), np.uint16),
        np.zeros((0, 3, 3), np.uint8),
    ],
    ids=["short runs", "many colors", "16 bits", "nothing"],
)
def test_what_is_no_map_stays(pixels: np.ndarray) -> None:
    given = Pixels(table=pixels)
    assert few_colors.with_table(given) is given


def test_numpy_is_faster_until_kernels_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    assert [few_colors.is_faster(n) for n in (0, 6_000_000, 6_000_001)] == [True, True, False]
    monkeypatch.setitem(sys.modules, "numba", sys)
    assert not few_colors.is_faster(0)


CONVERT = """
import sys
from geoindex import convert
convert(*sys.argv[1:])
assert "numba" not in sys.modules
"""


@pytest.mark.parametrize("kind", ["colors", "color table"])
def test_a_small_map_needs_no_numba(tmp_path: Path, repository: Path, kind: str) -> None:
    source, palette = repository / "data/sample_map.png", repository / "data/sample_palette.csv"
    if kind == "color table":
        with Image.open(source) as picture:
            source = tmp_path / "map.png"
            picture.convert("RGB").quantize(64).save(source)
    plain, kernels = tmp_path / "plain.tif", tmp_path / "kernels.tif"
    command = [sys.executable, "-c", CONVERT, str(source), str(plain), str(palette)]
    subprocess.run(command, check=True)
    with mock.patch.object(few_colors, "is_faster", return_value=False):
        convert(source, kernels, palette)
    assert plain.read_bytes() == kernels.read_bytes()
