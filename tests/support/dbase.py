"""Tables of dBASE, as ArcGIS keeps the attributes of a raster in."""

from __future__ import annotations

import struct


def dbase(fields: list[tuple[str, str, int]], records: list[list[str]]) -> bytes:
    """Table file of dBASE III, by the layout of its format."""
    width = 1 + sum(length for _, _, length in fields)
    head = struct.pack("<4BIHH20x", 3, 120, 1, 1, len(records), 33 + 32 * len(fields), width)
    head += b"".join(
        struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), length, 0)
        for name, kind, length in fields
    )
    rows = b"".join(
        b" "
        + b"".join(
            text.encode().rjust(length) if kind == "N" else text.encode().ljust(length)
            for text, (_, kind, length) in zip(record, fields, strict=True)
        )
        for record in records
    )
    return head + b"\r" + rows + b"\x1a"
