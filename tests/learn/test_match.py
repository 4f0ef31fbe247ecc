"""Each unit of a map is assigned a different palette color."""

from __future__ import annotations

import itertools
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from geoindex import (
    ColorCube,
    GeoindexError,
    Palette,
    convert,
    index_image,
    load_palette,
    match_palette,
    nearest,
    open_grid,
)
from tests.support.command_line import printed

GRAYS = Palette([[0, 0, 0], [100, 100, 100], [200, 200, 200], [255, 255, 255]], name="grays")
UNITS = Palette([[90, 90, 90], [110, 110, 110], [250, 250, 250]], names=["a", "b", "c"])


def test_by_hand() -> None:
    match = match_palette(UNITS, GRAYS, counts=[10, 20, 5])
    assert match.nearest_rows.tolist() == [1, 1, 3]
    # a -> 0 and b -> 1 cost 90 + 10, a -> 1 and b -> 2 cost 10 + 90, weighed by 10 and 20.
    assert match.rows.tolist() == [0, 1, 3]
    np.testing.assert_allclose(match.distances, np.sqrt(3) * np.array([90, 10, 5]))
    (group,) = match.shared
    assert (group.index, group.label, group.units) == (1, "100,100,100", (1, 0))
    assert (group.colors, group.pixels) == (((110,) * 3, (90,) * 3), (20, 10))
    np.testing.assert_allclose(group.distances, [10 * np.sqrt(3)] * 2)
    assert json.loads(json.dumps(match.to_dict()))["units"][0]["label"] == "a"


colors = st.tuples(*[st.integers(0, 255)] * 3)


@given(
    st.lists(colors, min_size=1, max_size=4, unique=True),
    st.lists(colors, min_size=4, max_size=6),
    st.sampled_from(["rgb", "lab", "redmean"]),
)
def test_total_distance_equals_brute_force(units: list, palette: list, metric: str) -> None:
    target = Palette(palette)
    usable = [row for row in range(len(target)) if row not in target.duplicates()]
    if len(units) > len(usable):
        with pytest.raises(GeoindexError, match="different colors, but the palette has"):
            match_palette(units, target, metric=metric)
        return
    match = match_palette(units, target, metric=metric)
    single = {
        (i, row): match_palette([unit], Palette([palette[row]]), metric=metric).distances[0]
        for i, unit in enumerate(units)
        for row in usable
    }
    least = min(
        sum(single[i, row] for i, row in enumerate(rows))
        for rows in itertools.permutations(usable, len(units))
    )
    assert match.distances.sum() == pytest.approx(least)
    assert len(set(match.rows.tolist())) == len(units)
    assert set(match.rows.tolist()) <= set(usable)
    np.testing.assert_array_equal(match.nearest_rows, nearest(units, target, metric=metric))


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True),
    st.lists(st.integers(0, 5), min_size=4, max_size=6, unique=True),
    st.sampled_from([None, 1, 10**7]),
)
def test_of_equal_totals_the_first_units_get_the_lowest_rows(
    units: list[int], palette: list[int], pixels: int | None
) -> None:
    """Grays at equal steps: most of the best assignments have equals."""
    grays = [[[50 * level] * 3 for level in levels] for levels in (units, palette)]
    counts = None if pixels is None else [pixels] * len(units)
    match = match_palette(grays[0], Palette(grays[1]), counts=counts)
    totals = {
        rows: sum(abs(unit - palette[row]) for unit, row in zip(units, rows, strict=True))
        for rows in itertools.permutations(range(len(palette)), len(units))
    }
    least = min(totals.values())
    assert tuple(match.rows) == min(rows for rows, total in totals.items() if total == least)


def test_pixels_go_to_their_unit_first() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (30, 40, 4), dtype=np.uint8)
    picture[..., 3] = np.where(rng.random((30, 40)) < 0.1, 0, 255)
    units = Palette(rng.integers(0, 256, (9, 3)))
    palette = load_palette("windows-256")
    match = match_palette(units, palette)
    expected = match.rows[nearest(picture[..., :3], units)]
    expected[picture[..., 3] == 0] = 65_535
    grid = index_image(picture, palette, units=units)
    np.testing.assert_array_equal(grid.indices, expected)
    assert (grid.palette, grid.nodata) == (palette, 65_535)
    assert grid.provenance["unit_rows"] == match.rows.tolist()
    assert grid.provenance["units_sha256"] == units.sha256
    opaque = index_image(picture[..., :3], palette, units=units.colors)
    assert (opaque.indices.dtype, opaque.nodata) == (np.uint8, None)


def test_distance_cube_and_pickle() -> None:
    picture = np.array([[[90, 90, 90], [110, 110, 110], [0, 255, 0], [250, 250, 250]]], np.uint8)
    expected = [[0, 1, 255, 3]]
    near = index_image(picture, GRAYS, units=UNITS, max_distance=20)
    assert near.indices.tolist() == expected
    cube = ColorCube(GRAYS, "rgb", 20)
    np.testing.assert_array_equal(index_image(picture, cube, units=UNITS).indices, near.indices)
    mapper = match_palette(UNITS, GRAYS).mapper(20)
    out = np.empty((1, 4), np.uint8)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(mapper)).map(picture), mapper.map(picture)
    )
    assert mapper.map(picture, out=out) is out
    assert out.tolist() == expected
    with pytest.raises(GeoindexError, match=r"out must have the shape \(1, 4\)"):
        mapper.map(picture, out=np.empty((2, 2), np.uint8))


def test_files(tmp_path: Path) -> None:
    picture = np.repeat(UNITS.colors[np.newaxis], 4, axis=0)
    Image.fromarray(picture).save(tmp_path / "map.png")
    UNITS.save(tmp_path / "units.csv")
    GRAYS.save(tmp_path / "grays.csv")
    merged = convert(tmp_path / "map.png", tmp_path / "plain.tif", GRAYS)
    assert merged.classes_used == 2
    report = convert(tmp_path / "map.png", tmp_path / "map.tif", GRAYS, units=UNITS)
    assert (report.classes_used, report.merged) == (3, ())
    rows = match_palette(UNITS, GRAYS).rows
    np.testing.assert_array_equal(open_grid(tmp_path / "map.tif").indices, [rows] * 4)
    palettes = ["-p", tmp_path / "grays.csv", "--units", tmp_path / "units.csv"]
    printed("convert", tmp_path / "map.png", tmp_path / "cli.tif", *palettes)
    np.testing.assert_array_equal(open_grid(tmp_path / "cli.tif").indices, [rows] * 4)


def test_frequent_colors_of_a_real_map_stay_apart(kevitsa: Path) -> None:
    from geoindex.color.pixels import PixelRule
    from geoindex.images.pixel_blocks import count_colors

    path = kevitsa / "Kevitsa_geology_noframe.png"
    histogram = count_colors(path, PixelRule())
    frequent = np.argsort(-histogram.counts)[:20]
    match = match_palette(
        histogram.colors[frequent],
        load_palette("windows-256"),
        counts=histogram.counts[frequent],
    )
    assert len(set(match.nearest_rows.tolist())) == 17
    assert len(set(match.rows.tolist())) == 20
    grid = index_image(path, "windows-256", units=match.units)
    assert (grid.counts() > 0).sum() == 20


@pytest.mark.parametrize(
    ("units", "options", "message"),
    [
        ([[1, 2, 3], [9, 9, 9], [1, 2, 3]], {}, "rows 0 and 2 are both 1,2,3"),
        (
            np.arange(15).reshape(5, 3),
            {},
            "5 units need 5 different colors, but the palette has 4; use",
        ),
        ([[1, 2]], {}, "must have the shape"),
        ([[1, 2, 3]], {"metric": "hsv"}, "unknown metric"),
        ([[1, 2, 3]], {"counts": [1, 2]}, "counts must be 1 integers"),
        ([[1, 2, 3]], {"counts": [-1]}, "counts must be 1 integers of 0 or more"),
    ],
)
def test_bad_input(units: object, options: dict[str, object], message: str) -> None:
    with pytest.raises(GeoindexError, match=message):
        match_palette(units, GRAYS, **options)
