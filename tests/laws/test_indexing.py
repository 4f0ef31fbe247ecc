"""What may be done to an image, or to a palette, before or after indexing alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from geoindex import IndexGrid, Palette, convert, convert_many, index_image, nearest, open_grid
from geoindex.color.metrics import METRICS

Pixels = np.ndarray

images = arrays(np.uint8, st.tuples(st.integers(2, 9), st.integers(2, 9), st.just(3)))
tables = arrays(np.uint8, st.tuples(st.integers(2, 12), st.just(3)))
metrics = st.sampled_from([metric for metric in METRICS if metric != "ciede2000"])

MOVES: dict[str, Callable[[Pixels], Pixels]] = {
    "flipped left to right": lambda image: image[:, ::-1],
    "flipped upside down": lambda image: image[::-1],
    "transposed": lambda image: image.swapaxes(0, 1),
    "turned": np.rot90,
    "turned twice": lambda image: np.rot90(image, 2),
    "repeated": lambda image: np.concatenate([image, image], axis=1),
    "every second row": lambda image: image[::2],
    "a part": lambda image: image[1:, 1:],
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
@given(image=images, colors=tables, metric=metrics)
def test_moved_pixels_keep_their_class(
    move: Callable[[Pixels], Pixels], image: Pixels, colors: Pixels, metric: str
) -> None:
    palette = Palette(colors)
    np.testing.assert_array_equal(
        nearest(move(image), palette, metric=metric), move(nearest(image, palette, metric=metric))
    )


@given(image=images, colors=tables, metric=metrics, data=st.data())
def test_another_order_of_the_palette_names_the_same_colors(
    image: Pixels, colors: Pixels, metric: str, data: st.DataObject
) -> None:
    """Up to ties, so the distances are compared."""
    order = data.draw(st.permutations(range(len(colors))))
    found = Palette(colors).colors[nearest(image, Palette(colors), metric=metric)]
    other = colors[order][nearest(image, Palette(colors[order]), metric=metric)]
    differ = (found != other).any(axis=-1)
    for pixel, one, two in zip(image[differ], found[differ], other[differ], strict=True):
        both = Palette([one, two])
        assert nearest(pixel[np.newaxis], both, metric=metric)[0] == 0
        assert nearest(pixel[np.newaxis], Palette([two, one]), metric=metric)[0] == 0


@given(image=images, colors=tables, metric=metrics)
def test_repeated_colors_are_never_used(image: Pixels, colors: Pixels, metric: str) -> None:
    twice = Palette(np.concatenate([colors, colors]))
    np.testing.assert_array_equal(
        nearest(image, Palette(colors), metric=metric), nearest(image, twice, metric=metric)
    )


@given(dark=arrays(np.uint8, (4, 5, 3), elements=st.integers(0, 60)), colors=tables)
def test_a_color_far_from_all_pixels_changes_nothing(dark: Pixels, colors: Pixels) -> None:
    colors = colors // 4
    more = Palette(np.concatenate([colors, [[255, 255, 255]]]))
    np.testing.assert_array_equal(nearest(dark, Palette(colors)), nearest(dark, more))


LAYOUTS: dict[str, Callable[[Pixels], Pixels]] = {
    "16 bits": lambda image: image.astype(np.uint16) * 257,
    "floats of 0-1": lambda image: image / 255,
    "single precision": lambda image: (image / 255).astype(np.float32),
    "big-endian": lambda image: (image.astype(np.uint16) * 257).astype(">u2"),
    "columns first in memory": np.asfortranarray,
    "with gaps in memory": lambda image: np.repeat(np.repeat(image, 2, 0), 3, 1)[::2, ::3],
    "backwards in memory": lambda image: image[::-1, ::-1].copy()[::-1, ::-1],
    "read-only": lambda image: np.frombuffer(image.tobytes(), np.uint8).reshape(image.shape),
    "with opaque alpha": lambda image: np.dstack([image, np.full(image.shape[:2], 255, np.uint8)]),
}


# A few random colors may look like faded ones.
@pytest.mark.filterwarnings("ignore:the map has the colors of the palette at an opacity")
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@given(image=images.filter(lambda image: image.max() > 1), colors=tables)
def test_the_layout_of_an_array_does_not_matter(
    layout: Callable[[Pixels], Pixels], image: Pixels, colors: Pixels
) -> None:
    palette = Palette(colors)
    other = layout(image)
    scale = "unit" if other.dtype.kind == "f" else None
    found = index_image(other, palette, scale=scale, channel_axis=-1)
    np.testing.assert_array_equal(
        found.indices, index_image(image, palette, channel_axis=-1).indices
    )


def test_all_roads_give_the_same_bytes(tmp_path: Path) -> None:
    """Array, file, Dask, batches of one and two processes; and the same again."""
    da = pytest.importorskip("dask.array")
    rng = np.random.default_rng(3)
    image = np.repeat(np.repeat(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8), 5, 0), 4, 1)
    palette = Palette(rng.integers(0, 256, (20, 3)))
    sheet = tmp_path / "sheet.png"
    Image.fromarray(image).save(sheet)
    expected = index_image(image, palette).indices
    lazy = index_image(da.from_array(image, chunks=(37, 41, 3)), palette).indices
    np.testing.assert_array_equal(lazy.compute(), expected)
    contents = set()
    for run in range(2):
        written = convert(sheet, tmp_path / f"{run}.tif", palette)
        np.testing.assert_array_equal(open_grid(tmp_path / f"{run}.tif").indices, expected)
        contents.add((tmp_path / f"{run}.tif").read_bytes())
        assert written.shape == expected.shape
    for jobs in (1, 2):
        folder = tmp_path / f"batch-{jobs}"
        convert_many([sheet], folder, palette, jobs=jobs)
        contents.add((folder / "sheet.tif").read_bytes())
    assert len(contents) == 1


def test_grids_of_another_byte_order_are_those_numbers() -> None:
    palette = Palette(np.arange(900).reshape(300, 3) % 256)
    indices = np.array([[0, 258], [299, 7]], dtype=">u2")
    grid = IndexGrid(indices=indices, palette=palette)
    assert grid.indices.dtype == np.uint16
    assert grid.indices.tolist() == [[0, 258], [299, 7]]
