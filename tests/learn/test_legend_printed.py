"""Legends as they are printed and scanned, drawn by the benchmarks with known answers."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from geoindex import legend_palette, load_palette
from geoindex.errors import GeoindexWarning
from geoindex.learn.legend.paper import tilt_of, whitened
from tests.support.drawings import draw_legend as draw_exact


@pytest.fixture
def draw_legend(benchmark):
    """The generator of the benchmarks; the seeds below are read without a mistake, not all are."""
    return benchmark("drawn_legends").draw_legend


@pytest.mark.parametrize(
    ("seed", "tilt", "white_paper"),
    [
        (2000, 3, False),
        (2028, -2, True),
        (2038, -3, False),
        (2059, 2, True),
        (2041, 1.5, False),
        (2076, 0, False),
    ],
)
def test_scans_are_read_in_order(draw_legend, seed: int, tilt: float, white_paper: bool) -> None:
    drawn = draw_legend(seed, tilt=tilt, x_height=11)
    legend = legend_palette(drawn.picture, white_paper=white_paper)
    expected = [one.ink if white_paper else one.color for one in drawn.swatches]
    assert len(legend.swatches) == len(expected)
    assert np.abs(legend.colors - np.array(expected, int)).max() <= 12
    assert legend.patterned == tuple(i for i, s in enumerate(drawn.swatches) if s.patterned)
    for found, one in zip(legend.swatches, drawn.swatches, strict=True):
        middle = (found.box[0] + found.box[2]) / 2, (found.box[1] + found.box[3]) / 2
        np.testing.assert_allclose(middle, one.middle, atol=3)


@pytest.mark.parametrize("tilt", [-2.7, 0.6, 3.3])
def test_tilt_of_what_is_drawn(draw_legend, tilt: float) -> None:
    assert tilt_of(draw_legend(2028, tilt=tilt, x_height=9).picture) == pytest.approx(
        tilt, abs=0.1
    )


def test_paper_becomes_white() -> None:
    y, x = np.mgrid[0:240, 0:300]
    light = (1 - 0.1 * (x / 300) ** 2 - 0.05 * y / 240)[..., np.newaxis]
    sheet = np.full((240, 300, 3), 255.0)
    sheet[60:100, 50:120] = [120, 200, 90]
    picture = (sheet * light * np.array([0.98, 0.96, 0.88])).round().astype(np.uint8)
    assert np.abs(whitened(picture).astype(int) - sheet).max() <= 3


def test_a_legend_is_found_on_its_sheet(repository) -> None:
    """The same swatches with and without a box, also on a tilted copy in JPEG."""
    sheet = repository / "data" / "sample_sheet.png"
    boxed = legend_palette(sheet, box=(676, 55, 890, 490))
    assert legend_palette(sheet).swatches == boxed.swatches
    with Image.open(sheet) as opened:
        large = opened.convert("RGB").resize((1125, 650), Image.Resampling.BICUBIC)
    tilted = large.rotate(-1.4, Image.Resampling.BICUBIC, expand=True, fillcolor=(255, 255, 255))
    found = legend_palette(np.array(tilted))
    assert len(found.swatches) == len(boxed.swatches)
    assert np.abs(found.colors.astype(int) - boxed.colors).max() <= 3


def test_a_scanned_legend_is_found_beside_a_map_as_wide_as_twenty_swatches(repository) -> None:
    """JPEG lets yellow run over the edge of its swatch, and strips of the map are wide, too."""
    data = repository / "data"
    colors = load_palette(data / "sample_palette.csv").colors[:12]
    sheet = Image.new("RGB", (860, 480), (250, 248, 240))
    pen = ImageDraw.Draw(sheet)
    for number, color in enumerate(colors.tolist()):
        top = 44 + 27 * number
        pen.rectangle((640, top, 676, top + 18), fill=tuple(color), outline=(20, 20, 20))
        pen.text((686, top), f"unit {number}", fill=(20, 20, 20))
    noisy = np.array(sheet) + np.random.default_rng(1).normal(0, 4, (480, 860, 3))
    sheet = Image.fromarray(noisy.clip(0, 255).round().astype(np.uint8))
    with Image.open(data / "sample_print.jpg") as scan:
        sheet.paste(scan.crop((0, 0, 600, 400)), (20, 40))
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=80)
    legend = legend_palette(np.array(Image.open(file)))
    assert len(legend.swatches) == len(colors)
    assert np.abs(legend.colors.astype(int) - colors).max() <= 6


def test_rectangles_that_are_no_legend_are_told() -> None:
    picture = np.full((500, 300, 3), 255, np.uint8)
    for left, top in ((10, 10), (90, 40), (200, 330)):
        picture[top : top + 20, left : left + 30] = [200, left, top % 256]
    with pytest.warns(GeoindexWarning, match="3 of 3 rectangles found stand in no column or row"):
        legend_palette(picture)
    assert len(legend_palette(picture, box=(0, 0, 300, 500)).swatches) == 3
    columns = np.full((500, 300, 3), 255, np.uint8)
    for top in range(10, 390, 40):
        columns[top : top + 20, 10:40] = [200, 100, 50]
    with pytest.warns(GeoindexWarning, match="10 of 10 rectangles found have the same color"):
        legend_palette(columns)


def test_small_print_is_read_as_before(repository) -> None:
    """Swatches of 6 pixels, whose blurred names are as solid as they."""
    legend = draw_exact(size=(72, 24), gap=30, columns=2)
    small = legend.resize((legend.width // 4, legend.height // 4), Image.Resampling.BOX)
    noisy = np.array(small) + np.random.default_rng(1).normal(0, 1, (*np.array(small).shape,))
    found = legend_palette(noisy.round().clip(0, 255).astype(np.uint8))
    assert len(found.swatches) >= 5
    assert all(swatch.box[3] - swatch.box[1] <= 8 for swatch in found.swatches)


def test_boxes_lie_inside_the_picture(draw_legend) -> None:
    """Also where the picture ends at the swatches, which are tilted."""
    drawn = draw_legend(2076, tilt=3, x_height=11)
    left = int(min(one.middle[0] - one.size[0] / 2 for one in drawn.swatches))
    part = drawn.picture[:, left:]
    for swatch in legend_palette(part).swatches:
        left, top, right, bottom = swatch.box
        assert 0 <= left < right <= part.shape[1]
        assert 0 <= top < bottom <= part.shape[0]
