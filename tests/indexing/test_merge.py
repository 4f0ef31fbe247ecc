"""Several colors for one class: rows of a palette with the same class value or name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import (
    Clean,
    ColorCube,
    IndexGrid,
    Palette,
    clean_grid,
    convert,
    convert_many,
    index_image,
    load_palette,
    open_grid,
)
from geoindex.errors import GeoindexWarning, GridError, OptionError, OutputError
from tests.support.command_line import printed
from tests.support.oracle import brute_force

# Land cover with several colors for some classes; "road" is ink.
COLORS = [[230, 0, 0], [20, 90, 200], [180, 20, 30], [40, 160, 40], [255, 70, 80], [0, 0, 0]]
NAMES = ["urban", "water", "urban", "forest", "urban", "road"]
VALUES = [21, 11, 21, 41, 21, 90]
ROWS = Palette(COLORS, NAMES, values=VALUES, roles=["", "", "", "", "", "ink"], name="cover")
CLASSES = np.array([0, 1, 0, 2, 0, 3])

RNG = np.random.default_rng(5)
RGBA = np.dstack(
    [
        RNG.integers(0, 256, (60, 90, 3), dtype=np.uint8),
        RNG.choice(np.array([0, 255], np.uint8), (60, 90)),
    ]
)
EXPECTED = np.where(RGBA[..., 3] == 0, 255, CLASSES[brute_force(RGBA, ROWS.colors)])


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.fromarray(RGBA).save(tmp_path / "map.png")
    return tmp_path / "map.png"


@pytest.mark.parametrize("merge", ["value", "name"])
def test_every_road_gives_the_class_of_the_nearest_row(picture: Path, merge: str) -> None:
    folder = picture.parent
    convert(picture, folder / "one.tif", ROWS, merge=merge)
    convert_many(picture, folder / "grids", ROWS, merge=merge, jobs=1)
    grids = [
        index_image(RGBA, ROWS, merge=merge),
        index_image(picture, ROWS, merge=merge),
        index_image(picture, ColorCube(ROWS), merge=merge),
        open_grid(folder / "one.tif"),
        open_grid(folder / "grids" / "map.tif"),
    ]
    for grid in grids:
        np.testing.assert_array_equal(grid.indices, EXPECTED)
        assert (grid.indices.dtype, grid.nodata) == (np.uint8, 255)
        assert grid.palette.names == ("urban", "water", "forest", "road")
        assert grid.palette.values == (21, 11, 41, 90)
        assert grid.palette.roles == ("", "", "", "ink")
        assert grid.palette.colors.tolist() == [COLORS[row] for row in (0, 1, 3, 5)]
    assert (folder / "one.tif").read_bytes() == (folder / "grids" / "map.tif").read_bytes()


def test_dask_arrays_stay_lazy() -> None:
    da = pytest.importorskip("dask.array")
    grid = index_image(da.from_array(RGBA, chunks=(20, 30, 4)), ROWS, merge="name")
    assert grid.is_lazy
    assert grid.indices.dtype == np.uint8
    np.testing.assert_array_equal(grid.compute().indices, EXPECTED)


@pytest.mark.parametrize("n_classes", [200, 255, 256, 290])
def test_grids_are_as_small_as_their_classes(tmp_path: Path, n_classes: int) -> None:
    """Of 300 rows; the other rows are second colors of the first classes."""
    colors = np.random.default_rng(8).integers(0, 256, (300, 3))
    classes = np.arange(300) % n_classes
    palette = Palette(colors, values=(classes + 1000).tolist())
    nearest_rows = brute_force(RGBA, palette.colors)
    dtype = np.uint8 if n_classes < 256 else np.uint16
    nodata = np.iinfo(dtype).max
    expected = np.where(RGBA[..., 3] == 0, nodata, classes[nearest_rows])
    Image.fromarray(RGBA).save(tmp_path / "map.png")
    convert(tmp_path / "map.png", tmp_path / "map.npy", palette, merge="value")
    for grid in (index_image(RGBA, palette, merge="value"), open_grid(tmp_path / "map.npy")):
        assert (grid.indices.dtype, grid.nodata) == (dtype, nodata)
        np.testing.assert_array_equal(grid.indices, expected)


@pytest.mark.parametrize("suffix", [".tif", ".png", ".npy"])
def test_written_values_are_one_class_anyway(picture: Path, suffix: str) -> None:
    """As an independent reader sees them, and again when geoindex opens the file."""
    values = np.where(RGBA[..., 3] == 0, -1, np.array(VALUES)[brute_force(RGBA, ROWS.colors)])
    converted, saved = (picture.with_name(name + suffix) for name in ("converted", "saved"))
    convert(picture, converted, ROWS, values=True)
    with pytest.warns(GeoindexWarning, match=r"rows 0 \(urban\) and 2 \(urban\) .* value 21, and"):
        index_image(picture, ROWS).save(saved, values=True)
    for path in (converted, saved):
        written = np.load(path) if suffix == ".npy" else np.array(Image.open(path))
        np.testing.assert_array_equal(written[values >= 0], values[values >= 0])
        np.testing.assert_array_equal(open_grid(path).indices, EXPECTED)


def test_names_decide_which_of_several_values_is_written(picture: Path) -> None:
    """Each row has its own value unless its name makes it one class with an earlier row."""
    rows = ROWS.replace(values=[21, 11, 22, 41, 23, 90])
    nearest_rows = brute_force(RGBA, rows.colors)
    seen = RGBA[..., 3] > 0
    for merge, values in ((None, [21, 11, 22, 41, 23, 90]), ("name", VALUES)):
        path = picture.with_name(f"{merge}.tif")
        convert(picture, path, rows, merge=merge, values=True)
        written = np.array(Image.open(path))
        np.testing.assert_array_equal(written[seen], np.array(values)[nearest_rows][seen])


def test_class_recovery_runs_on_all_rows() -> None:
    """Two shades of a unit beside each other, crossed by a road."""
    drawn = np.zeros((40, 60, 3), np.uint8)
    drawn[:, :20], drawn[:, 20:40], drawn[:, 40:] = COLORS[0], COLORS[2], COLORS[1]
    drawn[18:21] = COLORS[5]
    grid = index_image(drawn, ROWS, merge="name", clean=True)
    assert set(np.unique(grid.indices[:, :39])) == {0}
    assert set(np.unique(grid.indices[:, 41:])) == {1}
    with pytest.raises(GridError, match=r"made with merge=.*index_image\(\.\.\., merge="):
        clean_grid(grid, image=drawn)


def test_an_ink_of_several_colors_is_named_once() -> None:
    rows = Palette(["black", "gold", "#505050", "skyblue"], names=["road", "till", "Road", "lake"])
    drawn = np.zeros((40, 60, 3), np.uint8)
    drawn[:, :30], drawn[:, 30:] = rows.colors[1], rows.colors[3]
    drawn[8:10], drawn[25:27] = rows.colors[0], rows.colors[2]
    grid = index_image(drawn, rows, clean=Clean(ink="road"))
    assert set(np.unique(grid.indices[:, :29])) == {1}
    assert set(np.unique(grid.indices[:, 31:])) == {3}


def test_report_counts_classes(tmp_path: Path) -> None:
    drawn = np.zeros((40, 60, 3), np.uint8)
    drawn[:, :20], drawn[:, 20:40], drawn[:, 40:] = COLORS[0], COLORS[2], COLORS[1]
    drawn[30:, 50:] = [20, 90, 240]
    drawn[5:8] = COLORS[5]
    Image.fromarray(drawn).save(tmp_path / "map.png")
    with pytest.warns(GeoindexWarning, match=r"2 frequent colors .* index 1 \(water\)"):
        report = convert(tmp_path / "map.png", tmp_path / "map.tif", ROWS, merge="name")
    assert (report.n_colors, report.classes_used, report.hidden) == (4, 3, ())
    cleaned = convert(
        tmp_path / "map.png",
        tmp_path / "clean.tif",
        Palette([*COLORS, [20, 90, 240]], [*NAMES, "water"]),
        merge="name",
        clean=Clean(ink="road"),
    ).cleaned
    assert cleaned is not None
    counts = open_grid(tmp_path / "clean.tif").counts()
    found = {row["label"]: (row["index"], row["after"]) for row in cleaned["classes"]}
    assert found == {"urban": (0, counts[0]), "water": (1, counts[1]), "road": (3, 0)}
    assert cleaned["ink"] == [3]


def test_a_class_is_hidden_if_all_its_colors_are(tmp_path: Path) -> None:
    Image.fromarray(RGBA).save(tmp_path / "map.png")
    rows = Palette(
        ["red", "red", "blue", "red"], names=["clay", "till", "till", "sand"], name="rows"
    )
    with pytest.warns(GeoindexWarning, match=r"assigned: 2 \(sand\) repeats 0 \(clay\)$"):
        report = convert(tmp_path / "map.png", tmp_path / "map.tif", rows, merge="name")
    assert [hidden.label for hidden in report.hidden] == ["sand"]


def test_command_line(picture: Path) -> None:
    folder = picture.parent
    ROWS.save(folder / "cover.csv")
    assert load_palette(folder / "cover.csv").values == ROWS.values
    for arguments in (
        ("convert", picture, folder / "map.tif"),
        ("batch", picture, "-o", folder),
    ):
        printed(*arguments, "-p", folder / "cover.csv", "--merge", "value", "--overwrite")
        np.testing.assert_array_equal(open_grid(folder / "map.tif").indices, EXPECTED)


@pytest.mark.parametrize("merge", ["value", "name", "color"])
def test_refuses_what_cannot_be_merged(merge: str) -> None:
    with pytest.raises(OptionError, match=rf"unknown merge|the palette has no .*merge='{merge}'"):
        index_image(RGBA, Palette(COLORS), merge=merge)


@pytest.mark.parametrize("suffix", [".clr", ".qml", ".sld", ".cpt"])
def test_formats_of_one_color_a_value_refuse_several(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(OutputError, match=r"rows 0 and 2 have the class value 21"):
        ROWS.save(tmp_path / f"cover{suffix}")


def test_saved_lazy_grids_merge_values(tmp_path: Path) -> None:
    da = pytest.importorskip("dask.array")
    rows = brute_force(RGBA, ROWS.colors).astype(np.uint8)
    IndexGrid(indices=da.from_array(rows, chunks=25), palette=ROWS, nodata=255).save(
        tmp_path / "map.tif", values=True
    )
    written = np.array(Image.open(tmp_path / "map.tif"))
    np.testing.assert_array_equal(written, np.array(VALUES)[rows])
