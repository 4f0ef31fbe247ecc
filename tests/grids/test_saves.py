"""Saves that are stopped, that fail, that race, and what lies beside them."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS

from geoindex import IndexGrid, open_grid
from geoindex.errors import GeoindexWarning, GridError, OutputError
from geoindex.files.locks import give_back, hold_folder
from geoindex.grids.formats import grid_format_of
from geoindex.grids.headers import GridHeader
from tests.support.command_line import environment
from tests.support.exchange import replace_grid
from tests.support.saves import NEWS, OLD

ROTATED_POLE = "+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=39.25 +lon_0=18 +R=6371229"

DERIVED = (
    'DERIVEDPROJCRS["shifted",BASEPROJCRS["UTM zone 35N",BASEGEOGCRS["WGS 84",'
    'DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.257223563]]],'
    'CONVERSION["UTM zone 35N",METHOD["Transverse Mercator",ID["EPSG",9807]],'
    'PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433]],'
    'PARAMETER["Longitude of natural origin",27,ANGLEUNIT["degree",0.0174532925199433]],'
    'PARAMETER["Scale factor at natural origin",0.9996,SCALEUNIT["unity",1]],'
    'PARAMETER["False easting",500000,LENGTHUNIT["metre",1]],'
    'PARAMETER["False northing",0,LENGTHUNIT["metre",1]]]],'
    'DERIVINGCONVERSION["shift",METHOD["Affine parametric transformation",ID["EPSG",9624]],'
    'PARAMETER["A0",-1,LENGTHUNIT["metre",1]],PARAMETER["A1",1,SCALEUNIT["coefficient",1]],'
    'PARAMETER["A2",0,SCALEUNIT["coefficient",1]],PARAMETER["B0",5,LENGTHUNIT["metre",1]],'
    'PARAMETER["B1",0,SCALEUNIT["coefficient",1]],PARAMETER["B2",1,SCALEUNIT["coefficient",1]]],'
    'CS[Cartesian,2],AXIS["(E)",east],AXIS["(N)",north],LENGTHUNIT["metre",1]]'
)

CRSS = {
    "rotated pole": ROTATED_POLE,
    "derived projected": DERIVED,
    "projected 3-D": "+proj=utm +zone=35 +datum=WGS84 +vunits=m +type=crs",
    "with a geoid": "+proj=utm +zone=35 +datum=WGS84 +geoidgrids=x +vunits=m +type=crs",
    "geographic 3-D": "EPSG:4979",
    "tilted perspective": "+proj=tpers +h=5500000 +lat_0=40 +type=crs",
    "with a datum shift": "+proj=lcc +lat_1=20 +lat_2=40 +ellps=bessel +towgs84=1,2,3,4,5,6,7",
    "registered": "EPSG:2393",
}

WHAT_GDAL_READS = """
import sys
import rasterio
from rasterio.crs import CRS
for path, crs in zip(sys.argv[1::2], sys.argv[2::2]):
    with rasterio.open(path) as source:
        print(source.crs == CRS.from_user_input(crs), source.transform.to_gdal())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.parametrize("kind", ["kill", "fail", "limit", "race"])
def test_a_save_is_whole_or_nothing(kind: str) -> None:
    """At every call that changes a file; the states are checked in the other process."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.support.saves", kind],
        capture_output=True,
        text=True,
        check=False,
        env=environment() | {"PYTHONPATH": os.pathsep.join([*sys.path, str(Path.cwd())])},
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", ["map.tif", "map.png", "map.asc", "cog.tif", "map.npy"])
def test_every_crs_comes_back(tmp_path: Path, name: str) -> None:
    paths = {tmp_path / f"{number}{name}": crs for number, crs in enumerate(CRSS.values())}
    for path, crs in paths.items():
        grid = dataclasses.replace(OLD, crs=CRS.from_user_input(crs))
        header = dataclasses.replace(GridHeader.of(grid), cog=name == "cog.tif")
        with grid_format_of(path).open(path, header, overwrite=False) as writer:
            writer.write(grid.indices, (slice(0, 12), slice(0, 9)))
        found = open_grid(path)
        assert (found.crs, found.transform) == (grid.crs, grid.transform), crs
    assert not list(tmp_path.glob(".*"))
    # GDAL takes no WKT 2 from a .prj, and .npy is ours.
    if Path(name).suffix not in (".tif", ".png"):
        return
    pairs = [str(part) for pair in paths.items() for part in pair]
    result = subprocess.run(
        [sys.executable, "-c", WHAT_GDAL_READS, *pairs], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines() == [f"True {OLD.transform.to_gdal()}"] * len(paths)
    # The file alone holds its place, too.
    for path, crs in paths.items():
        path.rename(tmp_path / f"alone{path.suffix}")
        alone = open_grid(tmp_path / f"alone{path.suffix}")
        assert (alone.crs, alone.transform) == (CRS.from_user_input(crs), OLD.transform), crs


@pytest.mark.parametrize("suffix", [".tif", ".png", ".npy"])
def test_an_identity_transform_comes_back(tmp_path: Path, suffix: str) -> None:
    grid = dataclasses.replace(OLD, transform=Affine.identity(), crs=None)
    grid.save(tmp_path / f"map{suffix}")
    assert open_grid(tmp_path / f"map{suffix}").transform == Affine.identity()


@pytest.mark.parametrize(
    ("suffix", "name"),
    [
        (".tif", "map.wld"),
        (".tif", "map.TFW"),
        (".tif", "map.tifw"),
        (".tif", "map.tab"),
        (".png", "map.wld"),
        (".png", "map.PNGW"),
        (".png", "map.pngw"),
    ],
)
def test_a_place_of_another_image_is_refused(tmp_path: Path, name: str, suffix: str) -> None:
    """GDAL and geoindex would read these with a grid of this name."""
    unplaced = dataclasses.replace(OLD, transform=None, crs=None)
    stranger = tmp_path / name
    stranger.write_text("5\n0\n0\n-5\n100\n900\n")
    for overwrite in (False, True):
        with pytest.raises(OutputError, match=rf"no transform, but {name} beside it would give"):
            unplaced.save(tmp_path / f"map{suffix}", overwrite=overwrite)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    # A grid with a place of its own has nothing to fear.
    OLD.save(tmp_path / f"map{suffix}")
    assert open_grid(tmp_path / f"map{suffix}").transform == OLD.transform


@pytest.mark.parametrize("suffix", [".tif", ".png", ".asc"])
def test_a_crs_of_another_image_is_refused(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "map.prj").write_text(CRS.from_epsg(3067).to_wkt())
    with pytest.raises(OutputError, match=r"no CRS, but map\.prj beside it would give it one"):
        dataclasses.replace(OLD, crs=None).save(tmp_path / f"map{suffix}")


@pytest.mark.parametrize("suffix", [".tif", ".png", ".asc"])
@pytest.mark.parametrize("companion", [".aux.xml", ".ovr", ".msk"])
def test_what_gdal_reads_beside_a_grid(tmp_path: Path, suffix: str, companion: str) -> None:
    path, stranger = tmp_path / f"map{suffix}", tmp_path / f"map{suffix}{companion}"
    stranger.write_text("<PAMDataset><SRS>EPSG:32635</SRS></PAMDataset>")
    before = stranger.read_bytes()
    with pytest.raises(OutputError, match=rf"{stranger.name}: exists already"):
        OLD.save(path)
    assert (stranger.read_bytes(), path.exists()) == (before, False)
    OLD.save(path, overwrite=True)
    assert not stranger.exists() or stranger.read_bytes() != before
    with rasterio.open(path) as source:
        assert source.crs == OLD.crs


def test_a_png_keeps_its_place_whatever_lies_beside_it(tmp_path: Path) -> None:
    OLD.save(tmp_path / "map.png")
    (tmp_path / "map.png.aux.xml").unlink()
    (tmp_path / "map.pgw").write_text("5\n0\n0\n-5\n100\n900\n")
    with pytest.warns(GeoindexWarning, match=r"map\.png: the files beside it give it another"):
        assert open_grid(tmp_path / "map.png").transform == OLD.transform


@pytest.mark.parametrize("number", [0, 1], ids=["other cells", "same cells"])
@pytest.mark.parametrize("suffix", [".asc", ".prj", ".asc.legend.csv"])
def test_a_mixture_is_refused(tmp_path: Path, suffix: str, number: int) -> None:
    """One file of another set."""
    other = tmp_path / "other"
    other.mkdir()
    OLD.save(tmp_path / "map.asc")
    NEWS[number].save(other / "map.asc")
    is_same = (other / f"map{suffix}").read_bytes() == (tmp_path / f"map{suffix}").read_bytes()
    assert is_same == (suffix == ".asc" and number == 1)
    (other / f"map{suffix}").replace(tmp_path / f"map{suffix}")
    if not is_same:
        with pytest.raises(GridError, match="beside it was written with another grid"):
            open_grid(tmp_path / "map.asc")


def test_a_legend_without_its_checksum_is_taken(tmp_path: Path) -> None:
    OLD.save(tmp_path / "map.asc")
    (tmp_path / "map.prj").write_text(CRS.from_epsg(2393).to_wkt())
    replace_grid(tmp_path / "map.asc", (tmp_path / "map.asc").read_bytes())
    np.testing.assert_array_equal(open_grid(tmp_path / "map.asc").indices, OLD.indices)


def test_ends_of_lines_do_not_matter(tmp_path: Path) -> None:
    OLD.save(tmp_path / "map.asc")
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    np.testing.assert_array_equal(open_grid(tmp_path / "map.asc").indices, OLD.indices)


def test_leftovers_of_the_dead_are_removed_and_those_of_the_living_kept(tmp_path: Path) -> None:
    dead, alive = tmp_path / ".map.png.part", tmp_path / ".map.png.1.part"
    more = tmp_path / ".map.png.2.part"
    for folder in (dead, alive, more):
        folder.mkdir()
        (folder / "0").write_text("half")
    lock = hold_folder(alive)
    assert lock is not None
    OLD.save(tmp_path / "map.png")
    assert sorted(tmp_path.glob(".*")) == [alive]
    give_back(lock)
    OLD.save(tmp_path / "map.png", overwrite=True)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("length", [235, 242, 243, 251, 255])
@pytest.mark.parametrize("suffix", [".tif", ".png", ".asc", ".npy"])
def test_long_names(tmp_path: Path, suffix: str, length: int) -> None:
    name = "é" * ((length - len(suffix)) // 2) + suffix
    path = tmp_path / (name if len(name.encode()) == length else f"x{name}")
    assert len(os.fsencode(path.name)) == length
    longest = {".asc": 11, ".npy": 5}.get(suffix, 8)
    if length + longest > 255:
        with pytest.raises(OutputError, match="File name too long"):
            OLD.save(path)
        assert not list(tmp_path.iterdir())
    else:
        OLD.save(path)
        assert_same_cells(open_grid(path))


def assert_same_cells(found: IndexGrid) -> None:
    np.testing.assert_array_equal(found.indices, OLD.indices)
