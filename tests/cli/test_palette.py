"""The command ``geoindex palette``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import Palette, builtin_palettes, compare_palettes, learn_palette, load_palette
from geoindex.errors import OptionError, PaletteError
from tests.support.command_line import invoke, printed
from tests.support.palettes import save_project


def run(*arguments: object, color: bool = False) -> str:
    return printed("palette", *arguments, color=color)


def test_list_names_all_built_in_palettes() -> None:
    lines = run("list").splitlines()
    assert [line.split()[0] for line in lines[:-1]] == builtin_palettes()
    entries = json.loads(run("list", "--json"))["palettes"]
    assert all(entry["colors"] == len(load_palette(entry["name"])) for entry in entries)
    assert all(entry["note"] and "Source" not in entry["note"] for entry in entries)


def test_show_prints_values_and_swatches() -> None:
    plain = run("show", "okabe-ito")
    assert "\x1b" not in plain
    assert "    2  #56b4e9   86 180 233  sky blue" in plain
    assert "\x1b[48;2;86;180;233m" in run("show", "okabe-ito", color=True)
    content = json.loads(run("show", "viridis", "--colors", "3", "--json"))
    assert content["colors"] == load_palette("viridis", n_colors=3).colors.tolist()


@pytest.mark.parametrize("name", ["windows-256", "ics-stages"])
def test_show_draws_a_chart(tmp_path: Path, name: str) -> None:
    run("show", name, "-o", tmp_path / "chart.png")
    picture = np.array(Image.open(tmp_path / "chart.png").convert("RGB")).reshape(-1, 3)
    drawn = set(map(bytes, np.unique(picture, axis=0)))
    assert all(bytes(color) in drawn for color in load_palette(name).colors)


def test_convert_between_formats(tmp_path: Path, legend: Palette) -> None:
    legend.save(tmp_path / "legend.csv")
    assert run("convert", tmp_path / "legend.csv", tmp_path / "a.qml").endswith("3 colors\n")
    assert run("convert", tmp_path / "a.qml", tmp_path / "b.pal", "--to", "riff", "-q") == ""
    np.testing.assert_array_equal(load_palette(tmp_path / "b.pal").colors, legend.colors)
    assert load_palette(tmp_path / "a.qml").names == legend.names


def test_layers_of_a_project(tmp_path: Path, legend: Palette) -> None:
    project = tmp_path / "maps.qgs"
    save_project(project, soils=Palette([[1, 2, 3]]), units=legend)
    assert "#010203    1   2   3  soils 0" in run("show", project, "--layer", "soils")
    run("convert", project, tmp_path / "units.csv", "--layer", "units")
    np.testing.assert_array_equal(load_palette(tmp_path / "units.csv").colors, legend.colors)
    with pytest.raises(PaletteError, match="holds 2 layers with classes"):
        raise invoke("palette", "show", project).exception
    with pytest.raises(OptionError, match="tab20: has no map layers; leave out --layer"):
        raise invoke("palette", "show", "tab20", "--layer", "units").exception
    with pytest.raises(PaletteError, match="holds no layer 'x'; it holds: soils, units"):
        raise invoke("cube", project, "-o", tmp_path / "c.colorcube", "--layer", "x").exception


@pytest.mark.parametrize("suffix", ["csv", "json", "qml", "gpl"])
def test_convert_tells_where_roles_are_lost(tmp_path: Path, suffix: str) -> None:
    palette = Palette([[0, 0, 0], [9, 9, 9]], names=["Contacts", "Gneiss"], roles=["ink", "unit"])
    palette.save(tmp_path / "p.csv")
    target = tmp_path / f"new.{suffix}"
    result = invoke("palette", "convert", tmp_path / "p.csv", target)
    assert result.exit_code == 0
    is_lost = load_palette(target).roles is None
    assert is_lost == (suffix in ("qml", "gpl"))
    assert ("stores no roles" in result.stderr) == is_lost


def test_compare(photo: np.ndarray, tmp_path: Path) -> None:
    source, learned, figure = (tmp_path / name for name in ("photo.png", "own.csv", "both.png"))
    Image.fromarray(photo).save(source)
    learn_palette(photo, 8).save(learned)
    arguments = ["compare", source, "windows-256", learned]
    lines = [line.split() for line in run(*arguments, "-o", figure).splitlines()]
    assert lines[0][0] == "palette"
    expected = compare_palettes(photo, ["windows-256", learned])
    assert [line[0] for line in lines[1:]] == [score.name for score in expected.scores]
    assert [line[3] for line in lines[1:]] == [
        f"{score.mean_squared_error:.2f}" for score in expected.scores
    ]
    with Image.open(figure) as image:
        assert image.width > 1000
    assert json.loads(run(*arguments, "--json"))["palettes"][0]["name"] == "windows-256"
