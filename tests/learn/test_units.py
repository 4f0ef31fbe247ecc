"""Units found in drawn, scanned and printed maps, whose colors are known."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.optimize import linear_sum_assignment
from sklearn.datasets import load_sample_image

from geoindex import learn_palette, load_palette
from geoindex.color.pixels import Pixels
from geoindex.errors import FewerColorsWarning, GeoindexWarning, ImageError
from geoindex.images import blocks
from geoindex.learn.learned import LearnedPalette
from geoindex.learn.units.light_kernels import add_observations, solve_band
from geoindex.learn.units.peaks import find_peaks
from geoindex.learn.units.samples import REACH, Samples, WindowSampler

Colors = np.ndarray
Benchmark = Callable[[str], ModuleType]

SUB = 5
"""Subpixels of a pixel of the benchmarks' maps."""


@pytest.fixture(scope="session")
def engrave(benchmark: Benchmark) -> Callable:
    """Draw the regions of a small map as a benchmark draws them."""
    return partial(benchmark("printed_maps").engrave, n_regions=36, shape=(330, 400))


@pytest.fixture(scope="session")
def print_map(engrave: Callable) -> Callable[[str], tuple[Colors, Colors]]:
    """Print the map of ten units."""
    plate = engrave(42, n_units=10)

    @functools.cache
    def draw(variant: str) -> tuple[Colors, Colors]:
        made = plate.print(variant)
        return made.picture, made.colors[: made.n_units]

    return draw


def units_of(palette: LearnedPalette) -> Colors:
    roles = palette.roles or ("unit",) * len(palette)
    return palette.colors[[role != "ink" for role in roles]].astype(float)


def found_and_too_many(units: Colors, found: Colors, within: float = 12) -> tuple[int, int]:
    gaps = np.linalg.norm(units[:, np.newaxis].astype(float) - found, axis=-1)
    one, other = linear_sum_assignment(np.minimum(gaps, within))
    hits = int((gaps[one, other] < within).sum())
    return hits, len(found) - hits


@pytest.mark.parametrize(
    "variant", ["scan", "printed-fine", "halftone", "blend", "jpeg-60", "inked"]
)
def test_all_units_and_nothing_else(print_map: Callable, variant: str) -> None:
    picture, units = print_map(variant)
    palette = learn_palette(picture, method="units")
    assert found_and_too_many(units, units_of(palette)) == (len(units), 0)
    assert palette.spreads is not None
    assert palette.certainties is not None
    assert palette.spreads.shape == palette.certainties.shape == (len(palette),)
    shares = palette.shares[[color in units_of(palette) for color in palette.colors]]
    assert 0.3 < shares.sum() < 1


@pytest.mark.parametrize("variant", ["jpeg-60", "scan"])
def test_a_small_unit(engrave: Callable, benchmark: Benchmark, variant: str) -> None:
    """A lens of 22 x 18 pixels between its contacts is the only place of its unit."""
    plate = engrave(42, n_units=10)
    y, x = np.indices(plate.units.shape) / SUB
    units = plate.units.copy()
    units[((x - 200) / 11) ** 2 + ((y - 150) / 9) ** 2 < 1] = 10
    colors = np.concatenate([plate.colors, np.array([[236, 138, 222]], np.uint8)])
    contacts = benchmark("drawn_maps").contact_lines(units, np.zeros_like(units))
    made = replace(plate, units=units, contacts=contacts, colors=colors).print(variant)
    found = units_of(learn_palette(made.picture, method="units"))
    assert found_and_too_many(colors, found) == (11, 0)


def test_overexposure_does_not_make_two_units(engrave: Callable) -> None:
    """Bright light on the right cuts off a channel of a unit that lies on both sides."""
    plate = engrave(42, n_units=10)
    colors = plate.colors.copy()
    colors[np.bincount(plate.truth.ravel(), minlength=10).argmax()] = (82, 204, 250)
    light = np.linspace(0.94, 1.06, plate.shape[1])[:, np.newaxis]
    picture = replace(plate, colors=colors).picture() * light
    picture += np.random.default_rng(3).normal(0, 3, picture.shape)
    found = units_of(learn_palette(np.clip(picture, 0, 255).astype(np.uint8), method="units"))
    assert found_and_too_many(colors, found) == (10, 0)


def test_hatching_does_not_make_a_unit_pale(engrave: Callable, benchmark: Benchmark) -> None:
    """JPEG halves the resolution of hues, so that hatching pales all of a saturated unit."""
    plate = engrave(42, n_units=10)
    colors = plate.colors.copy()
    hatched = np.bincount(plate.truth.ravel(), minlength=10).argmax()
    colors[hatched] = (82, 79, 221)
    y, x = np.indices(plate.units.shape) / SUB
    lines = (plate.units == hatched) & ((x + y) / np.sqrt(2) % 7 < 0.8)
    drawn = replace(plate, colors=colors).picture(multiply=[(lines, (0.45, 0.45, 0.45))])
    scanned = benchmark("printed_maps").scanned
    found = units_of(learn_palette(scanned(drawn, np.random.default_rng(1)), method="units"))
    assert np.linalg.norm(found - colors[hatched], axis=1).min() < 8
    assert found_and_too_many(colors, found) == (10, 0)


def test_windows_of_a_large_picture_may_lie_apart(
    print_map: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, units = print_map("scan")
    monkeypatch.setattr("geoindex.learn.units.survey.MOST_WINDOWS", picture[..., 0].size // 12**2)
    found = units_of(learn_palette(picture, method="units"))
    assert found_and_too_many(units, found) == (len(units), 0)


def test_an_exact_map_gives_exact_colors(repository: Path) -> None:
    palette = learn_palette(repository / "data" / "sample_map.png", method="units")
    truth = load_palette(repository / "data" / "sample_palette.csv")
    assert sorted(palette.colors.tolist()) == sorted(truth.colors.tolist())
    inks = {
        tuple(color)
        for color, role in zip(truth.colors, truth.roles, strict=True)
        if role == "ink"
    }
    found = zip(palette.colors, palette.roles or (), strict=True)
    # White hatching is a pattern, which only the legend tells from a unit.
    assert {tuple(color) for color, role in found if role == "ink"} == inks - {(255, 255, 255)}


def test_an_outline_across_units_is_no_unit(kevitsa: Path) -> None:
    palette = learn_palette(kevitsa / "Kevitsa_geology_noframe.png", method="units")
    roles = dict(zip(map(tuple, palette.colors.tolist()), palette.roles or (), strict=True))
    assert {color for color, role in roles.items() if role == "ink"} == {
        (0, 0, 0),
        (227, 26, 28),
    }
    assert len(palette) == 16


def test_the_color_of_lines_thinner_than_a_pixel(print_map: Callable) -> None:
    """No pixel has the brown of the contours; their mixtures with the units point to it."""
    palette = learn_palette(print_map("inked")[0], method="units")
    inks = palette.colors[[role == "ink" for role in palette.roles or ()]]
    for ink in ((0, 0, 0), (150, 95, 45), (60, 120, 205)):
        assert np.linalg.norm(inks.astype(float) - ink, axis=1).min() < 12
    assert len(inks) == 3


def test_the_largest_units_and_too_few() -> None:
    picture = np.zeros((90, 120, 3), np.uint8)
    picture[:, :70], picture[:, 70:100], picture[:, 100:] = (
        (200, 90, 10),
        (20, 90, 180),
        (9, 99, 9),
    )
    assert learn_palette(picture, 2, method="units").colors.tolist() == [
        [200, 90, 10],
        [20, 90, 180],
    ]
    with pytest.warns(
        FewerColorsWarning, match="has 3 colors, not 5: the image has no more units"
    ):
        learn_palette(picture, 5, method="units")
    with pytest.raises(ImageError, match="no flat color that holds area"):
        learn_palette(np.zeros((1, 1, 3), np.uint8), method="units")


def test_attributes_survive_pickling(print_map: Callable) -> None:
    palette = learn_palette(print_map("jpeg-60")[0], method="units")
    again = pickle.loads(pickle.dumps(palette))
    assert again.certainties.tolist() == palette.certainties.tolist()
    assert not again.spreads.flags.writeable
    assert set(palette.to_dict()) >= {"spreads", "certainties"}
    assert learn_palette(np.full((9, 9, 3), 5, np.uint8), method="flat").spreads is None


def section() -> Colors:
    """A seismic section: smooth noise, stretched along the layers, on a color ramp."""
    noise = gaussian_filter(np.random.default_rng(3).normal(size=(300, 400)), (2, 14))
    level = np.clip(127.5 + 90 * noise / noise.std(), 0, 255)
    return np.stack([level, 255 - np.abs(level - 127), 255 - level], axis=-1).astype(np.uint8)


def slopes() -> Colors:
    """Smooth slopes with texture, as in an air photograph."""
    rng = np.random.default_rng(3)
    slope = gaussian_filter(rng.normal(size=(300, 400, 3)), (40, 40, 0))
    texture = gaussian_filter(rng.normal(size=(300, 400)), 1.5)[..., np.newaxis]
    picture = 128 + 60 * slope / slope.std() + 8 * texture / texture.std()
    return np.clip(picture, 0, 255).astype(np.uint8)


def gray(level: np.ndarray, noise: float) -> Colors:
    """A gray picture with noise, deviations of a level from its mean."""
    level = 128 + 50 * level / level.std() + np.random.default_rng(4).normal(0, noise, level.shape)
    return np.clip(level, 0, 255).astype(np.uint8)[..., np.newaxis].repeat(3, axis=2)


def gray_texture() -> Colors:
    """Smooth shapes of every size, as in an air photograph."""
    rng = np.random.default_rng(5)
    sizes = (1, 2, 4, 8, 16, 32, 64)
    smooth = [gaussian_filter(rng.normal(size=(300, 400)), size) for size in sizes]
    return gray(sum(part / part.std() * size for part, size in zip(smooth, sizes, strict=True)), 2)


def gray_section() -> Colors:
    """Reflections of one band of frequencies along folded layers."""
    noise = gaussian_filter(np.random.default_rng(6).normal(size=(300, 400)), (1.5, 14))
    layers = noise - gaussian_filter(noise, (5, 0))
    row, col = np.indices(layers.shape)
    return gray(layers[(row + (12 * np.sin(col / 90)).astype(int)) % 300, col], 3)


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (section, "photograph or a seismic section"),
        (gray_section, "photograph or a seismic section"),
        (gray_texture, "looks like a photograph or a section"),
        (lambda: gray_texture()[..., 0], "looks like a photograph or a section"),
        (
            lambda: (load_sample_image("china.jpg") @ [0.3, 0.6, 0.1]).astype(np.uint8),
            "looks like a photograph or a section",
        ),
        (slopes, "looks like a photograph or a section"),
        (lambda: load_sample_image("china.jpg"), "looks like a photograph or a section"),
        (lambda: load_sample_image("flower.jpg"), "looks like a photograph or a section"),
    ],
)
def test_what_is_no_map_is_told(picture: Callable[[], Colors], message: str) -> None:
    with pytest.warns(GeoindexWarning, match=message):
        learn_palette(picture(), method="units")


@pytest.mark.parametrize("variant", ["scan", "printed-fine"])
def test_gray_units_are_a_map(engrave: Callable, variant: str) -> None:
    plate = engrave(42, n_units=6)
    levels = np.linspace(90, 245, 6).astype(np.uint8)
    made = replace(plate, colors=levels[:, np.newaxis].repeat(3, axis=1)).print(variant)
    found = units_of(learn_palette(made.picture, method="units"))
    assert found_and_too_many(made.colors[:6], found) == (6, 0)


def test_files_in_any_blocks(
    print_map: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    picture, _ = print_map("scan")
    Image.fromarray(picture).save(tmp_path / "scan.png")
    whole = learn_palette(picture, method="units")
    done: list[tuple[int, int]] = []
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", 20_000)
    parts = learn_palette(
        tmp_path / "scan.png", method="units", progress=lambda *rows: done.append(rows)
    )
    assert parts == whole
    assert parts.to_dict() == whole.to_dict()
    assert done == sorted(done)
    assert len(done) > 4
    assert done[-1] == (done[0][1], done[0][1])


def test_two_sheets_are_one_map(print_map: Callable) -> None:
    picture, units = print_map("scan")
    palette = learn_palette([picture[:, :230], picture[:, 190:]], method="units")
    hits, too_many = found_and_too_many(units, units_of(palette))
    # Each sheet has its own light, whose level is known but for a few per cent.
    assert hits == len(units)
    assert too_many <= 1


def window_of(picture: Colors, row: int, col: int, radius: float) -> tuple[Colors, float]:
    """Densest color of a window by trying all of its pixels, and its share."""
    part = picture[max(0, row - REACH) : row + REACH + 1, max(0, col - REACH) : col + REACH + 1]
    pixels = part.reshape(-1, 3).astype(float)
    gaps = ((pixels[:, np.newaxis] - pixels) ** 2).sum(axis=-1)
    color = pixels[np.maximum(1 - gaps / radius**2, 0).sum(axis=1).argmax()]
    for _ in range(50):
        weight = np.maximum(1 - ((pixels - color) ** 2).sum(axis=-1) / radius**2, 0)
        color = (weight[:, np.newaxis] * pixels).sum(axis=0) / weight.sum()
    return color, float((weight > 0).mean())


def sampled(picture: Colors, heights: list[int], valid: Colors | None = None) -> Samples:
    sampler, start = WindowSampler(3, 12.0), 0
    for height in heights:
        rows = slice(start, start + height)
        sampler.add(Pixels(table=picture[rows], valid=None if valid is None else valid[rows]))
        start += height
    return sampler.samples()


def test_main_colors_against_a_search() -> None:
    rng = np.random.default_rng(8)
    picture = np.full((31, 40, 3), (90, 150, 200), np.uint8)
    picture[:, 22:] = (160, 140, 90)
    picture[::5] = 20
    picture = np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)
    samples = sampled(picture, [4, 1, 0, 17, 9])
    assert samples.shares.shape == (10, 13)
    near = 0
    for y in range(10):
        for x in range(13):
            color, share = window_of(picture, 1 + 3 * y, 1 + 3 * x, 12.0)
            # Where two colors hold as much, either is right.
            if np.linalg.norm(samples.colors[y, x] - color) < 1:
                near += 1
                assert abs(samples.shares[y, x] - share) < 0.05
            assert (samples.pixels[y, x, 4] == picture[1 + 3 * y, 1 + 3 * x]).all()
    assert near > 0.9 * 130
    other = sampled(picture, [31])
    for name in ("colors", "shares", "spreads", "pixels"):
        assert (getattr(other, name) == getattr(samples, name)).all()


def test_windows_without_pixels_have_no_color() -> None:
    picture = np.full((30, 60, 3), 77, np.uint8)
    valid = np.ones((30, 60), np.uint8)
    valid[:, 30:] = 0
    picture[:, 30:] = 0
    samples = sampled(picture, [11, 19], valid)
    assert samples.shares[:, 0].tolist() == [1] * 10
    assert (samples.shares[:, -8:] == 0).all()
    assert (samples.colors[samples.full] == 77).all()


def test_normal_equations_against_dense_ones() -> None:
    rng = np.random.default_rng(5)
    n, width, n_obs, n_units = 30, 9, 200, 3
    first = rng.integers(0, n - width + 1, n_obs)
    at = np.sort(first[:, np.newaxis] + rng.integers(0, width, (n_obs, 6)), axis=1)
    values, weights = rng.normal(size=(n_obs, 6)), rng.uniform(0.1, 2, n_obs)
    wanted, units = rng.normal(size=n_obs), rng.integers(0, n_units, n_obs)
    band, right = np.zeros((n, width)), np.zeros((n, 1 + n_units))
    add_observations(at, values, weights, wanted, units, band, right)
    band[:, 0] += 0.1
    rows = np.zeros((n_obs, n))
    np.add.at(rows, (np.arange(n_obs)[:, np.newaxis], at), values)
    dense = rows.T @ (weights[:, np.newaxis] * rows) + 0.1 * np.eye(n)
    sides = rows.T @ (weights[:, np.newaxis] * np.column_stack([wanted, np.eye(n_units)[units]]))
    assert np.allclose(right, sides)
    solve_band(band, right)
    assert np.allclose(right, np.linalg.solve(dense, sides))


def test_peaks_of_known_clouds() -> None:
    rng = np.random.default_rng(2)
    centers = np.array([[60, 60, 60], [60, 84, 60], [200, 120, 30]], float)
    group = rng.integers(0, 3, 3000)
    colors = centers[group] + rng.normal(0, 3, (3000, 3))
    peaks = find_peaks(colors, np.ones(3000), 3.0)
    large = np.flatnonzero(np.bincount(peaks.groups) > 200)
    assert len(large) == 3
    for center, own in zip(centers, range(3), strict=True):
        most = np.bincount(peaks.groups[group == own]).argmax()
        assert (peaks.groups[group == own] == most).mean() > 0.97
        assert np.linalg.norm(peaks.centers[most] - center) < 5
        assert peaks.prominences[most] > 0.9
