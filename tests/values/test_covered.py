"""What ink, hillshade and ramps with the same colors twice leave of the values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import LightSource

from geoindex import Ramp, image_values
from geoindex.errors import GeoindexWarning, OptionError
from geoindex.values.filling import fill_holes
from tests.support.fields import as_jpeg, drawn, smooth_field

FIELD = smooth_field((240, 320))

FOLDED = "ignore:.*the ramp has nearly the same colors:geoindex.errors.GeoindexWarning"


def test_filled_plane_is_a_plane() -> None:
    rows, cols = np.mgrid[0:30, 0:40]
    plane = (0.5 * rows - 0.25 * cols).astype(np.float32)
    holed = plane.copy()
    holed[8:13, 5:30] = np.nan
    holed[20, :] = np.nan
    allowed = np.ones(plane.shape, bool)
    allowed[20, 30:] = False
    filled = fill_holes(holed, allowed)
    assert (np.isnan(holed) == ~allowed).all()
    assert filled.sum() == 5 * 25 + 30
    # Beside the edges, and beside what is not filled, nothing is known on one side.
    inner = slice(4, 24)
    np.testing.assert_allclose(holed[:, inner], plane[:, inner], atol=2e-3)


@pytest.mark.parametrize("name", ["viridis", "jet", "RdBu_r", "gray"])
def test_covered_pixels_of_smooth_maps(name: str) -> None:
    picture, clean = drawn(FIELD, name, ink=True), drawn(FIELD, name)
    covered = (picture != clean).any(axis=2)
    grid = image_values(picture, name, (0, 1), fill="harmonic", band=True)
    assert grid.filled is not None
    assert grid.valid.all()
    # On gray, what is nearly as dark as the ink is not covered by it.
    assert (grid.filled[covered]).mean() > (0.97 if name == "gray" else 0.999)
    assert np.abs(grid.values - FIELD)[covered].mean() < 0.005
    assert np.isnan(grid.band[grid.filled]).all()
    bare = image_values(picture, name, (0, 1)).values
    np.testing.assert_array_equal(grid.values[~grid.filled], bare[~grid.filled])


def test_nothing_is_filled_far_from_values() -> None:
    picture = np.full((100, 120, 4), 255, np.uint8)
    picture[:40, :50, :3] = drawn(smooth_field((40, 50)), "viridis")
    picture[5:8, 5:8, 3] = 0
    grid = image_values(picture, "viridis", (0, 1), fill="harmonic")
    assert np.isnan(grid.values[90:, 90:]).all()
    assert np.isnan(grid.values[5:8, 5:8]).all()


@pytest.mark.filterwarnings(FOLDED)
@pytest.mark.parametrize("name", ["flag", "prism"])
def test_neighbors_decide_on_folded_ramps(name: str) -> None:
    with pytest.warns(GeoindexWarning, match="nearly the same colors at 0% to"):
        grid = image_values(drawn(FIELD, name), name, (0, 1))
    assert grid.provenance["reading"]["open_share"] > 0.02
    assert grid.valid.mean() > 0.99
    assert np.abs(grid.values - FIELD)[grid.valid].max() < 0.005


def test_folded_ramps_with_noise_have_no_values() -> None:
    with pytest.warns(GeoindexWarning, match="read a picture without loss"):
        grid = image_values(as_jpeg(drawn(FIELD, "flag"), 90), "flag", (0, 1))
    assert not grid.valid.any()


def test_islands_of_a_folded_ramp_stay_open() -> None:
    ramp = Ramp.from_stops([0, 1, 2], [[0, 0, 0], [0, 200, 90], [0, 0, 0]])
    picture = np.full((5, 7, 3), (0, 100, 45), np.uint8)
    with pytest.warns(GeoindexWarning, match="or none"):
        grid = image_values(picture, ramp, (0, 1), spikes=False)
    assert not grid.valid.any()


def shaded(name: str, kind: str) -> Any:
    """Picture of the field under a hillshade."""
    heights = 300 * smooth_field(FIELD.shape, seed=9)
    light = LightSource(315, 45).hillshade(heights, vert_exag=0.1)[..., np.newaxis]
    light = (light - light.min()) / np.ptp(light)
    colors = colormaps[name](FIELD)[..., :3]
    mixed = colors * (0.5 + 0.5 * light) if kind == "multiply" else 0.6 * colors + 0.4 * light
    return np.floor(255 * mixed + 0.5).astype(np.uint8)


# Read without its shade, the picture is far from the ramp.
@pytest.mark.filterwarnings("ignore:the image. only")
@pytest.mark.parametrize("kind", ["multiply", "alpha"])
@pytest.mark.parametrize("name", ["viridis", "jet", "RdBu_r"])
def test_hillshade_is_taken_off(name: str, kind: str) -> None:
    picture = shaded(name, kind)
    grid = image_values(picture, name, (0, 1), shade=kind, spikes=False)
    report = grid.provenance["reading"]
    assert report["opacity"] == (0.4 if kind == "alpha" else None)
    assert report["median_distance"] < 1
    assert grid.valid.mean() > 0.85
    assert np.abs(grid.values - FIELD)[grid.valid].mean() < 0.003
    plain = image_values(picture, name, (0, 1)).provenance["reading"]
    assert plain["median_distance"] > 10


def test_refused_choices() -> None:
    picture = drawn(smooth_field((30, 40)), "gray")
    for options, message in [
        ({"fill": "linear"}, "unknown fill 'linear'; known: harmonic"),
        ({"shade": "hsv"}, "unknown shade"),
        ({"opacity": 0.4}, "opacity needs shade='alpha'"),
        ({"shade": "alpha", "opacity": 1}, "between 0 and 1"),
        ({"shade": "alpha"}, "gray ramp"),
    ]:
        with pytest.raises(OptionError, match=message):
            image_values(picture, "gray", (0, 1), **options)


@pytest.mark.filterwarnings(FOLDED)
def test_chunks_cannot_decide_on_folded_ramps() -> None:
    import dask.array as da

    with pytest.raises(OptionError, match="across any number of chunks"):
        image_values(da.from_array(drawn(FIELD, "flag")), "flag", (0, 1))
