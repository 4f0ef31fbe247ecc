"""Headers of grids for other programs: what they say of place, nodata and size, to the limit."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from geoindex import open_values
from geoindex.errors import GridError
from tests.support.exchange import assert_same_points, xtgeo_points

VALUES = [[0, 1, np.nan], [2, np.nan, 1]]
PLACE = Affine(10, 0, 1000, 0, -5, 2010)

# The same grid in each format; cells of 10 x 5.
FILES = {
    "esri": b"ncols 3\nnrows 2\nxllcorner 1000\nyllcorner 2000\ndx 10\ndy 5\nNODATA_value -1\n"
    b"0 1 -1\n2 -1 1\n",
    "grass": b"north: 2010\nsouth: 2000\neast: 1030\nwest: 1000\nrows: 2\ncols: 3\n0 1 *\n2 * 1\n",
    "irap": b"-996 2 10 5\n1005 1025 2002.5 2007.5\n3 0 1005 2002.5\n0 0 0 0 0 0 0\n"
    b"2 9999900 1 0 1 1e30\n",
    "zmap": b"! \n@map, GRID, 5\n10, -1, , 1, 1\n2, 3, 1005, 1025, 2002.5, 2007.5\n0, 0, 0\n@\n"
    b"0 2 1 -1 -1 1\n",
    "cps3": b'FSASCI 0 1 "Computed" 0 -1\nFSATTR 0 0\nFSLIMI 1005 1025 2002.5 2007.5 0 2\n'
    b"FSNROW 2 3\nFSXINC 10 5\n->map\n0 2 1 -1 -1 1\n",
    "surfer6": b"DSAA\n3 2\n1005 1025\n2002.5 2007.5\n0 2\n2 1.7e38 1 0 1 1.70141e38\n",
}


def surfer6_binary(
    limits: tuple[float, ...] = (1005, 1025, 2002.5, 2007.5, 0, 2),
    *,
    shape: tuple[int, int] = (2, 3),
    size: int = 24,
) -> bytes:
    """Surfer 6 binary grid, by Golden Software's description."""
    values = np.array([2, 1.70141e38, 1, 0, 1, 1.7e38], "<f4").tobytes()
    return struct.pack("<4shh6d", b"DSBB", *shape[::-1], *limits) + values[:size]


def surfer7(
    place: tuple[float, ...] = (1005, 2002.5, 10, 5),
    *,
    shape: tuple[int, int] = (2, 3),
    blank: float = 1.70141e38,
    sizes: tuple[int, int] = (72, 48),
    size: int = 48,
) -> bytes:
    """Surfer 7 grid, by Golden Software's description."""
    values = np.array([2, 1.70141e38, 1, 0, 1, 1.7e38 if blank > 1.7e38 else blank], "<f8")
    return (
        struct.pack("<4sii", b"DSRB", 4, 2)
        + struct.pack("<4siii8d", b"GRID", sizes[0], *shape, *place, 0, 2, 0, blank)
        + struct.pack("<4si", b"DATA", sizes[1])
        + values.tobytes()[:size]
    )


SAME = [
    *((key, b"", b"") for key in FILES),
    ("esri", b"xllcorner 1000\nyllcorner 2000", b"xllcenter 1005\nyllcenter 2002.5"),
    ("esri", b"-1", b"-9999"),
    ("esri", b"NODATA_value -1\n0 1 -1\n2 -1 1", b"0 1 -9999\n2 -9999 1"),
    ("grass", b"cols: 3", b"cols: 3\nmultiplier: 1"),
    ("grass", b"3\n0 1 *\n2 * 1", b"3\nnull: -1\n0 1 -1\n2 -1 1"),
    ("grass", b"3\n0 1 *\n2 * 1", b"3\nnull: none\n0 1 none\n2 NONE 1"),
    ("grass", b"3\n0 1 *\n2 * 1", b"3\nnull: -1.5\n0 1 -1.50\n2 -15e-1 1"),
    ("irap", b"-996 2 10 5\n1005 1025 2002.5", b"-996 2 10 5\n1005.9 1025 2002.05"),
    ("irap", b"-996 2 10 5\n1005 1025 2002.5", b"-996 2 10 5\n1004.1 1025 2002.95"),
    ("irap", b"3 0", b"3 -720"),
    ("zmap", b"-1, ,", b", -1,"),
    ("zmap", b"-1, , 1, 1", b"-1, "),
    ("zmap", b"10, -1, ", b"+ of old\n!\n10, -1, 7"),
    ("cps3", b"FSXINC 10 5\n", b""),
    ("cps3", b"FSXINC 10 5\n", b"\nFSXINC 10.009 -5.004 7\n"),
    ("cps3", b"FSXINC 10 5\n", b"FSXINC -9.991 4.996\n"),
    ("cps3", b"FSNROW 2 3", b"FSNROW 2 3 7"),
]


@pytest.mark.parametrize(("key", "old", "new"), SAME)
def test_headers_that_say_the_same(tmp_path: Path, key: str, old: bytes, new: bytes) -> None:
    assert old in FILES[key]
    check(tmp_path / "map", FILES[key].replace(old, new))


@pytest.mark.parametrize(
    "content",
    [
        surfer6_binary(),
        surfer6_binary((1005, 1025, 2002.5, 2007.5, np.nan, np.inf)),
        surfer7(),
        surfer7(blank=1e30),
        surfer7(blank=1e300),
    ],
)
def test_binary_headers(tmp_path: Path, content: bytes) -> None:
    check(tmp_path / "map", content)
    check(tmp_path / "longer", content + b"\0")


def check(path: Path, content: bytes) -> None:
    """Check that a file holds the grid."""
    path.write_bytes(content)
    found = open_values(path)
    np.testing.assert_array_equal(found.values, VALUES)
    assert found.transform == PLACE


@pytest.mark.parametrize(
    ("key", "old", "new", "message"),
    [
        ("esri", b"dx 10", b"dx 0", "cells of 0 x 5 make no grid"),
        ("esri", b"dy 5", b"dy 0", "cells of 10 x 0 make no grid"),
        ("esri", b"dx 10", b"dx -0.5", "cells of -0.5 x 5 make no grid"),
        ("esri", b"dy 5", b"dy -0.5", "cells of 10 x -0.5 make no grid"),
        ("esri", b"dy 5", b"dy " + 41 * b"x", f"'{40 * 'x'}' in the header is not a number"),
        ("esri", b"dx 10\ndy 5", b"cellsize 0", "cells of 0 x 0 make no grid"),
        ("esri", b"dy 5", b"cellsize 5", "gives cellsize and dx"),
        ("esri", b"yll", b"yllcenter 1\nyll", "gives yllcorner and yllcenter"),
        ("esri", b"xllcorner", b"xllcenter 1\nxllcorner", "gives xllcorner and xllcenter"),
        ("esri", b"dx 10", b"dx nan", "'nan' in the header is not a number"),
        ("esri", b"ncols 3", b"ncols null", "'null' in the header is not a number"),
        ("esri", b"nrows 2", b"nrows 0", "0 rows and 3 columns in the header"),
        ("esri", b"nrows 2", b"nrows 2.5", "2.5 rows and 3 columns in the header"),
        ("esri", b"ncols 3", b"ncols 0", "2 rows and 0 columns in the header"),
        ("esri", b"ncols 3", b"ncols 0.5", "2 rows and 0.5 columns in the header"),
        ("esri", b"ncols 3\n", b"", "the header lacks ncols"),
        ("esri", b"dy 5\n", b"", "the header lacks dy"),
        ("grass", b"1030", b"1000", "limits 1000 to 1000 and 2000 to 2010 make no grid"),
        ("grass", b"2010", b"2000", "limits 1000 to 1030 and 2000 to 2000 make no grid"),
        ("grass", b"1030", b"999", "limits 1000 to 999 and 2000 to 2010 make no grid"),
        ("grass", b"2010", b"1999", "limits 1000 to 1030 and 2000 to 1999 make no grid"),
        ("grass", b"2010", b"60:" + 50 * b"0", f"north is 60:{37 * '0'} in degrees"),
        ("grass", b"3\n", b"3\nnull: -x\n", "one of the values is not a number"),
        ("irap", b" 10 5", b" 0 5", "steps of 0 and 5 make no grid"),
        ("irap", b" 10 5", b" -0.5 5", "steps of -0.5 and 5 make no grid"),
        ("irap", b" 10 5", b" 10 0", "steps of 10 and 0 make no grid"),
        ("irap", b"\n1005 1025", b"\n1006.1 1025", "first node at 1006.1, 2002.5 and at 1005,"),
        ("irap", b"\n1005 1025", b"\n1003.9 1025", "first node at 1003.9, 2002.5 and at 1005,"),
        ("irap", b"1025 2002.5", b"1025 2003.05", "first node at 1005, 2003.05 and at 1005,"),
        ("irap", b"0 0\n", b"0 0 7\n", "the header holds 20 words, not 19"),
        ("zmap", b"-1, , 1, 1", b"-1", "lacks fields of lines 2 and 3"),
        ("zmap", b", 2007.5", b"", "lacks fields of lines 2 and 3"),
        ("cps3", b" 10 5", b" 10.011 5", "FSXINC has a spacing of 10.011, and .* one of 10"),
        ("cps3", b" 10 5", b" 10 4.994", "FSXINC has a spacing of 4.994, and .* one of 5"),
        ("cps3", b"FSNROW 2 3", b"FSNROW 2", "the header is not that of a CPS-3 grid"),
        ("cps3", b"FSNROW 2 3\n", b"", "the header is not that of a CPS-3 grid"),
        ("cps3", b" 2007.5 0 2", b"", "the header is not that of a CPS-3 grid"),
        *(
            (key, old, new, f"the limits {said} give no spacing")
            for key in ("zmap", "cps3", "surfer6")
            for old, new, said in [
                (b"1025", b"1005", "1005 to 1005 and 2002.5 to 2007.5"),
                (b"2007.5", b"2002.5", "1005 to 1025 and 2002.5 to 2002.5"),
                (b"1025", b"1004.5", "1005 to 1004.5 and 2002.5 to 2007.5"),
                (b"2007.5", b"2002", "1005 to 1025 and 2002.5 to 2002"),
            ]
        ),
        ("zmap", b"\n2, 3", b"\n1, 3", "for 3 x 1 nodes"),
        ("cps3", b"FSNROW 2 3", b"FSNROW 2 1", "for 1 x 2 nodes"),
        ("surfer6", b"3 2\n", b"3 1\n", "for 3 x 1 nodes"),
    ],
)
def test_headers_of_no_grid(
    tmp_path: Path, key: str, old: bytes, new: bytes, message: str
) -> None:
    assert old in FILES[key]
    (tmp_path / "map").write_bytes(FILES[key].replace(old, new))
    with pytest.raises(GridError, match=message):
        open_values(tmp_path / "map")


SHORT = "too short"
NO_NUMBERS = "limits in the header are no numbers"
NO_STEPS = "make no grid"
OTHER_SIZE = "the section DATA has another size"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (surfer6_binary(size=23), SHORT),
        (surfer6_binary(shape=(0, 3)), SHORT),
        (surfer6_binary(shape=(2, 0)), SHORT),
        (surfer6_binary(shape=(-2, -3)), SHORT),
        (surfer6_binary(shape=(1, 3)), "give no spacing for 3 x 1 nodes"),
        *(
            (surfer6_binary((*limits[:place], np.nan, *limits[place + 1 :])), NO_NUMBERS)
            for limits in [(1005, 1025, 2002.5, 2007.5, 0, 2)]
            for place in range(4)
        ),
        (surfer7(size=47), OTHER_SIZE),
        (surfer7(shape=(0, 3), sizes=(72, 0)), OTHER_SIZE),
        (surfer7(shape=(2, 0), sizes=(72, 0)), OTHER_SIZE),
        (surfer7(shape=(-2, -3)), OTHER_SIZE),
        (surfer7(shape=(2, 2)), OTHER_SIZE),
        (surfer7(sizes=(72, 56)), OTHER_SIZE),
        (surfer7(sizes=(72, 40)), OTHER_SIZE),
        (surfer7(sizes=(71, 48)), "section GRID has 71 bytes, not 72"),
        (surfer7(sizes=(80, 48)), "section GRID has 80 bytes, not 72"),
        (surfer7()[:90], "section DATA is missing"),
        (surfer7()[:96], "section DATA is missing"),
        (surfer7()[:18], "section GRID is missing"),
        (surfer7().replace(b"DATA", b"FLTI"), "section DATA is missing"),
        (surfer7((1005, 2002.5, 0, 5)), "steps of 0.0 and 5.0 make no grid"),
        (surfer7((1005, 2002.5, 10, 0)), "steps of 10.0 and 0.0 make no grid"),
        (surfer7((1005, 2002.5, -0.5, 5)), NO_STEPS),
        (surfer7((np.nan, 2002.5, 10, 5)), NO_STEPS),
        (surfer7((1005, np.inf, 10, 5)), NO_STEPS),
        (surfer7((1005, 2002.5, np.inf, 5)), NO_STEPS),
        (surfer7((1005, 2002.5, 10, np.nan)), NO_STEPS),
    ],
)
def test_binary_headers_of_no_grid(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "map").write_bytes(content)
    with pytest.raises(GridError, match=message):
        open_values(tmp_path / "map")


@pytest.mark.parametrize("steps", ["10 5", "0.5 0.25", "0.5 -0.25", "1 1", "1 -1", "7 -20"])
@pytest.mark.parametrize("angle", ["0", "30", "-100.5", "180"])
def test_xtgeo_finds_the_nodes_of_irap_headers(tmp_path: Path, steps: str, angle: str) -> None:
    content = FILES["irap"].replace(b"10 5", steps.encode())
    content = content.replace(b"3 0 ", f"3 {angle} ".encode())
    (tmp_path / "map").write_bytes(content)
    found = open_values(tmp_path / "map")
    assert_same_points(xtgeo_points(tmp_path / "map", "irap_ascii"), found)
    # From north to south, whichever way the file runs.
    assert angle != "0" or found.transform.e < 0
