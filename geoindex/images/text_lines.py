"""Reads lines of printed text with the recognition network of rapidocr (extra ``ocr``).

Its network comes in its wheel: nothing is downloaded. Lines are cut out by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geoindex.errors import OptionError

__all__ = ["TextLine", "check_text_reader", "read_lines"]

HEIGHT = 48
"""Height of the network's input, in rows."""

LEAST_WIDTH = 320
"""Width that lines are padded to, as in the training of the network."""

MOST_WIDTH = 6400
"""Largest width of a line; longer lines are compressed."""

LATIN = 1000
"""Smallest alphabet of a network for several scripts."""

INSTALL = "install geoindex-raster[ocr]"


@dataclass(frozen=True, kw_only=True)
class TextLine:
    """A recognized line of text."""

    text: str
    """Its letters, "" if there are none."""

    confidence: float
    """Mean probability of the letters, from 0 to 1."""


def check_text_reader() -> None:
    """Raise an error if text recognition is not installed.

    Raises
    ------
    OptionError
        The extra ``ocr`` is not installed.
    """
    _reader()


def read_lines(pictures: Sequence[NDArray[np.uint8]]) -> list[TextLine]:
    """Read lines of text, each given as a picture.

    Parameters
    ----------
    pictures : sequence of ndarray of uint8, shape (rows, cols, 3)
        A line each, dark on light, level, with a little paper around.

    Returns
    -------
    list of TextLine
        The same on any number of cores.

    Raises
    ------
    OptionError
        The recognizer is not installed.
    """
    reader = _reader()
    return [reader.read(picture) for picture in pictures]


class _Reader:
    """The network, which gives the probability of each letter along a line."""

    def __init__(self, session: Any, letters: list[str]) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name
        # The first class is "nothing", the last one the space.
        self._letters = ["", *letters, " "]

    def read(self, picture: NDArray[np.uint8]) -> TextLine:
        """Read one line."""
        if 0 in picture.shape:
            return TextLine(text="", confidence=0.0)
        rows, cols, _ = picture.shape
        width = max(1, min(MOST_WIDTH, -(-cols * HEIGHT // rows)))
        line = Image.fromarray(picture).resize((width, HEIGHT), Image.Resampling.BILINEAR)
        # Channels in the order blue, green, red, from -1 to 1; padding is 0.
        values = np.zeros((1, 3, HEIGHT, max(width, LEAST_WIDTH)), np.float32)
        pixels = np.asarray(line, np.float32)[..., ::-1]
        values[0, :, :, :width] = pixels.transpose(2, 0, 1) / 127.5 - 1
        steps = self._session.run(None, {self._input: values})[0][0]
        best = steps.argmax(axis=-1)
        # A letter lasts for several steps; "nothing" separates two equal letters.
        starts = (best != 0) & np.concatenate([[True], best[1:] != best[:-1]])
        text = "".join(self._letters[number] for number in best[starts])
        found = steps.max(axis=-1)[starts]
        confidence = round(float(found.mean()), 3) if len(found) else 0.0
        return TextLine(text=" ".join(text.split()), confidence=confidence)


@cache
def _reader() -> _Reader:
    """Load the network from the wheel of rapidocr, whose own code takes seconds to load."""
    from importlib.util import find_spec

    package = find_spec("rapidocr")
    if package is None or find_spec("onnxruntime") is None:
        name = "rapidocr" if package is None else "onnxruntime"
        raise OptionError(f"reading text needs {name}, which is not installed; {INSTALL}")
    try:
        import onnxruntime
    except ImportError as error:
        raise OptionError(
            f"reading text needs onnxruntime, which cannot be loaded ({error}); {INSTALL} again"
        ) from None
    folders = [Path(folder) / "models" for folder in package.submodule_search_locations or ()]
    for path in sorted(path for folder in folders for path in folder.glob("*rec*.onnx")):
        options = onnxruntime.SessionOptions()
        # The same text, whatever the number of processors.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        letters = session.get_modelmeta().custom_metadata_map.get("character", "").split("\n")
        if len(letters) > LATIN and "é" in letters:
            return _Reader(session, letters)
    raise OptionError(f"this version of rapidocr has no network for Latin letters; {INSTALL}")
