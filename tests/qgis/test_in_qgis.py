"""The plugin's algorithms in QGIS: results, styles, rendering, messages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image

from geoindex import Palette, Survey, index_image, learn_palette, load_palette, open_grid
from tests.support.command_line import invoke
from tests.support.programs import qgis_python

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "data"

VALUES = range(10, 220, 10)
GRIDS = {
    "a.tif": [],
    "b.asc": [],
    "c.png": [],
    "cog.tif": ["--cog"],
    "values.tif": ["--values"],
}

pytestmark = pytest.mark.slow


@dataclass
class Results:
    """What the algorithms wrote and told."""

    folder: Path
    facts: dict[str, Any]

    def of(self, case: str) -> Any:
        """Facts of a case, which must not have failed."""
        facts = self.facts[case]
        if isinstance(facts, dict) and "failed" in facts:
            pytest.fail(facts["failed"])
        return facts


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Run all in one QGIS, with variables that would break the other Python."""
    work, home = tmp_path_factory.mktemp("qgis"), tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    write_grids(work / "plain")
    write_grids(work / "styled", "--style", "qml")
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": "/usr/lib/python3/dist-packages",
        "PROJ_LIB": "/usr/share/proj",
        "PROJ_DATA": "/usr/share/proj",
        "GEOINDEX_COMMAND": str(Path(sys.executable).with_name("geoindex")),
    }
    kept = {k: v for k, v in os.environ.items() if k.startswith(("NUMBA", "LC_", "LANG"))}
    script = [HERE / "in_qgis.py", HERE.parents[1] / "qgis", DATA, work]
    done = subprocess.run(
        [qgis_python(), "-W", "ignore", *map(str, script)],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        pytest.fail(done.stderr)
    return Results(work, json.loads(done.stdout.splitlines()[-1]))


def write_grids(folder: Path, *options: str) -> None:
    """The sample map in the formats of GIS; ``values.tif`` holds the numbers of `VALUES`."""
    folder.mkdir()
    palette = load_palette(DATA / "sample_palette.csv")
    palette.replace(values=VALUES).save(folder / "values.csv")
    for name, extra in GRIDS.items():
        legend = folder / "values.csv" if "--values" in extra else DATA / "sample_palette.csv"
        base = ["convert", DATA / "sample_map.png", "-p", legend, "-o", folder / name]
        assert invoke(*base, *extra, *options).exit_code == 0


@pytest.fixture(scope="module")
def palette() -> Palette:
    return load_palette(DATA / "sample_palette.csv")


def entries(palette: Palette, first: int = 0) -> list[list[Any]]:
    """Value, name and color of each class, as QGIS shows them."""
    colors = [f"#{bytes(color).hex()}" for color in palette.colors]
    return [[first + row, palette.label(row), color] for row, color in enumerate(colors)]


def drawn_and_expected(results: Results, name: str, grid_name: str) -> tuple[np.ndarray, ...]:
    """Colors that QGIS drew, and those of a grid, nodata in white."""
    grid = open_grid(results.folder / grid_name)
    drawn = np.asarray(Image.open(results.folder / f"{name}_drawn.png").convert("RGB"))
    colors = np.full((grid.nodata + 1, 3), 255, dtype=np.uint8)
    colors[: len(grid.palette)] = grid.palette.colors
    return drawn, colors[grid.indices]


def test_algorithms_have_texts_and_icons(results: Results) -> None:
    found = results.of("algorithms")
    names = "index clean learnpalette legendpalette areas polygons horizon"
    assert set(found) == {f"geoindex:{name}" for name in names.split()}
    for one in found.values():
        assert one["icon"]
        assert all(one["texts"])
        assert {"INPUT", "OUTPUT"} <= set(one["parameters"])


def test_grid_is_loaded_with_exactly_its_classes(results: Results, palette: Palette) -> None:
    assert results.of("index") == {
        "renderer": "paletted",
        "crs": "",
        "classes": entries(palette),
    }
    expected = index_image(DATA / "sample_map.png", palette)
    np.testing.assert_array_equal(open_grid(results.folder / "index.tif").indices, expected)


@pytest.mark.parametrize("name", GRIDS)
def test_grids_opened_by_hand_list_exactly_their_classes(
    results: Results, palette: Palette, name: str
) -> None:
    """By the attribute table; QGIS before 3.30 needs the style, except for ESRI grids."""
    opened = results.of("opened")
    values = VALUES if name == "values.tif" else range(len(palette))
    rows = [[value, *entry[1:]] for value, entry in zip(values, entries(palette), strict=True)]
    assert opened[f"styled/{name}"] == rows
    if opened["reads_attribute_tables"] or name.endswith(".asc"):
        assert opened[f"plain/{name}"] == rows


def test_grid_is_drawn_in_the_colors_of_the_palette(results: Results) -> None:
    results.of("index")
    np.testing.assert_array_equal(*drawn_and_expected(results, "index", "index.tif"))


def test_options_reach_the_command(results: Results, palette: Palette) -> None:
    assert results.of("options") == {
        "renderer": "paletted",
        "crs": "EPSG:3067",
        "classes": entries(palette, 5),
    }
    expected = index_image(
        DATA / "sample_map.png",
        palette,
        metric="lab",
        max_distance=20,
        map_box=(486050, 7511700, 486300, 7511900),
    )
    with rasterio.open(results.folder / "options.tif") as file:
        assert file.transform == expected.transform
        written = file.read(1)
    is_class = expected.indices != expected.nodata
    np.testing.assert_array_equal(written, np.where(is_class, expected.indices + 5, 0))
    assert 0 < is_class.mean() < 1


def test_units_are_recovered(results: Results, palette: Palette) -> None:
    assert results.of("clean")["classes"] == entries(palette)
    counts = open_grid(results.folder / "units.asc").counts()
    is_ink = [role == "ink" for role in palette.roles]
    assert not counts[is_ink].any()
    assert counts.sum() == open_grid(results.folder / "index.tif").counts().sum()


def test_areas(results: Results, palette: Palette) -> None:
    tables = results.of("areas")
    counts = open_grid(results.folder / "index.tif").counts().tolist()
    for rows, columns in ((tables["alone"], []), (tables["zones"], ["zone", "zone_name"])):
        assert list(rows[0]) == [*columns, "index", "name", "color", "pixels", "share", "area"]
        assert [row["pixels"] for row in rows] == counts
        assert [row["name"] for row in rows] == list(palette.names)
        assert [row["area"] for row in rows] == [25.0 * count for count in counts]


def test_polygons_are_loaded_with_their_classes(results: Results, palette: Palette) -> None:
    found = results.of("polygons")
    counts = open_grid(results.folder / "units.asc").counts()
    occurs = [entry for entry in entries(palette) if counts[entry[0]]]
    for suffix in ("gpkg", "geojson"):
        rows = sorted(found[suffix]["rows"], key=lambda row: row["index"])
        assert [[row["index"], row["name"], row["color"]] for row in rows] == occurs
        assert [row["area"] for row in rows] == [25.0 * counts[entry[0]] for entry in occurs]
        assert found[suffix]["classes"] == occurs
        drawn, expected = drawn_and_expected(results, suffix, "units.asc")
        assert (drawn == expected).all(axis=-1).mean() > 0.9  # but for outlines and smoothing


def test_horizon(results: Results) -> None:
    files = {name: Path(path) for name, path in results.of("horizon").items()}
    assert {path.name for path in files.values()} == {
        "map.dat",
        "map.odct",
        "map.legend.csv",
        "map.import.txt",
    }
    grid = open_grid(results.folder / "index.tif")
    on_survey = grid.resample(Survey.open(DATA / "sample.survey"))
    np.testing.assert_array_equal(open_grid(files["OUTPUT"]).indices, on_survey.indices)
    assert set(np.loadtxt(files["OUTPUT"], usecols=2)) == {200}


def test_palette_is_learned(results: Results) -> None:
    assert results.of("learn")["COLORS_FOUND"] == 9
    expected = learn_palette(DATA / "sample_map.png", 9, method="flat")
    assert load_palette(results.folder / "learned.csv") == expected.replace(name="learned")


def test_legend_below_a_drawn_box(results: Results, palette: Palette) -> None:
    placed, unplaced = results.of("legend")
    names = tuple((DATA / "sample_legend.txt").read_text().splitlines())
    colors = [palette.colors[palette.names.index(name)] for name in names]
    found = load_palette(placed["OUTPUT"])
    assert found.names == (*names, "ink black", "ink #e31a1c")
    np.testing.assert_array_equal(found.colors, [*colors, [0, 0, 0], [227, 26, 28]])
    assert placed["COLORS_FOUND"] == unplaced["COLORS_FOUND"] == len(colors)
    np.testing.assert_array_equal(load_palette(unplaced["OUTPUT"]).colors, colors)
    with Image.open(placed["PICTURE"]) as picture:
        assert picture.format == "PNG"


def test_steps_of_a_model_follow_each_other(results: Results) -> None:
    found = results.of("model")
    assert found["done"]
    learned = learn_palette(DATA / "sample_map.png", method="flat")
    np.testing.assert_array_equal(open_grid(found["grid"]).palette.colors, learned.colors)


def test_failures_progress_and_cancel(results: Results) -> None:
    found = results.of("failures")
    assert found["palette"].startswith("/no/palette.csv: no such palette file")
    assert found["place"].startswith("the rectangle x 0 to 1, y 0 to 1 lies beside the image")
    assert found["canceled"] == {}
    assert found["told"] == [[37.0], ["slow"]]
    assert not (results.folder / "never.tif").exists()
