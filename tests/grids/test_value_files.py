"""Grids of values in files, read back by us and by other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import segyio
import xtgeo
from affine import Affine

from geoindex import Survey, ValueGrid, load_ramp, open_grid, open_values, write_section
from geoindex.errors import GeoindexError, GridError, OptionError, OutputError
from geoindex.values.scale import value_scale
from tests.support.exchange import READABLE, ROTATED, SUFFIX, TURNS, UPRIGHT, make_grid

SURVEY = Survey(inlines=(100, 122), crosslines=(300, 316), x=(1000, 0, 25), y=(2000, 12.5, 0))


def value_grid(transform: Affine | None = UPRIGHT, **fields: Any) -> ValueGrid:
    """Values of all sizes, with a hole."""
    rng = np.random.default_rng(2)
    values = (rng.normal(size=(23, 17)) * 10.0 ** rng.integers(-4, 5, (23, 17))).astype(np.float32)
    values[7:11, 2:5] = np.nan
    return ValueGrid(values=values, transform=transform, **fields)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("key", READABLE)
def test_exchange_formats_keep_every_bit(tmp_path: Path, key: str, turn: str) -> None:
    if key == "esri" and turn == "degrees":
        pytest.skip("cells are square, but not to the last digit")
    grid = value_grid(TURNS[turn])
    path = tmp_path / f"map{SUFFIX[key]}"
    grid.save(path, format=key)
    back = open_values(path)
    # Formats hold north-up grids; compare by place.
    rows, cols = np.mgrid[0 : grid.shape[0], 0 : grid.shape[1]] + 0.5
    u, v = ~back.transform @ (grid.transform @ (cols, rows))
    at = np.floor(v).astype(int), np.floor(u).astype(int)
    np.testing.assert_array_equal(back.values[at], grid.values)
    assert not list(tmp_path.glob("*.legend.csv"))


@pytest.mark.parametrize("key", ["esri", "zmap", "surfer6", "surfer7"])
def test_gdal_sees_the_same_floats(tmp_path: Path, key: str) -> None:
    drivers = {"esri": "AAIGrid", "zmap": "ZMap", "surfer6": "GSAG", "surfer7": "GS7BG"}
    grid = value_grid()
    grid.save(tmp_path / "map", format=key)
    with rasterio.open(tmp_path / "map", driver=drivers[key]) as file:
        found = file.read(1, masked=True)
    values = np.where(np.ma.getmaskarray(found) | (found.data > 1e38), np.nan, found.data)
    np.testing.assert_array_equal(values.astype(np.float32), grid.values)


@pytest.mark.parametrize(("key", "form"), [("irap", "irap_ascii"), ("zmap", "zmap_ascii")])
def test_xtgeo_sees_the_same_floats(tmp_path: Path, key: str, form: str) -> None:
    grid = value_grid(ROTATED if key == "irap" else UPRIGHT)
    grid.save(tmp_path / "map", format=key)
    surface = xtgeo.surface_from_file(tmp_path / "map", fformat=form)
    found = surface.values.filled(np.nan).astype(np.float32)
    north_up = found.T[::-1] if key == "zmap" else found.T
    np.testing.assert_array_equal(north_up, grid.values)


@pytest.mark.parametrize("name", ["map.tif", "map.npy"])
def test_all_fields_come_back(tmp_path: Path, name: str) -> None:
    ramp = load_ramp("viridis")
    grid = value_grid(
        unit="mGal",
        crs=rasterio.crs.CRS.from_epsg(3067),
        ramp=ramp,
        scale=value_scale(ramp, (-5, 9), None, "linear"),
        provenance={"software": "test"},
    )
    grid.save(tmp_path / name)
    back = open_values(tmp_path / name)
    np.testing.assert_array_equal(back.values, grid.values)
    assert (back.unit, back.transform, back.crs) == ("mGal", grid.transform, grid.crs)
    assert back.provenance == {"software": "test"}
    assert back.ramp is not None
    assert back.scale is not None
    assert (back.ramp.starts == ramp.starts).all()
    assert back.scale.limits == (-5, 9)
    with pytest.raises(GeoindexError):
        open_grid(tmp_path / name)
    if name == "map.tif":
        with rasterio.open(tmp_path / name) as file:
            assert file.dtypes == ("float32",)
            assert np.isnan(file.nodata)
            assert file.units == ("mGal",)


def test_files_of_other_programs(tmp_path: Path) -> None:
    heights = np.array([[5, 7], [-1, 9]], np.int16)
    profile = {"driver": "GTiff", "width": 2, "height": 2, "count": 1, "transform": UPRIGHT}
    with rasterio.open(tmp_path / "dem.tif", "w", dtype="int16", nodata=-1, **profile) as file:
        file.write(heights, 1)
    np.testing.assert_array_equal(open_values(tmp_path / "dem.tif").values, [[5, 7], [np.nan, 9]])
    np.save(tmp_path / "bare.npy", heights.astype(np.float64))
    assert open_values(tmp_path / "bare.npy").values.dtype == np.float32
    surface = xtgeo.RegularSurface(ncol=3, nrow=2, xinc=10, yinc=10, values=np.arange(6.0) / 4)
    surface.to_file(tmp_path / "top.irap", fformat="irap_ascii")
    assert open_values(tmp_path / "top.irap").values.max() == 1.25


@pytest.mark.parametrize("key", ["xyz", "dug", "ijxyz"])
def test_points_hold_floats(tmp_path: Path, key: str) -> None:
    grid = value_grid(TURNS["image"]) if key == "xyz" else on_survey()
    path = tmp_path / f"map{SUFFIX[key]}"
    grid.save(path)
    table = np.loadtxt(path, comments="#")
    np.testing.assert_array_equal(table[:, -1].astype(np.float32), grid.values[grid.valid])
    rows, cols = np.nonzero(grid.valid)
    x, y = grid.transform @ (cols + 0.5, rows + 0.5)
    np.testing.assert_allclose(table[:, -3], x, atol=0.006)
    np.testing.assert_allclose(table[:, -2], y, atol=0.006)


def on_survey() -> ValueGrid:
    """Grid resampled to a survey of which it covers a part."""
    transform = Affine(25, 0, 1000 + 302.5 * 25, 0, -12.5, 2000 + 110.5 * 12.5)
    return value_grid(transform).resample(SURVEY)


def test_resampled_values_are_those_of_the_pixels() -> None:
    grid = on_survey()
    assert grid.shape == SURVEY.shape
    assert grid.survey == SURVEY
    # Inline 110 lies in the first row, crossline 303 in the first column.
    np.testing.assert_array_equal(grid.values[10, 3:], value_grid().values[0, :14])
    assert np.isnan(grid.values[11:]).all()
    assert grid.provenance["resampled"]["outside_share"] == pytest.approx(1 - 11 * 14 / 23 / 17)


def test_horizon_with_a_float_attribute(tmp_path: Path) -> None:
    grid = on_survey()
    grid.save(tmp_path / "map.dat")
    back = open_values(tmp_path / "map.dat", survey=SURVEY)
    np.testing.assert_array_equal(back.values, grid.values)
    assert back.transform == grid.transform
    steps = (tmp_path / "map.import.txt").read_text()
    assert "type the attribute name Values" in steps
    assert "odct" not in steps


def test_segyio_sees_the_same_floats(tmp_path: Path) -> None:
    grid = value_grid(None)
    report = write_section(
        grid, tmp_path / "line.sgy", start=(0, 0), end=(160, 0), top=0, bottom=220
    )
    assert (report.legend, report.colors, report.classes_used) == (None, None, None)
    assert report.nodata_share == pytest.approx(np.isnan(grid.values).mean())
    with segyio.open(tmp_path / "line.sgy", strict=False) as file:
        found = file.trace.raw[:]
        assert b"VALUES OF A COLORED" in file.text[0]
    values = np.where(found == np.float32(1e30), np.nan, found)
    np.testing.assert_array_equal(values.T, grid.values)
    assert [path.name for path in tmp_path.iterdir()] == ["line.sgy"]


@pytest.mark.parametrize(
    "header",
    [
        '# "Inline" "Crossline" "Z" "Dip" "Gravity"\n# - - - -\n',
        "# 1: Inline\n# 2: Crossline\n# 3: Z\n# 4: Dip\n# 5: Gravity\n",
        "",
    ],
)
def test_horizons_of_opendtect(tmp_path: Path, header: str) -> None:
    lines = "100\t300\t1210.5\t0.25\t-3.5\n100\t301\t1211\t1e30\t4.125\n"
    (tmp_path / "top.dat").write_text(header + lines)
    name = "Gravity" if header else "column 5"
    for attribute, right in [(name, [[-3.5, 4.125]]), ("Z", [[1210.5, 1211]])]:
        found = open_values(tmp_path / "top.dat", attribute=attribute, xy=False)
        assert found.values.tolist() == right
    if header:
        with pytest.raises(OptionError, match="Dip, Gravity; choose one"):
            open_values(tmp_path / "top.dat", xy=False)
        dip = open_values(tmp_path / "top.dat", attribute="Dip", xy=False)
        np.testing.assert_array_equal(dip.values, [[0.25, np.nan]])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("map.asc", -9999, "cannot hold the value -9999, which stands for nodata"),
        ("map.zmap", -99999, "stands for nodata"),
        ("map.irap", 9_999_900, "is too large"),
        ("map.grd", 2e38, "is too large"),
        ("map.cps3", 1e30, "stands for nodata"),
        ("map.xyz", np.inf, "is too large"),
        ("map.png", 1, "holds classes, not values"),
        ("map.dat", 1, "needs the survey"),
    ],
)
def test_what_a_format_cannot_hold(tmp_path: Path, name: str, value: float, message: str) -> None:
    grid = ValueGrid(values=np.full((3, 4), value, np.float32), transform=UPRIGHT)
    with pytest.raises(OutputError, match=message):
        grid.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_refused_sources(tmp_path: Path) -> None:
    make_grid().save(tmp_path / "classes.tif")
    make_grid().save(tmp_path / "classes.npy")
    value_grid().save(tmp_path / "map.asc")
    np.save(tmp_path / "cube.npy", np.zeros((2, 2, 2)))
    (tmp_path / "points.xyz").write_text("1 2 3\n")
    for name, options, error, message in [
        ("classes.tif", {}, GeoindexError, "color table"),
        ("classes.npy", {}, GridError, "open it with open_grid"),
        ("map.asc", {"attribute": "Z"}, OptionError, "is no horizon"),
        ("cube.npy", {}, GridError, "is no grid of numbers"),
        ("points.xyz", {}, GridError, "holds points"),
        ("none.tif", {}, GeoindexError, "no such file"),
    ]:
        with pytest.raises(error, match=message):
            open_values(tmp_path / name, **options)


def test_figures_and_arrays(tmp_path: Path) -> None:
    import matplotlib.pyplot as plt

    ramp = load_ramp("jet")
    values = np.float32([[0.1, 9.9], [np.nan, 5.0]])
    scale = value_scale(ramp, (0, 10), None, "linear")
    grid = ValueGrid(values=values, transform=UPRIGHT, unit="m", ramp=ramp, scale=scale)
    ax = grid.plot()
    picture = ax.images[0].get_array()
    shares = values[[0, 0, 1], [0, 1, 1]] / 10
    drawn = np.floor(ramp.starts[(shares * 256).astype(int)])
    assert (np.abs(picture[[0, 0, 1], [0, 1, 1], :3].astype(int) - drawn) <= 1).all()
    assert picture[1, 0, 3] == 0
    assert ax.figure.axes[1].get_ylabel() == "m"
    plt.close(ax.figure)
    array = grid.to_xarray()
    assert array.attrs["units"] == "m"
    np.testing.assert_array_equal(array.values, values)
    assert array.x.values[0] == UPRIGHT.c + UPRIGHT.a / 2
