"""Reading a line of printed text, by the recognizer of rapidocr (extra ``ocr``).

Its models come with its wheel: nothing is downloaded. Lines are cut out by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import OptionError

__all__ = ["TextLine", "read_lines"]


@dataclass(frozen=True, kw_only=True)
class TextLine:
    """What a line of text says."""

    text: str
    """Its letters, "" if there are none."""

    confidence: float
    """How sure the recognizer is, from 0 to 1."""


def read_lines(pictures: Sequence[NDArray[np.uint8]]) -> list[TextLine]:
    """Read lines of text, each of which is a picture of its own.

    Parameters
    ----------
    pictures : sequence of ndarray of uint8, shape (rows, cols, 3)
        A line each, with a little paper around.

    Returns
    -------
    list of TextLine
        The same on any number of cores.

    Raises
    ------
    OptionError
        The recognizer is not installed.
    """
    reader = _recognizer()
    lines = []
    for picture in pictures:
        # It was made for the channels of OpenCV.
        found = reader(np.ascontiguousarray(picture[..., ::-1]))
        texts, scores = found.txts or ("",), found.scores or (0.0,)
        lines.append(TextLine(text=str(texts[0]).strip(), confidence=float(scores[0])))
    return lines


@lru_cache(maxsize=1)
def _recognizer() -> Any:
    """Load the recognizer, which takes a second."""
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise OptionError(
            "reading text needs rapidocr, which is not installed; install geoindex-raster[ocr]"
        ) from error
    threads = "EngineConfig.onnxruntime.intra_op_num_threads"
    parameters = {
        "Global.log_level": "critical",
        "Global.use_det": False,
        "Global.use_cls": False,
        "Global.text_score": 0.0,
        threads: 1,
    }
    return RapidOCR(params=parameters)
