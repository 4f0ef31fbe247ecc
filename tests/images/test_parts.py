"""Parts of images: boxes, the color of the paper, and places that the user gives."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image, ImageDraw
from pyproj import Transformer

from geoindex import (
    Clean,
    Palette,
    clean_grid,
    convert,
    convert_many,
    index_image,
    learn_palette,
    open_grid,
)
from geoindex.errors import GeoindexWarning, ImageError, MissingFileError, OptionError
from tests.support.command_line import invoke, printed

PALETTE = Palette(
    ["black", "gold", "teal", "white"],
    names=["line", "till", "clay", "sheet"],
    roles=["ink", "unit", "unit", "paper"],
)


PLAIN = PALETTE.replace(roles=None)


def sheet() -> np.ndarray:
    """A map of two units in a black frame, with a margin that has a title and a legend."""
    picture = Image.new("RGB", (120, 90), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle([10, 12, 79, 71], fill="gold", outline="black", width=2)
    draw.rectangle([40, 14, 77, 69], fill="teal")
    draw.text((20, 0), "Sheet 12", fill="black", font_size=10)
    draw.rectangle([90, 20, 110, 30], fill="teal", outline="black")
    return np.array(picture)


@pytest.fixture
def placed_sheet(tmp_path: Path) -> Path:
    Image.fromarray(sheet()).save(tmp_path / "sheet.png")
    (tmp_path / "sheet.pgw").write_text("10\n0\n0\n-10\n5005\n7995\n")
    return tmp_path / "sheet.png"


def test_a_box_is_a_part_of_the_whole(placed_sheet: Path) -> None:
    """Of a file and of an array, in pixels and on the map, indexed, converted and learned."""
    whole = index_image(placed_sheet, PALETTE)
    part = index_image(placed_sheet, PALETTE, box=(12, 14, 78, 70))
    assert part == whole[14:70, 12:78]
    assert part == index_image(placed_sheet, PALETTE, map_box=(5120, 7300, 5780, 7860))
    report = convert(placed_sheet, placed_sheet.with_name("a.tif"), PALETTE, box=(12, 14, 78, 70))
    assert report.shape == (56, 66)
    assert open_grid(placed_sheet.with_name("a.tif")) == part
    array = sheet()
    transform = Affine(10, 0, 5000, 0, -10, 8000)
    given = index_image(array, PALETTE, box=(12, 14, 78, 70), transform=transform)
    assert given == part
    dask = pytest.importorskip("dask.array")
    lazy = index_image(dask.from_array(array), PALETTE, map_box=(5120, 7300, 5780, 7860),
                       bounds=(5000, 7100, 6200, 8000))  # fmt: skip
    np.testing.assert_array_equal(lazy.compute().indices, part.indices)
    colors = {
        tuple(c) for c in learn_palette(placed_sheet, method="flat", box=(12, 14, 78, 70)).colors
    }
    assert colors == {(255, 215, 0), (0, 128, 128)}
    assert learn_palette(whole, 2, box=(12, 14, 78, 70)).n_pixels == 56 * 66


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_count_pixels_as_pictures_are_shown(tmp_path: Path, orientation: int) -> None:
    stored = Image.fromarray(sheet())
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.png", exif=exif)
    whole = index_image(tmp_path / "a.png", PALETTE)
    part = index_image(tmp_path / "a.png", PALETTE, box=(5, 20, 60, 85))
    assert part == whole[20:85, 5:60]


def test_large_files_are_read_in_part(tmp_path: Path) -> None:
    """In blocks, which a box does not divide evenly."""
    rng = np.random.default_rng(6)
    values = rng.integers(0, 256, (3, 1500, 1700), dtype=np.uint8)
    tiles = {"tiled": True, "blockxsize": 256, "blockysize": 256, "photometric": "RGB"}
    size = {"width": 1700, "height": 1500, "count": 3, "dtype": "uint8"}
    place = Affine(2, 0, 0, 0, -2, 9)
    with rasterio.open(tmp_path / "a.tif", "w", transform=place, **size, **tiles) as target:
        target.write(values)
    palette = Palette(rng.integers(0, 256, (20, 3)))
    box = (33, 17, 1690, 1480)
    part = index_image(tmp_path / "a.tif", palette, box=box)
    expected = index_image(np.moveaxis(values, 0, -1)[17:1480, 33:1690], palette)
    np.testing.assert_array_equal(part.indices, expected.indices)
    convert(tmp_path / "a.tif", tmp_path / "b.tif", palette, box=box)
    assert open_grid(tmp_path / "b.tif") == part


def test_the_color_of_the_paper_is_nodata() -> None:
    picture = sheet()
    picture[0, 0] = (250, 252, 255)
    exact = index_image(picture, PLAIN, nodata_color="white")
    np.testing.assert_array_equal(exact.valid, (picture != 255).any(axis=-1))
    near = index_image(picture, PLAIN, nodata_color="#ffffff", tolerance=5)
    away = np.abs(picture.astype(int) - 255)
    np.testing.assert_array_equal(near.valid, (away > 5).any(axis=-1))
    assert near.valid[0, 0] != exact.valid[0, 0]
    deep = index_image(picture.astype(np.uint16) * 257, PLAIN, nodata_color=(255, 255, 255),
                       depth="full")  # fmt: skip
    np.testing.assert_array_equal(deep.valid, exact.valid)
    many = Palette(np.random.default_rng(0).integers(0, 200, (256, 3)))
    assert index_image(picture, many, nodata_color="white").nodata == 65535
    learned = learn_palette(picture, 8, nodata_color="white", tolerance=8)
    assert [255, 255, 255] not in learned.colors.tolist()


def test_color_tables_have_paper_too(tmp_path: Path) -> None:
    with Image.fromarray(sheet()).quantize(8) as few:
        few.save(tmp_path / "a.png")
        away = np.abs(np.array(few.convert("RGB")).astype(int) - 255)
    grid = index_image(tmp_path / "a.png", PLAIN, nodata_color="white", tolerance=3)
    np.testing.assert_array_equal(grid.valid, (away > 3).any(axis=-1))


@pytest.mark.parametrize("clean", [None, Clean()])
def test_paper_never_becomes_a_class(tmp_path: Path, clean: Clean | None) -> None:
    """With class recovery, no unit grows over the frame into the margin."""
    picture = sheet()
    Image.fromarray(picture).save(tmp_path / "a.png")
    grid = index_image(picture, PALETTE, clean=clean)
    report = convert(tmp_path / "a.png", tmp_path / "a.tif", PALETTE, clean=clean)
    np.testing.assert_array_equal(open_grid(tmp_path / "a.tif").indices, grid.indices)
    assert report.nodata_pixels == (~grid.valid).sum()
    assert grid.palette == PALETTE
    inside = np.zeros(grid.shape, bool)
    inside[12:72, 10:80] = inside[20:31, 90:111] = True
    assert grid.counts()[3] == 0
    if clean is None:
        colored = (np.abs(picture.astype(int) - 255) > 20).any(axis=-1)
        assert grid.valid[inside].all()
        assert not grid.valid[~colored].any()
    else:
        assert not grid.valid[~inside].any()
        assert (grid.indices[15:69, 13:39] == 1).all()


def test_cleaning_a_part(placed_sheet: Path) -> None:
    grid = index_image(placed_sheet, PALETTE)
    box = (12, 14, 78, 70)
    part = clean_grid(grid, image=placed_sheet, box=box).grid
    again = clean_grid(index_image(placed_sheet, PALETTE, box=box), image=placed_sheet).grid
    assert part == again
    assert part.shape == (56, 66)
    assert clean_grid(grid, map_box=(5120, 7300, 5780, 7860)).grid.transform == part.transform
    grid.save(placed_sheet.with_name("g.tif"))
    printed("clean", placed_sheet.with_name("g.tif"), "-o", placed_sheet.with_name("c.tif"),
            "--image", placed_sheet, "--box", 12, 14, 78, 70)  # fmt: skip
    assert open_grid(placed_sheet.with_name("c.tif")) == part


def test_places_that_are_given(tmp_path: Path) -> None:
    """Bounds, a transform and control points of QGIS give the same place."""
    Image.fromarray(sheet()).save(tmp_path / "a.png")
    rows = ["#CRS: EPSG:3067", "mapX,mapY,sourceX,sourceY,enable,dX,dY,residual"]
    rows += [
        f"{5000 + 10 * c},{8000 - 10 * r},{c},{-r},1,0,0,0" for c, r in [(0, 0), (120, 0), (0, 90)]
    ]
    rows += ["1,2,3,-4,0,0,0,0"]
    (tmp_path / "given.points").write_text("\n".join(rows))
    bounds = (5000, 7100, 6200, 8000)
    grid = index_image(tmp_path / "a.png", PALETTE, bounds=bounds, crs=3067)
    assert grid.transform == Affine(10, 0, 5000, 0, -10, 8000)
    assert grid == index_image(sheet(), PALETTE, transform=(10, 0, 5000, 0, -10, 8000), crs="3067")
    points = index_image(tmp_path / "a.png", PALETTE, gcps=tmp_path / "given.points")
    assert points.crs == grid.crs
    fitted = rasterio.transform.from_gcps(points.gcps)
    assert fitted.almost_equals(grid.transform, 1e-6)
    assert index_image(sheet(), PALETTE, gcps=points.gcps, crs=3067) == points
    run = ["convert", tmp_path / "a.png", "-o", tmp_path / "a.tif", "-p", "windows-256"]
    box = (5120, 7300, 5780, 7860)
    printed(*run, "--bounds", *bounds, "--crs", "3067", "--map-box", *box)
    with rasterio.open(tmp_path / "a.tif") as source:
        assert source.crs.to_epsg() == 3067
        assert tuple(source.bounds) == box
    with pytest.raises(ImageError, match=r"a\.tif: has a place already"):
        index_image(tmp_path / "a.tif", "windows-256", bounds=bounds)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"box": (0, 0, 121, 90)}, "box 0 0 121 90 is not inside the picture of 120 x 90"),
        ({"box": (1, 2)}, "box must be four numbers"),
        ({"map_box": (0, 0, 1, 1)}, "needs a map with a place"),
        ({"box": (0, 0, 1, 1), "map_box": (0, 0, 1, 1)}, "not both"),
        ({"nodata_color": "paper"}, "nodata_color must be a color"),
        ({"nodata_color": (1, 2, 256)}, "nodata_color must be a color"),
        ({"tolerance": 3}, "nodata_color or collar; give one"),
        ({"nodata_color": "white", "tolerance": 255}, "tolerance must lie within 0..254"),
        ({"bounds": (0, 0, 0, 1)}, "west below east"),
        ({"transform": (1, 2, 3)}, "six numbers"),
        ({"transform": (1, 0, 0, 1, 0, 0)}, "the same place"),
        ({"bounds": (0, 0, 1, 1), "gcps": "a.points"}, "two places; leave one out"),
        ({"gcps": "none.points"}, "no such file of control points"),
        ({"gcps": [1, 2, 3]}, "must be rasterio GroundControlPoints"),
        ({"crs": "3067"}, r"has nothing to refer to; give bounds= too"),
        ({"crs": "30670000"}, "is not known"),
        ({"crs": "EPSG:5773"}, "one of heights or of three axes"),
        ({"crs": "EPSG:4978"}, "one of heights or of three axes"),
    ],
)  # fmt: skip
def test_bad_parts_and_places(options: dict, message: str) -> None:
    with pytest.raises((OptionError, ImageError, MissingFileError, ValueError), match=message):
        index_image(sheet(), PALETTE, **options)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "its header must name mapX"),
        ("mapX,mapY\n1,2\n", "its header must name mapX"),
        ("mapX,mapY,sourceX,sourceY\n1,2,3,four\n", "line 2: is not a control point of four"),
        ("mapX,mapY,pixelX,pixelY\n1,2,3,-4\n", "holds 1 control points; at least 3"),
        ("#CRS: nonsense\nmapX,mapY,pixelX,pixelY\n", "is not known"),
        ("mapX,mapY,pixelX,pixelY\n1,2,3,nan\n", "line 2: is not a control point"),
    ],
)
def test_damaged_control_points(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.points").write_text(text)
    with pytest.raises(ImageError, match=message):
        index_image(sheet(), PALETTE, gcps=tmp_path / "a.points")


def test_batches_take_parts(placed_sheet: Path) -> None:
    out = placed_sheet.parent / "out"
    convert_many(placed_sheet, out, PALETTE, box=(12, 14, 78, 70), nodata_color="teal", jobs=1)
    grid = open_grid(out / "sheet.tif")
    assert grid == index_image(placed_sheet, PALETTE, box=(12, 14, 78, 70), nodata_color="teal")
    assert math.isclose(grid.valid.mean(), 1 - 38 * 56 / (56 * 66))


def test_learned_inks_are_filled(tmp_path: Path) -> None:
    """From a picture to cleaned classes with no file edited."""
    picture = np.full((200, 240, 3), (230, 203, 203), np.uint8)
    picture[:, 120:] = (95, 178, 210)
    for row in range(20, 200, 40):
        picture[row : row + 2] = (20, 20, 24)
    picture[60:110, 30:90] = (40, 40, 60)  # dark, but an area
    Image.fromarray(picture).save(tmp_path / "a.png")
    (tmp_path / "names.txt").write_text("west\neast\ndark\nlines\n")
    run = ["palette", "learn", tmp_path / "a.png", "--method", "flat", "-o", tmp_path / "p.csv"]
    printed(*run, "--names", tmp_path / "names.txt")
    shown = json.loads(printed("palette", "show", tmp_path / "p.csv", "--json"))
    assert dict(zip(shown["names"], shown["roles"], strict=True))["dark"] == "unit"
    assert [role for role in shown["roles"] if role == "ink"] == ["ink"]
    printed(
        "convert",
        tmp_path / "a.png",
        "-o",
        tmp_path / "a.tif",
        "-p",
        tmp_path / "p.csv",
        "--clean",
    )
    grid = open_grid(tmp_path / "a.tif")
    assert grid.counts()[shown["roles"].index("ink")] == 0
    few = invoke(*run, "--overwrite", "--names", tmp_path / "a.points")
    assert isinstance(few.exception, MissingFileError)
    (tmp_path / "names.txt").write_text("west\n")
    few = invoke(*run, "--overwrite", "--names", tmp_path / "names.txt")
    assert "4 colors but there are 1 names" in str(few.exception)


@pytest.mark.parametrize("scheme", ["xyz", "tms"])
def test_web_tiles_lie_where_their_path_says(tmp_path: Path, scheme: str) -> None:
    """By the published formula of longitude and latitude, projected by PROJ."""
    zoom, col, row = 7, 73, 35
    folder = tmp_path / str(zoom) / str(col)
    folder.mkdir(parents=True)
    name = row if scheme == "xyz" else 2**zoom - 1 - row
    Image.fromarray(sheet()).save(folder / f"{name}.png")
    grid = index_image(folder / f"{name}.png", PALETTE, tiles=scheme)
    corners = []
    for x, y in [(col, row), (col + 1, row + 1)]:
        latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**zoom))))
        corners.append((x / 2**zoom * 360 - 180, latitude))
    project = Transformer.from_crs(4326, 3857, always_xy=True)
    for place, corner in zip([(0, 0), (120, 90)], corners, strict=True):
        np.testing.assert_allclose(grid.transform @ place, project.transform(*corner), atol=1e-6)
    assert grid.crs.to_epsg() == 3857
    report = convert_many(tmp_path, tmp_path / "out", PALETTE, tiles=scheme, jobs=1)
    assert open_grid(report.done[0].target) == grid
    assert Path(report.done[0].target) == tmp_path / "out" / "7" / "73" / f"{name}.tif"


@pytest.mark.parametrize(
    ("path", "options", "message"),
    [
        ("a/b/1.png", {}, "does not end in zoom/column/row"),
        ("2/4/1.png", {}, "zoom 2 of at most 30 has no column 4 and row 1"),
        ("2020/1/1.png", {}, "zoom 2020"),
        ("1/1/1.png", {"tiles": "wms"}, "unknown tiles 'wms'; known: xyz, tms"),
        ("1/1/1.png", {"crs": 4326}, "leave out crs"),
        ("1/1/1.png", {"bounds": (0, 0, 1, 1)}, "bounds and tiles give an image two places"),
    ],
)
def test_what_is_no_web_tile(tmp_path: Path, path: str, options: dict, message: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    Image.fromarray(sheet()).save(tmp_path / path)
    with pytest.raises((ImageError, OptionError), match=message):
        index_image(tmp_path / path, PALETTE, **{"tiles": "xyz", **options})


def test_places_beside_an_image(tmp_path: Path) -> None:
    """Control points of QGIS are read; what is not read is named."""
    Image.fromarray(sheet()).save(tmp_path / "a.png")
    rows = ["mapX,mapY,sourceX,sourceY,enable"]
    rows += ["5000,8000,0,0,1", "6200,8000,120,0,1", "5000,7100,0,-90,1"]
    (tmp_path / "a.png.points").write_text("\n".join(rows))
    found = index_image(tmp_path / "a.png", PALETTE)
    assert len(found.gcps) == 3
    assert found == index_image(tmp_path / "a.png", PALETTE, gcps=tmp_path / "a.png.points")
    (tmp_path / "a.png.points").unlink()
    for name in ("a.kml", "a.pgwx"):
        (tmp_path / name).write_text("")
        with pytest.warns(GeoindexWarning, match=rf"{name} beside it is not read; give the place"):
            index_image(tmp_path / "a.png", PALETTE)
        (tmp_path / name).unlink()
