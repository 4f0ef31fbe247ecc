"""Class values in the pixels of grids, which other programs read: written right or refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from geoindex import IndexGrid, Palette, convert, convert_many, open_grid
from geoindex.errors import OptionError
from tests.support.command_line import invoke, printed
from tests.support.pictures import save_tiff

RED_GREEN = [[200, 0, 0], [0, 200, 0]]


def save_map(folder: Path, palette: Palette) -> Path:
    """Save an opaque picture of all colors of a palette, two pixels each."""
    path = folder / "map.tif"
    save_tiff(path, np.repeat(palette.colors[np.newaxis], 2, axis=1))
    return path


@pytest.mark.parametrize("suffix", [".npy", ".tif", ".png"])
def test_a_palette_without_values_is_refused(tmp_path: Path, suffix: str) -> None:
    palette = Palette(RED_GREEN, name="map")
    source = save_map(tmp_path, palette)
    message = r"the palette map has no class values other than its row numbers; leave out"
    with pytest.raises(OptionError, match=message):
        convert(source, tmp_path / f"grid{suffix}", palette, values=True)
    grid = IndexGrid(indices=np.array([[0, 1]], np.uint8), palette=palette)
    with pytest.raises(OptionError, match=message):
        grid.save(tmp_path / f"grid{suffix}", values=True)
    with pytest.raises(OptionError, match=message):
        convert_many(source, tmp_path / "grids", palette, values=True)
    assert [path.name for path in tmp_path.iterdir()] == ["map.tif"]


def test_256_classes_without_nodata(tmp_path: Path, windows256: Palette) -> None:
    values = range(1000, 1256)
    source = save_map(tmp_path, windows256)
    palette = windows256.replace(values=values)
    for suffix in (".tif", ".npy"):
        convert(source, tmp_path / f"grid{suffix}", palette, values=True)
    rows = {color: row for row, color in reversed([*enumerate(map(tuple, palette.colors))])}
    right = [[values[rows[tuple(color)]] for color in palette.colors.repeat(2, axis=0)]]
    with rasterio.open(tmp_path / "grid.tif") as file:
        assert file.read(1).tolist() == right
    assert np.load(tmp_path / "grid.npy").tolist() == right
    source = str(source)
    result = invoke("convert", source, tmp_path / "rows.tif", "-p", "windows-256", "--values")
    assert "windows-256 has no class values" in str(result.exception)


def test_info_lists_the_values_of_the_pixels(tmp_path: Path) -> None:
    palette = Palette(RED_GREEN, names=["Till", "Clay"], values=[101, 205])
    indices = np.array([[0, 1, 1]], np.uint8)
    grid = IndexGrid(indices=indices, palette=palette, transform=Affine(1, 0, 5, 0, -1, 9))
    grid.save(tmp_path / "grid.tif", values=True)
    with rasterio.open(tmp_path / "grid.tif") as file:
        counts = dict(zip(*np.unique(file.read(1), return_counts=True), strict=True))
    listed = json.loads(printed("info", tmp_path / "grid.tif", "--json"))["classes"]
    assert {entry["value"]: entry["pixels"] for entry in listed} == counts
    lines = printed("info", tmp_path / "grid.tif").splitlines()
    assert [line.split() for line in lines[-2:]] == [
        ["0", "class", "101", "1", "px", "Till"],
        ["1", "class", "205", "2", "px", "Clay"],
    ]


def test_a_hint_where_values_are_not_written(tmp_path: Path) -> None:
    palette = Palette(RED_GREEN, values=[101, 205])
    source = save_map(tmp_path, palette)
    palette.save(tmp_path / "palette.json")
    options = ["-p", tmp_path / "palette.json"]
    hint = "row numbers; --values writes the class values of the palette"
    assert hint in printed("convert", source, tmp_path / "rows.tif", *options)
    assert hint not in printed("convert", source, tmp_path / "values.tif", *options, "--values")
    assert hint in printed("batch", source, "-o", tmp_path / "grids", *options)


COLORS = [[200, 0, 0], [0, 200, 0], [0, 0, 200], [90, 90, 90]]


def make_grid() -> IndexGrid:
    """A grid in which every part is set."""
    palette = Palette(
        COLORS,
        names=["Till", "Clay", "Sand", "Faults"],
        name="survey map",
        values=[101, 205, 307, 900],
        roles=["unit", "", "unit", "ink"],
    )
    return IndexGrid(
        indices=np.array([[0, 1, 2], [3, 2, 255]], np.uint8),
        palette=palette,
        nodata=255,
        transform=Affine(10, 0, 500, 0, -10, 700),
        provenance={"software": "geoindex"},
    )


def test_rename() -> None:
    grid = make_grid()
    renamed = grid.rename({2: "Quartzite", "Till": "Moraine"})
    assert renamed.palette.names == ("Moraine", "Clay", "Quartzite", "Faults")
    for part in ("values", "roles", "name"):
        assert getattr(renamed.palette, part) == getattr(grid.palette, part)
    np.testing.assert_array_equal(renamed.palette.colors, grid.palette.colors)
    assert renamed.provenance == grid.provenance
    assert renamed.transform == grid.transform
    nameless = IndexGrid(indices=grid.indices, palette=Palette(COLORS), nodata=255)
    assert nameless.rename({3: "Faults"}).palette.names == ("", "", "", "Faults")


def test_merge() -> None:
    grid = make_grid()
    assert grid.merge({"Sand": 1}).indices.tolist() == [[0, 1, 1], [3, 1, 255]]
    assert grid.merge({2: 1, 1: 0}).indices.tolist() == [[0, 0, 0], [3, 0, 255]]
    assert grid.merge({}).palette == grid.palette


@pytest.mark.parametrize(
    ("edit", "keys", "message"),
    [
        ("rename", {4: "x"}, "no class has the row 4; the rows are 0 to 3"),
        ("rename", {-1: "x"}, "no class has the row -1"),
        ("rename", {"Sande": "x"}, "no class has the name 'Sande'; did you mean 'Sand'?"),
        ("rename", {"Basalt": "x"}, "'Basalt'; give a name or the row number"),
        ("rename", {2: "x", "Sand": "y"}, "class 2 is to be renamed to 'x' and 'y'"),
        ("rename", {1.5: "x"}, "given by its row number or name, found 1.5"),
        ("merge", {7: 0}, "no class has the row 7"),
        ("merge", {0: "Slate"}, "no class has the name 'Slate'"),
        ("merge", {0: 0}, "class 0 would be merged into itself"),
        ("merge", {0: 1, 1: 2, 2: 0}, "class 0 would be merged into itself, by way of 0"),
        ("merge", {0: 1, "Till": 2}, "class 0 is to be merged into 1 and 2"),
    ],
)
def test_refused_edits(edit: str, keys: dict[object, object], message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        getattr(make_grid(), edit)(keys)


def test_two_classes_of_one_name() -> None:
    grid = make_grid().rename({1: "Till"})
    with pytest.raises(
        OptionError, match=r"2 classes have the name 'Till', those of the rows 0, 1"
    ):
        grid.merge({"Till": 2})


def test_merge_of_a_dask_array() -> None:
    dask = pytest.importorskip("dask.array")
    grid = make_grid()
    lazy = IndexGrid(
        indices=dask.from_array(grid.indices, chunks=(1, 2)), palette=grid.palette, nodata=255
    )
    merged = lazy.merge({2: 1})
    assert merged.is_lazy
    np.testing.assert_array_equal(merged.compute().indices, grid.merge({2: 1}).indices)


@pytest.mark.parametrize(
    "part", [{"names": list("abcd")}, {"values": [4, 3, 2, 1]}, {"name": "new"}, {"roles": None}]
)
def test_replaced_parts_of_a_palette(part: dict[str, object]) -> None:
    old = make_grid().palette
    new = old.replace(**part)
    for name in ("names", "values", "name", "roles"):
        right = part.get(name, getattr(old, name))
        found = getattr(new, name)
        assert (list(found) if isinstance(found, tuple) else found) == (
            list(right) if isinstance(right, tuple) else right
        )
    np.testing.assert_array_equal(new.colors, old.colors)
    dark = Palette([[0, 0, 0], [1, 1, 1]], scale="byte")
    assert dark.replace(name="dark").colors.tolist() == dark.colors.tolist()


def test_edits_reach_files(tmp_path: Path) -> None:
    edited = make_grid().merge({1: 0}).rename({0: "Moraine"})
    for name in ("map.npy", "map.tif", "map.png", "map.asc"):
        edited.save(tmp_path / name)
        back = open_grid(tmp_path / name)
        assert back.indices.tolist() == [[0, 0, 2], [3, 2, 255]]
        assert back.palette.names == ("Moraine", "Clay", "Sand", "Faults")
        assert back.palette.values == (101, 205, 307, 900)
        assert back.palette.roles == ("unit", "", "unit", "ink")
