"""The command ``geoindex palette legend``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image

from geoindex import GeoindexError, load_palette, open_grid
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


def test_convert_with_the_legend_in_the_same_picture(repository: Path, tmp_path: Path) -> None:
    """Units are recovered; nothing is cut without a box."""
    sheet, target = repository / "data" / "sample_sheet.png", tmp_path / "sheet.tif"
    place = ["--legend-box", "676", "55", "890", "490"]
    inks = ["--ink", "black,#e31a1c,white"]
    result = invoke("convert", sheet, target, *place, *inks, "--box", "40", "60", "640", "460")
    assert result.exit_code == 0, result.output
    assert "legend of 18 swatches, 0 patterned" in result.stdout
    truth = open_grid(repository / "data" / "sample_map_classes.tif")[60:460, 80:680]
    assert (open_grid(target).indices == truth.indices).mean() > 0.99
    whole = invoke("convert", sheet, tmp_path / "whole.npy", *place)
    assert whole.exit_code == 0, whole.output
    assert "black is ink" in whole.stdout
    grid = open_grid(tmp_path / "whole.npy")
    assert grid.shape == (520, 900)
    assert grid.palette.roles == (*[""] * 18, "ink")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--legend-box", "0", "0", "90", "90", "-p", "tab20"], "--palette or --legend-box, not"),
        (["-p", "tab20", "--read-names"], "--read-names needs --legend-box"),
        (["--legend-box", "0", "0", "9000", "90"], r"sample_sheet.png: box 0 0 9000 90 is not"),
        (["--legend-box", "0", "0", "30", "20"], "sample_sheet.png: the box holds no swatch"),
    ],
)
def test_bad_legend_boxes(
    repository: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    sheet = repository / "data" / "sample_sheet.png"
    result = invoke("convert", sheet, tmp_path / "a.tif", *arguments)
    assert result.exit_code in {1, 2}
    assert message in result.output + str(result.exception)
    assert not list(tmp_path.iterdir())
