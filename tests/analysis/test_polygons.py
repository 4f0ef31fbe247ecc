"""Polygons of classes: coverages, areas, holes, smoothing and merging."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from rasterio.crs import CRS
from rasterio.features import rasterize, shapes
from rasterio.transform import from_gcps
from scipy import ndimage

from geoindex import Clean, IndexGrid, Palette, grid_polygons, index_image
from geoindex.analysis import smoothing
from geoindex.analysis.outlines import trace_outlines
from geoindex.analysis.patches import find_patches
from geoindex.errors import GeoindexWarning, GridError, OptionError

PALETTE = Palette(["tan", "khaki", "gray"], names=["Till", "Clay", "Rock"], values=[101, 205, 309])
NORTH_UP = Affine(25, 0, 400_000, 0, -20, 7_000_000)
ROTATED = Affine.translation(4e5, 7e6) @ Affine.rotation(31) @ Affine.scale(12.5, -20)


def make_grid(indices, *, transform=NORTH_UP, crs="EPSG:3067"):
    return IndexGrid(
        indices=np.asarray(indices, np.uint8),
        palette=PALETTE,
        nodata=255,
        transform=transform,
        crs=None if crs is None else CRS.from_user_input(crs),
    )


def noise(shape, sigma, seed=0):
    """Three classes and nodata in blobs."""
    fields = np.random.default_rng(seed).standard_normal((4, *shape))
    largest = ndimage.gaussian_filter(fields, (0, sigma, sigma)).argmax(axis=0)
    return np.where(largest == 3, 255, largest)


small_grids = arrays.arrays(
    np.uint8,
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    elements=st.sampled_from([0, 1, 2, 255]),
).filter(lambda indices: (indices != 255).any())


def class_areas(frame):
    return frame.geometry.area.groupby(frame["index"]).sum()


@given(
    small_grids,
    st.sampled_from([NORTH_UP, ROTATED, Affine.scale(1, 1), Affine(0, 3, 9, -2, 0, 8)]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_any_small_grid_is_a_coverage(indices, transform, dissolve):
    grid = make_grid(indices, transform=transform)
    exact = grid_polygons(grid, exact=True, dissolve=dissolve)
    back = rasterize(
        zip(exact.geometry, exact["index"], strict=True),
        out_shape=indices.shape,
        transform=transform,
        fill=255,
        dtype="uint8",
    )
    np.testing.assert_array_equal(back, indices)
    patches = sum(ndimage.label(indices == row)[1] for row in range(3))
    assert len(exact) == (len(np.unique(indices[indices != 255])) if dissolve else patches)
    pixel = abs(transform.determinant)
    counts = grid.counts()
    assert class_areas(exact).to_dict() == pytest.approx(
        {row: counts[row] * pixel for row in np.flatnonzero(counts)}, rel=1e-9
    )
    domain = shapely.union_all(exact.geometry)
    for frame in (exact, grid_polygons(grid, dissolve=dissolve)):
        assert frame.geometry.is_valid.all()
        assert shapely.coverage_is_valid(frame.geometry.to_numpy())
        assert frame.geometry.area.sum() == pytest.approx(domain.area, rel=1e-9)
        assert shapely.symmetric_difference(
            shapely.union_all(frame.geometry), domain
        ).area == pytest.approx(0, abs=1e-9 * domain.area)


@pytest.mark.parametrize("transform", [NORTH_UP, ROTATED])
@pytest.mark.parametrize("sigma", [2, 6])
def test_blobs_keep_their_areas_and_stay_beside_their_pixels(transform, sigma):
    grid = make_grid(noise((160, 200), sigma), transform=transform)
    exact, smooth = grid_polygons(grid, exact=True), grid_polygons(grid)
    assert shapely.coverage_is_valid(smooth.geometry.to_numpy())
    expected = sorted(
        (value, shapely.geometry.shape(shape).area)
        for shape, value in shapes(grid.indices, grid.indices != 255, 4, transform)
    )
    found = sorted(zip(exact["index"], exact.geometry.area, strict=True))
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    np.testing.assert_allclose(class_areas(smooth), class_areas(exact), rtol=0.003)
    np.testing.assert_allclose(smooth["km2"] * 1e6, exact.geometry.area, rtol=1e-9)
    assert (smooth["index"] == exact["index"]).all()
    pixel = max(np.hypot(transform.a, transform.d), np.hypot(transform.b, transform.e))
    away = shapely.hausdorff_distance(
        smooth.geometry.boundary.to_numpy(), exact.geometry.boundary.to_numpy(), densify=0.2
    )
    assert away.max() < 1.6 * pixel
    n_points = [shapely.get_num_coordinates(frame.geometry).sum() for frame in (exact, smooth)]
    assert n_points[1] < n_points[0]


def test_a_smooth_border_has_no_steps():
    """A straight border at 17 degrees, whose pixels are steps of one by three or four."""
    y, x = np.mgrid[:100, :300]
    frame = grid_polygons(make_grid(y - 10 > 0.3 * x, transform=Affine.scale(1, -1)))
    border = shapely.intersection(*frame.geometry)
    x, y = shapely.get_coordinates(shapely.segmentize(border, 0.1)).T
    inner = (x > 10) & (x < 280)
    away = np.abs(-y - 10.5 - 0.3 * (x - 0.5))[inner]
    assert away.max() < 0.25
    assert shapely.get_num_coordinates(border) < 20  # of 80 steps


def test_borders_to_nodata_and_the_rim_keep_their_pixels():
    grid = make_grid(noise((80, 90), 4))
    outer = [
        shapely.union_all(grid_polygons(grid, exact=exact).geometry) for exact in (True, False)
    ]
    assert shapely.equals(*map(shapely.normalize, outer)) or shapely.equals(*outer)


def test_holes_that_touch_at_corners():
    """A ring of clay whose hole meets the outside at a corner, and islands in islands."""
    indices = [
        [0, 0, 0, 0, 0, 0],
        [0, 1, 1, 0, 0, 0],
        [0, 1, 2, 1, 0, 0],
        [0, 1, 1, 1, 0, 0],
        [0, 0, 0, 0, 255, 0],
        [0, 0, 0, 0, 0, 0],
    ]
    indices[2][2] = 0
    frame = grid_polygons(make_grid(indices, transform=Affine.scale(1, -1)), exact=True)
    assert frame["index"].tolist() == [0, 1, 0]
    assert frame.geometry.area.tolist() == [27, 7, 1]
    assert [len(polygon.interiors) for polygon in frame.geometry] == [2, 1, 0]
    assert frame.geometry.is_valid.all()
    assert shapely.is_ccw(shapely.get_exterior_ring(frame.geometry)).all()


def test_unsound_polygons_are_smoothed_less(monkeypatch):
    """With a limit of four pixels and no care for areas, thin polygons would overlap."""
    grid = make_grid(noise((60, 60), 1))
    patches = find_patches(grid)
    outlines = trace_outlines(patches.labels, len(patches.classes) - 1)
    inner = (outlines.sides > 0).all(axis=1)
    monkeypatch.setattr(smoothing, "TOLERANCE", 2.5)
    wild = np.where(inner, 4.0, -1.0)
    _, sound = smoothing._polygons(outlines, wild, grid.transform)
    assert not sound.all()
    monkeypatch.setattr(smoothing, "LIMITS", (4.0, *smoothing.LIMITS))
    polygons = smoothing.smooth_polygons(outlines, grid.transform)
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)


def test_attributes_of_the_sample_map(repository):
    grid = index_image(
        repository / "data/sample_map.png", repository / "data/sample_palette.csv", clean=Clean()
    )
    frame = grid_polygons(grid)
    assert list(frame.columns) == ["index", "name", "color", "area", "geometry"]
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    areas = {row["index"]: row["area"] for row in grid.areas().rows()}
    assert frame.groupby("index")["area"].sum().to_dict() == pytest.approx(areas, rel=1e-12)
    assert class_areas(frame).to_dict() == pytest.approx(areas, rel=0.003)
    one = frame.iloc[100]
    assert one["name"] == grid.palette.names[one["index"]]
    assert one["color"] == "#" + bytes(grid.palette.colors[one["index"]]).hex()
    whole = grid_polygons(grid, dissolve=True)
    assert whole["index"].tolist() == sorted(areas)
    assert whole["area"].tolist() == pytest.approx([areas[i] for i in sorted(areas)], rel=1e-12)
    assert shapely.coverage_is_valid(whole.geometry.to_numpy())


def test_in_degrees_areas_are_those_on_the_ellipsoid():
    grid = make_grid(noise((90, 60), 5), transform=Affine(0.1, 0, 5, 0, -0.1, 67), crs="EPSG:4326")
    frame = grid_polygons(grid)
    assert frame.crs == "EPSG:4326"
    expected = {row["index"]: row["km2"] for row in grid.areas().rows()}
    assert frame.groupby("index")["km2"].sum().to_dict() == pytest.approx(expected, rel=1e-9)
    geod = frame.crs.get_geod()
    exact = grid_polygons(grid, exact=True)
    # Geodesics leave the parallels.
    fine = shapely.segmentize(exact.geometry.to_numpy(), 0.02)
    geodesic = [abs(geod.geometry_area_perimeter(one)[0]) / 1e6 for one in fine]
    assert exact["km2"].to_numpy() == pytest.approx(geodesic, rel=1e-5)
    assert exact["value"].tolist() == [PALETTE.values[row] for row in exact["index"]]


def test_small_patches_are_merged_into_their_neighbors():
    indices = np.zeros((20, 20), np.uint8)
    indices[:, 10:] = 1
    indices[3:5, 4:6] = 2  # inside class 0
    indices[10, 9:12] = 2  # two sides more in class 1
    indices[15:18, 2:5] = 255
    indices[16, 3] = 2  # an island in nodata
    grid = make_grid(indices)
    pixel = 25 * 20 / 1e6
    frame = grid_polygons(grid, min_area=4.5 * pixel)
    assert sorted(zip(frame["index"], frame["km2"] / pixel, strict=True)) == [
        (0, pytest.approx(190)),
        (1, pytest.approx(201)),
        (2, pytest.approx(1)),
    ]
    # Patches of exactly this area stay.
    assert len(grid_polygons(grid, min_area=4 * pixel)) == 4
    with pytest.raises(OptionError, match="must be 0 or more, found -1"):
        grid_polygons(grid, min_area=-1)
    with pytest.raises(OptionError, match=r"min_area=9 \(km2\) is 18,000 pixels, more than"):
        grid_polygons(grid, min_area=9)


def test_specks_are_warned_of():
    grid = make_grid(np.indices((60, 60)).sum(axis=0) % 2)
    with pytest.warns(GeoindexWarning, match=r"3,600 of 3,600 patches .*geoindex clean"):
        grid_polygons(grid, exact=True)


def test_grids_without_place_or_class():
    grid = replace(make_grid([[0, 0], [1, 255]], crs=None), transform=None)
    frame = grid_polygons(grid, exact=True)
    assert frame["pixels"].tolist() == [2, 1]
    assert frame.total_bounds.tolist() == [0, -2, 2, 0]
    with pytest.raises(GridError, match="no pixel of the grid has a class"):
        grid_polygons(make_grid([[255]]))


def test_control_points_are_refused():
    from rasterio.control import GroundControlPoint

    points = [
        GroundControlPoint(*corner) for corner in [(0, 0, 5, 60), (0, 1, 6, 60), (1, 0, 5, 59)]
    ]
    assert from_gcps(points).a == pytest.approx(1)
    grid = replace(make_grid([[0]], transform=None), gcps=tuple(points))
    with pytest.raises(GridError, match="ground control points instead of a transform"):
        grid_polygons(grid)


def test_a_missing_library_is_named():
    code = (
        "import sys, numpy; sys.modules['shapely'] = None\n"
        "import geoindex\n"
        "grid = geoindex.IndexGrid(indices=numpy.zeros((2, 2), 'u1'),"
        " palette=geoindex.Palette(['tan']))\n"
        "try: geoindex.write_polygons(grid, 'units.gpkg')\n"
        "except geoindex.GeoindexError as error: print(error)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "polygons need shapely; install geoindex-raster[vector]"
