"""The command ``geoindex info``."""

from __future__ import annotations

import json
from pathlib import Path

import geoindex
from tests.support.command_line import run


def test_info(folder: Path) -> None:
    run("convert", "map.png", "out.tif", "-p", "legend.csv", cwd=folder)
    grid = json.loads(run("info", "out.tif", "--json", cwd=folder).stdout)
    assert grid["kind"] == "index grid"
    assert [entry["pixels"] for entry in grid["classes"]] == [4, 3, 4]
    assert grid["provenance"]["software"] == f"geoindex {geoindex.__version__}"
    image = json.loads(run("info", "map.png", "--json", cwd=folder).stdout)
    assert image["bands"] == ["red", "green", "blue", "alpha"]
    assert image["transform"] == [5, 0, 1000, 0, -5, 2000]
    palette = json.loads(run("info", "legend.csv", "--json", cwd=folder).stdout)
    assert (palette["colors"], palette["named"]) == (3, True)
    assert "Granite & gneiss" in run("info", "out.tif", cwd=folder).stdout
    lines = run("info", "out.tif", cwd=folder).stdout.splitlines()
    assert "provenance:" in lines
    assert any(line.split() == ["metric", "rgb"] and line.startswith("  ") for line in lines)
    run("cube", "legend.csv", "-o", "legend.colorcube", cwd=folder)
    cube = json.loads(run("info", "legend.colorcube", "--json", cwd=folder).stdout)
    assert (cube["kind"], cube["metric"]) == ("color cube", "rgb")
    assert run("info", "none.tif", cwd=folder).returncode == 1
    assert json.loads(run("info", "tab20", "--json", cwd=folder).stdout)["colors"] == 20
    missing = run("info", "tab21", cwd=folder)
    assert missing.stderr == "Error: tab21: no such file, built-in palette or colormap\n"
    (folder / "map.lyr").write_bytes(b"\xd0\xcf\x11\xe0 of ArcMap")
    layer = run("info", "map.lyr", cwd=folder)
    assert "map.lyr: is a layer file of ArcMap" in layer.stderr
    assert "save the layer as .lyrx" in layer.stderr
    content = json.loads(run("info", ".", "--json", cwd=folder).stdout)
    assert content["kind"] == "folder"
    assert content["files"][".tif"] == 1
