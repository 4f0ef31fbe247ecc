"""Class values in grids for other programs, and grids edited in place."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from geoindex import IndexGrid, Palette, load_palette, open_grid
from geoindex.errors import OutputError
from tests.support.command_line import invoke, printed

PLACE = Affine(10, 0, 500, 0, -10, 700)

INDICES = np.array([[0, 1, 2], [3, 2, 255]], np.uint8)

VALUES = (-5, 205, 307, 70_000)

WRITTEN = [[-5, 205, 307], [70_000, 307, None]]
"""Class value of each cell, None for nodata."""


def make_grid(values: tuple[int, ...] | None = VALUES) -> IndexGrid:
    """A small grid of four classes."""
    palette = Palette(
        [[200, 0, 0], [0, 200, 0], [0, 0, 200], [90, 90, 90]],
        names=["Till", "Clay", "Sand", "Faults"],
        values=values,
        roles=["", "", "", "ink"],
    )
    return IndexGrid(indices=INDICES, palette=palette, nodata=255, transform=PLACE)


@pytest.mark.parametrize("key", ["esri", "zmap", "surfer6", "surfer7"])
def test_gdal_reads_the_values(tmp_path: Path, key: str) -> None:
    drivers = {"esri": "AAIGrid", "zmap": "ZMap", "surfer6": "GSAG", "surfer7": "GS7BG"}
    make_grid().save(tmp_path / "map", format=key, values=True)
    with rasterio.open(tmp_path / "map", driver=drivers[key]) as file:
        found = file.read(1, masked=True)
    if key.startswith("surfer"):
        found = np.ma.masked_where(found.data > 1e38, found)
    assert found.tolist() == WRITTEN


@pytest.mark.parametrize("values", [(-5, 0, 1, 2), VALUES, (7, 8, 9, 2_000_000_000)])
def test_geotiff_of_values_beyond_16_bits(tmp_path: Path, values: tuple[int, ...]) -> None:
    grid = make_grid(values)
    grid.save(tmp_path / "map.tif", values=True)
    with rasterio.open(tmp_path / "map.tif") as file:
        assert file.dtypes == ("int32",)
        found = file.read(1, masked=True)
    right = [[None if row == 255 else values[row] for row in line] for line in INDICES.tolist()]
    assert found.tolist() == right
    back = open_grid(tmp_path / "map.tif")
    assert back.indices.tolist() == INDICES.tolist()
    assert back.palette == grid.palette
    assert load_palette(tmp_path / "map.tif") == grid.palette
    assert "index grid" in printed("info", tmp_path / "map.tif")


@pytest.mark.parametrize("key", ["esri", "zmap", "surfer6", "surfer7", "irap", "cps3"])
def test_values_come_back(tmp_path: Path, key: str) -> None:
    grid = make_grid()
    grid.save(tmp_path / "map", format=key, values=True)
    back = open_grid(tmp_path / "map")
    assert back.indices.tolist() == INDICES.tolist()
    assert back.palette == grid.palette
    legend = load_palette(tmp_path / "map.legend.csv")
    assert (legend.names, legend.values) == (grid.palette.names, VALUES)


def test_points_hold_values(tmp_path: Path) -> None:
    make_grid().save(tmp_path / "map.xyz", values=True)
    points = np.loadtxt(tmp_path / "map.xyz")
    found = {(x, y): value for x, y, value in points.tolist()}
    right = {
        (505.0 + 10 * col, 695.0 - 10 * row): value
        for row, values in enumerate(WRITTEN)
        for col, value in enumerate(values)
        if value is not None
    }
    assert found == right


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("esri", -9999, "an ESRI ASCII grid cannot hold the class value -9999, which stands for"),
        ("zmap", -99999, "class value -99999, which stands for nodata there"),
        ("zmap", 1_000_000, "class value 1000000, which is beyond 999,999"),
        ("irap", 9_999_900, "class value 9999900, which is beyond 9,999,899"),
        ("cps3", 2**24 + 1, "class value 16777217, which is beyond 16,777,216"),
        ("horizon", 7, "a horizon holds row numbers"),
    ],
)
def test_values_that_a_format_cannot_hold(
    tmp_path: Path, key: str, value: int, message: str
) -> None:
    grid = make_grid((1, 2, 3, value))
    with pytest.raises(OutputError, match=re.escape(message)):
        grid.save(tmp_path / "map", format=key, values=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("values", [False, True])
@pytest.mark.parametrize("name", ["map.npy", "map.tif", "map.png", "map.asc", "map.dat"])
def test_edit_keeps_all_else(tmp_path: Path, name: str, values: bool) -> None:
    grid = make_grid((101, 205, 207, 209))
    path = tmp_path / name
    grid.save(path, values=values, format="zmap" if name == "map.dat" else None)
    before = path.read_bytes()
    refused = invoke("edit", path, "--rename", "0=Moraine")
    assert "give -o DST, or --overwrite" in str(refused.exception)
    options = ["--rename", "Till=Moraine", "--rename", "3=Contacts", "--merge", "Sand=205"]
    assert "2 renamed, 1 merged (2 px of 6)" in printed("edit", path, *options, "--overwrite")
    edited = open_grid(path)
    assert edited.indices.tolist() == [[0, 1, 1], [3, 1, 255]]
    assert edited.palette.names == ("Moraine", "Clay", "Sand", "Contacts")
    assert edited.palette.values == (101, 205, 207, 209)
    assert edited.palette.roles == grid.palette.roles
    assert edited.transform == PLACE
    copy = tmp_path / "copy" / name
    copy.parent.mkdir()
    grid.merge({2: 1}).save(copy, values=values, format="zmap" if name == "map.dat" else None)
    if name in ("map.asc", "map.dat"):
        assert path.read_bytes() == copy.read_bytes() != before


def test_edit_keeps_a_cog(tmp_path: Path) -> None:
    from geoindex import convert
    from tests.support.pictures import save_tiff

    save_tiff(tmp_path / "image.tif", make_grid().to_rgb())
    convert(tmp_path / "image.tif", tmp_path / "map.tif", make_grid().palette, cog=True)
    printed("edit", tmp_path / "map.tif", "--rename", "1=Loam", "-o", tmp_path / "new.tif")
    with rasterio.open(tmp_path / "new.tif") as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    old, new = open_grid(tmp_path / "map.tif"), open_grid(tmp_path / "new.tif")
    np.testing.assert_array_equal(new.indices, old.indices)
    assert new.provenance == old.provenance


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--merge", "9=0"], "no class has the row 9; the rows are 0 to 3"),
        (["--rename", "Sant=x"], "no class has the name 'Sant'; did you mean 'Sand'?"),
        (
            ["--by", "row", "--merge", "1=2", "--merge", "2=1"],
            "class 1 would be merged into itself",
        ),
        (["--by", "row", "--merge", "0=1", "--merge", "Till=2"], "a class is given twice"),
        (["--rename", "2=x"], "2 could be the row, the class value or the name of several"),
        (["--by", "value", "--rename", "0=x"], "no class has the value 0"),
        ([], "nothing to do; give --rename or --merge"),
        (["--rename", "Till"], "'Till' is not CLASS=NAME"),
    ],
)
def test_refused_edits_of_files(tmp_path: Path, options: list[str], message: str) -> None:
    make_grid((1, 2, 3, 4)).save(tmp_path / "map.npy")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    result = invoke("edit", tmp_path / "map.npy", *options, "--overwrite")
    assert result.exit_code != 0
    assert message in f"{result.exception} {result.output}"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_numbers_that_are_rows_and_values(tmp_path: Path) -> None:
    make_grid((1, 2, 3, 4)).save(tmp_path / "map.npy")
    for by, name in (("row", "Sand"), ("value", "Clay")):
        target = tmp_path / f"{by}.npy"
        printed("edit", tmp_path / "map.npy", "--by", by, "--rename", "2=new", "-o", target)
        old, new = make_grid().palette.names, open_grid(target).palette.names
        assert old is not None
        assert new is not None
        assert old[new.index("new")] == name
