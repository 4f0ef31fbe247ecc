"""Damaged files give a result or a GeoindexError: no other exception, hang or memory bomb."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from rasterio.io import MemoryFile

from geoindex import load_palette
from geoindex.errors import GeoindexError, ImageError
from geoindex.images.files import read_image
from tests.support.damage import PEAK_BYTES, damage, peak_memory
from tests.support.png import png

resource = pytest.importorskip("resource", reason="peak memory is read from getrusage")


def smooth(channels: int, dtype: type = np.uint8) -> np.ndarray:
    full = np.iinfo(dtype).max
    values = np.linspace(0, full, 40 * 50 * channels).astype(dtype)
    return values.reshape(40, 50, channels)


def with_pillow(kind: str, mode: str, **options: object) -> bytes:
    image = Image.fromarray(smooth(len(mode)).squeeze()).convert(mode)
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def geotiff(**options: object) -> bytes:
    bands = np.moveaxis(smooth(4), -1, 0)
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            width=50,
            height=40,
            count=4,
            dtype="uint8",
            crs="EPSG:23031",
            transform=rasterio.Affine(5, 0, 1000, 0, -5, 2000),
            **options,
        ) as target:
            target.write(bands)
        return bytes(memory.read())


KINDS: dict[str, Callable[[], bytes]] = {
    "rgba.png": lambda: with_pillow("PNG", "RGBA"),
    "interlaced.png": lambda: png(smooth(1, np.uint16), 0, 16, interlaced=True),
    "palette.png": lambda: with_pillow("PNG", "P", transparency=1),
    "rgb.jpg": lambda: with_pillow("JPEG", "RGB", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"),
    "cmyk.jpg": lambda: with_pillow("JPEG", "CMYK"),
    "deflate.tif": lambda: geotiff(compress="deflate", tiled=True, blockxsize=16, blockysize=16),
    "lzw.tif": lambda: geotiff(compress="lzw", interleave="band"),
    "plain.tif": lambda: with_pillow("TIFF", "RGB"),
    "map.webp": lambda: with_pillow("WEBP", "RGBA", lossless=True),
    "map.gif": lambda: with_pillow("GIF", "P"),
    "map.bmp": lambda: with_pillow("BMP", "RGB"),
    "map.jp2": lambda: with_pillow("JPEG2000", "RGB"),
}


@cache
def image(name: str) -> bytes:
    """An intact file."""
    return KINDS[name]()


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore:.*without a color profile", "ignore:.*, of which only", "ignore:.*stray bytes"
)
@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=damage())
def test_damaged_images(tmp_path, name: str, change: Callable[[bytes], bytes]) -> None:
    path = tmp_path / name
    path.write_bytes(change(image(name)))
    before = peak_memory()
    with contextlib.suppress(GeoindexError):
        raster = read_image(path)
        # A header that announces a larger picture than there is must not pass.
        assert raster.colors.shape[0] * raster.colors.shape[1] < 100_000_000
    assert peak_memory() - before < PEAK_BYTES
    with contextlib.suppress(GeoindexError):
        load_palette(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=damage(), suffix=st.sampled_from([".pgw", ".prj", ".png.aux.xml"]))
def test_damaged_sidecars(tmp_path, change: Callable[[bytes], bytes], suffix: str) -> None:
    good = {
        ".pgw": b"5.0\n0\n0\n-5.0\n1002.5\n1997.5\n",
        ".prj": rasterio.crs.CRS.from_epsg(23031).to_wkt().encode(),
        ".png.aux.xml": b"<PAMDataset><GeoTransform>1, 2, 0, 3, 0, -2</GeoTransform></PAMDataset>",
    }
    path = tmp_path / "map.png"
    for beside in tmp_path.iterdir():
        beside.unlink()
    path.write_bytes(image("rgba.png"))
    path.with_suffix(".pgw").write_bytes(good[".pgw"])
    path.with_suffix(suffix).write_bytes(change(good[suffix]))
    with contextlib.suppress(GeoindexError):
        assert read_image(path).colors.shape == (40, 50, 3)


def test_a_text_behind_a_link_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("password")
    (tmp_path / "map.png").symlink_to(tmp_path / "secret")
    with pytest.raises(ImageError, match="whatever its name says") as caught:
        read_image(tmp_path / "map.png")
    assert "password" not in str(caught.value)


def test_a_command_that_is_proposed_runs_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "$(reboot).png"
    path.write_text("<VRTDataset/>")
    with pytest.raises(
        ImageError, match=r"gdal_translate '\$\(reboot\)\.png' '\$\(reboot\)\.tif'"
    ):
        read_image(path)
