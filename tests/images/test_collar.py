"""The collar of a map: white or black that is joined to the border becomes nodata."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

from geoindex import Palette, clean_grid, convert, index_image, learn_palette, open_grid
from geoindex.errors import OptionError
from geoindex.images import blocks
from geoindex.images.collar import find_collar
from tests.support.command_line import printed
from tests.support.rasters import write_tif

PALETTE = Palette([[255, 255, 255], [0, 0, 0], [200, 90, 10]], names=["white", "black", "map"])

WHITE, BLACK, MAP = range(3)


def flood(marks: np.ndarray) -> np.ndarray:
    """Fill the marked pixels from the border, one by one."""
    rows, cols = marks.shape
    found = np.zeros_like(marks)
    waiting = deque(
        (row, col)
        for row in range(rows)
        for col in range(cols)
        if row in (0, rows - 1) or col in (0, cols - 1)
    )
    while waiting:
        row, col = waiting.popleft()
        if 0 <= row < rows and 0 <= col < cols and marks[row, col] and not found[row, col]:
            found[row, col] = True
            waiting += [(row - 1, col), (row + 1, col), (row, col - 1), (row, col + 1)]
    return found


def spiral(size: int) -> np.ndarray:
    """Draw a path of one pixel that winds to the middle."""
    marks = np.zeros((size, size), bool)
    row, col, step = 0, 0, (0, 1)
    marks[0, 0] = True
    while True:
        ahead = row + 2 * step[0], col + 2 * step[1]
        near = row + step[0], col + step[1]
        is_free = 0 <= near[0] < size and 0 <= near[1] < size and not marks[near]
        is_apart = not (0 <= ahead[0] < size and 0 <= ahead[1] < size) or not marks[ahead]
        if not (is_free and is_apart):
            step = step[1], -step[0]
            near = row + step[0], col + step[1]
            ahead = row + 2 * step[0], col + 2 * step[1]
            if not (0 <= near[0] < size and 0 <= near[1] < size) or marks[near] or marks[ahead]:
                return marks
        row, col = near
        marks[near] = True


RNG = np.random.default_rng(11)

MARKS = [
    *(RNG.random((rows, cols)) < share for rows, cols in [(1, 9), (9, 1), (13, 17)]
      for share in (0.3, 0.6)),
    *(RNG.random((40, 30)) < share for share in (0.5, 0.59, 0.63, 0.9)),
    np.ones((7, 5), bool),
    np.zeros((7, 5), bool),
    spiral(21),
    np.pad(spiral(17), 3),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(MARKS)))
def test_against_a_flood(number: int) -> None:
    marks = MARKS[number]
    rows, cols = marks.shape
    expected = flood(marks)
    for step in (1, 2, 5, rows):
        parts = ((row, marks[row : row + step]) for row in range(0, rows, step))
        collar = find_collar(parts, (rows, cols))
        found = np.zeros_like(marks)
        for row, start, stop in zip(collar.rows, collar.starts, collar.stops, strict=True):
            assert not found[row, start:stop].any()
            found[row, start:stop] = True
        np.testing.assert_array_equal(found, expected)


def make_map() -> np.ndarray:
    """Make a map with a white lake, a frame, a white margin and a black edge of the scan."""
    classes = np.full((60, 80), BLACK)
    classes[3:-4, 5:-3] = WHITE
    classes[10:-10, 12:-9] = BLACK
    classes[11:-11, 13:-10] = MAP
    classes[20:30, 20:35] = WHITE
    classes[25, 20:35] = BLACK
    # A corner of the margin reaches the map only by a diagonal.
    classes[10, 12], classes[11, 13] = WHITE, WHITE
    return classes


@pytest.mark.parametrize("block", [300, 2000, 2**21])
@pytest.mark.parametrize("kind", ["png", "tiles", "palette", "array", "dataset"])
def test_maps_of_any_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, block: int
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", block)
    monkeypatch.setattr(blocks, "TILE", 1)
    classes = make_map()
    colors = PALETTE.colors[classes]
    path = tmp_path / ("map.tif" if kind in ("tiles", "dataset") else "map.png")
    if kind in ("tiles", "dataset"):
        layout = {"tiled": True, "blockxsize": 32, "blockysize": 16}
        write_tif(path, np.moveaxis(colors, -1, 0), photometric="rgb", **layout)
    elif kind == "palette":
        picture = Image.fromarray(classes.astype(np.uint8), "P")
        picture.putpalette(PALETTE.colors.tobytes())
        picture.save(path)
    else:
        Image.fromarray(colors).save(path)
    black = flood(classes == BLACK)
    white = flood((classes == WHITE) | black)
    for collar, outside in [("black", black), (["black", "#fff"], white)]:
        if kind == "array":
            grid = index_image(colors, PALETTE, collar=collar)
        elif kind == "dataset":
            with rasterio.open(path) as source:
                grid = index_image(source, PALETTE, collar=collar)
        else:
            grid = index_image(path, PALETTE, collar=collar)
        np.testing.assert_array_equal(grid.valid, ~outside)
        np.testing.assert_array_equal(grid.indices[~outside], classes[~outside])
    # The lake and the pixel behind the diagonal are inside.
    assert grid.valid[22, 22]
    assert grid.valid[11, 13]
    assert not grid.valid[10, 12]


def test_white_alone_does_not_pass_the_edge_of_a_scan() -> None:
    classes = make_map()
    assert index_image(PALETTE.colors[classes], PALETTE, collar="white").valid.all()


def test_tolerance_and_transparency() -> None:
    """A scan is not quite white, and a warped map has transparent corners."""
    pixels = np.zeros((9, 9, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[..., :3] = 252
    pixels[0, :, 3] = 0
    pixels[3:6, 3:6, :3] = [200, 90, 10]
    pixels[4, 4, :3] = 254
    grid = index_image(pixels, PALETTE, collar="white", tolerance=3)
    expected = np.zeros((9, 9), bool)
    expected[3:6, 3:6] = True
    np.testing.assert_array_equal(grid.valid, expected)
    assert index_image(pixels, PALETTE, collar="white", tolerance=2).valid.sum() == 72
    deep = pixels.astype(np.uint16) * 257
    full = index_image(deep, PALETTE, collar="white", tolerance=3, depth="full")
    np.testing.assert_array_equal(full.valid, expected)


def test_files_and_the_command_line(tmp_path: Path) -> None:
    colors = PALETTE.colors[make_map()]
    Image.fromarray(colors).save(tmp_path / "map.png")
    PALETTE.save(tmp_path / "units.csv")
    options = ["--collar", "black", "--collar", "white"]
    printed("convert", tmp_path / "map.png", "-o", tmp_path / "a.tif", "-p",
            tmp_path / "units.csv", *options)  # fmt: skip
    convert(tmp_path / "map.png", tmp_path / "b.tif", PALETTE, collar=["black", "white"])
    a, b = open_grid(tmp_path / "a.tif"), open_grid(tmp_path / "b.tif")
    np.testing.assert_array_equal(a.indices, b.indices)
    assert a.provenance["collar"] == [[0, 0, 0], [255, 255, 255]]
    learned = learn_palette(tmp_path / "map.png", 3, collar=["black", "white"])
    assert (
        learned.n_pixels
        == b.valid.sum()
        == learn_palette(colors, 3, collar=["black", "white"]).n_pixels
    )
    printed("palette", "learn", tmp_path / "map.png", "-n", 3, "-o", tmp_path / "l.json", *options)
    # Class recovery reads the image by the provenance of the grid.
    cleaned = clean_grid(b, image=tmp_path / "map.png").grid
    np.testing.assert_array_equal(cleaned.valid, b.valid)
    # The collar of a part is joined to the border of the part.
    box = (20, 20, 35, 30)
    assert not index_image(colors, PALETTE, collar=(255, 255, 255), box=box).valid[0].any()


def test_what_is_wrong() -> None:
    picture = np.full((5, 6, 3), 255, np.uint8)
    with pytest.raises(OptionError, match=r"collar must be a color, .* found 'whte'"):
        index_image(picture, PALETTE, collar="whte")
    with pytest.raises(OptionError, match="difference from nodata_color or collar; give one"):
        index_image(picture, PALETTE, tolerance=3)
    lazy = pytest.importorskip("dask.array").from_array(picture, chunks=(2, 6, 3))
    with pytest.raises(OptionError, match="compute the array first, or give the file"):
        index_image(lazy, PALETTE, collar="white")
    with pytest.raises(OptionError, match="compute the array first, or give the file"):
        learn_palette(lazy, 1, collar="white")
