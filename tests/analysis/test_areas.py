"""Areas of classes: on the plane, on the ellipsoid, by zones."""

from __future__ import annotations

import csv
import json

import numpy as np
import pyproj
import pytest
from affine import Affine
from rasterio.crs import CRS

from geoindex import IndexGrid, Palette, open_grid
from geoindex.errors import GridError, OutputError
from tests.support.command_line import invoke

PALETTE = Palette(["tan", "khaki", "gray"], names=["Till", "Clay", "Rock"])


def make_grid(shape=(40, 30), *, crs=None, transform=None, seed=1, **options):
    rng = np.random.default_rng(seed)
    indices = rng.integers(0, 4, shape).astype(np.uint8)
    indices[indices == 3] = 255
    return IndexGrid(
        indices=indices,
        palette=PALETTE,
        nodata=255,
        crs=None if crs is None else CRS.from_user_input(crs),
        transform=transform,
        **options,
    )


@pytest.mark.parametrize(
    ("crs", "meters"),
    [("EPSG:3067", 1.0), ("EPSG:2263", 1200 / 3937), ("EPSG:2222", 0.3048)],
    ids=["meters", "US survey feet", "international feet"],
)
def test_a_projected_grid_counts_its_pixels(crs, meters):
    rotated = Affine.translation(4e5, 6e6) @ Affine.rotation(30) @ Affine.scale(12.5, -20)
    grid = make_grid(crs=crs, transform=rotated)
    table = grid.areas()
    pixel = 12.5 * 20 * meters**2 / 1e6
    expected = {PALETTE.names[row]: (grid.indices == row).sum() * pixel for row in range(3)}
    assert {row["name"]: row["km2"] for row in table.rows()} == pytest.approx(expected, rel=1e-12)
    assert table.nodata_pixels.tolist() == [(grid.indices == 255).sum()]
    assert sum(row["share"] for row in table.rows()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("crs", "ellipsoid"),
    [("EPSG:4326", "WGS84"), ("EPSG:4277", "airy"), ("EPSG:4807", "clrk80ign")],
)
@pytest.mark.parametrize("top", [89.9, 62.0, 3.0, -70.0])
def test_a_geographic_grid_is_measured_on_the_ellipsoid(crs, ellipsoid, top):
    """Against PROJ's geodesics around each class, with a point every hundredth of a pixel."""
    system = CRS.from_user_input(crs)
    per_unit = np.degrees(system.units_factor[1])  # grads, in France
    size = 0.5 / per_unit
    transform = Affine(size, 0, 10 / per_unit, 0, -size / 5, top / per_unit)
    grid = make_grid((40, 3), crs=crs, transform=transform)
    geod = pyproj.Geod(ellps=ellipsoid)
    along = np.linspace(0, 0.5, 101)
    expected = np.zeros(3)
    for row, line in enumerate(np.asarray(grid.indices)):
        north, south = top - row * 0.1, top - (row + 1) * 0.1
        longitudes = np.concatenate([along, along[::-1]])
        latitudes = np.repeat([north, south], len(along))
        area = abs(geod.polygon_area_perimeter(longitudes, latitudes)[0]) / 1e6
        expected += np.bincount(line[line < 3], minlength=3) * area
    found = [row["km2"] for row in grid.areas().rows()]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_whole_earth():
    grid = IndexGrid(
        indices=np.zeros((180, 360), np.uint8),
        palette=Palette(["tan"]),
        transform=Affine(1, 0, -180, 0, -1, 90),
        crs=CRS.from_epsg(4326),
    )
    (row,) = grid.areas().rows()
    assert row["km2"] == pytest.approx(510_065_621.724, rel=1e-9)  # of WGS 84


def test_without_a_reference_system_areas_are_in_map_units():
    table = make_grid(transform=Affine(2, 0, 0, 0, -3, 0)).areas()
    assert table.unit == "map units"
    assert [row["area"] / row["pixels"] for row in table.rows()] == [6, 6, 6]


def test_without_a_place_there_are_pixels_only():
    table = make_grid().areas()
    assert table.areas is None
    assert "km2" not in next(table.rows())


def test_zones_are_measured_apart():
    place = {"crs": "EPSG:4326", "transform": Affine(0.1, 0, 5, 0, -0.1, 60)}
    grid, zones = make_grid(**place), make_grid(seed=2, **place)
    alone = grid.areas()
    pixel = [  # in each row
        (one := make_grid((1, 30), crs=place["crs"], transform=lower).areas()).areas.sum()
        / one.pixels.sum()
        for lower in (place["transform"] @ Affine.translation(0, row) for row in range(40))
    ]
    for row in grid.areas(zones).rows():
        mask = (grid.indices == row["index"]) & (zones.indices == row["zone"])
        assert row["pixels"] == mask.sum()
        assert row["km2"] == pytest.approx((mask.sum(axis=1) * pixel).sum(), rel=1e-9)
        assert row["zone_name"] == PALETTE.names[row["zone"]]
    assert (grid.areas(zones).pixels.sum(axis=0) <= alone.pixels[0]).all()


def test_rotated_degrees_are_refused():
    tilted = Affine.translation(5, 60) @ Affine.rotation(10) @ Affine.scale(0.1, -0.1)
    with pytest.raises(GridError, match="rotated against the parallels"):
        make_grid(crs="EPSG:4326", transform=tilted).areas()


def test_beyond_the_pole_is_refused():
    with pytest.raises(GridError, match="reaches latitude 95, beyond the pole"):
        make_grid(crs="EPSG:4326", transform=Affine(1, 0, 0, 0, -1, 95)).areas()


def test_tables_are_written_and_repeat_what_was_counted(tmp_path):
    grid = make_grid(crs="EPSG:3067", transform=Affine(10, 0, 4e5, 0, -10, 7e6))
    grid.save(tmp_path / "grid.tif")
    result = invoke("areas", tmp_path / "grid.tif", "-o", tmp_path / "areas.csv", "--json")
    assert result.exit_code == 0
    with (tmp_path / "areas.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["pixels"]) for row in rows] == grid.counts().tolist()
    assert [float(row["km2"]) for row in rows] == [
        row["km2"] for row in json.loads(result.stdout)["classes"]
    ]
    again = invoke("areas", tmp_path / "grid.tif", "-o", tmp_path / "areas.csv")
    assert (again.exit_code, "exists" in str(again.exception)) == (1, True)
    odd = invoke("areas", tmp_path / "grid.tif", "-o", tmp_path / "areas.xls")
    assert (odd.exit_code, "written as .csv" in str(odd.exception)) == (1, True)


def test_an_unknown_suffix_is_refused(tmp_path):
    with pytest.raises(OutputError, match=r"a table is written as \.csv or \.json"):
        make_grid().areas().save(tmp_path / "areas.txt")


def test_the_sample_map(repository):
    grid = open_grid(repository / "data/sample_map_classes.tif")
    pixel = abs(grid.transform.determinant)
    assert [row["area"] for row in grid.areas().rows()] == [
        count * pixel for count in grid.counts().tolist() if count
    ]
