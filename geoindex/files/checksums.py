"""Checksums by which a companion knows the file that it was written with."""

from __future__ import annotations

import zlib
from pathlib import Path

__all__ = ["checksum"]

CHUNK_BYTES = 2**22


def checksum(*paths: Path) -> str:
    """Checksums of files, such as ``"crc32:0a1b2c3d"``, whatever the ends of their lines."""
    return ":".join(["crc32", *(f"{_crc32(path):08x}" for path in paths)])


def _crc32(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            value = zlib.crc32(chunk.replace(b"\r", b""), value)
    return value
