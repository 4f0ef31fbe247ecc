"""Text of palette files in their many encodings."""

from __future__ import annotations

import codecs
import re
import warnings

from geoindex.errors import GeoindexWarning, OptionError, PaletteError

__all__ = ["decode_text"]

# Code pages that legends are likely to use. If all existing ones were tried, short words would
# be mistaken for words in a rare one.
CODE_PAGES = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("koi8_r", "shift_jis", "gb18030", "big5", "euc_kr"),
)
WESTERN = "cp1252"

MOST_LINES = 200_000
"""A palette has at most 65,535 colors."""

# Too few bytes beyond ASCII say nothing about the language.
LEAST_BYTES = 12


def decode_text(content: bytes, where: str, encoding: str | None = None) -> str:
    """Decode a file by its byte order mark, as UTF-8, or else in the likeliest code page.

    Parameters
    ----------
    content : bytes
    where : str
        File name for messages.
    encoding : str, optional
        Name of the encoding, such as ``"cp1250"``.

    Raises
    ------
    PaletteError
        The file is binary, is not in the encoding, or has too many lines.
    OptionError
        The encoding is unknown.

    Warns
    -----
    GeoindexWarning
        The encoding was guessed; the message says what was taken.
    """
    text = _decode(content, where, encoding)
    n_lines = text.count("\n") + 1
    if n_lines > MOST_LINES:
        raise PaletteError(f"{where}: has {n_lines:,} lines, so it is no palette")
    return text


def _decode(content: bytes, where: str, encoding: str | None) -> str:
    """Text of a file of any length."""
    if encoding is not None:
        return _decode_as(content, where, encoding)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decode_as(content, where, "utf-16")
    if b"\0" in content:
        raise PaletteError(
            f"{where}: is a binary file, not a text palette; for UTF-16 without a byte order mark "
            "give encoding='utf-16-le'"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    guess = _guess(content)
    text = content.decode(guess, errors="replace")
    words = re.findall(r"[^\W\d_]*[^\x00-\x7f][^\W\d_]*", text)
    shown = max(dict.fromkeys(words), key=len, default="")
    warnings.warn(
        f"{where}: is not in UTF-8; read as {guess}, with words such as {shown[:40]!r}; if that "
        "is wrong, give encoding=",
        GeoindexWarning,
        stacklevel=2,
    )
    return text


def _decode_as(content: bytes, where: str, encoding: str) -> str:
    """Decode text in a known encoding."""
    try:
        text = content.decode(encoding)
    except LookupError:
        raise OptionError(
            f"unknown encoding {encoding!r}; known are utf-8, utf-16, cp1252, cp1250, shift_jis "
            "and the others of Python"
        ) from None
    except UnicodeError as error:
        reason = getattr(error, "reason", str(error))
        raise PaletteError(f"{where}: is not in {encoding} ({reason})") from None
    return text.removeprefix("\ufeff")


def _guess(content: bytes) -> str:
    """Find the code page of a text that is not UTF-8."""
    from charset_normalizer import from_bytes

    beyond = sum(byte > 127 for byte in content)
    if beyond < LEAST_BYTES and _fits(content, WESTERN):
        return WESTERN
    found = from_bytes(content, cp_isolation=list(CODE_PAGES)).best()
    return WESTERN if found is None else found.encoding


def _fits(content: bytes, encoding: str) -> bool:
    """Whether all bytes have a meaning in an encoding."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
