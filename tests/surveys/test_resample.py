"""Resampling onto surveys, against numpy, GDAL and pyproj, and a majority by brute force."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pyproj
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.warp import Resampling, reproject
from scipy.ndimage import gaussian_filter

from geoindex import IndexGrid, Palette, Survey, index_image, open_grid
from geoindex.errors import GeoindexWarning, GridError, OptionError, SurveyError
from geoindex.opendtect.survey_file import parse_survey
from tests.support.surveys import KEVITSA

WEST, NORTH, PIXEL = 500_000.0, 6_500_000.0, 5.0


def make_map(*, n_pixels: int = 300, n_classes: int = 8, roughness: float = 2.0) -> IndexGrid:
    """A map of irregular patches, a few pixels wide."""
    rng = np.random.default_rng(1)
    fields = [
        gaussian_filter(rng.normal(size=(n_pixels,) * 2), roughness) for _ in range(n_classes)
    ]
    return IndexGrid(
        indices=np.argmax(fields, axis=0).astype(np.uint8),
        palette=Palette(rng.integers(0, 256, (n_classes, 3))),
        nodata=255,
        transform=Affine(PIXEL, 0, WEST, 0, -PIXEL, NORTH),
    )


def make_survey(*, cell: float, degrees: float, bins: int, crs: str | None = None) -> Survey:
    """A square survey turned about the middle of the map of 300 pixels."""
    along = cell * math.cos(math.radians(degrees)), cell * math.sin(math.radians(degrees))
    middle_x, middle_y = WEST + 150.137 * PIXEL, NORTH - 150.291 * PIXEL
    half = (bins + 1) / 2
    return Survey(
        inlines=(1, bins),
        crosslines=(1, bins),
        x=(middle_x - half * (along[0] - along[1]), -along[1], along[0]),
        y=(middle_y - half * (along[1] + along[0]), along[0], along[1]),
        crs=crs,
    )


def pixel_at(grid: IndexGrid, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pixel that each point lies in, nodata outside: inverse affine and floor."""
    inverse = ~grid.transform
    col = np.floor(inverse.a * x + inverse.b * y + inverse.c).astype(int)
    row = np.floor(inverse.d * x + inverse.e * y + inverse.f).astype(int)
    rows, cols = grid.shape
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    return np.where(inside, grid.indices[row.clip(0, rows - 1), col.clip(0, cols - 1)], 255)


def points(survey: Survey, times: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of `times` x `times` points in each bin, spread evenly."""
    rows, cols = survey.shape
    inline = survey.inlines[0] - 0.5 + (np.arange(rows * times) + 0.5) / times
    crossline = survey.crosslines[0] - 0.5 + (np.arange(cols * times) + 0.5) / times
    return survey.xy(inline[:, np.newaxis], crossline)


def brute_force_majority(grid: IndexGrid, survey: Survey) -> tuple[np.ndarray, np.ndarray]:
    """Most frequent of 12 x 12 points in each bin, and its lead over the second, as a share."""
    times = 12
    rows, cols = survey.shape
    values = pixel_at(grid, *points(survey, times)).reshape(rows, times, cols, times)
    counts = np.stack([(values == k).sum(axis=(1, 3)) for k in range(len(grid.palette))])
    first, second = np.sort(counts, axis=0)[[-1, -2]]
    return counts.argmax(axis=0), (first - second) / times**2


@pytest.mark.parametrize("degrees", [0, 20, 45, 60])
@pytest.mark.parametrize("ratio", [2, 3.3, 8])
def test_mode_agrees_with_brute_force(ratio: float, degrees: float) -> None:
    grid = make_map()
    survey = make_survey(cell=ratio * PIXEL, degrees=degrees, bins=int(200 / ratio))
    expected, lead = brute_force_majority(grid, survey)
    clear = lead > 0.1
    assert clear.mean() > 0.5
    found = grid.resample(survey, method="mode")
    assert (found.indices == expected)[clear].mean() >= 0.995
    changed = (found.indices != grid.resample(survey).indices).mean()
    assert found.provenance["resampled"]["changed_share"] == pytest.approx(changed)


@given(
    cell=st.floats(1, 60), degrees=st.floats(-180, 180), bins=st.integers(2, 60), data=st.data()
)
def test_nearest_is_inverse_affine_and_floor(
    cell: float, degrees: float, bins: int, data: st.DataObject
) -> None:
    grid = make_map(n_pixels=300)
    turned = Affine.rotation(data.draw(st.floats(-30, 30)))
    grid = dataclasses.replace(grid, transform=grid.transform @ turned)
    survey = make_survey(cell=cell, degrees=degrees, bins=bins)
    x, y = points(survey)
    inverse = ~grid.transform
    fine = [inverse.a * x + inverse.b * y + inverse.c, inverse.d * x + inverse.e * y + inverse.f]
    # Points on the edge of a pixel belong to both.
    clear = np.all([np.abs(part - np.round(part)) > 1e-5 for part in fine], axis=0)
    try:
        found = grid.resample(survey).indices
    except SurveyError:
        found = np.full(survey.shape, 255)
    np.testing.assert_array_equal(found[clear], pixel_at(grid, x, y)[clear])


def gdal_nearest(grid: IndexGrid, survey: Survey) -> np.ndarray:
    """Classes at the bin centers according to GDAL, which needs a CRS on both sides."""
    found = np.empty(survey.shape, np.uint8)
    reproject(
        grid.indices,
        found,
        src_transform=grid.transform,
        dst_transform=survey.transform,
        src_crs="EPSG:2393",
        dst_crs="EPSG:2393",
        src_nodata=255,
        dst_nodata=255,
        resampling=Resampling.nearest,
    )
    return found


@pytest.mark.parametrize("degrees", [0, 18.6, 45, 137])
def test_nearest_equals_gdal(degrees: float) -> None:
    grid = make_map()
    survey = make_survey(cell=8.3, degrees=degrees, bins=250)
    found = grid.resample(survey)
    expected = gdal_nearest(grid, survey)
    np.testing.assert_array_equal(found.indices, expected)
    outside = (expected == 255).mean()
    assert 0 < outside < 1
    assert found.provenance["resampled"]["outside_share"] == pytest.approx(outside)


def test_kevitsa_on_its_survey(kevitsa: Path) -> None:
    grid = index_image(kevitsa / "Kevitsa_geology_noframe.png", "windows-256")
    survey = parse_survey(KEVITSA, "Kevitsa")
    found = grid.resample(survey)
    assert found.shape == (280, 287)
    assert int(found.indices.sum(dtype=np.int64)) == 4_652_575
    assert len(np.unique(found.indices)) == 73
    # The outline of the survey, drawn on the map in red.
    assert found.indices[[0, 0, -1, -1], [0, -1, 0, -1]].tolist() == [148] * 4
    assert found.indices.dtype == np.uint8
    expected = gdal_nearest(grid, survey)
    np.testing.assert_array_equal(found.indices, expected)


def test_points_are_projected_one_by_one() -> None:
    grid = dataclasses.replace(make_map(), crs=CRS.from_epsg(32631))
    there = pyproj.Transformer.from_crs(32631, 23031, always_xy=True)
    origin = there.transform(WEST + 300, NORTH - 900)
    survey = Survey(
        inlines=(5, 90),
        crosslines=(3, 70),
        x=(origin[0], -3.1, 9.4),
        y=(origin[1], 9.4, 3.2),
        crs="EPSG:23031",
    )
    back = pyproj.Transformer.from_crs(23031, 32631, always_xy=True)
    x, y = back.transform(*points(survey))
    found = grid.resample(survey)
    assert found.crs == CRS.from_epsg(23031)
    agree = found.indices == pixel_at(grid, x, y)
    assert (found.indices != 255).mean() > 0.8
    assert agree.all()
    # Taken as the same system, the map would be some 100 m off.
    with pytest.warns(GeoindexWarning, match=r"the map has no .* taken to have that of the surv"):
        shifted = dataclasses.replace(grid, crs=None).resample(survey)
    assert (shifted.indices != found.indices).mean() > 0.3
    # The corners of bins are projected too, so majorities agree with their own oracle.
    values = pixel_at(grid, *back.transform(*points(survey, 12))).reshape(86, 12, 68, 12)
    counts = np.stack([(values == k).sum(axis=(1, 3)) for k in range(8)])
    whole = counts.max(axis=0) == 144
    mode = grid.resample(survey, method="mode").indices
    assert (mode == counts.argmax(axis=0))[whole].all()


def test_a_grid_on_a_survey_stays_as_it_is(tmp_path: Path) -> None:
    survey = make_survey(cell=9, degrees=33, bins=60)
    grid = make_map().resample(survey, pad=2, step=(2, 1))
    assert grid.survey == survey.extended(pad=2, step=(2, 1))
    assert grid.survey.crosslines == range(-1, 63)
    for method in ("nearest", "mode"):
        again = grid.resample(grid.survey, method=method)
        np.testing.assert_array_equal(again.indices, grid.indices)
    for name in ("grid.tif", "grid.npy"):
        grid.save(tmp_path / name)
        assert open_grid(tmp_path / name).survey == grid.survey
    assert make_map().survey is None
    moved = dataclasses.replace(grid, transform=Affine.translation(5, 0) @ grid.transform)
    assert moved.survey is None


def tiny(indices: list[list[int]], n_colors: int = 4) -> IndexGrid:
    """A map of few pixels of size 1, its upper left corner at 0, 0."""
    return IndexGrid(
        indices=np.array(indices, dtype=np.uint8),
        palette=Palette(np.arange(3 * n_colors).reshape(-1, 3) % 256),
        nodata=255 if n_colors < 256 else None,
        transform=Affine(1, 0, 0, 0, -1, 0),
    )


def one_bin(*, columns: float, rows: float) -> Survey:
    """The bin over the upper left columns and rows."""
    return Survey(
        inlines=(1, 1),
        crosslines=(1, 1),
        x=(-columns / 2, 0, columns),
        y=(rows / 2, -rows, 0),
    )


@pytest.mark.parametrize(
    ("indices", "expected"),
    [
        ([[3, 3, 1, 1], [3, 3, 1, 1], [2, 2, 2, 2], [2, 2, 2, 2]], 2),
        # A tie of 3, 1 and 2, 0: the center is the upper left corner of the lower right pixel.
        ([[3, 3, 1, 1], [3, 3, 1, 1], [2, 2, 0, 0], [2, 2, 0, 0]], 0),
        ([[3, 3, 0, 0], [3, 3, 0, 0], [1, 1, 2, 2], [1, 1, 2, 2]], 2),
        # The center is of a class that does not lead: the lowest of those that do.
        ([[3, 3, 3, 3], [1, 1, 1, 1], [3, 1, 2, 2], [1, 3, 2, 2]], 1),
        # Nodata is taken where more than half is.
        ([[255, 255, 255, 255], [255, 255, 255, 255], [255, 1, 1, 1], [2, 2, 2, 2]], 255),
        ([[255, 255, 255, 255], [255, 255, 255, 255], [3, 1, 1, 1], [2, 2, 2, 2]], 2),
    ],
)
def test_majority_by_hand(indices: list[list[int]], expected: int) -> None:
    found = tiny(indices).resample(one_bin(columns=4, rows=4), method="mode")
    assert found.indices.tolist() == [[expected]]


def test_outside_the_map() -> None:
    grid = tiny([[0, 1], [2, 3]])
    survey = one_bin(columns=1, rows=1).extended(pad=1)
    for method in ("nearest", "mode"):
        found = grid.resample(survey, method=method)
        assert found.indices.tolist() == [[255, 255, 255], [255, 0, 1], [255, 2, 3]]
        assert found.provenance["resampled"]["outside_share"] == pytest.approx(5 / 9)
        assert found.nodata == 255
    full = tiny([[0, 1], [2, 255]], n_colors=256)
    found = full.resample(survey)
    assert (found.indices.dtype, found.nodata) == (np.uint16, 65_535)
    assert found.indices.tolist()[2] == [65_535, 2, 255]
    inside = full.resample(one_bin(columns=1, rows=1))
    assert (inside.indices.dtype, inside.nodata) == (np.uint8, None)
    wide = dataclasses.replace(grid, indices=grid.indices.astype(np.uint16), nodata=65_535)
    assert wide.resample(survey).indices.tolist()[1] == [65_535, 0, 1]


def test_a_map_without_nodata_gets_one() -> None:
    grid = dataclasses.replace(tiny([[0, 1], [2, 3]]), nodata=None)
    assert grid.resample(one_bin(columns=1, rows=1)).nodata == 255


def test_a_survey_beside_the_map_shows_both_extents() -> None:
    grid = make_map()
    survey = make_survey(cell=10, degrees=10, bins=20)
    aside = Survey(
        inlines=survey.inlines, crosslines=survey.crosslines, x=(0, 0, 10), y=(0, 10, 0)
    )
    for method in ("nearest", "mode"):
        with pytest.raises(
            SurveyError,
            match=r"the map covers x 500000.00 to 501500.00, y 6498500.00 to 6500000.00 \(no CRS "
            r"given\), the survey x 10.00 to 200.00, y 10.00 to 200.00 \(no CRS given\); check",
        ):
            grid.resample(aside, method=method)
    placed = dataclasses.replace(grid, crs=CRS.from_epsg(32631))
    elsewhere = make_survey(cell=10, degrees=10, bins=20, crs="EPSG:32632")
    with pytest.raises(SurveyError, match=r"\(EPSG:32632\), which is x .* on the map; check"):
        placed.resample(elsewhere)


@pytest.mark.parametrize("inlines", [2, 2_000_000_000])
def test_refuses_a_survey_beyond_all_memory(inlines: int) -> None:
    survey = Survey(inlines=(1, inlines), crosslines=(1, 2_000_000_000), x=(0, 5, 0), y=(0, 0, -5))
    with pytest.raises(SurveyError, match=r"2,000,000,000 crosslines do not fit into memory"):
        make_map().resample(survey)


def test_refuses_grids_without_a_place() -> None:
    survey = make_survey(cell=10, degrees=10, bins=20)
    grid = dataclasses.replace(make_map(), transform=None)
    with pytest.raises(GridError, match="no georeference; give the image a world file"):
        grid.resample(survey)
    points = tuple(GroundControlPoint(r, c, 5.0 * c, 5.0 * r) for r, c in ((0, 0), (0, 9), (9, 0)))
    with pytest.raises(GridError, match=r"ground control points.*gdalwarp -r near"):
        dataclasses.replace(grid, gcps=points).resample(survey)
    with pytest.raises(GridError, match="gives neighboring pixels the same place"):
        dataclasses.replace(grid, transform=Affine(1, 1, 0, 1, 1, 0))
    with pytest.raises(
        OptionError, match="unknown resampling method 'cubic'; known: nearest, mode"
    ):
        make_map().resample(survey, method="cubic")
    odd = dataclasses.replace(
        make_map(), crs=CRS.from_epsg(32631), transform=Affine(1, 0, 1e15, 0, 1, 0)
    )
    far = dataclasses.replace(odd, crs=CRS.from_epsg(4326))
    beyond = Survey(
        inlines=(1, 2), crosslines=(1, 2), x=(1e14, 0, 10), y=(1e14, 10, 0), crs="EPSG:32631"
    )
    with pytest.raises(SurveyError, match="cannot be transformed from EPSG:32631 to EPSG:4326"):
        far.resample(beyond)


def test_progress_goes_to_the_end() -> None:
    from geoindex.surveys.resample import resample

    seen: list[tuple[int, int]] = []
    survey = make_survey(cell=1, degrees=0, bins=900)
    resample(make_map(), survey, progress=lambda *parts: seen.append(parts))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    assert len(seen) > 1
