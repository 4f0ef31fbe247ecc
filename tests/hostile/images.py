"""Images that lie about their size, repeat themselves, or name other files."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from tests.hostile.case import Case, canary, every_truncation, holding, image, shown
from tests.support.png import chunk, png

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RIGHT = [[0, 1, 2], [2, 1, 0]]
CELLS = np.array([[(0, 0, 0), (230, 60, 20), (250, 240, 200)]] * 2, dtype=np.uint8)
CELLS[1] = CELLS[1, ::-1]

DAMAGED = "damaged or cut short"


def header(width: int, height: int, depth: int = 8, kind: int = 2, interlaced: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced))


def bomb(width: int, height: int, *, interlaced: int = 0) -> bytes:
    """A PNG of one gray level that grows a thousand times."""
    row = bytes(min(1 + -(-width // 8), 10_000))
    compressor = zlib.compressobj(9)
    # Not all of it: to decode so much would take the time that is measured.
    content = b"".join(compressor.compress(row) for _ in range(min(height, 400)))
    content += compressor.flush()
    parts = (header(width, height, 1, 0, interlaced), chunk(b"IDAT", content), chunk(b"IEND", b""))
    return SIGNATURE + b"".join(parts)


def grown(kind: bytes, start: bytes) -> bytes:
    """A small PNG with a chunk that grows to 50 MB."""
    large = chunk(kind, start + zlib.compress(bytes(50_000_000)))
    return png(CELLS.astype(np.int64), 2, 8, extra=large)


def saved(kind: str, mode: str = "RGB", **options: object) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(CELLS).convert(mode).save(stream, kind, **options)
    return stream.getvalue()


def tiff(*entries: tuple[int, int, int, int], data: bytes = b"", next_at: int = 0) -> bytes:
    """A little-endian TIFF of one directory; entries are tag, type, count and value."""
    body = struct.pack("<H", len(entries))
    body += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<I", 8) + body + struct.pack("<I", next_at) + data


def plain(**changes: int) -> bytes:
    """A gray TIFF of 2 x 2 pixels with some tags changed; 0 leaves one out."""
    tags = {"width": 2, "height": 2, "bits": 8, "compression": 1, "photometric": 1,
            "offset": 150, "samples": 1, "rows": 2, "counts": 4}  # fmt: skip
    numbers = {"width": 256, "height": 257, "bits": 258, "compression": 259, "photometric": 262,
               "offset": 273, "samples": 277, "rows": 278, "counts": 279}  # fmt: skip
    tags |= changes
    entries = [(numbers[name], 4, 1, value) for name, value in tags.items() if value >= 0]
    return tiff(*entries).ljust(150, b"\0") + b"\0\xff\xff\0"


def tiled(*, offsets: tuple[int, ...], width: int = 32, height: int = 16) -> bytes:
    """A gray TIFF of tiles of 16 x 16 at the offsets; 0 is no tile."""
    n = len(offsets)
    at = 8 + 2 + 10 * 12 + 4
    entries = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (277, 3, 1, 1), (322, 4, 1, 16), (323, 4, 1, 16), (324, 4, n, at), (325, 4, n, at + 4 * n),
    ]  # fmt: skip
    data = struct.pack(f"<{n}I", *offsets) + struct.pack(
        f"<{n}I", *[256 * bool(o) for o in offsets]
    )
    return tiff(*entries, data=data).ljust(400, b"\0") + bytes(256)


def gif(width: int, height: int, *, frame: tuple[int, int, int, int] = (0, 0, 2, 1)) -> bytes:
    return (
        b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0)
        + bytes([0, 0, 0, 230, 60, 20]) + b"\x2c" + struct.pack("<HHHHB", *frame, 0)
        + b"\x02\x02\x44\x01\x00\x3b"
    )  # fmt: skip


def bmp(width: int, height: int, *, bits: int = 24, offset: int = 54, colors: int = 0) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, 0, 0, 0, colors, 0)
    return b"BM" + struct.pack("<IHHI", 100, 0, 0, offset) + info + bytes(64)


def webp(width: int, height: int) -> bytes:
    """An extended WebP whose canvas is not that of its picture."""
    picture = saved("WEBP", lossless=True)[12:]
    extended = b"VP8X" + struct.pack("<II", 10, 0)
    extended += struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return (
        b"RIFF"
        + struct.pack("<I", 4 + len(extended) + len(picture))
        + b"WEBP"
        + extended
        + picture
    )


def jpeg_of(width: int, height: int) -> bytes:
    content = bytearray(saved("JPEG"))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(content)


def leading(content: str, name: str = "map.png") -> Case:
    """A text that leads GDAL to another file, under the name of an image."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_text(content.format(canary=canary()))
        return path

    return Case(f"{content[:18]} as {name}", make, refused=name)


VRT = """<VRTDataset rasterXSize="8" rasterYSize="8"><VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename>{canary}</SourceFilename></SimpleSource></VRTRasterBand>
</VRTDataset>"""


def truncated() -> Iterator[Case]:
    """Every truncation of a small file of each format."""
    small = {
        "small.png": png(CELLS.astype(np.int64), 2, 8),
        "interlaced.png": png(CELLS.astype(np.int64), 2, 8, interlaced=True),
        "small.jpg": saved("JPEG", quality=95),
        "progressive.jpg": saved("JPEG", quality=95, progressive=True),
        "small.tif": saved("TIFF"),
        "lzw.tif": saved("TIFF", compression="tiff_lzw"),
        "small.gif": saved("GIF", "P"),
        "small.bmp": saved("BMP"),
        "small.webp": saved("WEBP", lossless=True),
        "small.jp2": saved("JPEG2000"),
    }
    for name, content in small.items():
        yield every_truncation(name, content, image)


def cases() -> Iterator[Case]:
    """All images."""
    yield from truncated()
    huge = {
        "bomb.png": bomb(60_000, 60_000),
        "interlaced bomb.png": bomb(40_000, 40_000, interlaced=1),
        "absurd.png": bomb(2**31 - 1, 2**31 - 1),
        "wide.png": bomb(2**31 - 1, 1),
        "zero.png": SIGNATURE + header(0, 5) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
        "lying.jpg": jpeg_of(65_500, 65_500),
        "lying.bmp": bmp(2**31 - 1, 2**31 - 1),
        "negative.bmp": bmp(-5, 5),
        "lying.webp": webp(16_000, 16_000),
        "speck.gif": gif(65_535, 65_535),
        "huge frame.gif": gif(65_535, 65_535, frame=(0, 0, 65_535, 65_535)),
        "strips.tif": plain(width=60_000, height=60_000, rows=60_000),
        "no strips.tif": plain(width=60_000, height=60_000, rows=1),
        "absurd.tif": plain(width=2**32 - 1, height=2**32 - 1),
        "samples.tif": plain(samples=65_535),
        "bits.tif": plain(bits=65_535),
        "no size.tif": plain(width=-1),
        "zero.tif": plain(width=0),
        "beyond.tif": plain(offset=2**32 - 2),
    }
    for name, content in huge.items():
        yield Case(
            f"size: {name}", holding(name, content), refused=Path(name).stem, opened_by=image
        )
    longer = plain(counts=2**32 - 1)
    yield Case("strip of 4 GB", holding("a.tif", longer), "a.tif", shown([0, 2], [2, 0]), gray)
    loop = tiff((256, 4, 1, 2), next_at=8)
    yield Case("directory of itself", holding("loop.tif", loop), "loop", opened_by=image)
    many = tiff(*[(256, 4, 1, 2)] * 5000)
    yield Case("5,000 widths", holding("many.tif", many), "many.tif", opened_by=image)
    far = b"II*\0" + struct.pack("<I", 2**32 - 8)
    yield Case("directory beyond the end", holding("far.tif", far), DAMAGED, opened_by=image)
    big = b"II+\0\x08\0\0\0" + struct.pack("<Q", 2**63)
    yield Case("BigTIFF beyond the end", holding("far.tif", big), DAMAGED, opened_by=image)
    overlapping = tiled(offsets=(400, 400))
    yield Case(
        "tiles at one place", holding("over.tif", overlapping),
        right=shown(*[[0] * 32] * 16), opened_by=gray,
    )  # fmt: skip
    empty = tiled(offsets=(0, 0))
    yield Case(
        "tiles that are not there", holding("empty.tif", empty),
        right=shown(*[[0] * 32] * 16), opened_by=gray,
    )  # fmt: skip
    yield Case(
        "a million tiles that are not there",
        holding("sparse.tif", tiled(offsets=(0, 0), width=2**20, height=2**20)),
        refused="sparse.tif", opened_by=gray,
    )  # fmt: skip
    damaged = png(CELLS.astype(np.int64), 2, 8)
    yield Case(
        "wrong checksum", holding("a.png", damaged[:-20] + b"\0\0" + damaged[-18:]), DAMAGED
    )
    for kind, start in (("iTXt", b"a\0\1\0\0\0"), ("iCCP", b"a\0\0")):
        yield Case(
            f"{kind} bomb", holding("a.png", partial(grown, kind.encode(), start)),
            refused="a.png", right=shown(*RIGHT),
        )  # fmt: skip
    exif = chunk(b"eXIf", tiff((274, 3, 1, 65_535), next_at=8))
    turned = png(CELLS.astype(np.int64), 2, 8, extra=exif)
    yield Case("orientation 65,535", holding("a.png", turned), right=shown(*RIGHT))
    chunks = b"".join(chunk(b"teXt", b"a\0b") for _ in range(50_000))
    yield Case(
        "50,000 chunks", holding("a.png", png(CELLS.astype(np.int64), 2, 8, extra=chunks)),
        refused="a.png", right=shown(*RIGHT),
    )  # fmt: skip
    yield Case("frame outside", holding("a.gif", gif(2, 2, frame=(1, 1, 9, 9))), "a.gif")
    stray = b"\xff\xd8" + b"\xff\xe1\0\2" * 100_000
    yield Case("a hundred thousand segments", holding("a.jpg", stray), "a.jpg")
    yield Case("colors beyond", holding("a.bmp", bmp(4, 4, bits=8, colors=2**31)), "a.bmp")
    yield Case("pixels beyond", holding("a.bmp", bmp(4, 4, offset=2**31)), "a.bmp")
    yield Case("no bytes", holding("a.png", b""), "is empty")
    yield Case("zeros", holding("a.png", bytes(5000)), "nothing but zeros")
    yield Case("page of HTML", holding("a.png", "<html>\x1b[31mNot found"), "is not a PNG")
    for name in ("map.png", "map.tif"):
        case = leading(VRT, name)
        yield Case(f"VRT as {name}", case.make, refused="names other files", opened_by=image)
    for content in (
        "<GDAL_WMS><Service name='TMS'><ServerUrl>{canary}</ServerUrl></Service></GDAL_WMS>",
        "<WMTS_GetCapabilities>{canary}</WMTS_GetCapabilities>",
        '{{"type": "Feature", "href": "{canary}"}}',
        "PG:dbname={canary}",
        "DSID:{canary}",
    ):
        yield leading(content)


def gray(path: Path) -> object:
    """Index an image of gray levels."""
    from geoindex import index_image
    from tests.hostile.case import PALETTE

    return index_image(path, PALETTE, scale="byte")
