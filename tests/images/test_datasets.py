"""Open rasterio datasets, and files that GDAL opens with any of its drivers."""

from __future__ import annotations

import json
import socket
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.io import MemoryFile
from rasterio.vrt import WarpedVRT

from geoindex import (
    Palette,
    compare_palettes,
    convert,
    convert_many,
    index_image,
    learn_palette,
    open_grid,
)
from geoindex.errors import ImageError, MissingFileError
from geoindex.images import blocks, drivers
from tests.support.command_line import printed
from tests.support.rasters import write_tif

PALETTE = Palette([[200, 0, 0], [0, 200, 0], [0, 0, 200]], names=["Till", "Clay", "Sand"])

NEAREST = np.random.default_rng(3).integers(0, 3, (12, 18)).repeat(5, axis=0).repeat(5, axis=1)

COLORS = PALETTE.colors[NEAREST]

PLACE = Affine(1000, 0, 200_000, 0, -1000, 7_000_000)

MOSAIC = """<VRTDataset rasterXSize="90" rasterYSize="60">
<SRS>EPSG:3067</SRS><GeoTransform>200000, 1000, 0, 7000000, 0, -1000</GeoTransform>
{}</VRTDataset>"""

BAND = """<VRTRasterBand dataType="Byte" band="{band}"><ColorInterp>{color}</ColorInterp>
{sources}</VRTRasterBand>"""

SOURCE = """<SimpleSource><SourceFilename relativeToVRT="1">{name}</SourceFilename>
<SourceBand>{band}</SourceBand><SrcRect xOff="0" yOff="0" xSize="45" ySize="60"/>
<DstRect xOff="{left}" yOff="0" xSize="45" ySize="60"/></SimpleSource>"""


def save_mosaic(folder: Path) -> Path:
    """Save two sheets and the virtual mosaic of them."""
    for name, left in (("west.tif", 0), ("east.tif", 45)):
        sheet = np.moveaxis(COLORS[:, left : left + 45], -1, 0)
        place = PLACE @ Affine.translation(left, 0)
        write_tif(folder / name, sheet, crs="EPSG:3067", transform=place)
    bands = [
        BAND.format(
            band=band,
            color=color,
            sources="".join(
                SOURCE.format(name=name, band=band, left=left)
                for name, left in (("west.tif", 0), ("east.tif", 45))
            ),
        )
        for band, color in enumerate(("Red", "Green", "Blue"), 1)
    ]
    (folder / "mosaic.vrt").write_text(MOSAIC.format("".join(bands)))
    return folder / "mosaic.vrt"


def test_a_virtual_mosaic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", 800)
    with rasterio.open(save_mosaic(tmp_path)) as dataset:
        grid = index_image(dataset, PALETTE)
        learned = learn_palette(dataset, method="flat")
        several = learn_palette([dataset, tmp_path / "west.tif"], 3)
        score = compare_palettes(dataset, [PALETTE]).scores[0]
    assert grid.indices.tolist() == NEAREST.tolist()
    assert (grid.transform, grid.crs) == (PLACE, "EPSG:3067")
    assert {*map(tuple, learned.colors.tolist())} == {*map(tuple, PALETTE.colors.tolist())}
    assert several.n_pixels == 60 * 90 + 60 * 45
    assert score.mean_squared_error == 0


def test_one_thread_reads_a_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GDAL's datasets are not to be shared by threads."""
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", 800)
    readers = set()
    save_mosaic(tmp_path)
    with rasterio.open(tmp_path / "mosaic.vrt") as dataset, WarpedVRT(dataset) as warped:

        class Watched(WarpedVRT):
            def read(self, *args: object, **options: object) -> np.ndarray:
                readers.add(threading.get_ident())
                return super().read(*args, **options)

        with Watched(dataset) as watched:
            grid = index_image(watched, PALETTE)
            learn_palette(watched, 3)
        assert grid.indices.tolist() == index_image(warped, PALETTE).indices.tolist()
    assert readers == {threading.get_ident()}


def test_a_warped_map(tmp_path: Path) -> None:
    with (
        rasterio.open(save_mosaic(tmp_path)) as dataset,
        WarpedVRT(dataset, crs="EPSG:4326", add_alpha=True) as warped,
    ):
        grid = index_image(warped, PALETTE)
        pixels, opaque = np.moveaxis(warped.read(), 0, -1), warped.dataset_mask() != 0
        assert (grid.transform, grid.crs, grid.shape) == (
            warped.transform,
            warped.crs,
            warped.shape,
        )
    assert grid.nodata == 255
    assert (~opaque).any()
    np.testing.assert_array_equal(grid.valid, opaque)
    np.testing.assert_array_equal(PALETTE.colors[grid.indices[opaque]], pixels[opaque][:, :3])


def test_a_dataset_in_memory() -> None:
    """Gray with 0 as white, whose header is in no file."""
    gray = np.array([[0, 255, 100]], np.uint8)
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            width=3,
            height=1,
            count=1,
            dtype="uint8",
            photometric="miniswhite",
            transform=PLACE,
        ) as dataset:
            dataset.write(gray, 1)
        with memory.open() as dataset:
            found = index_image(dataset, Palette(np.repeat(np.arange(256)[:, None], 3, axis=1)))
        with pytest.raises(ImageError, match="this dataset is closed"):
            index_image(dataset, PALETTE)
    assert found.indices.tolist() == [[255, 0, 155]]


def test_a_dataset_open_for_writing(tmp_path: Path) -> None:
    layout = {"driver": "GTiff", "width": 3, "height": 1, "count": 3, "dtype": "uint8"}
    with (
        rasterio.open(tmp_path / "map.tif", "w", transform=PLACE, **layout) as dataset,
        pytest.raises(ImageError, match="this dataset is open for writing"),
    ):
        index_image(dataset, PALETTE)


def save_by_gdal(path: Path, driver: str, **options: object) -> Path:
    """Save the map by a driver of GDAL that geoindex does not open by itself."""
    rows, cols = COLORS.shape[:2]
    with rasterio.open(
        path,
        "w",
        driver=driver,
        width=cols,
        height=rows,
        count=3,
        dtype="uint8",
        crs="EPSG:3067",
        transform=PLACE,
        **options,
    ) as file:
        file.write(np.moveaxis(COLORS, -1, 0))
    return path


def zipped(path: Path) -> Path:
    """Pack the mosaic of TIFFs into an archive."""
    save_mosaic(path.parent)
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(path.with_name("west.tif"), "west.tif")
    return path


TRUSTED = [
    ("mosaic.vrt", lambda path: save_mosaic(path.parent), "VRT", r"virtual raster \(VRT\)"),
    ("map.img", lambda path: save_by_gdal(path, "HFA"), "HFA", r"ERDAS Imagine file \(.img\)"),
    (
        "map.gpkg",
        lambda path: save_by_gdal(path, "GPKG", tile_format="PNG"),
        "GPKG",
        r"database of tiles or layers \(GeoPackage, MBTiles\)",
    ),
    ("map.dat", lambda path: save_by_gdal(path, "ENVI"), "ENVI", "ENVI file"),
]


@pytest.mark.parametrize(("name", "make", "driver", "kind"), TRUSTED)
def test_files_that_the_user_trusts(
    tmp_path: Path, name: str, make: Callable[[Path], Path], driver: str, kind: str
) -> None:
    source, target = make(tmp_path / name), tmp_path / "grid.tif"
    PALETTE.save(tmp_path / "units.csv")
    message = rf"{name}: is an? {kind}.*; if you trust it, .*gdal=True.* gdal_translate"
    with pytest.raises(ImageError, match=message):
        convert(source, target, PALETTE)
    assert convert(source, target, PALETTE, gdal=True).driver == driver
    grid = open_grid(target)
    assert grid.provenance["gdal"] is True
    rows, cols = NEAREST.shape
    assert grid.indices[:rows, :cols].tolist() == NEAREST.tolist()
    assert grid.transform is not None
    assert grid.transform.almost_equals(PLACE)
    options = ["-p", tmp_path / "units.csv", "--gdal"]
    text = printed("convert", source, "-o", tmp_path / "b.tif", *options)
    assert f"opened        by GDAL, driver {driver}; the file is trusted (--gdal)" in text
    assert (tmp_path / "b.tif").read_bytes() != b""
    pattern = tmp_path / f"*{source.suffix}"
    report = json.loads(printed("batch", pattern, "-o", tmp_path / "grids", *options, "--json"))
    assert [one["driver"] for one in report["done"]] == [driver]


def test_gdal_changes_nothing_for_other_files(tmp_path: Path) -> None:
    save_mosaic(tmp_path)
    convert(tmp_path / "west.tif", tmp_path / "a.npy", PALETTE)
    convert(tmp_path / "west.tif", tmp_path / "b.npy", PALETTE, gdal=True)
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    with pytest.raises(MissingFileError, match=r"nowhere.vrt: no such file"):
        convert(tmp_path / "nowhere.vrt", tmp_path / "c.npy", PALETTE, gdal=True)
    (tmp_path / "text.vrt").write_text("no raster")
    with pytest.raises(ImageError, match=r"text.vrt: GDAL cannot open it \(.* not recognized"):
        convert(tmp_path / "text.vrt", tmp_path / "c.npy", PALETTE, gdal=True)
    # A name that GDAL understands.
    archive = zipped(tmp_path / "maps.zip")
    convert(f"/vsizip/{archive}/west.tif", tmp_path / "d.npy", PALETTE, gdal=True)
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "d.npy").read_bytes()
    with pytest.raises(ImageError, match=r"maps.zip: is a ZIP archive; unpack it"):
        convert(archive, tmp_path / "e.npy", PALETTE)


def test_an_address_that_does_not_answer_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(drivers.GDAL_OPTIONS, "GDAL_HTTP_LOW_SPEED_TIME", 1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"http://127.0.0.1:{mute.getsockname()[1]}/map.tif"
        with pytest.raises(ImageError, match=r"map.tif: GDAL cannot open it .*too slow"):
            convert(address, tmp_path / "a.npy", PALETTE, gdal=True)


def test_palettes_of_files_that_the_user_trusts(tmp_path: Path) -> None:
    mosaic = save_mosaic(tmp_path)
    options = ["-n", 3, "--method", "flat", "--gdal"]
    printed("palette", "learn", mosaic, *options, "-o", tmp_path / "flat.csv")
    learned = learn_palette(tmp_path / "m*.vrt", method="flat", gdal=True)
    assert {*map(tuple, learned.colors.tolist())} == {*map(tuple, PALETTE.colors.tolist())}
    scores = json.loads(
        printed("palette", "compare", mosaic, tmp_path / "flat.csv", "--gdal", "--json")
    )
    assert scores["palettes"][0]["mean_squared_error"] == 0
    with pytest.raises(ImageError, match=r"mosaic.vrt: is a .*virtual"):
        learn_palette(mosaic, 3)
    grids = ["-o", tmp_path / "grids", "--learn", "flat", "--gdal", "-j", 1]
    printed("batch", tmp_path / "*.vrt", *grids)
    assert open_grid(tmp_path / "grids" / "mosaic.tif").palette.colors.tolist() == (
        learned.colors.tolist()
    )


def test_a_container_of_several_maps(tmp_path: Path) -> None:
    path = tmp_path / "maps.gpkg"
    save_by_gdal(path, "GPKG", raster_table="a")
    save_by_gdal(path, "GPKG", raster_table="b", append_subdataset=True)
    with pytest.raises(ImageError, match=r"holds no bands itself; open one of its parts \(GPKG:"):
        convert(path, tmp_path / "grid.tif", PALETTE, gdal=True)
    part = f"GPKG:{path}:b"
    convert(part, tmp_path / "grid.tif", PALETTE, gdal=True)
    assert open_grid(tmp_path / "grid.tif").crs == "EPSG:3067"


PAGES = [
    (
        b"<!DOCTYPE html><html><head><style>body {color: red}</style>"
        b"<title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>",
        "404 Not Found Not Found",
    ),
    (
        b'<?xml version="1.0"?><ServiceExceptionReport><ServiceException code="x">'
        b"Layer not defined</ServiceException></ServiceExceptionReport>",
        "Layer not defined",
    ),
    (b'{"error": {"code": 498, "message": "Invalid Token"}}', "error : code : 498, message"),
    (b"\xef\xbb\xbfAccess denied\r\n\x1b[31m", None),
    ("Zugriff verweigert für Blätter".encode(), "Zugriff verweigert für Blätter"),
    (b"x" * 500, "x" * 80 + "..."),
    (b"", "is empty"),
    (b"\0" * 500, "holds nothing but zeros"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", r"a drawing \(SVG\); export the map as PNG"),
    (b"\0\0\0\x18ftypheic" + bytes(40), "a HEIF or AVIF image; export the map as PNG or TIFF"),
]


@pytest.mark.parametrize(("content", "quoted"), PAGES)
def test_what_is_no_image_says_what_it_is(
    tmp_path: Path, content: bytes, quoted: str | None
) -> None:
    (tmp_path / "map.png").write_bytes(content)
    with pytest.raises(ImageError, match=quoted or "whatever its name says") as caught:
        index_image(tmp_path / "map.png", PALETTE)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 350


def test_batch_of_missing_and_trusted(tmp_path: Path) -> None:
    save_mosaic(tmp_path)
    report = convert_many(
        [tmp_path / "mosaic.vrt", tmp_path / "west.tif"], tmp_path / "grids", PALETTE, jobs=1
    )
    assert [Path(sheet.source).name for sheet in report.failed] == ["mosaic.vrt"]
