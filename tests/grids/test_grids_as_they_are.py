"""Grids of numbers as other programs write them, with their legends beside them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from geoindex import IndexGrid, Palette, open_grid
from geoindex.errors import GridError
from tests.support.exchange import replace_grid

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

CELLS = [[0, 1, 255], [2, 255, 1]]
PLACE = Affine(10, 0, 1000, 0, -10, 2020)

ESRI = "ncols 3\nnrows 2\nxllcorner 1000\nyllcorner 2000\ncellsize 10\n"
GRASS = "north: 2020\nsouth: 2000\neast: 1030\nwest: 1000\nrows: 2\ncols: 3\n"
SURFER = struct.pack("<4shh6d", b"DSBB", 3, 2, 1005, 1025, 2005, 2015, 0, 2)
BLANK = 1.701410009187828e38

# With the driver of GDAL that reads the same values, or None where it does not.
FILES: dict[str, tuple[str, bytes, str | None]] = {
    "null": (".asc", f"{ESRI}NODATA_value null\n0 1 null\n2 null 1\n".encode(), "AAIGrid"),
    "null and NaN": (".asc", f"{ESRI}NODATA_value null\n0 1 nan\n2 NaN 1\n".encode(), "AAIGrid"),
    "nodata nan": (".asc", f"{ESRI}NODATA_value nan\n0 1 nan\n2 nan 1\n".encode(), "AAIGrid"),
    "nan beside nodata": (".asc", f"{ESRI}NODATA_value -1\n0 1 nan\n2 -1 1\n".encode(), None),
    "decimal commas": (
        ".asc",
        b"ncols 3\nnrows 2\nxllcorner 1000,0\nyllcorner 2000,0\ncellsize 10,0\n"
        b"NODATA_value -9999,0\n0,0 1,0 -9999,0\n2,0 -9999,0 1,0\n",
        "AAIGrid",
    ),
    "byte order mark": (
        ".asc",
        b"\xef\xbb\xbf" + f"{ESRI}NODATA_value -9\n0 1 -9\n2 -9 1\n".encode(),
        None,
    ),
    "GRASS": (".asc", f"{GRASS}0 1 *\n2 * 1\n".encode(), None),
    "GRASS with null": (
        ".txt",
        f"{GRASS}null: -1\ntype: int\n0 1 -1\n2 -1 1\n".encode(),
        "GRASSASCIIGrid",
    ),
    "GRASS with a factor": (
        ".asc",
        f"{GRASS}type: float\nmultiplier: 0.5\n0 2 *\n4.0 * 2\n".encode(),
        None,
    ),
    "GRASS in another order": (
        ".asc",
        b"rows: 2\ncols: 3\nwest: 1000\neast: 1030\nsouth: 2000\nnorth: 2020\n0 1 *\n2 * 1\n",
        None,
    ),
    "Surfer 6 binary": (
        ".grd",
        SURFER + np.array([2, BLANK, 1, 0, 1, BLANK], "<f4").tobytes(),
        "GSBG",
    ),
    "Surfer 6 text": (
        ".grd",
        b"DSAA\r\n3 2\r\n1005 1025\r\n2005 2015\r\n0 2\r\n2 1.70141e+38 1\r\n\r\n"
        b"0 1 1.70141E+038\r\n",
        "GSAG",
    ),
    "Surfer 6 text with decimal commas": (
        ".grd",
        b"DSAA\n3 2\n1005,0 1025,0\n2005,0 2015,0\n0,0 2,0\n2,0 1,70141e+38 1,0\n0,0 1,0 nan\n",
        None,
    ),
}


@pytest.mark.parametrize("key", FILES)
def test_values_place_and_nodata(tmp_path: Path, key: str) -> None:
    suffix, content, driver = FILES[key]
    path = tmp_path / f"map{suffix}"
    palette = Palette(["red", "green", "blue"], names=["Till", "Clay", "Lake"])
    grid = IndexGrid(
        indices=np.array(CELLS, np.uint8), palette=palette, nodata=255, transform=PLACE
    )
    grid.save(path, format="esri")
    replace_grid(path, content)
    found = open_grid(path)
    np.testing.assert_array_equal(found.indices, CELLS)
    assert found.transform == PLACE
    assert found.palette.names == palette.names
    if driver is not None:
        with rasterio.open(path, driver=driver) as source:
            values = np.ma.masked_invalid(source.read(1, masked=True))
            assert values.filled(255).tolist() == CELLS
            assert source.transform.almost_equals(PLACE)


def test_nodata_of_grass_is_read_by_gdal(tmp_path: Path) -> None:
    grid = IndexGrid(
        indices=np.array(CELLS, np.uint8),
        palette=Palette(["red", "green", "blue"]),
        nodata=255,
        transform=PLACE,
    )
    grid.save(tmp_path / "map.asc", format="grass", nodata=-1)
    with rasterio.open(tmp_path / "map.asc", driver="GRASSASCIIGrid") as source:
        assert source.read(1, masked=True).filled(255).tolist() == CELLS
        assert source.transform == PLACE
    np.testing.assert_array_equal(open_grid(tmp_path / "map.asc").indices, CELLS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{ESRI}0 1 *\n2 * 1\n".encode(), "one of the values is not a number"),
        (f"{ESRI}NODATA_value none\n0 1 2\n0 0 0\n".encode(), "'none' in the header is not"),
        (
            GRASS.replace("2020", "60:30N").encode() + b"0 1 *\n2 * 1\n",
            "is 60:30N in degrees",
        ),
        (f"{GRASS}north: 1\n0 1 *\n2 * 1\n".encode(), "the header gives north twice"),
        (GRASS.replace("rows: 2\n", "").encode() + b"0 1 *\n", "the header lacks rows"),
        (
            GRASS.replace("2020", "1020").encode() + b"0 1 *\n2 * 1\n",
            "limits 1000 to 1030 and",
        ),
        (SURFER, "the file is too short for the 2 x 3 values of its header"),
        (SURFER[:20], "is cut short in its header"),
        (
            SURFER.replace(struct.pack("<d", 1025), struct.pack("<d", np.nan)),
            "too short",
        ),
    ],
)
def test_refuses_what_is_damaged(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "map.asc"
    path.write_bytes(content)
    (tmp_path / "map.asc.legend.csv").write_text("index,r,g,b,name\n0,1,2,3,a\n")
    with pytest.raises(GridError, match=message):
        open_grid(path)
