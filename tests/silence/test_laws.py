"""The laws behind the tables, on random palettes and grids."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.crs import CRS

from geoindex import IndexGrid, Palette, load_palette, open_grid
from geoindex.errors import GeoindexWarning

NAME = st.text("abcäñßжΩ單 (),;:'\"#%&<>0123456789", min_size=1, max_size=12).filter(
    lambda name: name == " ".join(name.split())
)


@st.composite
def palettes(draw: st.DrawFn) -> Palette:
    """Palettes of up to twelve classes, with all that a palette can have."""
    n = draw(st.integers(2, 12))
    channel = st.integers(0, 255)
    return Palette(
        draw(st.lists(st.tuples(channel, channel, channel), min_size=n, max_size=n)),
        draw(st.lists(NAME, min_size=n, max_size=n, unique=True)),
        name="p",
        values=draw(st.lists(st.integers(-999, 99_999), min_size=n, max_size=n, unique=True)),
        roles=[
            "ink",
            *draw(st.lists(st.sampled_from(["", "ink"]), min_size=n - 1, max_size=n - 1)),
        ],
        scale="byte",
    )


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".json", ".qml", ".clr", ".sld"])
@settings(max_examples=20)
@given(palette=palettes())
def test_a_palette_written_and_read_keeps_what_it_has(palette: Palette, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"p{suffix}"
        if suffix in (".csv", ".tsv", ".json"):
            palette.save(path)
        else:
            with pytest.warns(GeoindexWarning, match="the format stores no roles; write .csv"):
                palette.save(path)
        found = load_palette(path)
    assert found.colors.tolist() == palette.colors.tolist()
    assert (found.names, found.values) == (palette.names, palette.values)
    if suffix in (".csv", ".tsv", ".json"):
        assert found.roles == palette.roles


@settings(max_examples=20)
@given(palette=palettes(), seed=st.integers(0, 999), values=st.booleans())
def test_the_order_of_a_legend_does_not_matter(
    palette: Palette, seed: int, *, values: bool
) -> None:
    rng = np.random.default_rng(seed)
    grid = IndexGrid(
        indices=rng.integers(0, len(palette), (4, 5)).astype(np.uint8),
        palette=palette,
        nodata=255,
        transform=Affine(10, 0, 0, 0, -10, 40),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.asc"
        grid.save(path, values=values)
        legend = Path(folder) / "m.asc.legend.csv"
        head, *rows = legend.read_text("utf-8").splitlines()
        random.Random(seed).shuffle(rows)
        legend.write_text("\n".join([head, *rows]) + "\n", "utf-8")
        found = open_grid(path)
        names = [palette.names[row] for row in grid.indices.ravel()]
        assert [found.palette.names[row] for row in found.indices.ravel()] == names
        by_row = dict(zip(found.palette.names, found.palette.colors.tolist(), strict=True))
        assert by_row == dict(zip(palette.names, palette.colors.tolist(), strict=True))


@pytest.mark.parametrize("suffix", [".tif", ".png", ".npy"])
@settings(max_examples=20)
@given(
    place=st.none()
    | st.tuples(
        st.sampled_from([1, 0.25, 12.5, 1 / 3600, 5.0793]),
        st.sampled_from([-1, 1]),
        st.sampled_from([0, 18.6, 90]),
        st.integers(-(10**6), 10**7),
    ),
    crs=st.none() | st.sampled_from([3067, 4326, 23031, 2393]),
)
def test_a_place_comes_back_as_it_went(
    place: tuple[float, ...] | None, crs: int | None, suffix: str
) -> None:
    transform = None
    if place is not None:
        size, up, angle, origin = place
        turned = Affine.rotation(angle) @ Affine.scale(size, up * size)
        transform = Affine.translation(origin, origin / 2) @ turned
    grid = IndexGrid(
        indices=np.array([[0, 1], [1, 255]], np.uint8),
        palette=Palette([[0, 0, 0], [9, 9, 9]]),
        nodata=255,
        transform=transform,
        crs=None if crs is None or transform is None else CRS.from_epsg(crs),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"m{suffix}"
        grid.save(path)
        found = open_grid(path)
    assert (found.transform, found.crs) == (grid.transform, grid.crs)
