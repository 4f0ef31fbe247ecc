"""Files that geoindex does not open as images: what they are and what to do with them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

__all__ = ["HEAD_BYTES", "refusal"]

KNOWN = "PNG, JPEG, TIFF, WebP, GIF, BMP or JPEG 2000"

HEAD_BYTES = 4096
"""Bytes of a file that :func:`refusal` looks at."""

LONGEST_QUOTE = 80

# Files for GDAL may refer to other files or addresses, so the user has to trust them.
CONTAINERS = {
    b"EHFA_HEADER_TAG": "an ERDAS Imagine file (.img)",
    b"%PDF": "a PDF",
    b"\x89HDF": "an HDF5 or netCDF file",
    b"CDF": "a netCDF file",
    b"NITF": "a NITF file",
    b"8BPS": "a Photoshop file",
    b"msid": "a MrSID file",
    b"AT&TFORM": "a DjVu file",
    b"%!PS": "a PostScript file",
    b"\0\0\0\x0cJXL ": "a JPEG XL image",
}

# Few builds of GDAL, if any, open these.
NOT_BY_GDAL = {
    "a Photoshop file",
    "a DjVu file",
    "a PostScript file",
    "a JPEG XL image",
    "a HEIF or AVIF image",
    "a drawing (SVG)",
}

CHARACTERS = re.compile(rb"[\t\n\f\r\x20-\x7e\x80-\xff]+")
MARKUP = re.compile(r"<(script|style)\b.*?(</\1>|$)|<[^>]*(>|$)|[{}\"\[\]]", re.DOTALL | re.I)


def refusal(path: Path, start: bytes) -> str:
    """Describe a file and how to open it.

    Parameters
    ----------
    path : Path
        The file.
    start : bytes
        Its first bytes, at most :data:`HEAD_BYTES`.

    Returns
    -------
    str
        One line without the name of the file.
    """
    kind = _container(path, start)
    if kind in NOT_BY_GDAL:
        return f"is {kind}; export the map as PNG or TIFF"
    if kind is not None:
        names = f"{shlex.quote(path.name)} {shlex.quote(f'{path.stem}.tif')}"
        return (
            f"is {kind}; if you trust it, open it with gdal=True, or convert it: "
            f"gdal_translate {names}"
        )
    if start.startswith(b"PK\3\4"):
        return "is a ZIP archive; unpack it and name the image in it"
    if not start.strip(b"\0"):
        found = "holds nothing but zeros" if start else "is empty"
        return f"{found}; copy or download it again"
    # A link in a folder may lead to a text that is nobody's business.
    text = None if path.is_symlink() else _text(start)
    if text:
        return (
            f"is not a {KNOWN} image, but a text that begins with {text!r}; download or export it "
            "again"
        )
    return f"is not a {KNOWN} image, whatever its name says"


def _container(path: Path, start: bytes) -> str | None:
    """Describe a file of another kind, or return None."""
    kinds = {
        **{kind: start.startswith(signature) for signature, kind in CONTAINERS.items()},
        "a HEIF or AVIF image": start[4:8] == b"ftyp",
        "a drawing (SVG)": b"<svg" in start[:1000].lower(),
        "a virtual raster (VRT), which names other files": start.lstrip().startswith(b"<VRT"),
        "a database of tiles or layers (GeoPackage, MBTiles)": start.startswith(b"SQLite format"),
        "an ENVI file": any(
            _first_line(header).startswith("ENVI")
            for header in (path.with_suffix(".hdr"), path.with_name(path.name + ".hdr"))
        ),
    }
    return next((kind for kind, is_so in kinds.items() if is_so), None)


def _first_line(path: Path) -> str:
    """Return the first line of a small text file, "" if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.readline(100).decode("latin-1").strip()
    except OSError:
        return ""


def _text(start: bytes) -> str | None:
    """Return the first words of a text without its markup, or None if it is no text."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        decoded = start.decode("utf-16", errors="replace")
    elif CHARACTERS.fullmatch(start):
        decoded = start.decode("utf-8", errors="replace").removeprefix("\N{BOM}")
    else:
        return None
    words = MARKUP.sub(" ", decoded)
    shown = "".join(sign if sign.isprintable() else " " for sign in words)
    quote = " ".join(shown.split())
    return quote if len(quote) <= LONGEST_QUOTE else quote[:LONGEST_QUOTE].rstrip() + "..."
