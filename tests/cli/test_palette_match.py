"""The command ``geoindex palette match``."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from PIL import Image

from geoindex import Palette, match_palette
from tests.support.command_line import invoke, printed

GRAYS = Palette([[0, 0, 0], [100, 100, 100], [200, 200, 200], [255, 255, 255]], name="grays")
UNITS = Palette([[90, 90, 90], [110, 110, 110], [250, 250, 250]], names=["a", "b", "c"])


def test_match(tmp_path: Path) -> None:
    Image.fromarray(np.repeat(UNITS.colors[np.newaxis], 4, axis=0)).save(tmp_path / "map.png")
    UNITS.save(tmp_path / "units.csv")
    GRAYS.save(tmp_path / "grays.csv")

    def run(*arguments: object) -> str:
        files = tmp_path / "units.csv", tmp_path / "grays.csv"
        return printed("palette", "match", *files, *arguments)

    table = tmp_path / "match.csv"
    text = run("-o", table, "--image", tmp_path / "map.png")
    assert "the nearest color would merge 2 units in index 1 (100,100,100)" in text
    assert "90,90,90 (4 px, distance 17.32)" in text
    rows = list(csv.DictReader(table.read_text().splitlines()))
    match = match_palette(UNITS, GRAYS)
    assert [int(row["index"]) for row in rows] == match.rows.tolist()
    assert [row["name"] for row in rows] == ["a", "b", "c"]
    assert [row["pixels"] for row in rows] == ["4", "4", "4"]
    content = json.loads(run("--json", "--metric", "lab"))
    assert content["metric"] == "lab"
    assert content["units"][2]["index"] == 3
    again = invoke("palette", "match", "x", "y", "-o", table)
    assert "exists already" in str(again.exception)
