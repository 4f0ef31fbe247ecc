"""Where grids for other programs lie, to the last digit, and what their formats can just hold."""

from __future__ import annotations

import dataclasses
import importlib
import struct
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from geoindex import Palette, ValueGrid, open_values
from geoindex.errors import OutputError
from geoindex.grids.headers import GridHeader
from tests.support.exchange import READABLE, UPRIGHT, make_grid

TEXT_LINES = {"irap": 6, "zmap": 5, "cps3": 5, "surfer6": 10}


@settings(max_examples=40)
@given(
    corner=st.tuples(*[st.decimals(-10_000_000, 10_000_000, places=4)] * 2),
    steps=st.tuples(*[st.decimals("0.0001", 5000, places=4)] * 2),
    shape=st.tuples(*[st.integers(2, 40)] * 2),
    flips=st.tuples(*[st.booleans()] * 3),
    data=st.integers(0, 2**32 - 1),
)
def test_place_and_values_survive_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory,
    corner: tuple[Decimal, Decimal],
    steps: tuple[Decimal, Decimal],
    shape: tuple[int, int],
    flips: tuple[bool, bool, bool],
    data: int,
) -> None:
    """Whichever way rows and columns run; formats hold them from north to south."""
    folder = tmp_path_factory.mktemp("place")
    rng = np.random.default_rng(data)
    values = (rng.normal(size=shape) * 10.0 ** rng.integers(-4, 5, shape)).astype(np.float32)
    values[rng.random(shape) < 0.2] = np.nan
    for key in READABLE:
        (x, y), (dx, dy) = corner, (steps[0], steps[0] if key == "esri" else steps[1])
        right = Affine(float(dx), 0, float(x), 0, -float(dy), float(y))
        # The same cells with columns to the west, rows to the north, and rows for columns.
        array, (a, c), (e, f) = values, (dx, x), (-dy, y)
        if flips[0]:
            array, (a, c) = array[:, ::-1], (-dx, x + shape[1] * dx)
        if flips[1]:
            array, (e, f) = array[::-1], (dy, y - shape[0] * dy)
        transform = Affine(float(a), 0, float(c), 0, float(e), float(f))
        # IRAP keeps its rows and columns, turned by a right angle.
        if flips[2] and key != "irap":
            array = array.T
            transform = Affine(0, float(a), float(c), float(e), 0, float(f))
        ValueGrid(values=array, transform=transform).save(folder / key, format=key)
        found = open_values(folder / key)
        np.testing.assert_array_equal(found.values, values)
        assert found.transform == right


@pytest.mark.parametrize("shape", [(3, 40), (40, 3)])
@pytest.mark.parametrize("cell", [(0.5, 0.25), (20, 50)])
@pytest.mark.parametrize("share", [0.9, -0.9, 1.1, -1.1])
@pytest.mark.parametrize("place", ["b", "d"])
@pytest.mark.parametrize("turned", [False, True])
def test_a_millionth_of_a_cell_is_no_rotation(
    tmp_path: Path,
    shape: tuple[int, int],
    cell: tuple[float, float],
    share: float,
    place: str,
    turned: bool,
) -> None:
    """Over the whole grid, of the smaller side of a cell."""
    drift = share * 1e-6 * min(cell)
    b, d = (drift / shape[0], 0) if place == "b" else (0, drift / shape[1])
    transform, values = Affine(cell[0], b, 100, d, -cell[1], 200), np.zeros(shape, np.float32)
    if turned:
        transform, values = Affine(b, cell[0], 100, -cell[1], d, 200), values.T
    grid = ValueGrid(values=values, transform=transform)
    if abs(share) < 1:
        grid.save(tmp_path / "map", format="surfer7")
        assert open_values(tmp_path / "map").transform == Affine(cell[0], 0, 100, 0, -cell[1], 200)
    else:
        with pytest.raises(OutputError, match="cannot hold a rotated grid"):
            grid.save(tmp_path / "map", format="surfer7")


@pytest.mark.parametrize("shape", [(3, 40), (40, 3)])
@pytest.mark.parametrize("share", [0.9, -0.9, 1.1, -1.1])
@pytest.mark.parametrize("side", [0.5, 20])
def test_cells_are_square_to_a_millionth(
    tmp_path: Path, shape: tuple[int, int], share: float, side: float
) -> None:
    transform = Affine(side, 0, 100, 0, -side * (1 + share * 1e-6 / 40), 200)
    grid = ValueGrid(values=np.zeros(shape, np.float32), transform=transform)
    if abs(share) < 1:
        grid.save(tmp_path / "map.asc")
    else:
        with pytest.raises(OutputError, match="needs square cells"):
            grid.save(tmp_path / "map.asc")


@pytest.mark.parametrize(
    ("key", "largest"),
    [
        *((key, 16_777_216) for key in ("esri", "grass", "cps3")),
        *((key, 16_777_216) for key in ("surfer6", "surfer6-binary", "surfer7")),
        ("zmap", 999_999),
        ("irap", 9_999_899),
    ],
)
def test_the_largest_class_values(tmp_path: Path, key: str, largest: int) -> None:
    for sign in (1, -1):
        numbers = (1, sign * largest)
        save_classes(tmp_path / f"{key}{sign}", numbers, key)
        message = rf"class value {sign * (largest + 1)}, which is beyond {largest:,};"
        with pytest.raises(OutputError, match=message):
            save_classes(tmp_path / "map", (1, sign * (largest + 1)), key)


def save_classes(path: Path, numbers: tuple[int, int], key: str, **options: int) -> None:
    """Save two classes as their numbers, and check these."""
    grid = make_grid(n_colors=2)
    grid = dataclasses.replace(grid, palette=Palette(grid.palette.colors, values=numbers))
    grid.save(path, format=key, values=True, **options)
    right = np.where(grid.valid, np.array(numbers)[grid.indices % 2], np.nan)
    np.testing.assert_array_equal(open_values(path).values, right)


@pytest.mark.parametrize(
    ("key", "null", "options"),
    [
        ("esri", -9999, {}),
        ("esri", 7, {"nodata": 7}),
        ("grass", -9999, {}),
        ("grass", 0, {"nodata": 0}),
        ("zmap", -99999, {}),
    ],
)
def test_class_values_that_are_nodata(
    tmp_path: Path, key: str, null: int, options: dict[str, int]
) -> None:
    for other in (null - 1, null + 1):
        save_classes(tmp_path / f"map{other}", (-5, other), key, **options)
    with pytest.raises(OutputError, match=rf"class value {null}, which stands for nodata there"):
        save_classes(tmp_path / "map", (-5, null), key, **options)


@pytest.mark.parametrize(
    ("module", "most", "more", "said"),
    [
        ("surfer6_binary", (32767, 2), (32768, 2), "up to 32,767 rows and columns.* 32,768 x 2;"),
        ("surfer6_binary", (2, 32767), (2, 32768), "up to 32,767 rows and columns.* 2 x 32,768;"),
        # 3 x 5 x 17 x 29 x 43 x 113 x 127 is a multiple of 5, and two more than it a power of 2.
        ("surfer7", (5, 53687091), (2**14, 2**14), "up to 268,435,455 values.* 268,435,456;"),
    ],
)
def test_the_largest_grids(
    module: str, most: tuple[int, int], more: tuple[int, int], said: str
) -> None:
    """Laid out only, for they take gigabytes."""
    layout = importlib.import_module(f"geoindex.grids.exchange.{module}").layout
    header = GridHeader.of(make_grid(Affine(1, 0, 0, 0, -1, 0)))
    assert layout(dataclasses.replace(header, shape=most)).shape == most
    with pytest.raises(OutputError, match=said):
        layout(dataclasses.replace(header, shape=more))


@pytest.mark.parametrize("key", TEXT_LINES)
def test_values_on_a_line(tmp_path: Path, key: str) -> None:
    grid = ValueGrid(values=np.full((23, 23), 7, np.float32), transform=UPRIGHT)
    grid.save(tmp_path / "map", format=key)
    lengths = [len(line.split()) for line in (tmp_path / "map").read_text().splitlines()]
    full, rest = divmod(23, TEXT_LINES[key])
    line = [TEXT_LINES[key]] * full + [rest]
    assert lengths[-23 * len(line) :] == 23 * line


def test_columns_of_zmap(tmp_path: Path) -> None:
    values = np.float32([[-1.1754944e-38, np.nan], [1, 2]])
    ValueGrid(values=values, transform=UPRIGHT).save(tmp_path / "map.zmap")
    lines = (tmp_path / "map.zmap").read_text().splitlines()
    assert lines[2] == "16, -99999.0, , 1, 1"
    assert lines[-2:] == ["  -1.1754944e-38             1.0", "        -99999.0             2.0"]


@pytest.mark.parametrize("columns", [3, 10])
def test_limits_of_zmap_are_rounded_to_a_line(tmp_path: Path, columns: int) -> None:
    """With as many digits as 80 characters hold."""
    far = Affine(0.123456789012345, 0, 1234567.890123, 0, -0.5, 7654321.0123456)
    ValueGrid(values=np.zeros((2, columns), np.float32), transform=far).save(tmp_path / "map.zmap")
    line = (tmp_path / "map.zmap").read_text().splitlines()[3]
    x = [
        Decimal("1234567.890123") + Decimal("0.123456789012345") * k / 2
        for k in (1, 2 * columns - 1)
    ]
    y = [Decimal("7654321.0123456") - Decimal("0.5") * k / 2 for k in (3, 1)]
    for places in range(20):
        numbers = (format(round(number, places).normalize(), "f") for number in (*x, *y))
        text = f"2, {columns}, {', '.join(numbers)}"
        if len(text) <= 80:
            best = text
    assert line == best


def test_header_of_surfer_7(tmp_path: Path) -> None:
    values = np.float32([[-3, 5, 1], [2, np.nan, 1]])
    transform = Affine(10, 0, 1000, 0, -5, 2010)
    ValueGrid(values=values, transform=transform).save(tmp_path / "map", format="surfer7")
    blank = 1.701410009187828e38
    assert (tmp_path / "map").read_bytes() == (
        struct.pack("<4sii4si", b"DSRB", 4, 1, b"GRID", 72)
        + struct.pack("<ii8d", 2, 3, 1005, 2002.5, 10, 5, -3, 5, 0, blank)
        + struct.pack("<4si6d", b"DATA", 48, 2, blank, 1, -3, 5, 1)
    )
