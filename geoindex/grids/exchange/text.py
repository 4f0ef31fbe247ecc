"""Fast conversion between the values of a grid and text, one band at a time."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError
from geoindex.files.memory import check_memory
from geoindex.files.number_text import texts_of_values

__all__ = [
    "bands",
    "bytes_left",
    "header_line",
    "header_words",
    "is_null",
    "read_values",
    "write_values",
]

# Values, and bytes, processed at once.
BAND_VALUES = 2**20
CHUNK_BYTES = 2**22

READING = 24
"""Memory per value while text becomes classes, in bytes."""

LONGEST_HEADER_LINE = 1000

LARGEST_CODE = 2**32
"""Whole numbers below this may be classes."""


def write_values(
    file: BinaryIO,
    lines: NDArray[Any],
    numbers: Sequence[int] | None,
    *,
    form: str,
    null: str,
    per_line: int | None = None,
    separator: bytes = b" ",
    width: int = 0,
) -> None:
    """Write the cells of a grid as text; each of `lines` begins a new line.

    Parameters
    ----------
    file : binary file
        Open for writing.
    lines : ndarray of uint8, uint16 or float32, shape (n_lines, n_values)
        Indices or values in the order of the file.
    numbers : sequence of int or None
        Number that is written for each palette row; None for values.
    form : str
        How the number of a class is written, such as ``"%d"``.
    null : str
        What is written for nodata, which is any other index, or NaN.
    per_line : int, optional
        Most values on a line of the file; all of a row by default.
    separator : bytes
        Between two values of a line.
    width : int
        Least number of characters of a value; classes have that of `form`.
    """
    n_values = lines.shape[1]
    step = per_line or n_values
    ends = np.unique(np.append(np.arange(step - 1, n_values, step), n_values - 1))
    # Fixed-width rows of a table are gathered as one array; numpy pads them with zero bytes, which
    # are dropped on the way out. 16 million indices take 0.2 s so, and 0.5 to 0.8 s where Python
    # joins the texts of each line.
    table, table_of_ends = np.empty(0), np.empty(0)
    if numbers is not None:
        texts = [(form % number).encode() for number in numbers]
        texts += [null.encode()] * (int(np.iinfo(lines.dtype).max) + 1 - len(texts))
        table, table_of_ends = _tables(texts, separator)
    for band in bands(lines):
        codes = band
        if numbers is None:
            codes, texts = texts_of_values(band, null)
            table, table_of_ends = _tables([text.rjust(width) for text in texts], separator)
        gathered = table[codes]
        gathered[:, ends] = table_of_ends[codes[:, ends]]
        file.write(gathered.tobytes().translate(None, b"\0"))


def _tables(texts: list[bytes], separator: bytes) -> tuple[NDArray[Any], NDArray[Any]]:
    """Texts with their separators: between values, and at the end of a line."""
    table = np.array([text + separator for text in texts])
    table_of_ends = np.array([text + b"\n" for text in texts])
    widest = max(table.dtype, table_of_ends.dtype, key=lambda kind: kind.itemsize)
    return table.astype(widest), table_of_ends


def bands(lines: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Bands of whole lines, none much larger than 2**20 values."""
    step = max(1, BAND_VALUES // lines.shape[1])
    for start in range(0, len(lines), step):
        yield np.ascontiguousarray(lines[start : start + step])


def header_line(file: BinaryIO) -> str:
    """Read the next line of a header without its end.

    Raises
    ------
    GridError
        The file is at its end.
    """
    line = file.readline(LONGEST_HEADER_LINE)
    if not line:
        raise GridError("is cut short in its header; export or copy the file again")
    return line.decode("latin-1").strip()


def header_words(file: BinaryIO, count: int) -> list[str]:
    """Read the words of a header, whatever its line breaks.

    Raises
    ------
    GridError
        The file ends before, or its values begin on the last line of the header.
    """
    words: list[str] = []
    while len(words) < count:
        words += header_line(file).split()
    if len(words) > count:
        raise GridError(f"the header holds {len(words)} words, not {count}")
    return words


def bytes_left(file: BinaryIO) -> int:
    """Bytes from here to the end of a file."""
    here = file.tell()
    size = file.seek(0, 2) - here
    file.seek(here)
    return size


def read_values(
    file: BinaryIO, shape: tuple[int, int], *, null_word: bytes | None = None
) -> NDArray[np.float64]:
    """Read the numbers after a header, whatever the line breaks.

    Parameters
    ----------
    file : binary file
    shape : tuple of int
        Rows and columns of the header.
    null_word : bytes, optional
        Word that stands for nodata, such as ``b"*"``. It and decimal commas are understood by
        formats of text that give it.

    Returns
    -------
    ndarray of float64, shape `shape`
        In the order of the file, exact for codes of 32 bits; NaN for `null_word`.

    Raises
    ------
    GridError
        There are more or fewer numbers, or something else than numbers.
    """
    count = shape[0] * shape[1]
    # A value takes at least a digit and a blank, so a false header cannot make us allocate more.
    if 2 * count > bytes_left(file) + 1:
        raise GridError(
            f"the file is too short for the {shape[0]} x {shape[1]} values of its header; export "
            "or copy it again"
        )
    check_memory(READING * count, "a grid of this size", error=GridError)
    values = np.empty(count, dtype=np.float64)
    n_read = 0
    for chunk in _whole_words(file):
        numbers = _numbers(chunk if null_word is None else _with_points(chunk, null_word))
        if n_read + len(numbers) > count:
            raise GridError(f"has more values than the {count} of its header")
        values[n_read : n_read + len(numbers)] = numbers
        n_read += len(numbers)
    if n_read < count:
        raise GridError(
            f"has only {n_read} of the {count} values of its header; export or copy it again"
        )
    return values.reshape(shape)


def is_null(values: NDArray[np.float64], null: Decimal) -> NDArray[np.bool_]:
    """Mask of values that are the null of the header, or not numbers.

    Programs keep a null that is no code, such as 1e30, as float32, and write more or less of its
    digits.
    """
    if null.is_finite() and abs(null) < LARGEST_CODE and null == null.to_integral_value():
        return np.isnan(values) | np.equal(values, float(null))
    with np.errstate(over="ignore"):
        return np.isnan(values) | np.equal(values.astype(np.float32), np.float32(null))


def _whole_words(file: BinaryIO) -> Iterator[bytes]:
    """Pieces of a file that end between two words."""
    rest = b""
    while piece := file.read(CHUNK_BYTES):
        text = (rest + piece).replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\t", b" ")
        cut = text.rfind(b" ") + 1
        yield text[:cut]
        rest = text[cut:]
    yield rest


def _with_points(text: bytes, null_word: bytes) -> bytes:
    """Text with decimal points in place of commas, and ``nan`` in place of a word."""
    text = text.replace(b",", b".")
    if null_word.lower() not in text.lower():
        return text
    return re.sub(rb"(?i)(?<!\S)" + re.escape(null_word) + rb"(?!\S)", b"nan", text)


def _numbers(text: bytes) -> NDArray[np.float64]:
    """Numbers of a text with blanks between them."""
    if not text.strip():
        return np.empty(0)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error")
            return np.fromstring(text.decode("ascii"), dtype=np.float64, sep=" ")
    except (DeprecationWarning, ValueError):
        raise GridError("one of the values is not a number") from None
