"""Numbers of classes and nodata in files, as other programs want them: 0 or -9999 for nodata."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from geoindex import IndexGrid, Palette, convert, convert_many, index_image, open_grid
from geoindex.errors import GeoindexError, OptionError, OutputError
from tests.support.command_line import invoke, printed
from tests.support.pictures import save_tiff

PALETTE = Palette([[200, 0, 0], [0, 200, 0], [0, 0, 200]], names=["Till", "Clay", "Sand"])

INDICES = np.array([[0, 1, 2], [2, 255, 0]], np.uint8)

PLACE = Affine(10, 0, 500, 0, -10, 700)


def save_map(folder: Path, name: str = "map.tif") -> Path:
    """Save a picture of INDICES, in which one pixel is transparent."""
    colors = np.append(PALETTE.colors, [[0, 0, 0]], axis=0)[np.minimum(INDICES, 3)]
    alpha = np.where(INDICES == 255, 0, 255).astype(np.uint8)[..., np.newaxis]
    save_tiff(folder / name, np.concatenate([colors, alpha], axis=-1).astype(np.uint8))
    return folder / name


def pixels_and_nodata(path: Path) -> tuple[list[list[int]], float | None, str]:
    """Read a file with GDAL, or NumPy."""
    if path.suffix == ".npy":
        nodata = json.loads(Path(f"{path}.json").read_text())["nodata"]
        array = np.load(path)
    else:
        with rasterio.open(path) as file:
            array, nodata = file.read(1), file.nodata
    return array.tolist(), nodata, array.dtype.name


@pytest.mark.parametrize("suffix", [".tif", ".npy", ".png", ".asc"])
def test_classes_from_1_with_nodata_0(tmp_path: Path, suffix: str) -> None:
    source, target = save_map(tmp_path), tmp_path / f"grid{suffix}"
    report = convert(source, target, PALETTE, first=1, nodata=0)
    found, nodata, _ = pixels_and_nodata(target)
    assert found == [[1, 2, 3], [3, 0, 1]]
    assert nodata == 0
    if suffix != ".asc":
        assert (report.dtype, report.nodata) == ("uint8", 0)
    back = open_grid(target)
    assert back.palette.names == PALETTE.names
    assert back.palette.values == (1, 2, 3)
    assert back.indices.tolist() == INDICES.tolist()
    np.testing.assert_array_equal(back.palette.colors, PALETTE.colors)


@pytest.mark.parametrize(
    ("numbers", "dtype", "nodata"),
    [
        ({}, "uint8", 255),
        ({"first": 1}, "uint8", 255),
        ({"first": 254}, "uint16", 65_535),
        ({"nodata": 254}, "uint8", 254),
        ({"nodata": -9999}, "int16", -9999),
        ({"nodata": -99_999}, "int32", -99_999),
        ({"first": -3}, "int32", 2**31 - 1),
        ({"first": -3, "nodata": 0}, "int16", 0),
        ({"dtype": "uint16"}, "uint16", 65_535),
        ({"dtype": np.int16, "nodata": 0, "first": 1}, "int16", 0),
        ({"dtype": "int32", "nodata": -1.0}, "int32", -1),
        ({"dtype": "int32", "values": True}, "int32", 2**31 - 1),
    ],
)
def test_dtype_and_nodata(
    tmp_path: Path, numbers: dict[str, object], dtype: str, nodata: int
) -> None:
    palette = PALETTE.replace(values=[7, 5, 6]) if "values" in numbers else PALETTE
    first = int(numbers.get("first", 0))
    right = np.array([*(palette.values or range(first, first + 3)), nodata])
    grid = IndexGrid(indices=INDICES, palette=palette, nodata=255, transform=PLACE)
    for suffix in (".tif", ".npy"):
        target = tmp_path / f"grid{suffix}"
        grid.save(target, **numbers)
        expected = right[np.minimum(INDICES, 3)].tolist()
        assert pixels_and_nodata(target) == (expected, nodata, dtype)
        back = open_grid(target)
        assert [back.palette.label(row) for row in back.indices[back.valid]] == [
            PALETTE.label(row) for row in INDICES[grid.valid]
        ]
        # An edited file keeps its numbers.
        printed("edit", target, "--rename", "Till=Moraine", "--overwrite", "-q")
        assert pixels_and_nodata(target) == (expected, nodata, dtype)
        assert open_grid(target).palette.names == ("Moraine", "Clay", "Sand")


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"nodata": 0}, "nodata 0 is the number of class 0; with first=1 .* numbered from 1"),
        ({"nodata": 3, "first": 1}, "nodata 3 is the number of class 2"),
        ({"dtype": "uint8", "first": 300}, r"uint8 holds 0 to 255, and 3 classes need 300 to 302"),
        ({"dtype": "uint8", "nodata": -1}, r"uint8 holds 0 to 255, and 3 classes need -1 to 2"),
        ({"dtype": "float32"}, "unknown dtype 'float32'; known: uint8, uint16, int16, int32"),
        ({"nodata": 0.5}, "nodata must be an integer, found 0.5"),
        ({"first": 2**31}, "first must lie within"),
        ({"first": 1, "values": True}, "values=True and first= both number the classes; choose"),
    ],
)
def test_refused_numbers(tmp_path: Path, numbers: dict[str, object], message: str) -> None:
    source = save_map(tmp_path)
    palette = PALETTE.replace(values=[7, 5, 6])
    for run in (
        lambda: convert(source, tmp_path / "grid.tif", palette, **numbers),
        lambda: convert_many(source, tmp_path / "grids", palette, **numbers),
        lambda: IndexGrid(indices=INDICES, palette=palette, nodata=255).save(
            tmp_path / "grid.npy",
            **numbers,
        ),
    ):
        with pytest.raises(OptionError, match=message):
            run()
    assert [path.name for path in tmp_path.iterdir()] == ["map.tif"]


def test_formats_without_dtype_or_nodata(tmp_path: Path) -> None:
    grid = IndexGrid(indices=INDICES, palette=PALETTE, nodata=255, transform=PLACE)
    with pytest.raises(OutputError, match=r"holds numbers without a type; leave out dtype="):
        grid.save(tmp_path / "grid.asc", dtype="int16")
    with pytest.raises(OutputError, match="has a nodata value of its own; leave out nodata="):
        grid.save(tmp_path / "grid.zmap", nodata=0, first=1)
    with pytest.raises(OutputError, match="a horizon holds row numbers"):
        grid.save(tmp_path / "grid.dat", first=1)
    grid.save(tmp_path / "grid.zmap", first=1)
    assert open_grid(tmp_path / "grid.zmap").palette.values == (1, 2, 3)


def save_sheets(folder: Path, palette: Palette) -> list[Path]:
    """Save a sheet without nodata and one with it."""
    (folder / "maps").mkdir()
    colors = palette.colors[np.newaxis]
    opaque = np.full((*colors.shape[:2], 1), 255, np.uint8)
    gaps = opaque.copy()
    gaps[0, 0] = 0
    sheets = [folder / "maps" / name for name in ("a.tif", "b.tif")]
    for path, alpha in zip(sheets, (opaque, gaps), strict=True):
        save_tiff(path, np.concatenate([colors, alpha], axis=-1))
    return sheets


def test_all_sheets_of_a_batch_have_one_dtype(tmp_path: Path, windows256: Palette) -> None:
    save_sheets(tmp_path, windows256)
    for suffix in ("tif", "npy"):
        report = convert_many(
            tmp_path / "maps", tmp_path / suffix, windows256, format=suffix, jobs=1
        )
        assert [(sheet.dtype, sheet.nodata) for sheet in report.done] == [("uint16", 65_535)] * 2
        for name in "ab":
            found = pixels_and_nodata(tmp_path / suffix / f"{name}.{suffix}")
            assert found[1:] == (65_535, "uint16")
    again = convert_many(tmp_path / "maps", tmp_path / "tif", windows256, jobs=1)
    assert len(again.skipped) == 2
    # Asked otherwise, and where the format has no other dtype, a sheet without nodata is uint8.
    for options in ({"dtype": "uint8"}, {"format": "png"}):
        folder = tmp_path / "bytes" / str(*options.values())
        report = convert_many(tmp_path / "maps", folder, windows256, jobs=1, **options)
        assert [Path(sheet.source).name for sheet in report.done] == ["a.tif"]
        assert [Path(sheet.source).name for sheet in report.failed] == ["b.tif"]
    zero = convert_many(tmp_path / "maps", tmp_path / "0", windows256, jobs=1, first=1, nodata=0)
    assert [(sheet.dtype, sheet.nodata) for sheet in zero.done] == [("uint16", 0)] * 2


def test_256_colors_in_one_file(tmp_path: Path, windows256: Palette) -> None:
    opaque, gaps = save_sheets(tmp_path, windows256)
    assert convert(opaque, tmp_path / "a.tif", windows256).dtype == "uint8"
    assert convert(opaque, tmp_path / "b.tif", windows256, dtype="uint16").nodata == 65_535
    with pytest.raises(OptionError, match="uint8 holds 0 to 255, and 256 classes need 0 to 255 "):
        convert(gaps, tmp_path / "c.tif", windows256, dtype="uint8")
    assert not (tmp_path / "c.tif").exists()


def test_options_of_the_command_line(tmp_path: Path) -> None:
    source = save_map(tmp_path)
    PALETTE.save(tmp_path / "units.csv")
    options = ["-p", tmp_path / "units.csv", "--first", 1, "--nodata", 0, "--dtype", "int16"]
    printed("convert", source, "-o", tmp_path / "grid.tif", *options)
    right = ([[1, 2, 3], [3, 0, 1]], 0, "int16")
    assert pixels_and_nodata(tmp_path / "grid.tif") == right
    printed("batch", source, "-o", tmp_path / "grids", *options)
    assert pixels_and_nodata(tmp_path / "grids" / "map.tif") == right
    listed = json.loads(printed("info", tmp_path / "grid.tif", "--json"))["classes"]
    assert [(one["value"], one["label"]) for one in listed] == [
        (1, "Till"),
        (2, "Clay"),
        (3, "Sand"),
    ]
    result = invoke("convert", source, "-o", tmp_path / "b.tif", *options[:2], "--nodata", 0)
    assert "--first 1" in str(result.exception)


@pytest.mark.parametrize("kind", ["file", "array", "lazy"])
def test_indices_in_memory(tmp_path: Path, kind: str) -> None:
    image: object = save_map(tmp_path)
    if kind != "file":
        with rasterio.open(tmp_path / "map.tif") as file:
            image = np.moveaxis(file.read(), 0, -1)
    if kind == "lazy":
        image = pytest.importorskip("dask.array").from_array(image, chunks=(1, 3, 4))
    for options, right in [
        ({"nodata": 9}, ("uint8", 9)),
        ({"nodata": 300}, ("uint16", 300)),
        ({"dtype": "uint16"}, ("uint16", 65_535)),
    ]:
        grid = index_image(image, PALETTE, **options)
        assert (grid.indices.dtype.name, grid.nodata) == right
        expected = np.where(INDICES == 255, right[1], INDICES.astype(int)).tolist()
        assert np.asarray(grid.indices).tolist() == expected
    for options, message in [
        ({"nodata": 0}, r"rows; IndexGrid.save and convert write .* nodata=0 with first=1"),
        ({"dtype": "int16"}, "indices are 'uint8' or 'uint16', found dtype 'int16'"),
    ]:
        with pytest.raises(GeoindexError, match=message):
            index_image(image, PALETTE, **options)
