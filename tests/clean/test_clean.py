"""Class recovery against maps with a known answer and brute force, and as properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from geoindex import Clean, IndexGrid, Palette, clean_grid, index_image, nearest
from geoindex.clean.blocks import clean_block
from geoindex.clean.hatching import HALO_SIDES, find_hatching
from geoindex.clean.speckle import ROUNDS, merge_speckle
from tests.support.palettes import INK_PALETTE

GOALS = {
    "anti-aliased edges": 99.95,
    "+ black contacts": 99.8,
    "+ labels and red faults": 99.75,
    "edges + JPEG": 99.6,
    "edges + hillshade": 99.85,
    "all together": 98.7,
}
"""Required percentages for a small map; benchmarks/class_recovery.py averages large ones."""


def cleaned(drawn, variant: str, **options: object) -> np.ndarray:
    inks = drawn.inks if "+" in variant[:1] or variant == "all together" else ()
    shaded = "hillshade" in variant or variant == "all together"
    return index_image(
        drawn.pictures[variant],
        Palette(drawn.colors),
        metric="shaded" if shaded else "rgb",
        clean=Clean(ink=inks, **options),
    ).indices


@pytest.mark.parametrize("variant", GOALS)
def test_goals(drawn, variant: str) -> None:
    right = cleaned(drawn, variant) == drawn.truth
    assert 100 * right.mean() > GOALS[variant]
    if variant == "+ labels and red faults":
        assert right[drawn.thin].mean() > 0.97


@pytest.mark.parametrize("side", [97, 160])
@pytest.mark.parametrize("variant", ["+ labels and red faults", "all together"])
def test_blocks_give_the_bytes_of_the_whole(drawn, variant: str, side: int) -> None:
    palette = Palette(drawn.colors)
    shaded = variant == "all together"
    pixels = drawn.pictures[variant]
    indices = nearest(pixels, palette, metric="shaded" if shaded else "rgb")
    indices[40:60, 100:200] = 255
    options = Clean(ink=drawn.inks, speckle=5, hatch=["0+1=2"], hatch_gap=4, reach=20)
    plan = options.plan(palette, "shaded" if shaded else "rgb")
    whole = clean_block(pixels, indices, plan)
    rows, cols = indices.shape
    for top in range(0, rows, side):
        for left in range(0, cols, side):
            bottom, right = min(top + side, rows), min(left + side, cols)
            y0, x0 = max(0, top - options.halo), max(0, left - options.halo)
            around = (
                slice(y0, min(rows, bottom + options.halo)),
                slice(x0, min(cols, right + options.halo)),
            )
            inner = slice(top - y0, bottom - y0), slice(left - x0, right - x0)
            part = clean_block(pixels[around], indices[around], plan, inner)
            place = slice(top, bottom), slice(left, right)
            np.testing.assert_array_equal(part.indices, whole.indices[place])
            np.testing.assert_array_equal(part.reasons, whole.reasons[place])
            np.testing.assert_array_equal(part.confidence, whole.confidence[place])


@pytest.mark.parametrize("speckle", [0, 2, 6])
def test_tiles_give_the_bytes_of_the_whole(speckle: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ink is filled from lines one pixel wide that lie as far from a tile as the reach."""
    palette = Palette([[0, 0, 0], [200, 40, 40], [40, 200, 40], [40, 40, 200]])
    indices = np.zeros((120, 140), np.uint8)
    indices[:, :20], indices[:, 100], indices[30::40, 40:] = 1, 3, 2
    pixels = palette.colors[indices]
    plan = Clean(ink=0, speckle=speckle).plan(palette)
    whole = clean_block(pixels, indices, plan)
    for side in (13, 32):
        monkeypatch.setattr("geoindex.clean.blocks.TILE", side)
        tiled = clean_block(pixels, indices, plan)
        for name in ("indices", "reasons", "confidence"):
            np.testing.assert_array_equal(getattr(tiled, name), getattr(whole, name))


@given(st.integers(0, 2**32 - 1), st.integers(2, 9))
def test_speckle_depends_on_its_halo_alone(seed: int, size: int) -> None:
    """Rows of patches just large enough or too small, in which merging runs far."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(max(1, size - 3), size + 2, 90)
    row = np.repeat(rng.integers(0, 3, 90), lengths).astype(np.int32)
    halo, middle = Clean(speckle=size).late_halo, len(row) // 2
    margin = min(halo, middle, len(row) - middle - 1)

    def merged(classes: np.ndarray) -> np.ndarray:
        for _ in range(ROUNDS):
            after = np.empty_like(classes)
            merge_speckle(classes, size, 4, after)
            classes = after
        return classes

    around = row[middle - margin : middle + margin + 1]
    assert merged(around[np.newaxis])[0, margin] == merged(row[np.newaxis])[0, middle]


def test_an_antialiased_edge_goes_to_the_unit_that_covers_more() -> None:
    palette = Palette([[200, 0, 0], [0, 0, 200], [100, 0, 100]])
    share = np.array([1, 1, 1, 0.6, 0, 0, 0])
    row = share[:, None] * palette.colors[0] + (1 - share[:, None]) * palette.colors[1]
    picture = np.tile(row.round().astype(np.uint8), (7, 1, 1))
    # Half red, half blue is the purple of the third unit.
    assert index_image(picture, palette).indices[3].tolist() == [0, 0, 0, 2, 1, 1, 1]
    grid = index_image(picture, palette, clean=True)
    assert grid.indices[3].tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert grid.provenance["clean"]["edges"] is True
    assert index_image(picture, palette, clean=False).provenance.get("clean") is None


def test_a_thin_unit_of_a_mixed_color_stays() -> None:
    palette = Palette([[200, 0, 0], [0, 0, 200], [100, 0, 100]])
    truth = np.zeros((20, 21), np.uint8)
    truth[:, 9:12] = 2
    truth[:, 12:] = 1
    grid = index_image(palette.colors[truth], palette, clean=True)
    np.testing.assert_array_equal(grid.indices, truth)


@pytest.mark.parametrize("width", [1, 2, 3, 6, 9, 15])
def test_ink_of_any_width_is_split_along_its_middle(width: int) -> None:
    indices = np.full((12, 41), 1, np.uint8)
    left = 20 - width // 2
    indices[:, 20:] = 2
    indices[:, left : left + width] = 0
    grid = IndexGrid(indices=indices, palette=INK_PALETTE, nodata=255)
    result = clean_grid(grid)
    expected = np.where(np.arange(41) < left + width / 2, 1, 2)
    middle = left + width // 2
    rows = result.grid.indices
    keep = np.arange(41) != middle if width % 2 else np.ones(41, bool)
    assert (rows[:, keep] == expected[keep]).all()
    assert result.changed()["ink"] == 12 * width
    assert result.after[0] == 0
    assert result.after.sum() == result.before.sum() == 12 * 41


def test_ink_far_from_every_unit_becomes_nodata() -> None:
    indices = np.zeros((9, 90), np.uint8)
    indices[:, :20] = 1
    grid = IndexGrid(indices=indices, palette=INK_PALETTE, nodata=255)
    result = clean_grid(grid, Clean(reach=30)).grid
    assert (result.indices[:, :50] == 1).all()
    assert (result.indices[:, 50:] == 255).all()


def test_ink_far_from_every_unit_stays_where_there_is_no_nodata() -> None:
    palette = Palette(np.arange(256)[:, None].repeat(3, 1))
    indices = np.zeros((9, 90), np.uint8)
    indices[:, :20] = 1
    result = clean_grid(IndexGrid(indices=indices, palette=palette), Clean(ink=0, reach=30)).grid
    assert (result.indices[:, 50:] == 0).all()
    assert result.indices.dtype == np.uint8


grids = st.integers(0, 2**32 - 1).map(
    lambda seed: (
        np.random.default_rng(seed)
        .choice(np.array([0, 1, 2, 3, 255], np.uint8), (14, 17), p=[0.2, 0.4, 0.2, 0.1, 0.1])
        .astype(np.uint8)
    )
)


@given(grids)
def test_laws_on_grids(indices: np.ndarray) -> None:
    grid = IndexGrid(indices=indices, palette=INK_PALETTE, nodata=255)
    result = clean_grid(grid, Clean(speckle=0))
    once = result.grid.indices
    np.testing.assert_array_equal(once == 255, indices == 255)
    assert not (once == 0).any() or not (indices[indices != 255] > 0).any()
    # Without the picture only ink changes.
    np.testing.assert_array_equal(once[indices != 0], indices[indices != 0])
    np.testing.assert_array_equal((result.reasons > 0), once != indices)
    twice = clean_grid(result.grid, Clean(speckle=0))
    np.testing.assert_array_equal(twice.grid.indices, once)
    assert not twice.reasons.any()


def test_laws_on_pictures(drawn) -> None:
    variant = "+ labels and red faults"
    palette = Palette(drawn.colors)
    alpha = np.full(drawn.truth.shape, 255, np.uint8)
    alpha[100:140, 50:90] = 0
    picture = np.dstack([drawn.pictures[variant], alpha])
    grid = index_image(picture, palette)
    options = Clean(ink=drawn.inks, speckle=4)
    result = clean_grid(grid, options, image=picture)
    np.testing.assert_array_equal(result.grid.valid, grid.valid)
    assert set(np.unique(result.grid.indices)) <= {*range(drawn.n_units), 255}
    np.testing.assert_array_equal(result.reasons > 0, result.grid.indices != grid.indices)
    np.testing.assert_array_equal(result.confidence == 255, ~grid.valid)
    whole = index_image(picture, palette, clean=options)
    np.testing.assert_array_equal(whole.indices, result.grid.indices)
    again = clean_grid(result.grid, options, image=picture)
    np.testing.assert_array_equal(again.grid.indices, result.grid.indices)
    assert not again.reasons.any()
    # Where it is sure it is right more often.
    right = result.grid.indices == drawn.truth
    inside = grid.valid & (result.reasons > 0)
    sure = result.confidence > 90
    assert right[inside & sure].mean() > right[inside & ~sure].mean()


def speckle_oracle(indices: np.ndarray, size: int, connectivity: int) -> np.ndarray:
    """One pass over all patches, labeled by SciPy."""
    structure = ndimage.generate_binary_structure(2, 1 if connectivity == 4 else 2)
    patches = np.zeros(indices.shape, int)
    for value in np.unique(indices[indices < 255]):
        labels, _ = ndimage.label(indices == value, structure)
        patches[labels > 0] = labels[labels > 0] + patches.max()
    sizes = np.bincount(patches.ravel())
    large = (sizes[patches] >= size) & (indices < 255)
    result = indices.copy()
    for patch in np.unique(patches[~large & (indices < 255)]):
        mask = patches == patch
        border: dict[int, int] = {}
        for y, x in np.argwhere(mask):
            for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                ny, nx = y + dy, x + dx
                inside = 0 <= ny < indices.shape[0] and 0 <= nx < indices.shape[1]
                if inside and large[ny, nx] and indices[ny, nx] != indices[y, x]:
                    border[indices[ny, nx]] = border.get(indices[ny, nx], 0) + 1
        if border:
            result[mask] = min(border, key=lambda value: (-border[value], value))
    return result


@given(grids, st.integers(2, 6), st.sampled_from([4, 8]))
def test_speckle_equals_the_oracle(indices: np.ndarray, size: int, connectivity: int) -> None:
    grid = IndexGrid(indices=indices, palette=INK_PALETTE, nodata=255)
    options = Clean(ink=(), speckle=size, connectivity=connectivity)
    result = clean_grid(grid, options)
    expected = indices
    for _ in range(4):
        expected = speckle_oracle(expected, size, connectivity)
    np.testing.assert_array_equal(result.grid.indices, expected)


@pytest.mark.parametrize("hatches", [[(0, 1, 3), (0, 2, 4)], [(0, 2, 4), (0, 1, 3)]])
def test_hatchings_that_share_a_color_meet_at_their_contact(
    hatches: list[tuple[int, int, int]],
) -> None:
    y, x = np.mgrid[:160, :200]
    is_left = x < 90 + 0.3 * (y - 80)
    classes = np.zeros(y.shape, np.int32)
    classes[is_left & ((x + y) % 11 < 3)] = 1
    classes[~is_left & ((x - y) % 9 < 3)] = 2
    gap = 12
    found = find_hatching(classes, hatches, gap)
    assert (found == np.where(is_left, 3, 4)).mean() > 0.99
    # A part with its surroundings gives what the whole gives.
    halo = HALO_SIDES * (gap + 1)
    part = find_hatching(classes[: 40 + halo, : 60 + halo], hatches, gap)
    np.testing.assert_array_equal(part[:40, :60], found[:40, :60])


def test_hatching_becomes_one_class() -> None:
    palette = Palette(
        [[255, 255, 255], [76, 174, 29], [200, 180, 90], [10, 20, 200]],
        names=["White", "Green", "Quartzite", "Lake"],
    )
    y, x = np.mgrid[:80, :120]
    truth = np.where(x < 60, 2, np.where(y < 40, 0, 3)).astype(np.uint8)
    drawn = np.where(truth == 2, np.where((x + y) % 9 < 3, 1, 0), truth).astype(np.uint8)
    # A single green line across white is no hatching.
    drawn[10:13, 70:] = 1
    truth[10:13, 70:] = 1
    result = clean_grid(
        IndexGrid(indices=drawn, palette=palette),
        Clean(hatch="255,255,255+76,174,29=Quartzite", hatch_gap=6, speckle=0),
    )
    right = result.grid.indices == truth
    assert right[:, :52].all()
    assert right[:, 64:].all()
    assert right.mean() > 0.96
    assert result.changed()["hatch"] > 4000
    plain = clean_grid(IndexGrid(indices=drawn, palette=palette), Clean(speckle=0))
    np.testing.assert_array_equal(plain.grid.indices, drawn)
