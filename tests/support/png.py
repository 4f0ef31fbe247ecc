"""A PNG writer of every color type and bit depth, after the PNG specification (ISO 15948)."""

from __future__ import annotations

import struct
import zlib

import numpy as np

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
]


def chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def scanlines(samples: np.ndarray, depth: int) -> bytes:
    """Rows without a filter, samples packed from the highest bit."""
    rows, cols, channels = samples.shape
    if rows == 0 or cols == 0:
        return b""
    flat = samples.reshape(rows, cols * channels)
    if depth == 16:
        packed = flat.astype(">u2").view(np.uint8).reshape(rows, -1)
    else:
        bits = np.unpackbits(flat.astype(np.uint8)[..., np.newaxis], axis=-1)[..., 8 - depth :]
        packed = np.packbits(bits.reshape(rows, -1), axis=-1)
    return b"".join(b"\0" + row.tobytes() for row in packed)


def png(
    samples: np.ndarray,
    color_type: int,
    depth: int,
    *,
    interlaced: bool = False,
    palette: bytes = b"",
    transparency: bytes = b"",
    extra: bytes = b"",
) -> bytes:
    """Samples of shape (rows, cols, channels), 0..2 ** depth - 1, as a PNG file."""
    rows, cols, channels = samples.shape
    assert channels == CHANNELS[color_type]
    header = struct.pack(">IIBBBBB", cols, rows, depth, color_type, 0, 0, int(interlaced))
    parts = (
        [samples[row::down, col::right] for row, col, down, right in ADAM7]
        if interlaced
        else [samples]
    )
    content = b"".join(scanlines(part, depth) for part in parts)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + (chunk(b"PLTE", palette) if palette else b"")
        + (chunk(b"tRNS", transparency) if transparency else b"")
        + extra
        + chunk(b"IDAT", zlib.compress(content))
        + chunk(b"IEND", b"")
    )
