"""Lines of text read from pictures of them."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from geoindex.errors import OptionError
from geoindex.images import text_lines
from geoindex.images.text_lines import read_lines

pytest.importorskip("onnxruntime")


def drawn(text: str) -> np.ndarray:
    picture = Image.new("RGB", (20 + 15 * len(text), 40), (255, 255, 255))
    font = ImageFont.truetype(Path(mpl.get_data_path(), "fonts/ttf/DejaVuSans.ttf"), 22)
    ImageDraw.Draw(picture).text((8, 5), text, fill=(20, 20, 20), font=font)
    return np.array(picture)


def test_lines_in_several_languages() -> None:
    texts = ["Tonschiefer, dünnbankig", "Grès calcareux", "Areniscas pequeñas", "120 to 300 m"]
    lines = read_lines([drawn(text) for text in texts])
    assert [line.text for line in lines] == texts
    assert all(0.8 < line.confidence <= 1 for line in lines)


def test_nothing_is_read_from_bare_paper() -> None:
    bare, empty = read_lines([np.full((40, 90, 3), 255, np.uint8), np.zeros((0, 5, 3), "u1")])
    assert bare.text == empty.text == ""
    assert empty.confidence == 0


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    text_lines._reader.cache_clear()
    with pytest.raises(
        OptionError,
        match=r"needs onnxruntime, which is not installed; install geoindex-raster\[ocr\]",
    ):
        read_lines([])
    # As one that was built for an older NumPy.
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('numpy 2')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "onnxruntime")
    with pytest.raises(OptionError, match=r"which cannot be loaded \(numpy 2\); install"):
        read_lines([])
