"""Files as scanners, animators and old programs write them: read right, or refused."""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image, ImageCms
from rasterio.vrt import WarpedVRT

from geoindex import Palette, convert, index_image, open_grid
from geoindex.color.pixels import PixelRule
from geoindex.errors import GeoindexWarning, ImageError
from geoindex.images.files import read_image
from tests.support.rasters import write_tif

PALETTE = Palette([[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]])


@pytest.fixture
def jpeg() -> bytes:
    """A JPEG of 70 x 90 pixels, as bytes."""
    colors = np.random.default_rng(0).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(colors.repeat(10, axis=0).repeat(10, axis=1)).save(stream, "JPEG")
    return stream.getvalue()


def markers(content: bytes) -> list[int]:
    """Find the places of the markers before the scan."""
    places, place = [], 2
    while not places or content[places[-1] + 1] != 0xDA:
        places.append(place)
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return places


def with_bytes_behind_scans(content: bytes) -> bytes:
    """Put three bytes behind the second and the fourth scan, and before the end."""
    starts = [at for at in range(len(content)) if content[at : at + 2] == b"\xff\xda"]
    for start in (starts[3], starts[1]):
        end = start + 2
        while content[end] != 0xFF or content[end + 1] == 0:
            end += 1
        content = content[:end] + b"\0\x11\x22" + content[end:]
    return content[:-2] + b"\0\x11\x22" + content[-2:]


@pytest.mark.parametrize("progressive", [False, True])
def test_stray_bytes_of_a_jpeg(tmp_path: Path, jpeg: bytes, progressive: bool) -> None:
    if progressive:
        stream = io.BytesIO()
        Image.open(io.BytesIO(jpeg)).save(stream, "JPEG", progressive=True)
        jpeg = stream.getvalue()
    (tmp_path / "whole.jpg").write_bytes(jpeg)
    expected = read_image(tmp_path / "whole.jpg").colors
    path = tmp_path / "stray.jpg"
    # Bytes right behind the start would make it another kind of file.
    for place in markers(jpeg)[1:]:
        # A zero behind 0xFF is no marker.
        path.write_bytes(jpeg[:place] + b"\0\xff\0\x11\x22" + jpeg[place:])
        with pytest.warns(GeoindexWarning, match=r"stray.jpg: 5 stray bytes between its markers"):
            found = read_image(path)
        np.testing.assert_array_equal(found.colors, expected)
        # Read again, as for a collar.
        with pytest.warns(GeoindexWarning, match="5 stray bytes"):
            found = read_image(path, PixelRule(collar=((1, 2, 3),)))
        np.testing.assert_array_equal(found.colors, expected)
        if progressive:
            # Behind some scans and before the end, too.
            path.write_bytes(with_bytes_behind_scans(jpeg[:place] + b"\0" + jpeg[place:]))
            with pytest.warns(GeoindexWarning, match="10 stray bytes"):
                found = read_image(path)
            np.testing.assert_array_equal(found.colors, expected)
        # What is behind them is checked.
        path.write_bytes(jpeg[:place] + b"\0\x11" + jpeg[place : -len(jpeg) // 3])
        with pytest.raises(ImageError, match=r"stray.jpg: is damaged or cut short"):
            read_image(path)
    path.write_bytes(jpeg[:-2] + b"\0\x11" + jpeg[-2:])
    if progressive:
        # Of a baseline JPEG, what is behind the last row is not read.
        with pytest.warns(GeoindexWarning, match=r"stray.jpg: 2 stray bytes"):
            convert(path, tmp_path / "grid.tif", PALETTE)
        # Bytes of a scan that are missing are pixels that are lost.
        place = [at for at in range(len(jpeg)) if jpeg[at : at + 2] == b"\xff\xda"][2]
        path.write_bytes(jpeg[: place - 9] + jpeg[place:-2] + b"\0\x11" + jpeg[-2:])
        with pytest.raises(ImageError, match=r"stray.jpg: is damaged or cut short"):
            read_image(path)
    else:
        np.testing.assert_array_equal(read_image(path).colors, expected)
    path.write_bytes(jpeg[:30])
    with pytest.raises(ImageError, match=r"stray.jpg: is damaged or cut short"):
        read_image(path)


def test_a_jpeg_with_stray_bytes_keeps_its_place(tmp_path: Path, jpeg: bytes) -> None:
    place = markers(jpeg)[1]
    (tmp_path / "map.jpg").write_bytes(jpeg[:place] + b"\0" + jpeg[place:])
    (tmp_path / "map.jgw").write_text("2\n0\n0\n-2\n101\n899\n")
    with pytest.warns(GeoindexWarning, match=r"map.jpg: 1 stray bytes"):
        convert(tmp_path / "map.jpg", tmp_path / "grid.tif", PALETTE)
    assert open_grid(tmp_path / "grid.tif").transform == Affine(2, 0, 100, 0, -2, 900)


def test_the_first_frame_of_an_animation(tmp_path: Path) -> None:
    frames = [Image.new("P", (8, 6), index) for index in (1, 2, 3)]
    for frame in frames:
        frame.putpalette(PALETTE.colors.tobytes())
    path = tmp_path / "map.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    (tmp_path / "map.gfw").write_text("2\n0\n0\n-2\n101\n899\n")
    with pytest.warns(GeoindexWarning, match=r"map.gif: holds 3 frames, of which only the first"):
        grid = index_image(path, PALETTE)
    assert (grid.indices == 1).all()
    assert grid.transform == Affine(2, 0, 100, 0, -2, 900)


def with_frame(
    size: tuple[int, int], place: tuple[int, int], frame: np.ndarray, transparency: int | None
) -> bytes:
    """Make a GIF of a size whose frame lies at a place."""
    picture = Image.fromarray(frame, "P")
    picture.putpalette(PALETTE.colors.tobytes())
    stream = io.BytesIO()
    options = {} if transparency is None else {"transparency": transparency}
    picture.save(stream, "GIF", **options)
    content = bytearray(stream.getvalue())
    content[6:10] = struct.pack("<HH", *size)
    rows, cols = frame.shape
    begin = content.index(b"\x2c" + struct.pack("<HHHH", 0, 0, cols, rows))
    content[begin + 1 : begin + 5] = struct.pack("<HH", *place)
    return bytes(content)


@pytest.mark.parametrize("transparency", [None, 2])
@pytest.mark.parametrize("name", ["map.gif", "a & <b>'\".gif"])
def test_a_frame_that_is_smaller_than_its_picture(
    tmp_path: Path, name: str, transparency: int | None
) -> None:
    frame = np.array([[1, 2, 3], [4, 0, 1]], np.uint8)
    path = tmp_path / name
    path.write_bytes(with_frame((8, 6), (4, 1), frame, transparency))
    path.with_suffix(".gfw").write_text("2\n0\n0\n-2\n101\n899\n")
    expected = np.full((6, 8), 255)
    expected[1:3, 4:7] = np.where(frame == transparency, 255, frame)
    grid = index_image(path, PALETTE)
    assert grid.indices.tolist() == expected.tolist()
    assert grid.transform == Affine(2, 0, 100, 0, -2, 900)
    # Pillow, too, fills the picture.
    with Image.open(path) as picture:
        assert picture.size == grid.shape[::-1]


MASKS = {"rgb": (0xFF0000, 0xFF00, 0xFF), "bgr": (0xFF, 0xFF00, 0xFF0000)}


@pytest.mark.parametrize("header", [40, 52, 56])
@pytest.mark.parametrize(("bits", "order"), [(24, None), (32, None), (32, "rgb"), (32, "bgr")])
def test_bmp_headers(tmp_path: Path, header: int, bits: int, order: str | None) -> None:
    colors = np.array(
        [[[255, 0, 0], [0, 255, 0], [9, 0, 250]], [[1, 2, 3], [255, 255, 255], [0, 0, 0]]]
    )
    pixels = b""
    for row in colors[::-1]:
        line = b""
        for red, green, blue in row.tolist():
            channels = (red, green, blue) if order == "bgr" else (blue, green, red)
            line += bytes([*channels, *([0] * (bits == 32))])
        pixels += line + bytes(-len(line) % 4)
    masks = b"" if order is None and header == 40 else struct.pack("<III", *MASKS[order or "rgb"])
    masks += bytes(4) * (header == 56)
    start = 54 + len(masks)
    content = struct.pack("<2sIHHI", b"BM", start + len(pixels), 0, 0, start)
    compression = 0 if order is None else 3
    content += struct.pack("<IiiHHIIiiII", header, 3, 2, 1, bits, compression, 0, 0, 0, 0, 0)
    (tmp_path / "map.bmp").write_bytes(content + masks + pixels)
    if order == "bgr":
        with pytest.raises(ImageError, match=r"map.bmp: is a BMP with channels in another order"):
            read_image(tmp_path / "map.bmp")
    else:
        assert read_image(tmp_path / "map.bmp").colors.tolist() == colors.tolist()


@pytest.mark.parametrize("size", [(3, 20), (4, 20), (20, 3), (20, 4), (3, 3), (4, 3), (1, 3)])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "1", "CMYK"])
def test_pillow_images_never_have_their_channels_first(mode: str, size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, (255, 255, 255)).convert(mode)
    grid = index_image(image, PALETTE, scale="byte")
    assert grid.shape == size[::-1]
    assert (grid.indices == 4).all()


@pytest.mark.parametrize("shape", [(3, 20, 2), (4, 20, 1), (3, 20, 4), (4, 5, 3)])
def test_arrays_that_could_be_either_way_are_asked_about(shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match=r"is ambiguous: .* set channel_axis=0 or"):
        index_image(np.zeros(shape, np.uint8), PALETTE)


def test_a_warped_map_with_a_color_table_and_alpha(tmp_path: Path) -> None:
    """As gdalwarp -dstalpha makes it: palette indices and alpha."""
    indices = np.tile(np.arange(5, dtype=np.uint8), (10, 4))
    table = {row: (*color, 255) for row, color in enumerate(PALETTE.colors.tolist())}
    write_tif(
        tmp_path / "map.tif",
        indices[np.newaxis],
        photometric="palette",
        crs="EPSG:3067",
        transform=Affine(1000, 0, 200_000, 0, -1000, 7_000_000),
    )
    with rasterio.open(tmp_path / "map.tif", "r+") as target:
        target.write_colormap(1, table)
    with (
        rasterio.open(tmp_path / "map.tif") as source,
        WarpedVRT(source, crs="EPSG:4326", add_alpha=True) as warped,
    ):
        rasterio.shutil.copy(warped, tmp_path / "warped.tif", driver="GTiff")
        codes, alpha = warped.read()
    grid = index_image(tmp_path / "warped.tif", PALETTE)
    assert (alpha == 0).any()
    np.testing.assert_array_equal(grid.valid, alpha != 0)
    np.testing.assert_array_equal(grid.indices[grid.valid], codes[alpha != 0])


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
@pytest.mark.parametrize("is_told", [False, True])
def test_a_color_profile_other_than_srgb_is_told(
    tmp_path: Path, suffix: str, is_told: bool
) -> None:
    """Its colors are those of the file, as in most programs for maps."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if is_told:
        profile = profile.replace(b"sRGB", b"wide").replace(b"s\0R\0G\0B", b"w\0i\0d\0e")
    picture = Image.fromarray(np.full((8, 8, 3), (250, 100, 10), np.uint8))
    picture.save(tmp_path / f"map{suffix}", icc_profile=profile)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        read_image(tmp_path / f"map{suffix}")
    assert ["color profile other than sRGB" in str(one.message) for one in told] == [
        True
    ] * is_told
