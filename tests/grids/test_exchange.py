"""Grids for other programs, read back by GDAL and xtgeo, and by geoindex itself."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.crs import CRS

from geoindex import IndexGrid, Palette, Survey, load_palette, open_grid
from geoindex.errors import (
    GeoindexError,
    GridError,
    MissingFileError,
    OptionError,
    OutputError,
)
from geoindex.grids.formats import FORMATS
from tests.support.points import assert_same_points, centers, gdal_points, xtgeo_points

READABLE = ["esri", "irap", "zmap", "surfer6", "surfer7", "cps3"]
EXCHANGE = [*READABLE, "xyz", "dug", "ijxyz"]
SUFFIX = {known.key: known.suffixes[0] for known in FORMATS}

UPRIGHT = Affine(5.0793, 0.0, 3494752.3242, 0.0, -5.0793, 7514558.379)
# A survey: columns run along crosslines, rows along inlines, both to the north-east.
ROTATED = Affine.translation(605000, 6073000) @ Affine.rotation(18.6) @ Affine.scale(12.5, 25.0)


def make_grid(
    transform: Affine | None = UPRIGHT, *, n_colors: int = 40, shape: tuple[int, int] = (23, 17)
) -> IndexGrid:
    """Every row and column differs from its neighbors, so that no turn goes unseen."""
    rng = np.random.default_rng(1)
    palette = Palette(
        rng.integers(0, 256, (n_colors, 3)),
        names=[f'Unit {i}, "é" <&>' for i in range(n_colors)],
    )
    dtype = np.uint8 if n_colors < 256 else np.uint16
    indices = rng.integers(0, n_colors, shape).astype(dtype)
    nodata = int(np.iinfo(dtype).max)
    indices[shape[0] // 3 : shape[0] // 2, 2:5] = nodata
    return IndexGrid(indices=indices, palette=palette, nodata=nodata, transform=transform)


GDAL = {
    "esri": ("AAIGrid", {}),
    "zmap": ("ZMap", {"ZMAP_PIXEL_IS_POINT": "TRUE"}),
    "surfer6": ("GSAG", {}),
    "surfer7": ("GS7BG", {}),
}

TURNS = {
    "image": UPRIGHT,
    "south-up": Affine(5.0, 0, 1000.5, 0, 5.0, 2000.25),
    "mirrored": Affine(-5.0, 0, 1000.5, 0, -5.0, 2000.25),
    "inlines to the east": Affine(0, 5.0, 1000.5, 5.0, 0, 2000.25),
    "inlines to the west": Affine(0, -5.0, 1000.5, 5.0, 0, 2000.25),
    "degrees": Affine(1 / 3600, 0, 24.1, 0, -1 / 3600, 67.9),
}


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("key", GDAL)
def test_gdal_finds_every_class_in_its_place(tmp_path: Path, key: str, turn: str) -> None:
    grid = make_grid(TURNS[turn])
    path = tmp_path / f"map{SUFFIX[key]}"
    grid.save(path, format=key)
    driver, options = GDAL[key]
    tolerance = 0.002 * abs(grid.transform.determinant) ** 0.5
    assert_same_points(gdal_points(path, driver, **options), grid, tolerance)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize(("key", "name"), [("irap", "irap_ascii"), ("zmap", "zmap_ascii")])
def test_xtgeo_finds_every_class_in_its_place(
    tmp_path: Path, key: str, name: str, turn: str
) -> None:
    grid = make_grid(TURNS[turn])
    grid.save(tmp_path / "map.dat", format=key)
    tolerance = 0.002 * abs(grid.transform.determinant) ** 0.5
    assert_same_points(xtgeo_points(tmp_path / "map.dat", name), grid, tolerance)


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
    (tmp_path / "map.irap").write_text(
        " ".join([*words[:9], angle, *words[10:19]]) + "\n" + " ".join(words[19:])
    )
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


def test_gdal_without_its_option_takes_zmap_limits_for_edges(tmp_path: Path) -> None:
    """So the docs say; should GDAL change, they must."""
    grid = make_grid()
    grid.save(tmp_path / "map.zmap")
    with rasterio.open(tmp_path / "map.zmap", driver="ZMap") as source:
        assert source.bounds.left == pytest.approx(UPRIGHT.c + UPRIGHT.a / 2)


def test_esri_grid_is_of_integers_with_nodata(tmp_path: Path) -> None:
    grid = make_grid()
    grid.save(tmp_path / "map.asc")
    with rasterio.open(tmp_path / "map.asc") as source:
        assert source.dtypes == ("int32",)
        assert source.nodata == -9999
        np.testing.assert_array_equal(source.read_masks(1) != 0, grid.valid)


def test_small_grids_to_the_letter(tmp_path: Path) -> None:
    grid = IndexGrid(
        indices=np.array([[0, 1, 2], [255, 1, 0]], np.uint8),
        palette=Palette([[0, 0, 0], [255, 0, 0], [9, 9, 9]], names=["ink", "red, dark", ""]),
        nodata=255,
        transform=Affine(10, 0, 1000, 0, -10, 2020),
    )
    expected = {
        "esri": "ncols 3\nnrows 2\nxllcorner 1000\nyllcorner 2000\ncellsize 10\n"
        "NODATA_value -9999\n0 1 2\n-9999 1 0\n",
        "irap": "-996 2 10 10\n1005 1025 2005 2015\n3 0 1005 2005\n0 0 0 0 0 0 0\n"
        "9999900.0 1.0 0.0\n0.0 1.0 2.0\n",
        "zmap": "! class indices of a map, by geoindex; legend in the .legend.csv beside this "
        "file\n@GRID FILE, GRID, 5\n10, -99999.0, , 1, 1\n2, 3, 1005, 1025, 2005, 2015\n"
        "0.0, 0.0, 0.0\n@\n"
        "       0.0  -99999.0\n       1.0       1.0\n       2.0       0.0\n",
        "surfer6": "DSAA\n3 2\n1005 1025\n2005 2015\n0 2\n1.70141e+38 1 0\n0 1 2\n",
        "cps3": 'FSASCI 0 1 "Computed" 0 1.0E+30\nFSATTR 0 0\nFSLIMI 1005 1025 2005 2015 0 2\n'
        "FSNROW 2 3\nFSXINC 10 10\n->geoindex\n0.0 1.0E+30\n1.0 1.0\n2.0 0.0\n",
        "xyz": "1005.00 2015.00 0\n1015.00 2015.00 1\n1025.00 2015.00 2\n"
        "1015.00 2005.00 1\n1025.00 2005.00 0\n",
    }
    for key, text in expected.items():
        grid.save(tmp_path / key, format=key)
        assert (tmp_path / key).read_bytes().decode() == text
    legend = (tmp_path / "esri.legend.csv").read_text()
    assert legend == 'index,r,g,b,name\n0,0,0,0,ink\n1,255,0,0,"red, dark"\n2,9,9,9,\n'


def test_lines_are_no_longer_than_other_programs_take(tmp_path: Path) -> None:
    grid = make_grid(
        Affine(5.079315496501879, 0, 3494752.324218752, 0, -5.079315496501879, 7514558.379)
    )
    grid.save(tmp_path / "map.zmap")
    lines = (tmp_path / "map.zmap").read_text().splitlines()
    assert max(map(len, lines[1:])) <= 80
    assert_same_points(gdal_points(tmp_path / "map.zmap", "ZMap", ZMAP_PIXEL_IS_POINT="YES"), grid)
    grid.save(tmp_path / "map.irap")
    values = (tmp_path / "map.irap").read_text().splitlines()[4:]
    assert max(len(line.split()) for line in values) <= 9


@pytest.mark.parametrize("key", READABLE)
@pytest.mark.parametrize(
    ("n_colors", "crs"), [(1, None), (2, 2393), (255, 23031), (300, 4326), (65535, None)]
)
def test_round_trip(tmp_path: Path, key: str, n_colors: int, crs: int | None) -> None:
    grid = make_grid(n_colors=n_colors)
    grid = dataclasses.replace(grid, crs=None if crs is None else CRS.from_epsg(crs))
    path = tmp_path / f"map{SUFFIX[key]}"
    grid.save(path, format=key)
    back = open_grid(path)
    np.testing.assert_array_equal(back.indices, grid.indices)
    assert back.indices.dtype == grid.indices.dtype
    assert back.nodata == grid.nodata
    assert back.palette == grid.palette
    assert back.transform == grid.transform
    assert back.crs == grid.crs


def test_class_values_stay_in_the_legend(tmp_path: Path) -> None:
    grid = make_grid(n_colors=2)
    palette = Palette(grid.palette.colors, values=[101, 7])
    dataclasses.replace(grid, palette=palette).save(tmp_path / "map.asc")
    assert open_grid(tmp_path / "map.asc").palette == palette
    with pytest.raises(OutputError, match=r"holds palette rows only; write class values to \.npy"):
        grid.save(tmp_path / "other.asc", values=True)


@given(
    corner=st.tuples(*[st.decimals(-10_000_000, 10_000_000, places=4)] * 2),
    step=st.decimals("0.0001", 5000, places=4),
    shape=st.tuples(*[st.integers(2, 40)] * 2),
)
def test_transform_survives_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory,
    corner: tuple[object, object],
    step: object,
    shape: tuple[int, int],
) -> None:
    transform = Affine(float(step), 0.0, float(corner[0]), 0.0, -float(step), float(corner[1]))
    folder = tmp_path_factory.mktemp("transform")
    grid = IndexGrid(
        indices=np.zeros(shape, np.uint8), palette=Palette([[0, 0, 0]]), transform=transform
    )
    for key in READABLE:
        grid.save(folder / key, format=key)
        assert open_grid(folder / key).transform == transform


def test_legend_is_a_palette_file_and_may_be_sorted(tmp_path: Path) -> None:
    grid = make_grid()
    grid.save(tmp_path / "map.asc")
    legend = tmp_path / "map.asc.legend.csv"
    palette = load_palette(legend)
    np.testing.assert_array_equal(palette.colors, grid.palette.colors)
    assert palette.names == grid.palette.names
    with legend.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    with legend.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([head, *reversed(rows)])
    assert open_grid(tmp_path / "map.asc").palette == grid.palette


@pytest.mark.parametrize("transform", [UPRIGHT, ROTATED, TURNS["degrees"]])
def test_xyz_lists_every_class_in_its_place(tmp_path: Path, transform: Affine) -> None:
    grid = make_grid(transform)
    for suffix in (".xyz", ".xya"):
        path = tmp_path / f"map{suffix}"
        grid.save(path)
        tolerance = 0.001 * abs(transform.determinant) ** 0.5
        assert_same_points(tuple(np.loadtxt(path, unpack=True)), grid, tolerance)
        with pytest.raises(GridError, match=r"text holds points, not a grid; open the \.npy"):
            open_grid(path)


@pytest.mark.parametrize("handed", [1, -1])
def test_lines_and_points_of_a_survey(tmp_path: Path, handed: int) -> None:
    survey = Survey(
        inlines=(1000, 1040, 2),
        crosslines=(-7, 35, 3),
        x=(3491336.248, handed * -3.2, 9.6),
        y=(7497848.4, handed * 9.6, 3.2),
    )
    left, _, right, top = survey.bounds
    grid = make_grid(Affine(4.0, 0, left - 10, 0, -4.0, top + 10), shape=(160, 140))
    grid.indices[70:90, : int((right - left) / 8)] = 255
    on_survey = grid.resample(survey)
    assert 0 < on_survey.valid.mean() < 1
    for suffix in ("ijxyz", "xya"):
        on_survey.save(tmp_path / f"map.{suffix}")
    inline, crossline, x, y, index = np.loadtxt(tmp_path / "map.ijxyz", unpack=True)
    assert_same_points((x, y, index), on_survey)
    expected = survey.xy(inline, crossline)
    np.testing.assert_allclose((x, y), expected, rtol=0, atol=0.01)
    text = (tmp_path / "map.xya").read_text()
    assert text.startswith("# subgrid=il:1000-1040[2]+cl:-7-35[3]\n")
    assert_same_points(tuple(np.loadtxt(tmp_path / "map.xya", unpack=True)), on_survey)
    assert_same_points(xtgeo_points(tmp_path / "map.ijxyz", "ijxyz"), on_survey)


def test_lines_need_a_survey(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"no inlines and crosslines.*resample\(survey\)"):
        make_grid().save(tmp_path / "map.ijxyz")
    survey = Survey(inlines=(1, 4), crosslines=(1, 5), x=(1000, 0, 10), y=(2000, 10, 0))
    on_survey = make_grid(Affine(10, 0, 1000, 0, -10, 2050)).resample(survey)
    moved = dataclasses.replace(on_survey, transform=UPRIGHT)
    with pytest.raises(OutputError, match="no longer lies on its survey"):
        moved.save(tmp_path / "map.ijxyz")
    assert not list(tmp_path.iterdir())


def test_gdal_reads_xyz_as_a_grid(tmp_path: Path) -> None:
    grid = make_grid(Affine(5, 0, 1000, 0, -5, 2000))
    whole = dataclasses.replace(
        grid, indices=np.where(grid.valid, grid.indices, 0).astype(np.uint8)
    )
    whole.save(tmp_path / "map.xyz")
    assert_same_points(gdal_points(tmp_path / "map.xyz", "XYZ"), whole)


@pytest.mark.parametrize("key", EXCHANGE)
def test_refuses_what_has_no_place(tmp_path: Path, key: str) -> None:
    path = tmp_path / f"map{SUFFIX[key]}"
    with pytest.raises(OutputError, match=r"has no georeference; write \.npy, \.tif or \.png"):
        make_grid(None).save(path, format=key)
    gcp = rasterio.control.GroundControlPoint(0, 0, 1, 2)
    controlled = dataclasses.replace(make_grid(None), gcps=(gcp,))
    with pytest.raises(OutputError, match=r"cannot hold ground control points; write \.npy or"):
        controlled.save(path, format=key)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("key", ["esri", "zmap", "surfer6", "surfer7", "cps3"])
def test_north_up_formats_refuse_rotation(tmp_path: Path, key: str) -> None:
    message = r"cannot hold a rotated grid.* 18\.600 degrees\); write IRAP classic \(\.irap\) or"
    with pytest.raises(OutputError, match=message):
        make_grid(ROTATED).save(tmp_path / "map.grd", format=key)


def test_esri_refuses_cells_that_are_not_square(tmp_path: Path) -> None:
    transform = Affine(5, 0, 1000, 0, -10, 2000)
    with pytest.raises(OutputError, match=r"square cells.* 5 x 10; write Surfer \(\.grd\), ZMAP"):
        make_grid(transform).save(tmp_path / "map.asc")
    for key in ("irap", "zmap", "surfer6", "surfer7", "cps3"):
        make_grid(transform).save(tmp_path / f"map.{key}", format=key)
        assert open_grid(tmp_path / f"map.{key}").transform == transform
    rounding = Affine(5, 0, 1000, 0, -5.0000000001, 2000)
    make_grid(rounding).save(tmp_path / "map.asc")


@pytest.mark.parametrize("key", ["zmap", "surfer6", "cps3"])
def test_formats_of_limits_refuse_a_single_row(tmp_path: Path, key: str) -> None:
    grid = IndexGrid(
        indices=np.array([[0, 1]], np.uint8),
        palette=Palette([[0, 0, 0], [9, 9, 9]]),
        transform=UPRIGHT,
    )
    with pytest.raises(OutputError, match=r"of one row or column has no .*; write "):
        grid.save(tmp_path / "map", format=key)
    for other in ("esri", "irap", "surfer7"):
        grid.save(tmp_path / other, format=other)
        np.testing.assert_array_equal(open_grid(tmp_path / other).indices, grid.indices)


def test_a_grid_of_nodata_alone(tmp_path: Path) -> None:
    empty = dataclasses.replace(make_grid(), indices=np.full((4, 3), 255, np.uint8))
    for key in READABLE:
        empty.save(tmp_path / key, format=key)
        assert not open_grid(tmp_path / key).valid.any()
    with pytest.raises(OutputError, match="every pixel is nodata"):
        empty.save(tmp_path / "map.xyz")
    assert not (tmp_path / "map.xyz").exists()


@pytest.mark.parametrize("key", [key for key in EXCHANGE if key != "ijxyz"])
def test_files_that_are_there_are_kept_unless_told(tmp_path: Path, key: str) -> None:
    path = tmp_path / f"map{SUFFIX[key]}"
    legend = tmp_path / f"{path.name}.legend.csv"
    grid = dataclasses.replace(make_grid(), crs=CRS.from_epsg(23031))
    for precious in (path, legend):
        precious.write_text("precious")
        with pytest.raises(OutputError, match=rf"{precious.name}: exists already"):
            grid.save(path, format=key)
        assert [entry.name for entry in tmp_path.iterdir()] == [precious.name]
        precious.unlink()
    grid.save(path, format=key)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted(
        [path.name, legend.name, "map.prj"]
    )
    grid.save(path, format=key, overwrite=True)


def test_crs_beside_a_grid_is_never_that_of_another(tmp_path: Path) -> None:
    grid = make_grid()
    (tmp_path / "map.prj").write_text(CRS.from_epsg(23031).to_wkt())
    with pytest.raises(OutputError, match=r"no CRS, but map\.prj beside it would give it one"):
        grid.save(tmp_path / "map.asc")
    with pytest.raises(OutputError, match=r"map\.prj: exists already"):
        dataclasses.replace(grid, crs=CRS.from_epsg(2393)).save(tmp_path / "map.asc")
    before = (tmp_path / "map.prj").read_bytes()
    dataclasses.replace(grid, crs=CRS.from_epsg(23031)).save(tmp_path / "map.asc")
    assert (tmp_path / "map.prj").read_bytes() == before
    with rasterio.open(tmp_path / "map.asc") as source:
        assert source.crs.to_epsg() == 23031


def test_a_failed_save_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("geoindex.grids.exchange.companions.format_legend", fail)
    with pytest.raises(OutputError, match="cannot be written: No space left"):
        make_grid().save(tmp_path / "map.asc")
    assert not list(tmp_path.iterdir())


def test_formats_are_told_by_their_content(tmp_path: Path) -> None:
    grid = make_grid()
    for key in READABLE:
        grid.save(tmp_path / f"{key}.dat", format=key)
        np.testing.assert_array_equal(open_grid(tmp_path / f"{key}.dat").indices, grid.indices)
    with pytest.raises(OptionError, match=r"unknown grid format 'surfer'; known: npy, geotiff"):
        grid.save(tmp_path / "map.grd", format="surfer")


def test_esri_grids_of_other_programs(tmp_path: Path) -> None:
    make_grid(n_colors=3).save(tmp_path / "map.asc")
    (tmp_path / "map.asc").write_bytes(
        b"NCOLS\t2\r\nNROWS 2\r\nXLLCENTER 1005.0\r\nYLLCENTER 2005\r\nDX 10\r\nDY 20\r\n"
        b"nodata_value -1e0\r\n 0.0 1.00\r\n2 -1\r\n"
    )
    grid = open_grid(tmp_path / "map.asc")
    assert grid.indices.tolist() == [[0, 1], [2, 255]]
    assert grid.transform == Affine(10, 0, 1000, 0, -20, 2035)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ncols 2\nnrows 1\n0 1\n", "the header lacks"),
        ("ncols two\n", "'two' in the header is not a number"),
        ("ncols 2\nnrows 99999999\nxllcorner 0\nyllcorner 0\ncellsize 1\n0 1\n", "too short for"),
        ("ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 1\n0 1      1\n", "3 of the 4"),
        (
            "ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n0 1 1\n",
            "more values than the 2",
        ),
        ("ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n0 sand\n", "is not a number"),
        ("ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n0 7\n", "7 at row 0, column 1"),
        ("ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n0 0.5\n", "0.5 at row 0"),
        ("ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\nnan 1\n", "nan at row 0"),
        ("ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize -1\n0 1\n", "make no grid"),
        ("ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n0 1e300\n", "inf at row 0"),
        ("ncols 2.5\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n0 1\n", "are no grid"),
        ("ncols 2\n", "cut short in its header"),
    ],
)
def test_damaged_grids_are_named(tmp_path: Path, text: str, message: str) -> None:
    make_grid(n_colors=3).save(tmp_path / "map.asc")
    (tmp_path / "map.asc").write_text(text)
    with pytest.raises(GridError, match=message):
        open_grid(tmp_path / "map.asc")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no class with the index 0"),
        ("index,r,g,b,name\n", "no class with the index 0"),
        ("index,r,g,b,name\n1,0,0,0,a\n", "no class with the index 0"),
        ("index,r,g,b,name\n0,0,0,0,a\n0,1,1,1,b\n", "line 3: index 0 is repeated"),
        ("index,r,g,b,name\n0,0,0,red,a\n", "line 2: a class needs whole numbers"),
        ("r,g,b\n0,0,0\n", "line 2: a class needs whole numbers"),
        ("index,r,g,b,name\n0,0,0,256,a\n", "palette row 0"),
        ('index,r,g,b,name\n0,0,0,2,"a\n', "is not a table of classes"),
    ],
)
def test_damaged_legends_are_named(tmp_path: Path, text: str, message: str) -> None:
    make_grid().save(tmp_path / "map.asc")
    (tmp_path / "map.asc.legend.csv").write_text(text)
    with pytest.raises(GridError, match=message):
        open_grid(tmp_path / "map.asc")
    (tmp_path / "map.asc.legend.csv").unlink()
    with pytest.raises(MissingFileError, match=r"its legend map\.asc\.legend\.csv is missing"):
        open_grid(tmp_path / "map.asc")


@pytest.mark.parametrize("key", READABLE)
@given(position=st.integers(0, 10**6), junk=st.binary(min_size=1, max_size=8), cut=st.booleans())
def test_a_damaged_file_is_a_grid_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, key: str, position: int, junk: bytes, cut: bool
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "grid"
    make_grid(shape=(7, 6)).save(path, format=key)
    content = path.read_bytes()
    place = position % len(content)
    path.write_bytes(content[:place] + junk + (b"" if cut else content[place + len(junk) :]))
    with contextlib.suppress(GeoindexError):
        assert open_grid(path).indices.ndim == 2


@pytest.mark.parametrize(
    ("name", "key"), [("a.npy", "geotiff"), ("a.tif", "esri"), ("a", "png"), ("a.asc", "npy")]
)
def test_suffixes_that_mislead(tmp_path: Path, name: str, key: str) -> None:
    with pytest.raises(OutputError, match=r"the suffix of .* is \.\w+.*; rename the file"):
        make_grid().save(tmp_path / name, format=key)
    assert not list(tmp_path.iterdir())
