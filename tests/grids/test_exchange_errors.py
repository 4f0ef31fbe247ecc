"""Grids for other programs: unsupported content is refused, and errors name the damaged file."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.crs import CRS

from geoindex import IndexGrid, Palette, open_grid
from geoindex.errors import GeoindexError, GridError, MissingFileError, OutputError
from tests.support.exchange import (
    EXCHANGE,
    READABLE,
    ROTATED,
    SUFFIX,
    UPRIGHT,
    make_grid,
    replace_grid,
)


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


@pytest.mark.parametrize("key", [key for key in READABLE if key != "irap"])
def test_north_up_formats_refuse_rotation(tmp_path: Path, key: str) -> None:
    message = r"cannot hold a rotated grid.* 18\.600 degrees\); write IRAP classic \(\.irap\) or"
    with pytest.raises(OutputError, match=message):
        make_grid(ROTATED).save(tmp_path / "map.grd", format=key)


def test_esri_refuses_cells_that_are_not_square(tmp_path: Path) -> None:
    transform = Affine(5, 0, 1000, 0, -10, 2000)
    with pytest.raises(OutputError, match=r"square cells.* 5 x 10; write Surfer \(\.grd\), ZMAP"):
        make_grid(transform).save(tmp_path / "map.asc")
    for key in (key for key in READABLE if key != "esri"):
        make_grid(transform).save(tmp_path / f"map.{key}", format=key)
        assert open_grid(tmp_path / f"map.{key}").transform == transform
    rounding = Affine(5, 0, 1000, 0, -5.0000000001, 2000)
    make_grid(rounding).save(tmp_path / "map.asc")


@pytest.mark.parametrize("key", ["zmap", "surfer6", "surfer6-binary", "cps3"])
def test_formats_of_limits_refuse_a_single_row(tmp_path: Path, key: str) -> None:
    grid = IndexGrid(
        indices=np.array([[0, 1]], np.uint8),
        palette=Palette([[0, 0, 0], [9, 9, 9]]),
        transform=UPRIGHT,
    )
    with pytest.raises(OutputError, match=r"of one row or column has no .*; write "):
        grid.save(tmp_path / "map", format=key)
    for other in ("esri", "grass", "irap", "surfer7"):
        grid.save(tmp_path / other, format=other)
        np.testing.assert_array_equal(open_grid(tmp_path / other).indices, grid.indices)


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
    sidecar = [f"{path.name}.aux.xml"] if key in ("esri", "grass") else []
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted(
        [path.name, legend.name, "map.prj", *sidecar]
    )
    grid.save(path, format=key, overwrite=True)


def test_a_failed_save_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **options: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("geoindex.grids.exchange.companions.format_legend", fail)
    with pytest.raises(OutputError, match="cannot be written: No space left"):
        make_grid().save(tmp_path / "map.asc")
    assert not list(tmp_path.iterdir())


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
        ("ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize -1\n0 1\n", "make no grid"),
        (
            "ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ndx 0\ndy 1\n0 1\n",
            "cells of 0 x 1 make no",
        ),
        ("ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n0 1e300\n", r"1e\+300 at row 0"),
        ("ncols 2.5\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n0 1\n", "are no grid"),
        (
            "ncols 2\nncols 1\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n0 1\n",
            "the header gives ncols twice",
        ),
        ("ncols 2\n", "cut short in its header"),
    ],
)
def test_damaged_grids_are_named(tmp_path: Path, text: str, message: str) -> None:
    make_grid(n_colors=3).save(tmp_path / "map.asc")
    replace_grid(tmp_path / "map.asc", text.encode())
    with pytest.raises(GridError, match=message):
        open_grid(tmp_path / "map.asc")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no class"),
        ("index,r,g,b,name\n", "holds no class"),
        ("index,r,g,b,name\n1,0,0,0,a\n", "is not one of the 1 classes"),
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
