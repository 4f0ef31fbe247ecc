"""Values of pictures of known fields, as matplotlib draws them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import ListedColormap
from PIL import Image

from geoindex import Ramp, image_values, load_ramp
from geoindex.color.histogram import ColorHistogram
from geoindex.errors import GeoindexWarning, ImageError, OptionError
from geoindex.values.inverse import find_places
from tests.support.fields import as_jpeg, colored, drawn, smooth_field

FIELD = smooth_field((240, 320))
SINGLE = 1e-6  # of float32

LINEAR = (
    [0, 0.25, 0.5, 0.75, 1],
    np.array([[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]]),
)
HARD = (
    [0, 0.3, 0.3, 0.7, 0.7, 1],
    np.array(
        [
            [0, 0, 90],
            [90, 200, 255],
            [20, 120, 40],
            [240, 240, 120],
            [170, 90, 30],
            [255, 255, 255],
        ]
    ),
)


@pytest.mark.parametrize("other", ["jet", "flag"])
def test_the_ramp_of_another_picture_is_told(other: str) -> None:
    told = r"^the image: only 0\.0% .* whether it is the ramp of this picture"
    with pytest.warns(GeoindexWarning, match=told):
        grid = image_values(drawn(FIELD, "RdBu_r"), other, (0, 1))
    assert not grid.valid.any()


@pytest.mark.parametrize("rounds", [False, True])
@pytest.mark.parametrize("name", ["viridis", "jet", "gray", "RdBu_r", "turbo"])
def test_clean_pictures_are_exact_to_the_bound(name: str, rounds: bool) -> None:
    grid = image_values(drawn(FIELD, name, rounds=rounds), name, (0, 1), band=True)
    report = grid.provenance["reading"]
    assert report["rounding"] == ("round" if rounds else "truncate")
    assert report["exact_share"] == 1
    assert grid.valid.all()
    error = np.abs(grid.values - FIELD)
    assert (error <= grid.band + SINGLE).all()
    assert grid.band.max() <= load_ramp(name).bound(report["rounding"]) + SINGLE
    # The usual snippet takes the nearest of 256 colors as i / 255.
    table = np.floor(load_ramp(name).starts + 0.5 * rounds)
    at = (np.clip(FIELD, 0, 1 - 1e-9) * 256).astype(int)
    nearest = np.argmin(((table[:, None] - table) ** 2).sum(axis=2), axis=1)[at]
    assert error.max() < 0.7 * np.abs(nearest / 255 - FIELD).max()


@pytest.mark.parametrize("add", [0.5, 0.0])
@pytest.mark.parametrize(("stops", "colors"), [LINEAR, HARD])
def test_ramps_between_stops(stops: list[float], colors: Any, add: float) -> None:
    ramp = Ramp.from_stops(stops, colors)
    grid = image_values(colored(FIELD, stops, colors, add=add), ramp, (0, 1), band=True)
    assert grid.provenance["reading"]["rounding"] == ("round" if add else "truncate")
    error = np.abs(grid.values - FIELD)
    assert (error <= grid.band + SINGLE).all()
    assert error.max() <= ramp.bound("round" if add else "truncate") + SINGLE


def test_few_steps() -> None:
    cmap = ListedColormap([[0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]])
    grid = image_values(drawn(FIELD, cmap), cmap, (0, 4))
    np.testing.assert_array_equal(grid.values, np.clip(np.floor(4 * FIELD), 0, 3) + 0.5)


@pytest.mark.parametrize("name", ["viridis", "jet", "gray", "RdBu_r", "hot"])
def test_nothing_false_beside_ink(name: str) -> None:
    grid = image_values(drawn(FIELD, name, ink=True), name, (0, 1))
    # On gray and "hot", ink is told by a jump of 3 % of the ramp.
    most = 0.03 if name in ("gray", "hot") else 0.01
    assert np.abs(grid.values - FIELD)[grid.valid].max() < most
    assert grid.valid.mean() > 0.4
    assert not grid.valid.all()


@pytest.mark.parametrize(("quality", "most"), [(90, 0.003), (75, 0.005)])
@pytest.mark.parametrize("name", ["viridis", "jet", "gray", "RdBu_r"])
def test_jpeg(name: str, quality: int, most: float) -> None:
    grid = image_values(as_jpeg(drawn(FIELD, name), quality), name, (0, 1))
    assert grid.valid.mean() > 0.95
    assert np.abs(grid.values - FIELD)[grid.valid].mean() < most


def test_projection_is_that_of_brute_force() -> None:
    """Every segment of the ramp, at many points, for random colors."""
    stops, colors = LINEAR
    pixels = np.unique(np.random.default_rng(3).integers(0, 256, (500, 3)), axis=0)
    histogram = ColorHistogram(colors=pixels.astype(np.uint8), counts=np.ones(len(pixels), int))
    found = find_places(Ramp.from_stops(stops, colors), histogram, "round")
    fine = np.linspace(0, 1, 40_001)
    line = np.stack([np.interp(fine, stops, colors[:, c]) for c in range(3)], axis=-1)
    for pixel, place, distance in zip(pixels, found.lows, found.distances, strict=True):
        far = np.sqrt(((line - pixel) ** 2).sum(axis=1))
        assert distance == pytest.approx(far.min(), abs=1e-3)
        assert far[round(place * 40_000)] == pytest.approx(far.min(), abs=0.02)


def test_scales() -> None:
    picture = drawn(FIELD)
    high = image_values(picture, "viridis", (1, 1000), scale="log").values
    np.testing.assert_allclose(np.log10(high) / 3, FIELD, atol=0.0041)
    ticks = [(0, -50), (0.3, 0), (1, 120)]
    pieced = image_values(picture, "viridis", ticks=ticks).values
    right = np.interp(FIELD, *zip(*ticks, strict=True))
    np.testing.assert_allclose(pieced, right, atol=0.0041 * 50 / 0.3)
    falling = image_values(picture, "viridis", (100, 0)).values
    np.testing.assert_allclose(falling, 100 - 100 * FIELD, atol=0.4)


@pytest.mark.parametrize(
    ("name", "options"), [("viridis", {"fill": "harmonic"}), ("gray", {}), ("gray", {"bar": True})]
)
def test_every_path_gives_the_same_values(
    tmp_path: Path, name: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import dask.array as da

    from geoindex.images import blocks
    from geoindex.values import filling, mapper

    picture = np.dstack([drawn(FIELD, name, ink=True), np.full(FIELD.shape, 255, np.uint8)])
    picture[20:40, 30:60, 3] = 0
    if "bar" in options:
        picture[20:220, 285:305, :3] = drawn(np.linspace(1, 0, 200)[:, np.newaxis] * np.ones(20))
        options = {"bar": (285, 20, 305, 220)}
    options = {"limits": (-3, 7), "band": True, **options}
    right = image_values(picture, name, **options)
    assert np.isnan(right.values[20:40, 30:60]).all()
    assert np.isnan(right.values[30:200, 286:304]).all() == ("bar" in options)
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", 2000)
    monkeypatch.setattr(blocks, "TILE", 1)
    monkeypatch.setattr(mapper, "STRIP_PIXELS", 1000)
    monkeypatch.setattr(filling, "PLACES_A_PART", 500)
    Image.fromarray(picture).save(tmp_path / "map.png")
    ways = [
        image_values(picture, name, **options),
        image_values(tmp_path / "map.png", name, **options),
        image_values(da.from_array(picture, chunks=(90, 100, 4)), name, **options).compute(),
    ]
    for grid in ways:
        np.testing.assert_array_equal(grid.values, right.values)
        np.testing.assert_array_equal(grid.band, right.band)
        np.testing.assert_array_equal(grid.filled, right.filled)
        assert grid.provenance == right.provenance


def test_report() -> None:
    field = np.clip(1.4 * FIELD - 0.2, 0, 1)
    report = image_values(drawn(field, "turbo", ink=True), "turbo", (10, 20)).provenance["reading"]
    assert report["bound"] == pytest.approx(10 / 512)
    assert 0.05 < 1 - report["exact_share"] < 0.6
    assert report["median_distance"] == 0
    assert report["largest_distance"] > 30
    assert (report["lowest"], report["highest"]) == pytest.approx((10, 20), abs=0.02)
    assert report["at_low_end"] > 0.01
    assert report["at_high_end"] > 0.01


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "has no values of its own"),
        ({"limits": (3, 3)}, "two different ones"),
        ({"limits": (0, 5), "scale": "log"}, "values above 0, found 0"),
        ({"limits": (0, np.inf)}, "finite"),
        ({"limits": (0, 1e39)}, "must lie within 3.4e38, found 1e\\+39"),
        ({"limits": (1e9, 1e9 + 1)}, "near 1e\\+09 are held in steps of 64 .*less an offset"),
        ({"ticks": [(0, 0), (0.5, 1e-46)]}, "held in steps of 1.*less an offset"),
        ({"limits": (0, 1), "unit": 5}, "unit must be a text, found int"),
        ({"limits": (0, 1), "unit": "\udcff"}, "unit .* contains half a surrogate pair"),
        ({"limits": 3}, "limits must be two values"),
        ({"limits": (1, 2, 3)}, "limits must be two values"),
        ({"limits": (0, 1), "ticks": [(0, 1), (1, 2)]}, "leave one of them out"),
        ({"ticks": [(0, 1), (0.5, 3), (1, 2)]}, "must rise, or fall"),
        ({"limits": (0, 1), "scale": "cube"}, "unknown scale 'cube'; known: linear, log"),
        ({"limits": (0, 1), "max_distance": -1}, "max_distance must be 0 or more"),
        ({"limits": (0, 1), "rounding": "up"}, "unknown rounding"),
    ],
)
def test_refused_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        image_values(np.zeros((2, 2, 3), np.uint8), "viridis", **options)


def test_nothing_to_read() -> None:
    with pytest.raises(ImageError, match="only transparent"):
        image_values(np.zeros((2, 2, 4), np.uint8), "viridis", (0, 1))
