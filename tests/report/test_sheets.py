"""The page of thumbnails of a batch."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
from PIL import Image

from geoindex import Palette
from tests.support.command_line import invoke

PALETTE = Palette([[0, 0, 0], [250, 30, 30]], names=["ink", "red"])


def test_every_sheet_is_shown_and_failures_come_first(tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    maps.mkdir()
    pixels = np.zeros((30, 600, 3), dtype=np.uint8)
    pixels[:, 300:] = [250, 30, 30]
    Image.fromarray(pixels).save(maps / "b <i>.png")
    Image.fromarray(pixels[:, ::-1].copy()).save(maps / "c.png")
    (maps / "z.png").write_bytes(b"not an image")
    PALETTE.save(tmp_path / "p.csv")
    page = tmp_path / "index.html"
    for _ in range(2):
        result = invoke(
            "batch", maps, "-o", tmp_path / "grids", "-p", tmp_path / "p.csv", "--report", page
        )
        assert "1 of 3 sheets failed" in str(result.exception or result.output)
        text = page.read_text(encoding="utf-8")
        names = re.findall("<h2>(.*?)</h2>", text)
        assert names == ["grids/z.tif", "grids/b &lt;i&gt;.tif", "grids/c.tif"]
        assert "3 sheets, 1 failed" in text
        assert "600 x 30 pixels, 2 classes" in text
        pictures = re.findall('base64,([^"]*)', text)
        shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(pictures[0]))).convert("RGB"))
        assert shown.shape[1] == 200
        assert (shown[0, 0].tolist(), shown[-1, -1].tolist()) == ([0, 0, 0], [250, 30, 30])
        assert "<script" not in text
    page.write_text("<p>not ours")
    before = (tmp_path / "p.csv").read_bytes()
    for name, reason in (
        ("p.csv", "is an input, too"),
        ("p.txt", "as .html"),
        ("index.html", "exists"),
    ):
        options = ["-p", tmp_path / "p.csv", "--report", tmp_path / name]
        result = invoke("batch", maps, "-o", tmp_path / "grids", *options)
        assert reason in str(result.exception)
    assert page.read_text() == "<p>not ours"
    assert (tmp_path / "p.csv").read_bytes() == before
