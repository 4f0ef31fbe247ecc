"""Pixels below a rectangle drawn on the map."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest
from affine import Affine

UP = Affine(5, 0, 1000, 0, -5, 2000)
TURNED = Affine.translation(1000, 2000) @ Affine.rotation(30) @ Affine.scale(5, -5)
MIRRORED = Affine(-2, 0, 50, 0, 3, -70)


@pytest.fixture(scope="session")
def place(module: Callable[[str], ModuleType]) -> ModuleType:
    """``geoindex_qgis.place``."""
    return module("geoindex_qgis.place")


@pytest.mark.parametrize("transform", [UP, TURNED, MIRRORED, None])
def test_box_holds_the_pixels_below(place: ModuleType, transform: Affine | None) -> None:
    """The box is that of all pixels some of whose many points lie in the rectangle."""
    image = place.Place(40, 30, transform and list(transform[:6]))
    west, south, east, north = image.extent()
    drawn = place.Extent(
        west + 0.41 * (east - west),
        south + 0.37 * (north - south),
        west + 0.63 * (east - west),
        south + 0.68 * (north - south),
    )
    left, top, right, bottom = image.box(drawn)
    col, row = np.meshgrid(np.linspace(0, 40, 1601), np.linspace(0, 30, 1201))
    x, y = (transform or Affine(1, 0, 0, 0, -1, 0)) @ (col, row)
    inside = (x > drawn.west) & (x < drawn.east) & (y > drawn.south) & (y < drawn.north)
    found = (
        np.floor(col[inside].min()),
        np.floor(row[inside].min()),
        np.ceil(col[inside].max()),
        np.ceil(row[inside].max()),
    )
    assert (left, top, right, bottom) == found


def test_edges_of_pixels_add_none_and_the_image_ends_the_box(place: ModuleType) -> None:
    image = place.Place(900, 520, [0.1, 0, 486200.3, 0, -0.1, 7512000.7])
    x, y = 486200.3, 7512000.7
    drawn = place.Extent(x + 67.6, y - 49.0, x + 89.0, y - 5.5)
    assert image.box(drawn) == (676, 55, 890, 490)
    assert image.box(place.Extent(x - 5, y - 99, x + 999, y + 5)) == (0, 0, 900, 520)
    with pytest.raises(place.PlaceError, match=r"lies beside .* covers x 486200\.3"):
        image.box(place.Extent(x - 5, y - 1, x - 1, y))


def test_image_that_qgis_shows_elsewhere_is_refused(place: ModuleType) -> None:
    image = place.Place(40, 30, list(UP[:6]))
    image.check(place.Extent(1000, 1850, 1205, 2000))  # a pixel larger
    with pytest.raises(place.PlaceError, match=r"shows the image at x 0 to 40.*x 1000 to 1200"):
        image.check(place.Extent(0, -30, 40, 0))
