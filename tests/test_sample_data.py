"""The sample map and survey: reproducible, with a known answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from geoindex import index_image, legend_palette, load_palette, open_grid
from geoindex.images.files import read_image
from tests.support.command_line import python


@pytest.mark.slow
def test_the_script_draws_it_again(repository: Path, tmp_path: Path) -> None:
    data = repository / "data"
    assert python(data / "make_sample_map.py", "--out", tmp_path).returncode == 0
    drawn, kept = read_image(tmp_path / "sample_map.png"), read_image(data / "sample_map.png")
    # Another version of the font renderer may shade a label's edge by a step or two.
    difference = np.abs(drawn.colors.astype(int) - kept.colors)
    assert (difference > 16).mean() < 0.001
    assert drawn.transform == kept.transform
    classes = [open_grid(folder / "sample_map_classes.tif") for folder in (tmp_path, data)]
    np.testing.assert_array_equal(classes[0].indices, classes[1].indices)
    assert (tmp_path / "sample_palette.csv").read_text() == (
        data / "sample_palette.csv"
    ).read_text()


def test_nearest_color_finds_most_of_the_true_classes(repository: Path) -> None:
    data = repository / "data"
    grid = index_image(data / "sample_map.png", data / "sample_palette.csv")
    with rasterio.open(data / "sample_map_classes.tif") as source:
        truth, transform = source.read(1), source.transform
    assert grid.transform == transform
    assert grid.shape == truth.shape
    inside = truth != 255
    # Line work, labels and soft edges are what is left.
    assert (grid.indices[inside] == truth[inside]).mean() > 0.85
    assert grid.nodata == 255
    outside = ~inside
    assert (grid.indices[outside] == 255).mean() > 0.95


def test_palette_has_names(repository: Path) -> None:
    palette = load_palette(repository / "data" / "sample_palette.csv")
    assert palette.names is not None
    assert len(set(palette.names)) == len(palette)
    assert palette.duplicates() == {}


def test_sample_survey_is_made_by_its_script(tmp_path: Path, repository: Path) -> None:
    script = repository / "data" / "make_sample_survey.py"
    assert python(script, "--out", tmp_path).returncode == 0
    made = (tmp_path / "sample.survey").read_text()
    assert made == (repository / "data" / "sample.survey").read_text()


def test_sheets_are_drawn_by_their_script(tmp_path: Path, repository: Path) -> None:
    data = repository / "data"
    assert python(data / "make_sample_sheets.py", "--out", tmp_path).returncode == 0
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(made) == 21
    for name in made:
        if name.suffix in (".png", ".jpg"):
            drawn, kept = read_image(tmp_path / name).colors, read_image(data / name).colors
            # Another version of the font renderer may shade letters in another way.
            assert (np.abs(drawn.astype(int) - kept) > 16).mean() < 0.01
        elif name.suffix == ".tif":
            with rasterio.open(tmp_path / name) as one, rasterio.open(data / name) as other:
                np.testing.assert_array_equal(one.read(), other.read())
                assert one.profile == other.profile
        else:
            assert (tmp_path / name).read_text() == (data / name).read_text()


def test_the_sheet_becomes_its_part_of_the_true_classes(repository: Path) -> None:
    """Palette from the printed legend, the margin left out, lines and text filled."""
    data = repository / "data"
    names = (data / "sample_legend.txt").read_text(encoding="utf-8").splitlines()
    box, inks = (676, 55, 890, 490), ["black", "#e31a1c", "white"]
    legend = legend_palette(data / "sample_sheet.png", box=box, names=names, ink=inks)
    sheet = index_image(data / "sample_sheet.png", legend, box=(40, 60, 640, 460), clean=True)
    truth = open_grid(data / "sample_map_classes.tif")[60:460, 80:680]
    assert sheet.transform == truth.transform
    assert (sheet.indices == truth.indices).mean() > 0.99


def test_the_units_of_the_scan_are_found_without_a_palette(repository: Path) -> None:
    data = repository / "data"
    grid = index_image(data / "sample_print.jpg")
    truth = open_grid(data / "sample_map_classes.tif").indices[80:680, 150:1050]
    pairs = np.zeros((len(grid.palette), 18), int)
    np.add.at(pairs, (grid.indices, np.minimum(truth, 17)), 1)
    # Each unit that is found stands for the true one that it covers most of.
    assert pairs.max(axis=1).sum() > 0.94 * truth.size
    assert np.count_nonzero(pairs.sum(axis=1)) <= 18
