"""Numbers of a grid as text, fast and a band at a time, both ways."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError
from geoindex.rules.indices import IndexArray

__all__ = ["bands", "header_line", "header_words", "index_texts", "read_values", "write_lines"]

# Values, and bytes, that are in work at one time.
BAND_VALUES = 2**20
CHUNK_BYTES = 2**22

LONGEST_HEADER_LINE = 1000


def index_texts(
    n_colors: int,
    dtype: np.dtype[np.uint8 | np.uint16],
    nodata: int | None,
    *,
    form: str,
    null: str,
) -> list[bytes]:
    """Text of every index that a grid may hold.

    Parameters
    ----------
    n_colors : int
        Colors of the palette.
    dtype : dtype
        Of the indices.
    nodata : int or None
        Index of nodata.
    form : str
        How an index is written, such as ``"%d"``.
    null : str
        What is written for nodata.

    Returns
    -------
    list of bytes
        One a value of `dtype` up to the largest that occurs.
    """
    texts = [(form % index).encode() for index in range(n_colors)]
    if nodata is not None:
        texts += [null.encode()] * (int(nodata) + 1 - n_colors)
    return texts[: int(np.iinfo(dtype).max) + 1]


def write_lines(
    file: BinaryIO,
    lines: IndexArray,
    texts: Sequence[bytes],
    *,
    per_line: int | None = None,
    separator: bytes = b" ",
) -> None:
    """Write rows of indices as text; each begins a new line.

    Parameters
    ----------
    file : binary file
        Open for writing.
    lines : ndarray of uint8 or uint16, shape (n_lines, n_values)
        In the order of the file.
    texts : sequence of bytes
        Text of every index; see :func:`index_texts`.
    per_line : int, optional
        Most values on a line of the file; all of a row by default.
    separator : bytes
        Between two values of a line.
    """
    n_values = lines.shape[1]
    step = per_line or n_values
    ends = np.unique(np.append(np.arange(step - 1, n_values, step), n_values - 1))
    # Fixed-width rows of a table are gathered as one array; numpy pads them with zero bytes, which
    # are dropped on the way out. 16 million indices take 0.2 s so, and 0.5 to 0.8 s where Python
    # joins the texts of each line.
    table = np.array([text + separator for text in texts])
    table_of_ends = np.array([text + b"\n" for text in texts])
    table = table.astype(max(table.dtype, table_of_ends.dtype, key=lambda kind: kind.itemsize))
    for band in bands(lines):
        gathered = table[band]
        gathered[:, ends] = table_of_ends[band[:, ends]]
        file.write(gathered.tobytes().translate(None, b"\0"))


def bands(lines: IndexArray) -> Iterator[IndexArray]:
    """Bands of whole lines, none much larger than 2**20 values."""
    step = max(1, BAND_VALUES // lines.shape[1])
    for start in range(0, len(lines), step):
        yield np.ascontiguousarray(lines[start : start + step])


def header_line(file: BinaryIO, where: str) -> str:
    """Read the next line of a header without its end.

    Raises
    ------
    GridError
        The file is at its end.
    """
    line = file.readline(LONGEST_HEADER_LINE)
    if not line:
        raise GridError(f"{where}: is cut short in its header; export or copy it again")
    return line.decode("latin-1").strip()


def header_words(file: BinaryIO, count: int, where: str) -> list[str]:
    """Next words of a header that is free in its lines; whole lines are read.

    Raises
    ------
    GridError
        The file ends before.
    """
    words: list[str] = []
    while len(words) < count:
        words += header_line(file, where).split()
    return words


def read_values(file: BinaryIO, shape: tuple[int, int], where: str) -> NDArray[np.float32]:
    """Read the numbers behind a header, whatever the lines that they stand on.

    Parameters
    ----------
    file : binary file
        At the first number.
    shape : tuple of int
        Lines and values a line in the order of the file.
    where : str
        Name of the file for messages.

    Returns
    -------
    ndarray of float32, shape `shape`

    Raises
    ------
    GridError
        There are more or fewer numbers, or something else than numbers.
    """
    count = shape[0] * shape[1]
    begin = file.tell()
    size = file.seek(0, 2) - begin
    file.seek(begin)
    # A value takes a digit and a blank at least: no header makes us ask for more memory.
    if min(shape) < 1 or 2 * count > size + 1:
        raise GridError(
            f"{where}: the header says {shape[0]} x {shape[1]} values, the file is too short for "
            "them; export or copy it again"
        )
    values = np.empty(count, dtype=np.float32)
    n_read = 0
    for chunk in _whole_words(file):
        numbers = _numbers(chunk, where)
        if n_read + len(numbers) > count:
            raise GridError(f"{where}: holds more than the {count} values of its header")
        values[n_read : n_read + len(numbers)] = numbers
        n_read += len(numbers)
    if n_read < count:
        raise GridError(
            f"{where}: holds {n_read} of the {count} values of its header; export or copy it again"
        )
    return values.reshape(shape)


def _whole_words(file: BinaryIO) -> Iterator[bytes]:
    """Pieces of a file that end between two words."""
    rest = b""
    while piece := file.read(CHUNK_BYTES):
        text = (rest + piece).replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\t", b" ")
        cut = text.rfind(b" ") + 1
        yield text[:cut]
        rest = text[cut:]
    yield rest


def _numbers(text: bytes, where: str) -> NDArray[np.float64]:
    """Numbers of a text with blanks between them."""
    if not text.strip():
        return np.empty(0)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error")
            return np.fromstring(text.decode("ascii"), dtype=np.float64, sep=" ")
    except (DeprecationWarning, ValueError):
        raise GridError(f"{where}: something among the values is not a number") from None
