"""Nearest color against brute force."""

from __future__ import annotations

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geoindex import ColorCube, Palette, nearest
from geoindex.color import mapper as mapper_module
from geoindex.color import threads
from geoindex.color.mapper import ColorMapper
from geoindex.color.metrics import METRICS, Metric, largest_square_within
from geoindex.errors import ImageError, OptionError
from tests.support.oracle import brute_force

# Few distinct values make ties and duplicates likely.
channels = st.one_of(st.integers(0, 255), st.sampled_from([0, 1, 127, 128, 254, 255]))


def arrays(rows: st.SearchStrategy[int]) -> st.SearchStrategy[np.ndarray]:
    return rows.flatmap(lambda n: hnp.arrays(np.uint8, (n, 3), elements=channels))


@given(pixels=arrays(st.integers(1, 300)), colors=arrays(st.integers(1, 40)))
def test_equals_brute_force(pixels: np.ndarray, colors: np.ndarray) -> None:
    result = nearest(pixels, Palette(colors))
    np.testing.assert_array_equal(result, brute_force(pixels, colors))


SLOW_4096 = pytest.param(4096, marks=pytest.mark.slow)


@pytest.mark.parametrize("n_colors", [1, 2, 16, 255, 256, 257, SLOW_4096])
@given(seed=st.integers(0, 2**32 - 1), spread=st.sampled_from([2, 16, 256]))
def test_equals_brute_force_for_palettes_of_every_size(
    n_colors: int, seed: int, spread: int
) -> None:
    rng = np.random.default_rng(seed)
    # A small spread gives many ties and duplicate rows.
    colors = (rng.integers(0, spread, (n_colors, 3)) * (256 // spread)).astype(np.uint8)
    pixels = rng.integers(0, 256, (10, 20, 3), dtype=np.uint8)
    result = nearest(pixels, Palette(colors))
    assert result.dtype == (np.uint8 if n_colors <= 256 else np.uint16)
    np.testing.assert_array_equal(result, brute_force(pixels, colors))


def test_lowest_index_wins_a_tie() -> None:
    palette = Palette([[20, 0, 0], [0, 0, 0], [20, 0, 0], [0, 0, 0]])
    assert nearest([[10, 0, 0], [0, 0, 0], [20, 0, 0]], palette).tolist() == [0, 1, 0]


@pytest.mark.slow
@pytest.mark.parametrize("n_colors", ["windows-256", 256, 97, 1000])
def test_every_color_there_is(n_colors: int | str, windows256: Palette) -> None:
    """All 16,777,216 colors; the oracle adds up squared differences channel by channel."""
    if n_colors == "windows-256":
        palette = windows256
    else:
        palette = Palette(np.random.default_rng(n_colors).integers(0, 256, (n_colors, 3)))
    value = np.arange(256, dtype=np.uint8)
    mapper = ColorMapper(palette)
    colors = palette.colors.astype(np.int32)
    for red in range(0, 256, 8):
        cube = np.stack(np.meshgrid(value[red : red + 8], value, value, indexing="ij"), axis=-1)
        found = mapper.map(cube.reshape(8, -1, 3)).reshape(8, 256, 256)
        best = np.full((8, 256, 256), 2**30, dtype=np.int32)
        index = np.zeros((8, 256, 256), dtype=np.uint16)
        squares = (np.arange(256, dtype=np.int32)[:, np.newaxis] - colors.T.reshape(1, -1)) ** 2
        squares = squares.reshape(256, 3, -1)
        for row in range(len(palette)):
            squared = (
                squares[red : red + 8, 0, row][:, np.newaxis, np.newaxis]
                + squares[:, 1, row][:, np.newaxis]
                + squares[:, 2, row]
            )
            nearer = squared < best
            best[nearer] = squared[nearer]
            index[nearer] = row
        np.testing.assert_array_equal(found, index)


def test_every_path_gives_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch, windows256: Palette, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (301, 203, 4), dtype=np.uint8)
    pixels[..., 3] = 255
    expected = brute_force(pixels, windows256.colors).astype(np.uint8)
    layouts = {
        "interleaved": pixels,
        "planar": np.moveaxis(np.ascontiguousarray(np.moveaxis(pixels, -1, 0)), 0, -1),
        "columns first": np.asfortranarray(pixels),
        "three channels": pixels[..., :3],
        "every other twice": np.repeat(pixels, 2, axis=1)[:, ::2],
        "upside down": pixels[::-1].copy()[::-1],
        "read-only": np.frombuffer(pixels.tobytes(), np.uint8).reshape(pixels.shape),
    }
    cube = ColorCube(windows256)
    cube.save(tmp_path / "cube.colorcube")
    loaded = ColorCube.load(tmp_path / "cube.colorcube")
    for full, block in [(10**9, 10**9), (0, 10**9), (10**9, 1000), (0, 1000)]:
        monkeypatch.setattr(mapper_module, "FULL_TABLE_PIXELS", full)
        monkeypatch.setattr(mapper_module, "BLOCK_PIXELS", block)
        for name, layout in layouts.items():
            for mapper in (ColorMapper(windows256), cube, loaded):
                result = mapper.map(layout)
                np.testing.assert_array_equal(result, expected, err_msg=f"{name} {full} {block}")
                for out in (np.empty((301, 203), np.uint8), np.empty((203, 301), np.uint8).T):
                    assert mapper.map(layout, out=out) is out
                    np.testing.assert_array_equal(out, expected)
            monkeypatch.setattr(threads, "n_cores", lambda: 1)
            np.testing.assert_array_equal(ColorMapper(windows256).map(layout), expected)
            monkeypatch.undo()
            monkeypatch.setattr(mapper_module, "FULL_TABLE_PIXELS", full)
            monkeypatch.setattr(mapper_module, "BLOCK_PIXELS", block)
        flat = ColorMapper(windows256).map(pixels.reshape(-1, 4))
        np.testing.assert_array_equal(flat, expected.ravel())


def test_one_mapper_serves_many_threads(windows256: Palette) -> None:
    mapper = ColorMapper(windows256)
    rng = np.random.default_rng(6)
    images = [rng.integers(0, 256, (50, 60, 3), dtype=np.uint8) for _ in range(40)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(mapper.map, images))
    for image, result in zip(images, results, strict=True):
        np.testing.assert_array_equal(result, brute_force(image, windows256.colors))


def test_a_pickled_mapper_maps_the_same(windows256: Palette) -> None:
    mapper = ColorMapper(windows256, max_distance=20)
    pixels = np.random.default_rng(7).integers(0, 256, (500, 3), dtype=np.uint8)
    copy = pickle.loads(pickle.dumps(mapper))
    np.testing.assert_array_equal(copy.map(pixels), mapper.map(pixels))


@pytest.mark.parametrize("shape", [(3,), (4,), (0, 3), (7, 3), (2, 3, 4, 3), (0, 5, 3), (5, 0, 4)])
def test_leading_shape_is_kept(shape: tuple[int, ...]) -> None:
    pixels = np.full(shape, 255, dtype=np.uint8)
    result = nearest(pixels, Palette([[0, 0, 0], [255, 255, 255]]))
    assert result.shape == shape[:-1]
    assert (result == 1).all()


@pytest.mark.parametrize(
    ("n_colors", "dtype", "nodata"),
    [(2, np.uint8, 255), (255, np.uint8, 255), (256, np.uint16, 65535), (257, np.uint16, 65535)],
)
def test_transparent_pixels_are_nodata(n_colors: int, dtype: type, nodata: int) -> None:
    palette = Palette(np.arange(n_colors * 3).reshape(-1, 3) % 256)
    pixels = np.array([[0, 1, 2, 255], [0, 1, 2, 0], [0, 1, 2, 1]], dtype=np.uint8)
    result = nearest(pixels, palette)
    assert result.dtype == dtype
    assert result.tolist() == [0, nodata, 0]


def test_256_colors_stay_uint8_where_nothing_is_nodata(windows256: Palette) -> None:
    pixels = np.full((3, 4), 255, dtype=np.uint8)
    assert nearest(pixels, windows256).dtype == np.uint8
    assert nearest(pixels, windows256, max_distance=1000).dtype == np.uint8


@given(
    pixels=arrays(st.integers(1, 100)),
    colors=arrays(st.integers(1, 10)),
    limit=st.floats(0, 450, allow_nan=False),
)
def test_max_distance(pixels: np.ndarray, colors: np.ndarray, limit: float) -> None:
    expected = brute_force(pixels, colors)
    differences = pixels.astype(int) - colors[expected].astype(int)
    too_far = np.sqrt((differences**2).sum(axis=-1)) > limit
    result = nearest(pixels, Palette(colors), max_distance=limit)
    np.testing.assert_array_equal(result, np.where(too_far, 255, expected))


def test_max_distance_includes_the_distance_itself() -> None:
    palette = Palette([[0, 0, 0]])
    for squared in (1, 2, 3, 432, 1000, 195_075):
        root = np.sqrt(squared)
        assert largest_square_within(root) == squared
        assert largest_square_within(np.nextafter(root, 0)) == squared - 1
    assert nearest([[3, 4, 0], [3, 5, 0]], palette, max_distance=5).tolist() == [0, 255]


def test_256_colors_with_max_distance_widen_only_where_needed(windows256: Palette) -> None:
    result = nearest([[0, 0, 0], [204, 204, 204]], windows256, max_distance=10)
    assert result.dtype == np.uint16
    assert result.tolist() == [0, 65535]


def test_floats_and_16_bits_are_scaled() -> None:
    palette = Palette([[0, 0, 0], [100, 100, 100], [200, 200, 200]])
    bytes_ = np.random.default_rng(8).integers(0, 256, (100, 3), dtype=np.uint8)
    bytes_[0] = (255, 0, 0)
    expected = nearest(bytes_, palette)
    for pixels in (
        bytes_ / 255,
        (bytes_ / 255).astype(np.float32),
        bytes_.astype(np.float64),
        bytes_.astype(np.int64),
        bytes_.astype(np.uint16) * 257,
    ):
        np.testing.assert_array_equal(nearest(pixels, palette), expected)


@pytest.mark.parametrize(
    ("leading", "layout"), [((24,), "C"), ((2, 3, 4), "C"), ((2, 3, 4), "F"), ((4, 6), "F")]
)
def test_out_of_any_shape_and_layout(leading: tuple[int, ...], layout: str) -> None:
    palette = Palette([[0, 0, 0], [255, 255, 255]])
    pixels = np.random.default_rng(9).integers(0, 256, (*leading, 3), dtype=np.uint8)
    out = np.empty(leading, np.uint8, order=layout)
    assert ColorMapper(palette).map(pixels, out=out) is out
    np.testing.assert_array_equal(out, brute_force(pixels, palette.colors))


def test_out_of_256_colors_may_leave_room_for_nodata(windows256: Palette) -> None:
    pixels = np.random.default_rng(9).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    expected = brute_force(pixels, windows256.colors)
    valid = np.ones((5, 4), np.uint8)
    out = np.empty((5, 4), np.uint16)
    mapper = ColorMapper(windows256)
    np.testing.assert_array_equal(mapper.map(pixels, valid, out=out), expected)
    valid[2, 3] = 0
    expected[2, 3] = 65535
    np.testing.assert_array_equal(mapper.map(pixels, valid, out=out), expected)
    with pytest.raises(OptionError, match="out must be uint16 for this palette and mask"):
        mapper.map(pixels, valid, out=np.empty((5, 4), np.uint8))
    with pytest.raises(OptionError, match=r"out must have the shape \(5, 4\), found \(4, 5\)"):
        mapper.map(pixels, out=np.empty((4, 5), np.uint8))
    with pytest.raises(OptionError, match="out must be uint8"):
        ColorMapper(Palette([[0, 0, 0]])).map(pixels, out=np.empty((5, 4), np.uint16))


@given(
    pixels=st.integers(1, 100).flatmap(lambda n: hnp.arrays(np.uint16, (n, 3))),
    colors=arrays(st.integers(1, 10)),
    limit=st.none() | st.floats(0, 450, allow_nan=False),
)
def test_full_depth_of_16_bits(pixels: np.ndarray, colors: np.ndarray, limit: float) -> None:
    # Images without a value above 255 may be 8-bit ones and are asked about.
    assume(pixels.max() > 255)
    difference = pixels[:, np.newaxis].astype(np.int64) - 257 * colors.astype(np.int64)
    squared = (difference**2).sum(axis=-1)
    expected = squared.argmin(axis=1)
    if limit is not None:
        expected[np.sqrt(squared.min(axis=1)) / 257 > limit] = 255
    result = nearest(pixels, Palette(colors), depth="full", max_distance=limit)
    np.testing.assert_array_equal(result, expected)


@given(
    pixels=st.integers(1, 100).flatmap(
        lambda n: hnp.arrays(np.float32, (n, 3), elements=st.floats(0, 1, width=32))
    ),
    colors=arrays(st.integers(1, 10)),
)
def test_full_depth_of_floats(pixels: np.ndarray, colors: np.ndarray) -> None:
    difference = 255 * pixels[:, np.newaxis].astype(np.float64) - colors
    squared = (difference**2).sum(axis=-1)
    result = nearest(pixels, Palette(colors), depth="full", scale="unit")
    best = squared[np.arange(len(pixels)), result]
    # numpy adds up three squares in another order
    np.testing.assert_allclose(best, squared.min(axis=1), rtol=1e-15)


@pytest.mark.parametrize("metric", list(METRICS))
def test_full_depth_of_8_bit_values_changes_nothing(metric: Metric, windows256: Palette) -> None:
    pixels = np.random.default_rng(17).integers(0, 256, (700, 4), dtype=np.uint8)
    pixels[::7, 3] = 0
    pixels[0] = 255, 254, 1, 255
    expected = nearest(pixels, windows256, metric=metric, max_distance=20)
    for finer in (pixels.astype(np.uint16) * 257, pixels / 255, pixels.astype(np.float64)):
        found = nearest(finer, windows256, metric=metric, max_distance=20, depth="full")
        np.testing.assert_array_equal(found, expected)


def test_full_depth_tells_apart_what_8_bits_cannot() -> None:
    palette = Palette([[10, 10, 10], [11, 11, 11]])
    between = np.array([[10 * 257 + 128] * 3, [10 * 257 + 129] * 3], dtype=np.uint16)
    assert nearest(between, palette, depth="full").tolist() == [0, 1]
    assert nearest([[0.1, 0.1, np.nan]], palette, depth="full").tolist() == [255]
    with pytest.raises(OptionError, match="unknown depth '16'; known: 8bit, full"):
        nearest(between, palette, depth="16")


def test_nan_and_16_bit_alpha_are_nodata() -> None:
    palette = Palette([[0, 0, 0], [255, 255, 255]])
    floats = np.array([[1.0, 1.0, 1.0], [0.0, np.nan, 0.0]])
    assert nearest(floats, palette).tolist() == [1, 255]
    sixteen = np.array([[65535, 65535, 65535, 0], [65535, 65535, 65535, 1]], dtype=np.uint16)
    assert nearest(sixteen, palette).tolist() == [255, 1]


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.zeros((4, 2), np.uint8), r"shape \(..., 3\) or \(..., 4\), found \(4, 2\)"),
        (np.zeros((), np.uint8), "found "),
        (np.array([[0.0, 0.5, 200.0]]), "pixels at .0, 1.: value 0.5 looks like .*scale='byte'"),
        (np.array([[0, 0, 256]]), r"pixels at .0, 2.: value 256 is outside 0\.\.255"),
        (np.array([["a", "b", "c"]]), "must be integers or floats"),
    ],
)
def test_refuses_bad_pixels(pixels: np.ndarray, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        nearest(pixels, Palette([[0, 0, 0]]))


def test_refuses_bad_options() -> None:
    palette = Palette([[0, 0, 0]])
    with pytest.raises(OptionError, match="unknown metric 'hsv'; known: rgb"):
        nearest([[0, 0, 0]], palette, metric="hsv")
    for distance in (-1.0, float("nan")):
        with pytest.raises(OptionError, match="max_distance must be 0 or more"):
            nearest([[0, 0, 0]], palette, max_distance=distance)


@given(colors=arrays(st.integers(1, 60)))
def test_palette_colors_map_to_their_first_row(colors: np.ndarray) -> None:
    palette = Palette(colors)
    result = nearest(colors, palette)
    first = [palette.duplicates().get(row, row) for row in range(len(colors))]
    assert result.tolist() == first


@given(pixels=arrays(st.integers(1, 60)), colors=arrays(st.integers(1, 30)))
def test_mapping_the_painted_result_changes_nothing(
    pixels: np.ndarray, colors: np.ndarray
) -> None:
    palette = Palette(colors)
    once = nearest(pixels, palette)
    np.testing.assert_array_equal(nearest(palette.colors[once], palette), once)


@pytest.mark.slow
def test_a_table_is_filled_while_another_image_is_mapped() -> None:
    """Helper threads may wait for a lock that the calling thread holds."""
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (1000, 1000, 3), dtype=np.uint8)
    for _ in range(12):
        mapper = ColorMapper(Palette(rng.integers(0, 256, (2000, 3))))
        calls = (lambda m=mapper: m.map(small), mapper.fill)
        running = [threading.Thread(target=call, daemon=True) for call in calls]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join(120)
        assert not any(thread.is_alive() for thread in running)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_the_largest_distance_is_within_in_full_depth_too(color: tuple[int, int, int]) -> None:
    limit = float(np.sqrt(sum(channel**2 for channel in color)))
    pixels = np.array([color], dtype=np.uint16) * 257
    black = Palette([[0, 0, 0]])
    assert nearest(pixels, black, max_distance=limit, depth="full").tolist() == [0]
    if limit:
        below = np.nextafter(limit, 0)
        assert nearest(pixels, black, max_distance=below, depth="full").tolist() == [255]


def test_masked_arrays() -> None:
    pixels = np.ma.masked_array(np.zeros((2, 3, 3), np.uint8), mask=False)
    pixels[0, 1] = np.ma.masked
    pixels[1, 2, 0] = np.ma.masked
    found = nearest(pixels, Palette([[0, 0, 0]]))
    assert found.tolist() == [[0, 255, 0], [0, 0, 0]]


@pytest.mark.parametrize("palette", ["windows-256", [[0, 0, 0]], np.zeros((1, 3)), None])
def test_what_is_no_palette(palette: object) -> None:
    with pytest.raises(OptionError, match=r"Palette or a ColorCube, found .*; use Palette"):
        nearest(np.zeros((1, 3), np.uint8), palette)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float64])
def test_an_unknown_scale_is_refused_whatever_the_pixels(dtype: type) -> None:
    with pytest.raises(OptionError, match="unknown scale 'percent'; known: unit, byte"):
        nearest(np.zeros((1, 3), dtype), Palette([[0, 0, 0]]), scale="percent")
