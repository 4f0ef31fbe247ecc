"""Every kind of image file gives the pixels that another library decodes, or is refused."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import rasterio
import tifffile
from affine import Affine
from PIL import Image

from geoindex import IndexGrid, Palette, index_image
from geoindex.color.pixels import PixelRule
from geoindex.errors import GridError, ImageError, OptionError
from geoindex.images.files import open_image, read_image
from geoindex.images.grid_rule import rule_of_grid
from tests.support.png import chunk, png
from tests.support.rasters import half_up, noise, write_tif

ROWS, COLS = 13, 21


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(
    ("color_type", "depth"),
    [
        *((color_type, depth) for color_type in (0, 3) for depth in (1, 2, 4, 8)),
        *((color_type, 8) for color_type in (2, 4, 6)),
        *((color_type, 16) for color_type in (0, 2, 4, 6)),
    ],
)
def test_png(tmp_path: Path, color_type: int, depth: int, interlaced: bool) -> None:
    full = 2**depth - 1
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color_type]
    samples = noise(ROWS, COLS, channels, high=full + 1, dtype=np.uint16)
    palette = noise(full + 1, 3) if color_type == 3 else None
    (tmp_path / "map.png").write_bytes(
        png(
            samples,
            color_type,
            depth,
            interlaced=interlaced,
            palette=b"" if palette is None else palette.tobytes(),
        )
    )
    raster = read_image(tmp_path / "map.png")
    if palette is not None:
        expected = palette[samples[..., 0]]
    else:
        colors = samples[..., : 1 if channels < 3 else 3]
        expected = np.broadcast_to(half_up(colors, full), (ROWS, COLS, 3))
    np.testing.assert_array_equal(raster.colors, expected)
    if color_type in (4, 6):
        np.testing.assert_array_equal(raster.valid != 0, samples[..., -1] != 0)
    else:
        assert raster.valid is None


@pytest.mark.parametrize(
    ("color_type", "depth", "transparency"),
    [(0, 4, (5,)), (0, 8, (77,)), (0, 16, (777,)), (2, 8, (1, 2, 3)), (2, 16, (300, 2, 700))],
)
def test_png_transparent_color(
    tmp_path: Path, color_type: int, depth: int, transparency: tuple[int, ...]
) -> None:
    samples = noise(ROWS, COLS, len(transparency), high=2**depth, dtype=np.uint16)
    samples[2, 3:6] = transparency
    samples[0, 0, 0] = transparency[0]
    clear = (samples == transparency).all(axis=-1)
    content = struct.pack(f">{len(transparency)}H", *transparency)
    (tmp_path / "map.png").write_bytes(png(samples, color_type, depth, transparency=content))
    valid = read_image(tmp_path / "map.png").valid
    np.testing.assert_array_equal(valid != 0, ~clear)
    assert read_image(tmp_path / "map.png", PixelRule(alpha="strip")).valid is None


def test_full_depth_of_a_file(tmp_path: Path) -> None:
    """16-bit grays that round to one 8-bit gray stay distinct in full depth."""
    samples = np.array([[[25_700], [25_750]]], dtype=np.uint16)
    (tmp_path / "deep.png").write_bytes(png(samples, 0, 16))
    assert read_image(tmp_path / "deep.png").colors[..., 0].tolist() == [[100, 100]]
    raster = read_image(tmp_path / "deep.png", PixelRule(depth="full"))
    assert raster.colors[..., 0].tolist() == [[25_700, 25_750]]


@pytest.mark.filterwarnings("ignore:.*without a color profile")
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg(tmp_path: Path, mode: str) -> None:
    channels = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
    smooth = np.linspace(0, 255, ROWS * COLS * channels).reshape(ROWS, COLS, channels)
    image = Image.fromarray(smooth.astype(np.uint8).squeeze(), mode)
    image.save(tmp_path / "map.jpg", quality=95, **({} if mode == "L" else {"subsampling": 0}))
    with Image.open(tmp_path / "map.jpg") as decoded:
        assert decoded.mode == mode
        expected = np.array(decoded.convert("RGB"), dtype=int)
    found = read_image(tmp_path / "map.jpg").colors.astype(int)
    # GDAL cuts the product of the CMYK formula where Pillow rounds it.
    assert np.abs(found - expected).max() <= (1 if mode == "CMYK" else 0)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_turned_by_exif(tmp_path: Path, suffix: str, orientation: int) -> None:
    path = tmp_path / f"photo.{suffix}"
    if suffix == "tif":
        tifffile.imwrite(
            path,
            noise(ROWS, COLS, 3),
            photometric="rgb",
            metadata=None,
            extratags=[(274, "H", 1, orientation, True)],
        )
    else:
        exif = Image.Exif()
        exif[274] = orientation
        options = {"webp": {"lossless": True}, "jpg": {"subsampling": 0}}.get(suffix, {})
        Image.fromarray(noise(ROWS, COLS, 3)).save(path, exif=exif, **options)
    from PIL import ImageOps

    with Image.open(path) as decoded:
        expected = np.array(ImageOps.exif_transpose(decoded).convert("RGB"))
    colors = read_image(path).colors
    # Two decoders of JPEG may differ by rounding.
    tolerance = 1 if suffix == "jpg" else 0
    np.testing.assert_allclose(colors, expected, rtol=0, atol=tolerance)
    with open_image(path) as image:
        assert image.shape == expected.shape[:2]
        part = image.read((slice(2, 9), slice(3, 11)))
        np.testing.assert_array_equal(part.colors, colors[2:9, 3:11])
    # A picture that is placed on the map must not be turned under its transform.
    world = {"jpg": "jgw", "png": "pgw", "webp": "wld", "tif": "tfw"}[suffix]
    (tmp_path / f"photo.{world}").write_text("5.0\n0\n0\n-5.0\n1002.5\n1997.5\n")
    assert read_image(path).colors.shape == (ROWS, COLS, 3)


@pytest.mark.parametrize(
    ("mode", "options"),
    [("RGB", {"lossless": True}), ("RGBA", {"lossless": True, "exact": True}), ("RGB", {})],
)
def test_webp(tmp_path: Path, mode: str, options: dict[str, object]) -> None:
    Image.fromarray(noise(ROWS, COLS, len(mode)), mode).save(tmp_path / "map.webp", **options)
    compare_with_pillow(tmp_path / "map.webp")


@pytest.mark.parametrize("interlace", [0, 1])
@pytest.mark.parametrize("transparent", [None, 3])
def test_gif(tmp_path: Path, interlace: int, transparent: int | None) -> None:
    image = Image.fromarray(noise(ROWS, COLS) % 9)
    image.putpalette(noise(9 * 3).tolist())
    options = {} if transparent is None else {"transparency": transparent}
    image.save(tmp_path / "map.gif", interlace=interlace, **options)
    compare_with_pillow(tmp_path / "map.gif")


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_bmp(tmp_path: Path, mode: str) -> None:
    Image.fromarray(noise(ROWS, COLS, 3)).convert(mode).save(tmp_path / "map.bmp")
    compare_with_pillow(tmp_path / "map.bmp")


@pytest.mark.parametrize("header_size", [56, 108, 124])
def test_bmp_with_transparency_is_refused(tmp_path: Path, header_size: int) -> None:
    """Headers with an alpha mask, as image editors write them."""
    pixels = noise(4, 4, 4).tobytes()
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    info = (
        struct.pack("<IiiHHIIiiII", header_size, 4, 4, 1, 32, 3, len(pixels), 0, 0, 0, 0) + masks
    )
    info += bytes(header_size - len(info))
    head = b"BM" + struct.pack("<IHHI", 14 + len(info) + len(pixels), 0, 0, 14 + len(info))
    (tmp_path / "map.bmp").write_bytes(head + info + pixels)
    with pytest.raises(ImageError, match=r"map\.bmp: is a BMP with transparency or of version 4"):
        read_image(tmp_path / "map.bmp")


@pytest.mark.parametrize("suffix", ["jp2", "j2k"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "I;16"])
def test_jpeg_2000(tmp_path: Path, mode: str, suffix: str) -> None:
    path = tmp_path / f"map.{suffix}"
    if mode == "I;16":
        values = noise(40, 50, high=65_536, dtype=np.uint16)
        Image.fromarray(values).save(path, irreversible=False)
        expected = half_up(values, 65_535)
        np.testing.assert_array_equal(read_image(path).colors[..., 0], expected)
        return
    Image.fromarray(noise(40, 50, len(mode)).squeeze(), mode).save(path, irreversible=False)
    if mode == "RGBA" and suffix == "j2k":
        # A bare codestream does not say that its fourth channel is alpha.
        with pytest.raises(ImageError, match="holds 4 bands"):
            read_image(path)
        return
    compare_with_pillow(path)


def compare_with_pillow(path: Path) -> None:
    with Image.open(path) as decoded:
        expected = np.array(decoded.convert("RGBA"))
    raster = read_image(path)
    np.testing.assert_array_equal(raster.colors, expected[..., :3])
    valid = np.ones(expected.shape[:2], bool) if raster.valid is None else raster.valid != 0
    np.testing.assert_array_equal(valid, expected[..., 3] != 0)


def test_a_name_without_suffix(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((2, 3, 3), np.uint8)).save(tmp_path / "map", format="PNG")
    assert read_image(tmp_path / "map").transform is None
    (tmp_path / "map.wld").write_text("5\n0\n0\n-5\n102.5\n897.5\n")
    assert read_image(tmp_path / "map").transform == Affine(5, 0, 100, 0, -5, 900)


def test_mask_beside_the_file(tmp_path: Path) -> None:
    write_tif(tmp_path / "map.tif", noise(3, 4, 5))
    mask = np.full((4, 5), 255, np.uint8)
    mask[3] = 0
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False),
        rasterio.open(tmp_path / "map.tif", "r+") as target,
    ):
        target.write_mask(mask)
    assert (tmp_path / "map.tif.msk").exists()
    np.testing.assert_array_equal(read_image(tmp_path / "map.tif").valid, mask)


def test_translucent_pixels(tmp_path: Path) -> None:
    pixels = np.array([[[200, 100, 0, alpha] for alpha in (0, 1, 100, 254, 255)]], dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "map.png")

    def read(translucent: object) -> tuple[list[list[int]], list[bool]]:
        raster = read_image(tmp_path / "map.png", PixelRule(translucent=translucent))
        return raster.colors[0].tolist(), (raster.valid[0] != 0).tolist()

    assert read("keep") == ([[200, 100, 0]] * 5, [False, True, True, True, True])
    assert read(100) == ([[200, 100, 0]] * 5, [False, False, True, True, True])
    assert read(255)[1] == [False] * 4 + [True]
    colors, valid = read("#ffffff")
    assert valid == [False, True, True, True, True]
    # Porter and Duff's "over", rounded half up; Pillow's alpha_composite agrees.
    paper = Image.new("RGBA", (5, 1), "#ffffff")
    expected = np.array(Image.alpha_composite(paper, Image.fromarray(pixels)))[0, 1:, :3]
    assert np.abs(np.array(colors[1:]) - expected).max() <= 1
    assert colors[2] == [233, 194, 155]
    for same in ((255, 255, 255), "white", "#fff"):
        assert colors == read(same)[0]


@pytest.mark.parametrize("value", ["whitish", "#ff", 0, 256, (1, 2), (0, 0, 300), None, 1.5])
def test_refuses_what_is_no_background(value: object) -> None:
    with pytest.raises(OptionError, match="translucent must be 'keep', a threshold within"):
        PixelRule(translucent=value)
    with pytest.raises(OptionError, match="leave one of them out"):
        PixelRule(translucent=9, alpha="strip")


@pytest.mark.parametrize(
    "made", [{"nodata_color": 5}, {"nodata_color": [300, 0, 0]}, {"collar": 5}, {"collar": [[1]]}]
)
def test_a_damaged_provenance_gives_no_rule(made: dict[str, object]) -> None:
    colors = Palette([[0, 0, 0]])
    grid = IndexGrid(indices=np.zeros((1, 1), np.uint8), palette=colors, provenance=made)
    with pytest.raises(GridError, match=f"damaged .{next(iter(made))} must be a color"):
        rule_of_grid(grid)


def test_indexed_image_keeps_its_indices(tmp_path: Path) -> None:
    """Indices survive even where two palette entries have the same color."""
    colors = np.array([[0, 0, 0], [9, 9, 9], [0, 0, 0], [200, 0, 0]], dtype=np.uint8)
    codes = noise(ROWS, COLS) % 4
    image = Image.fromarray(codes)
    image.putpalette(colors.tobytes())
    image.save(tmp_path / "map.png")
    grid = index_image(tmp_path / "map.png", Palette(colors))
    np.testing.assert_array_equal(grid.indices, codes)
    other = index_image(tmp_path / "map.png", Palette([[190, 0, 0], [5, 5, 5]]))
    np.testing.assert_array_equal(other.indices, np.array([1, 1, 1, 0])[codes])


def test_indexed_image_of_256_colors_with_nodata(tmp_path: Path) -> None:
    table = noise(256, 3)
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image = Image.fromarray(codes)
    image.putpalette(table.tobytes())
    image.save(tmp_path / "plain.png")
    image.save(tmp_path / "clear.png", transparency=7)
    assert index_image(tmp_path / "plain.png", Palette(table)).indices.dtype == np.uint8
    grid = index_image(tmp_path / "clear.png", Palette(table))
    assert grid.indices.dtype == np.uint16
    assert np.argwhere(grid.indices == grid.nodata).tolist() == [[0, 7]]


def test_exif_chunk_behind_the_pixels_and_a_damaged_one(tmp_path: Path) -> None:
    exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    samples = noise(ROWS, COLS, 3)
    whole = png(samples, 2, 8)
    end = whole.rindex(b"IEND") - 4
    for name, content in {"late": exif, "damaged": exif[:12], "empty": b""}.items():
        (tmp_path / f"{name}.png").write_bytes(whole[:end] + chunk(b"eXIf", content) + whole[end:])
    assert read_image(tmp_path / "late.png").colors.shape == (COLS, ROWS, 3)
    for name in ("damaged", "empty"):
        np.testing.assert_array_equal(read_image(tmp_path / f"{name}.png").colors, samples)
