"""Maps and surveys of other reference systems: around the globe, and how accurate it is."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pyproj
import pytest
from affine import Affine
from rasterio.crs import CRS

from geoindex import IndexGrid, Palette, Survey
from geoindex.errors import GeoindexWarning, SurveyError
from tests.support.surveys import F3, KEVITSA

PALETTE = Palette([[i, i, 0] for i in range(12)])

FIJI = {"inlines": (1, 40), "crosslines": (1, 60)}
"""Lines of surveys of 40 x 60 bins."""


def world_map(west: float, east: float, *, pixel: float = 0.01, turned: float = 0) -> IndexGrid:
    """A map from west to east, 17 to 15 degrees south, of classes in random blocks of pixels."""
    rng = np.random.default_rng(5)
    cols, rows = round((east - west) / pixel), round(2 / pixel)
    blocks = rng.integers(0, 12, (-(-rows // 5), -(-cols // 5))).astype(np.uint8)
    indices = blocks.repeat(5, axis=0).repeat(5, axis=1)[:rows, :cols]
    transform = Affine(pixel, 0, west, 0, -pixel, -15) @ Affine.rotation(turned)
    return IndexGrid(
        indices=indices, palette=PALETTE, nodata=255, transform=transform, crs=CRS.from_epsg(4326)
    )


def survey_at_the_antimeridian(crs: str, *, degrees: float = 20) -> Survey:
    """Bins of 3 km about 180 degrees east, 16 degrees south; some lie off maps of 2 degrees."""
    to = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    x, y = to.transform(180.0, -16.0)
    c, s = 3000 * np.cos(np.radians(degrees)), 3000 * np.sin(np.radians(degrees))
    return Survey(
        **FIJI,
        x=(x - 20.3 * s - 30.3 * c, s, c),
        y=(y + 20.3 * c - 30.3 * s, -c, s),
        crs=crs,
    )


def oracle(grid: IndexGrid, survey: Survey, times: int) -> np.ndarray:
    """Classes at times x times points of each bin, (rows, cols, points): pyproj, then a search.

    Pixels are found by trying each longitude with every whole turn.
    """
    inlines = survey.inlines[0] - 0.5 + (np.arange(len(survey.inlines) * times) + 0.5) / times
    crosslines = (
        survey.crosslines[0] - 0.5 + (np.arange(len(survey.crosslines) * times) + 0.5) / times
    )
    x, y = survey.xy(inlines[:, None], crosslines)
    back = pyproj.Transformer.from_crs(survey.crs.to_epsg(), grid.crs.to_epsg(), always_xy=True)
    lon, lat = back.transform(x, y)
    found = np.full(lon.shape, 255)
    inverse = ~grid.transform
    rows, cols = grid.shape
    for turn in (-720, -360, 0, 360, 720):
        u = np.floor(inverse.a * (lon + turn) + inverse.b * lat + inverse.c).astype(int)
        v = np.floor(inverse.d * (lon + turn) + inverse.e * lat + inverse.f).astype(int)
        inside = (u >= 0) & (u < cols) & (v >= 0) & (v < rows)
        found[inside] = grid.indices[v[inside], u[inside]]
    n_inlines, n_crosslines = survey.shape
    split = found.reshape(n_inlines, times, n_crosslines, times)
    return split.transpose(0, 2, 1, 3).reshape(n_inlines, n_crosslines, times**2)


MAPS = {
    "170 to 190": (170, 190),
    "-190 to -170": (-190, -170),
    "0 to 360": (0, 360),
    "-180 to 180": (-180, 180),
    "179 to 181": (179, 181),
    "ends at 180": (170, 180),
    "begins at -180": (-180, -170),
    "530 to 550": (530, 550),
}


@pytest.mark.parametrize("crs", ["EPSG:3832", "EPSG:32760", "EPSG:3857"])
@pytest.mark.parametrize("span", MAPS.values(), ids=MAPS)
def test_bins_on_both_sides_of_the_antimeridian(span: tuple[int, int], crs: str) -> None:
    grid, survey = world_map(*span), survey_at_the_antimeridian(crs)
    nearest = grid.resample(survey)
    np.testing.assert_array_equal(nearest.indices, oracle(grid, survey, 1)[..., 0])
    mode = grid.resample(survey, method="mode")
    values = oracle(grid, survey, 12)
    counts = np.stack([(values == k).sum(axis=2) for k in range(256)])
    first, second = np.sort(counts, axis=0)[[-1, -2]]
    clear = first - second > 0.1 * 144
    assert clear.mean() > 0.8
    assert (mode.indices == counts.argmax(axis=0))[clear].mean() > 0.998
    classes = counts[:12].sum(axis=0)
    whole = (counts[:12].max(axis=0) == 144) | (classes == 0)
    np.testing.assert_array_equal(mode.indices[whole], counts.argmax(axis=0)[whole])
    outside = (nearest.indices == 255).mean()
    for found in (nearest, mode):
        assert found.provenance["resampled"]["outside_share"] == pytest.approx(outside, abs=1e-4)


def test_a_turned_map_in_longitudes() -> None:
    grid = world_map(178, 182, turned=7)
    survey = survey_at_the_antimeridian("EPSG:3832")
    nearest = grid.resample(survey).indices
    expected = oracle(grid, survey, 1)[..., 0]
    assert (expected != 255).mean() > 0.8
    np.testing.assert_array_equal(nearest, expected)


def test_survey_and_map_in_longitudes_of_other_turns() -> None:
    grid = world_map(170, 190)
    survey = Survey(**FIJI, x=(-180.4, 0, 0.0137), y=(-16.6, 0.0131, 0), crs="EPSG:4326")
    np.testing.assert_array_equal(grid.resample(survey).indices, oracle(grid, survey, 1)[..., 0])
    assert (grid.resample(survey).indices != 255).all()


def test_bins_around_a_pole() -> None:
    rng = np.random.default_rng(2)
    grid = IndexGrid(
        indices=rng.integers(0, 12, (10, 36)).astype(np.uint8).repeat(10, 1),
        palette=PALETTE,
        nodata=255,
        transform=Affine(1, 0, -180, 0, -0.1, 90),
        crs=CRS.from_epsg(4326),
    )
    survey = Survey(
        inlines=(-15, 15), crosslines=(-15, 15), x=(0, 0, 2000), y=(0, 2000, 0), crs="EPSG:3995"
    )
    mode = grid.resample(survey, method="mode").indices
    values = oracle(grid, survey, 12)
    counts = np.stack([(values == k).sum(axis=2) for k in range(12)])
    first, second = np.sort(counts, axis=0)[[-1, -2]]
    clear = first - second > 20
    assert clear[15, 15] or clear.mean() > 0.5
    assert (mode == counts.argmax(axis=0))[clear].mean() > 0.98


def test_the_operation_and_its_accuracy_are_told() -> None:
    grid = IndexGrid(
        indices=np.zeros((200, 200), np.uint8),
        palette=PALETTE,
        nodata=255,
        transform=Affine(200, 0, 590_000, 0, -200, 6_100_000),
        crs=CRS.from_epsg(32631),
    )
    survey = Survey(
        inlines=(1, 20),
        crosslines=(1, 20),
        x=(606_000, 0, 25),
        y=(6_080_000, 25, 0),
        crs="EPSG:23031",
    )
    how = grid.resample(survey).provenance["resampled"]
    used = pyproj.Transformer.from_crs(23031, 32631, always_xy=True)
    used.transform(606_250, 6_080_250)
    operation = used.get_last_used_operation()
    assert how["operation"] == operation.description
    assert how["operation"].startswith("Inverse of UTM zone 31N + ED50 to WGS 84")
    assert how["accuracy"] == operation.accuracy > 0
    same = grid.resample(dataclasses_crs(survey, "EPSG:32631")).provenance["resampled"]
    assert not {"operation", "accuracy"} & set(same)


def dataclasses_crs(survey: Survey, crs: str | None) -> Survey:
    return Survey(**{**vars(survey), "crs": crs})


def test_a_system_without_a_datum_is_warned_of() -> None:
    place = "+proj=tmerc +lat_0=0 +lon_0=9 +x_0=3500000 +ellps=bessel +units=m"
    grid = IndexGrid(
        indices=np.zeros((200, 200), np.uint8),
        palette=PALETTE,
        nodata=255,
        transform=Affine(100, 0, 3_490_000, 0, -100, 5_560_000),
        crs=CRS.from_string(place),
    )
    survey = Survey(
        inlines=(1, 20),
        crosslines=(1, 20),
        x=(499_000, 0, 25),
        y=(5_545_000, 25, 0),
        crs="EPSG:25832",
    )
    with pytest.warns(GeoindexWarning, match="Ballpark .* PROJ does not know how accurate"):
        how = grid.resample(survey).provenance["resampled"]
    assert how["accuracy"] is None
    # With a datum PROJ knows it.
    known = dataclasses.replace(grid, crs=CRS.from_epsg(31467))
    found = known.resample(survey).provenance["resampled"]["accuracy"]
    used = pyproj.Transformer.from_crs(25832, 31467, always_xy=True)
    used.transform(499_240, 5_545_240)
    assert found == used.get_last_used_operation().accuracy
    assert 0 < found <= 10


@pytest.mark.parametrize("of_map", [None, "EPSG:32631"])
def test_a_missing_crs_is_said(of_map: str | None) -> None:
    grid = IndexGrid(
        indices=np.zeros((20, 20), np.uint8),
        palette=PALETTE,
        transform=Affine(10, 0, 0, 0, -10, 200),
        crs=None if of_map is None else CRS.from_string(of_map),
    )
    survey = Survey(inlines=(1, 9), crosslines=(1, 9), x=(5, 0, 10), y=(5, 10, 0))
    if of_map is None:
        assert grid.resample(survey).crs is None
        survey = dataclasses_crs(survey, "EPSG:32631")
    without = "map" if of_map is None else "survey"
    with pytest.warns(GeoindexWarning, match=f"the {without} has no coordinate reference system"):
        found = grid.resample(survey)
    assert found.crs == found.survey.crs == CRS.from_epsg(32631)


def test_a_crs_for_surveys_whose_file_names_none(tmp_path: Path) -> None:
    path = tmp_path / ".survey"
    path.write_text(KEVITSA)
    assert Survey.open(path).crs is None
    assert Survey.open(path, crs=2393).crs == CRS.from_epsg(2393)
    path.write_text(F3)
    assert Survey.open(path, crs="EPSG:23031").crs == CRS.from_epsg(23031)
    with pytest.raises(SurveyError, match=r"names .* EPSG:23031, and EPSG:32631 is given"):
        Survey.open(path, crs=32631)
