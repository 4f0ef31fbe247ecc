"""Options from a TOML file, hints at what was meant, and completion."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoindex import open_grid
from tests.support.command_line import invoke, run


def test_a_saved_configuration_repeats_the_run(folder: Path) -> None:
    options = ["-p", "legend.csv", "--max-distance", "12.5", "--nodata", "9", "--alpha", "strip"]
    options += ["--clean", "--shade"]
    first = run(
        "convert", "map.png", "-o", "a.tif", *options, "--save-config", "a.toml", cwd=folder
    )
    assert first.returncode == 0, first.stderr
    again = run("convert", "map.png", "-o", "b.tif", "--config", "a.toml", cwd=folder)
    assert again.returncode == 0, again.stderr
    assert (folder / "a.tif").read_bytes() == (folder / "b.tif").read_bytes()


def test_the_command_line_wins(folder: Path) -> None:
    (folder / "c.toml").write_text('palette = "none.csv"\nmax_distance = 30\n')
    given = ("-p", "legend.csv", "--config", "c.toml", "-o", "a.tif")
    assert run("convert", "map.png", *given, cwd=folder).returncode == 0
    assert open_grid(folder / "a.tif").provenance["max_distance"] == 30


def test_a_name_of_odd_characters_comes_back(folder: Path) -> None:
    name = 'a "b" \\ é\t\x7f.csv'
    (folder / name).write_bytes((folder / "legend.csv").read_bytes())
    first = ("-p", name, "-o", "a.tif", "--save-config", "a.toml")
    assert run("convert", "map.png", *first, cwd=folder).returncode == 0
    again = ("-o", "b.tif", "--config", "a.toml")
    assert run("convert", "map.png", *again, cwd=folder).returncode == 0


def test_a_name_that_is_not_text_is_refused_before_the_run(folder: Path) -> None:
    given = ("-p", "\udcff.csv", "-o", "a.tif", "--save-config", "a.toml")
    result = invoke("convert", folder / "map.png", *given)
    assert result.exit_code == 1
    assert r"'\udcff.csv': is not UTF-8" in str(result.exception)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("palete = 'x'", "no option 'palete'; did you mean 'palette'"),
        ("[palette]\na = 1", "palette must be a number or a text"),
        ("palette = true", "palette must be a number or a text"),
        ("report = ['r.html']", "report must be a number or a text"),
        ("clean = 'maybe'", "clean must be true or false"),
        ("ink = 'black'", "ink must be a list of numbers or texts"),
        ("box = [1, 2, true, 4]", "box must be a list of numbers or texts"),
        ("palette = ", "c.toml: is not TOML"),
        ("config = 'c.toml'", "no option 'config'"),
    ],
)
def test_a_wrong_configuration_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "c.toml").write_text(text)
    result = invoke("convert", "map.png", "--config", tmp_path / "c.toml", "-o", "a.tif")
    assert result.exit_code == 1
    assert message in str(result.exception)


def test_a_configuration_is_not_written_over_another(folder: Path) -> None:
    (folder / "a.toml").write_text("precious")
    options = ("-p", "legend.csv", "-o", "a.tif", "--save-config", "a.toml")
    result = run("convert", "map.png", *options, cwd=folder)
    assert (result.returncode, "a.toml: exists already" in result.stderr) == (1, True)
    assert not (folder / "a.tif").exists()


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("convrt", "map.png"), "no such command 'convrt'; did you mean 'convert'?"),
        (("palette", "shwo", "x"), "no such command 'shwo'; did you mean 'show'?"),
        (("palette", "show", "windos-256"), "did you mean 'windows-256'?"),
        (("convert", "map.png", "--overwrit"), "Did you mean"),
    ],
)
def test_what_was_meant_is_named(arguments: tuple[str, ...], hint: str) -> None:
    result = invoke(*arguments)
    assert hint in f"{result.output}{result.exception}"
