"""The command ``geoindex palette legend``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from click.testing import Result
from PIL import Image

from geoindex import GeoindexError, load_palette
from geoindex.errors import OutputError, PaletteError
from tests.support.command_line import invoke
from tests.support.drawings import LEGEND_COLORS, draw_legend


def test_legend(tmp_path: Path) -> None:
    picture = draw_legend(hatched=(2,))
    picture.save(tmp_path / "sheet.png")
    (tmp_path / "names.txt").write_text(
        "\n".join(["Metavolcanic", "Gabbro & norite", "Ångström", "d", "e", "f", "", "g"]),
        encoding="utf-8",
    )
    box = ["--box", "0", "0", str(picture.width), str(picture.height)]

    def run(*arguments: object) -> Result:
        return invoke("palette", "legend", tmp_path / "sheet.png", *arguments)

    named = ["--names", tmp_path / "names.txt", "--picture", tmp_path / "found.png"]
    result = run(*box, "-o", tmp_path / "legend.csv", *named)
    assert result.exit_code == 0, result.output
    assert "Warning: swatch 2 (Ångström) is patterned" in result.stderr
    palette = load_palette(tmp_path / "legend.csv")
    assert palette.colors.tolist() == [list(color) for color in LEGEND_COLORS]
    assert palette.names[:3] == ("Metavolcanic", "Gabbro & norite", "Ångström")
    with Image.open(tmp_path / "found.png") as found:
        drawn = {tuple(color) for color in np.array(found.convert("RGB")).reshape(-1, 3).tolist()}
    assert set(LEGEND_COLORS) <= drawn
    assert (255, 0, 255) in drawn
    typed = [part for i in range(7) for part in ("--name", f"n{i}")]
    content = json.loads(run(*box, "-o", tmp_path / "b.gpl", *typed, "--json").stdout)
    assert [swatch["name"] for swatch in content["swatches"]] == [f"n{i}" for i in range(7)]
    assert [swatch["patterned"] for swatch in content["swatches"]].index(True) == 2
    assert run(*box, "-o", tmp_path / "c.csv", "-q").stdout == ""
    # Where names are missing, the picture shows of what.
    few = run(*box, "-o", tmp_path / "e.csv", "--name", "a", "--picture", tmp_path / "e.png")
    assert few.exit_code == 1
    assert isinstance(few.exception, PaletteError)
    assert "7 swatches but there are 1 names; look at the swatches" in str(few.exception)
    assert (tmp_path / "e.png").is_file()
    assert not (tmp_path / "e.csv").exists()
    bad = run(*box, "-o", tmp_path / "e.foo")
    assert isinstance(bad.exception, OutputError)
    both = run(*box, "-o", tmp_path / "d.csv", *typed, "--names", tmp_path / "names.txt")
    assert both.exit_code == 2


def test_bad_input(tmp_path: Path) -> None:
    draw_legend().save(tmp_path / "sheet.png")
    (tmp_path / "latin.txt").write_bytes("Ängelholm".encode("latin-1"))
    before = sorted(tmp_path.iterdir())
    box = ["--box", "0", "0", "200", "200"]
    for arguments, message in [
        (["--box", "0", "0", "900", "200", "-o", "a.csv"], "sheet.png: box 0 0 900 200 is not"),
        ([*box, "-o", "a.xyz"], "unknown suffix"),
        ([*box, "-o", "a.csv", "--name", "x"], "sheet.png: the legend has 7 swatches but there"),
        ([*box, "-o", "a.csv", "--names", "none.txt"], "none.txt: no such file"),
        ([*box, "-o", "a.csv", "--names", "latin.txt"], "latin.txt: is not UTF-8"),
        ([*box, "-o", "a.csv", "--picture", "a.bmp"], "pictures are written as"),
    ]:
        paths = [
            str(tmp_path / part) if part.endswith((".csv", ".xyz", ".txt", ".bmp")) else part
            for part in arguments
        ]
        result = invoke("palette", "legend", tmp_path / "sheet.png", *paths)
        assert isinstance(result.exception, GeoindexError)
        assert message in str(result.exception)
    assert sorted(tmp_path.iterdir()) == before
