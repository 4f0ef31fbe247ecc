"""Rotated grids in IRAP classic files, read back by xtgeo and geoindex."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from geoindex import ValueGrid, open_grid, open_values
from geoindex.errors import OutputError
from tests.support.exchange import (
    ROTATED,
    assert_same_points,
    centers,
    make_grid,
    replace_grid,
    xtgeo_points,
)


def skew_grid(
    steps: tuple[float, float],
    shape: tuple[int, int],
    skew: float,
    angle: float = 30,
    handed: int = 1,
) -> ValueGrid:
    """Grid whose second axis lies `skew` radians off the right angle with the first."""
    dx, dy = steps
    axes = Affine(dx, -dy * math.sin(skew), 0, 0, handed * dy * math.cos(skew), 0)
    transform = Affine.translation(605000, 6073000) @ Affine.rotation(angle) @ axes
    values = np.arange(shape[0] * shape[1], dtype=np.float32).reshape(shape)
    return ValueGrid(values=values, transform=transform)


def largest_skew(steps: tuple[float, float], shape: tuple[int, int]) -> float:
    """Skew that moves corners by a tenth of the smaller side of a cell, if it is shared best."""
    half = [step * (count - 1) / 2 for step, count in zip(steps, shape[::-1], strict=True)]
    return 0.1 * min(steps) * math.hypot(*half) / (half[0] * half[1])


def corners(grid: ValueGrid) -> np.ndarray:
    """Nodes at the corners, as complex numbers."""
    x, y = centers(grid)
    return (x + 1j * y)[[0, 0, -1, -1], [0, -1, 0, -1]]


@given(
    steps=st.tuples(*[st.floats(0.5, 50)] * 2),
    shape=st.tuples(*[st.integers(2, 12)] * 2),
    share=st.floats(-0.99, 0.99),
    angle=st.floats(0.1, 359.9).filter(lambda angle: abs(angle % 90 - 45) < 44.9),
    handed=st.sampled_from([1, -1]),
)
def test_no_turn_about_the_center_moves_corners_less(
    tmp_path_factory: pytest.TempPathFactory,
    steps: tuple[float, float],
    shape: tuple[int, int],
    share: float,
    angle: float,
    handed: int,
) -> None:
    grid = skew_grid(steps, shape, share * largest_skew(steps, shape), angle, handed)
    path = tmp_path_factory.mktemp("skew") / "map.irap"
    grid.save(path)
    _, n_j, dx, dy, x, x_end, y, y_end, n_i = map(float, path.read_text().split()[:9])
    assert x_end == pytest.approx(x + (n_i - 1) * dx)
    assert y_end == pytest.approx(y + (n_j - 1) * dy)
    found = open_values(path)
    np.testing.assert_array_equal(found.values, grid.values[:: 1 if handed > 0 else -1])
    right, nodes = corners(grid), corners(found)
    if handed < 0:
        nodes = nodes[[2, 3, 0, 1]]
    center = right.mean()
    assert abs(nodes.mean() - center) < 1e-5
    # Sides keep their lengths.
    np.testing.assert_allclose(
        np.abs(nodes[[1, 2]] - nodes[0]), np.abs(right[[1, 2]] - right[0]), rtol=1e-7
    )
    moved = (np.abs(nodes - right) ** 2).sum()
    for turn in (-1e-3, 1e-3):
        turned = center + (nodes - center) * np.exp(1j * turn * min(steps) / max(steps))
        assert moved < (np.abs(turned - right) ** 2).sum()


@pytest.mark.parametrize("shape", [(5, 40), (40, 5), (9, 9)])
@pytest.mark.parametrize("steps", [(12.5, 25), (3, 0.5)])
@pytest.mark.parametrize("sign", [1, -1])
def test_how_skew_a_grid_may_be(
    tmp_path: Path, shape: tuple[int, int], steps: tuple[float, float], sign: int
) -> None:
    limit = sign * largest_skew(steps, shape)
    skew_grid(steps, shape, 0.99 * limit).save(tmp_path / "map.irap")
    message = (
        rf"are {math.degrees(1.01 * limit):.4g} degrees off.* by {0.101 * min(steps):.3g}; "
        r"write GeoTIFF"
    )
    with pytest.raises(OutputError, match=message):
        skew_grid(steps, shape, 1.01 * limit).save(tmp_path / "skew.irap")


@pytest.mark.parametrize(
    ("share", "message"), [(0.9, "rows and columns of the grid are parallel"), (1.1, "perpendic")]
)
def test_axes_that_are_parallel(tmp_path: Path, share: float, message: str) -> None:
    grid = skew_grid((4, 0.5), (3, 4), math.acos(share * 1e-12))
    with pytest.raises(OutputError, match=message):
        grid.save(tmp_path / "map.irap")


def test_a_single_row_or_column(tmp_path: Path) -> None:
    for shape in ((1, 4), (4, 1), (1, 1)):
        grid = skew_grid((12.5, 25), shape, 0)
        grid.save(tmp_path / "map.irap", overwrite=True)
        found = open_values(tmp_path / "map.irap")
        np.testing.assert_array_equal(found.values, grid.values)
        np.testing.assert_allclose(found.transform, grid.transform, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("transform", "header"),
    [
        # Steps are the roots of 10 and 40 (or 90), in 12 digits; the angle is that of 1 in 3.
        (Affine(3, -2, 100, 1, 6, 200), "3 3.16227766017 6.32455532034 18.434948822922"),
        (Affine(3, 0.3, 100, 1, -0.9, 200), "3 3.16227766017 0.948683298051 18.434948822922"),
    ],
)
def test_digits_of_headers(tmp_path: Path, transform: Affine, header: str) -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    ValueGrid(values=values, transform=transform).save(tmp_path / "map.irap")
    words = (tmp_path / "map.irap").read_text().split()
    columns, dx, dy, angle = header.split()
    assert words[:4] == ["-996", "2", dx, dy]
    assert words[8:10] == [columns, angle]
    # A millionth of the smaller side of a cell is kept of the origin, and no more.
    unit = 10.0 ** (math.floor(math.log10(float(dy))) - 7)
    first = values.argmin() if transform.determinant > 0 else 3
    x, y = transform @ (np.array([first % 3, first // 3]) + 0.5)
    for found, right in zip(words[10:12], (x, y), strict=True):
        assert abs(float(found) - right) <= unit
        assert len(found.partition(".")[2]) <= round(-math.log10(unit))


def test_an_angle_just_below_zero_is_zero(tmp_path: Path) -> None:
    """The skew turns the long rows by a billionth of a billionth of a degree to the right."""
    transform = Affine(1e7, -1e-6, 0, 0, 1, 0)
    ValueGrid(values=np.zeros((2, 3), np.float32), transform=transform).save(tmp_path / "map.irap")
    assert (tmp_path / "map.irap").read_text().split()[8:10] == ["3", "0"]


@pytest.mark.parametrize("angle", [0.5, 18.6, 45, 90, 133, 180, 271, 359.5])
@pytest.mark.parametrize("handed", [1, -1])
def test_xtgeo_finds_a_rotated_irap_grid(tmp_path: Path, angle: float, handed: int) -> None:
    transform = (
        Affine.translation(605000, 6073000)
        @ Affine.rotation(angle)
        @ Affine.scale(12.5, handed * 25)
    )
    grid = make_grid(transform)
    grid.save(tmp_path / "map.irap")
    assert_same_points(xtgeo_points(tmp_path / "map.irap", "irap_ascii"), grid)
    back = open_grid(tmp_path / "map.irap")
    assert_same_points(
        (*(axis[back.valid] for axis in centers(back)), back.indices[back.valid]), grid
    )


def test_irap_header_does_not_depend_on_last_digits(tmp_path: Path) -> None:
    """Sines and roots differ in their last bit between processors."""
    transform = (
        Affine.translation(605000, 6073000) @ Affine.rotation(30) @ Affine.scale(12.5, 25.0)
    )
    cos, sin = 3**0.5 / 2, 0.5
    x, y = 605000 + 6.25 * cos - 12.5 * sin, 6073000 + 6.25 * sin + 12.5 * cos
    headers = set()
    for place in range(6):
        for toward in (-np.inf, np.inf):
            numbers = list(transform[:6])
            numbers[place] = float(np.nextafter(numbers[place], toward))
            make_grid(Affine(*numbers)).save(tmp_path / "map.irap", overwrite=True)
            headers.add(tuple((tmp_path / "map.irap").read_text().split()[:19]))
    (header,) = headers
    assert header[:4] == ("-996", "23", "12.5", "25")
    assert header[9:12] == ("30", f"{x:.6f}", f"{y:.6f}")


@pytest.mark.parametrize("angle", ["390", "1e99", "-" + 39 * "9" + "e99"])
def test_irap_angles_of_any_size(tmp_path: Path, angle: str) -> None:
    make_grid(ROTATED).save(tmp_path / "map.irap")
    words = (tmp_path / "map.irap").read_text().split()
    text = " ".join([*words[:9], angle, *words[10:19]]) + "\n" + " ".join(words[19:])
    replace_grid(tmp_path / "map.irap", text.encode())
    direction = np.radians(float(angle) % 360)
    found = open_grid(tmp_path / "map.irap").transform
    np.testing.assert_allclose(
        (found.a, found.d), 12.5 * np.array([np.cos(direction), np.sin(direction)]), atol=1e-9
    )


def test_irap_holds_a_survey_that_is_a_little_skew(tmp_path: Path) -> None:
    """The published coefficients of a survey whose axes are 0.003 degrees off a right angle."""
    transform = Affine(9.4758042, -3.19541219, 3497612.5, 3.19552448, 9.47383513, 7510511.4)
    grid = make_grid(transform, shape=(280, 287))
    grid.save(tmp_path / "map.irap")
    assert_same_points(xtgeo_points(tmp_path / "map.irap", "irap_ascii"), grid, 0.06)
    skew = Affine(10, 1, 0, 0, 10, 0)
    with pytest.raises(OutputError, match=r"perpendicular axes.* degrees off.*write GeoTIFF"):
        make_grid(skew).save(tmp_path / "skew.irap")


@pytest.mark.parametrize(("angle", "cos", "sin"), [(90, 0, 1), (180, -1, 0), (270, 0, -1)])
def test_quarter_turns_are_exact(tmp_path: Path, angle: int, cos: int, sin: int) -> None:
    path = tmp_path / "turned.irap"
    header = f"-996 2 25 10\n500000 500050 7000000 7000025\n3 {angle} 500000 7000000\n" + "0 " * 7
    path.write_text(f"{header}\n1 2 3 4 5 6\n")
    turned = open_values(path).transform
    assert turned is not None
    found = turned.a, turned.b, turned.d, turned.e
    assert found == (25 * cos, -10 * sin, 25 * sin, 10 * cos)
