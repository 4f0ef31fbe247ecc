"""Grids for other programs, read back by GDAL, xtgeo and geoindex."""

from __future__ import annotations

import csv
import dataclasses
import zlib
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS

from geoindex import IndexGrid, Palette, load_palette, open_grid
from geoindex.errors import OptionError, OutputError
from tests.support.exchange import (
    READABLE,
    SUFFIX,
    TURNS,
    UPRIGHT,
    assert_same,
    assert_same_points,
    gdal_points,
    make_grid,
    replace_grid,
    xtgeo_points,
)

GDAL = {
    "esri": ("AAIGrid", {}),
    "grass": ("GRASSASCIIGrid", {}),
    "zmap": ("ZMap", {"ZMAP_PIXEL_IS_POINT": "TRUE"}),
    "surfer6": ("GSAG", {}),
    "surfer6-binary": ("GSBG", {}),
    "surfer7": ("GS7BG", {}),
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


def test_gdal_without_its_option_takes_zmap_limits_for_edges(tmp_path: Path) -> None:
    """The docs say so; if GDAL changes, so must they."""
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
    checksum = f"crc32:{zlib.crc32(expected['esri'].encode()):08x}"
    assert legend == (
        f'index,r,g,b,name,checksum\n0,0,0,0,ink,{checksum}\n1,255,0,0,"red, dark",{checksum}\n'
        f"2,9,9,9,,{checksum}\n"
    )


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
@pytest.mark.parametrize(("n_colors", "crs"), [(1, None), (2, 2393), (255, 23031), (300, 4326)])
def test_round_trip(tmp_path: Path, key: str, n_colors: int, crs: int | None) -> None:
    grid = make_grid(n_colors=n_colors)
    grid = dataclasses.replace(grid, crs=None if crs is None else CRS.from_epsg(crs))
    path = tmp_path / f"map{SUFFIX[key]}"
    grid.save(path, format=key)
    assert_same(open_grid(path), grid, provenance=False)


@pytest.mark.parametrize("key", READABLE)
def test_the_largest_numbers(tmp_path: Path, key: str) -> None:
    """As class values of a few classes; a legend of 65,535 takes seconds, and is one code."""
    grid = make_grid(n_colors=300)
    values = [*range(0, 219 * 299, 219), 65534]
    grid = dataclasses.replace(grid, palette=grid.palette.replace(values=values))
    path = tmp_path / f"map{SUFFIX[key]}"
    grid.save(path, format=key, values=True)
    assert_same(open_grid(path), grid, provenance=False)


def test_the_largest_palette(tmp_path: Path) -> None:
    grid = make_grid(n_colors=65535)
    grid.save(tmp_path / "map.zmap")
    assert_same(open_grid(tmp_path / "map.zmap"), grid, provenance=False)


def test_class_values_stay_in_the_legend(tmp_path: Path) -> None:
    grid = make_grid(n_colors=2)
    palette = Palette(grid.palette.colors, values=[101, 7])
    dataclasses.replace(grid, palette=palette).save(tmp_path / "map.asc")
    assert open_grid(tmp_path / "map.asc").palette == palette


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


def test_a_grid_of_nodata_alone(tmp_path: Path) -> None:
    empty = dataclasses.replace(make_grid(), indices=np.full((4, 3), 255, np.uint8))
    for key in READABLE:
        empty.save(tmp_path / key, format=key)
        assert not open_grid(tmp_path / key).valid.any()
    with pytest.raises(OutputError, match="every pixel is nodata"):
        empty.save(tmp_path / "map.xyz")
    assert not (tmp_path / "map.xyz").exists()


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


def test_formats_are_told_by_their_content(tmp_path: Path) -> None:
    grid = make_grid()
    for key in READABLE:
        grid.save(tmp_path / f"{key}.dat", format=key)
        np.testing.assert_array_equal(open_grid(tmp_path / f"{key}.dat").indices, grid.indices)
    with pytest.raises(OptionError, match=r"unknown grid format 'surfer'; known: npy, geotiff"):
        grid.save(tmp_path / "map.grd", format="surfer")


def test_esri_grids_of_other_programs(tmp_path: Path) -> None:
    make_grid(n_colors=3).save(tmp_path / "map.asc")
    replace_grid(
        tmp_path / "map.asc",
        b"NCOLS\t2\r\nNROWS 2\r\nXLLCENTER 1005.0\r\nYLLCENTER 2005\r\nDX 10\r\nDY 20\r\n"
        b"nodata_value -1e0\r\n 0.0 1.00\r\n2 -1\r\n",
    )
    grid = open_grid(tmp_path / "map.asc")
    assert grid.indices.tolist() == [[0, 1], [2, 255]]
    assert grid.transform == Affine(10, 0, 1000, 0, -20, 2035)
