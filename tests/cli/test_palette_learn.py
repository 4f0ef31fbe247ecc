"""The command ``geoindex palette learn``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from click.testing import Result
from PIL import Image

from geoindex import learn_palette, load_palette
from tests.support.command_line import invoke
from tests.support.drawings import draw_map


def learn(*arguments: object) -> Result:
    return invoke("palette", "learn", *arguments)


def test_photo(photo: np.ndarray, tmp_path: Path) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.png")
    source, target = tmp_path / "photo.png", tmp_path / "learned.gpl"
    result = learn(source, "-n", 6, "-o", target, "--seed", 3)
    assert (result.exit_code, result.stderr) == (0, "")
    expected = learn_palette(photo, 6, seed=3)
    assert load_palette(target).colors.tolist() == expected.colors.tolist()
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{target}: 6 colors")
    assert [line.split()[-3].replace(",", "") for line in lines[1:]] == [
        str(count) for count in expected.counts
    ]
    expected = learn_palette(photo, 6, method="mediancut")
    content = json.loads(learn(source, "-n", 6, "--json", "--method", "mediancut").stdout)
    assert content["counts"] == expected.counts.tolist()


def test_says_what_is_wrong(rgba: np.ndarray, tmp_path: Path) -> None:
    source, target = tmp_path / "map.png", tmp_path / "learned.csv"
    Image.fromarray(rgba).save(source)
    result = learn(source, "-n", 9, "-o", target)
    assert result.exit_code == 0
    assert result.stderr == "Warning: the palette has 3 colors, not 9: the image has no more\n"
    assert len(load_palette(target)) == 3
    assert learn(source, "-o", target).exit_code == 2
    assert learn(source, "-n", 9).exit_code == 2


def test_checks_the_target_before_it_reads(tmp_path: Path) -> None:
    """The source does not exist."""
    for target, message in (
        ("learned.xyz", "unknown suffix"),
        ("no/folder.csv", "does not exist"),
    ):
        result = learn("nowhere.png", "-n", 4, "-o", tmp_path / target)
        assert message in str(result.exception)


def test_flat_colors(tmp_path: Path) -> None:
    Image.fromarray(draw_map()).save(tmp_path / "map.png")
    result = learn(tmp_path / "map.png", "--method", "flat", "--json")
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    expected = learn_palette(draw_map(), method="flat")
    assert content["colors"] == expected.colors.tolist()
    assert content["counts"] == expected.counts.tolist()
    assert content["n_colors"] is None
