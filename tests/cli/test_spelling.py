"""Messages name the option on the command line and the argument in Python, never both."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import numpy as np
import pytest
from PIL import Image

from geoindex import Palette, convert, convert_many
from geoindex.cli.app import cli
from geoindex.cli.spelling import option_text
from geoindex.errors import GeoindexError
from tests.support.command_line import invoke, run
from tests.support.rasters import write_tif

PALETTE = Palette([[200, 0, 0], [0, 200, 0]], values=[7, 9])


def command_named(*names: str) -> click.Command:
    """Find a command of the command line."""
    command: click.Command = cli
    for name in names:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    return command


@pytest.mark.parametrize(
    ("command", "message", "expected"),
    [
        ("convert", "set scale='byte' or scale='unit'", "set --scale byte or --scale unit"),
        ("convert", "such as bands=(1, 2, 3), or", "such as --bands 1,2,3, or"),
        ("convert", "box=(0, 0, 9, 9) is outside", "--box 0 0 9 9 is outside"),
        ("convert", "nodata=-9999; first=1.", "--nodata -9999; --first 1."),
        ("convert", "so crs= has nothing; bounds=, too", "so --crs has nothing; --bounds, too"),
        ("convert", "use overwrite=True", "use --overwrite"),
        ("convert", "use format='surfer7'", "use --format surfer7"),
        ("convert", "pass clean=True or Clean(ink=...)", "pass --clean or Clean(ink=...)"),
        ("convert", "set channel_axis=0 or -1", "set channel_axis=0 or -1"),
        ("convert", "values=None stays", "values=None stays"),
        ("convert", "a/scale='x' and x.scale=1, y==1", "a/scale='x' and x.scale=1, y==1"),
        ("section", "degrees=True, or degrees=False", "--degrees, or --no-degrees"),
        ("values", "limits=(v0, v1) and bar=(0, 0, 9, 9)", "--range v0 v1 and --bar 0 0 9 9"),
        ("palette show", "columns='r,g,b,name'", "--columns r,g,b,name"),
        ("palette learn", "name n_colors=4", "name --colors 4"),
    ],
)  # fmt: skip
def test_arguments_as_options(command: str, message: str, expected: str) -> None:
    context = click.Context(command_named(*command.split()))
    assert option_text(message, context) == expected
    assert option_text(message, None) == message


def test_what_the_user_typed_stays(tmp_path: Path) -> None:
    """A file name that looks like an argument is a file name."""
    path = tmp_path / "scale=1 first=2.tif"
    write_tif(path, np.full((3, 4, 5), 90, np.uint16))
    result = invoke("convert", path, "-o", tmp_path / "grid.tif", "-p", "windows-256")
    assert str(result.exception).startswith(f"{path}: the largest of its 16-bit values is 90")
    assert "set --scale byte if they are" in str(result.exception)


def test_errors_and_warnings_and_sheets(tmp_path: Path) -> None:
    PALETTE.save(tmp_path / "units.csv")
    path = tmp_path / "map.tif"
    write_tif(path, np.full((5, 4, 5), 90, np.uint8))
    options = ["-p", tmp_path / "units.csv"]
    with pytest.raises(
        GeoindexError, match=r"choose bands, such as bands=\(1, 2, 3\), with"
    ) as one:
        convert(path, tmp_path / "grid.tif", PALETTE)
    assert "--" not in str(one.value)
    result = invoke("convert", path, "-o", tmp_path / "grid.tif", *options)
    assert "choose bands, such as --bands 1,2,3, with" in str(result.exception)
    assert type(result.exception) is type(one.value)
    told = run("convert", path, "-o", tmp_path / "grid.tif", *options)
    assert told.stderr == f"Error: {result.exception}\n"
    report = convert_many(path, tmp_path / "a", PALETTE, jobs=1)
    assert "bands=(1, 2, 3)" in report.failed[0].reason
    result = invoke("batch", path, "-o", tmp_path / "b", *options, "-j", 1)
    assert "Failed: " in result.stderr
    assert "such as --bands 1,2,3, with" in result.stderr
    # A command of a group.
    result = invoke("palette", "show", "tab20", "--layer", "units")
    assert str(result.exception) == "tab20: has no map layers; leave out --layer"
    # A warning.
    Image.fromarray(np.array([[0, 1, 2, 9]], np.uint8)).save(tmp_path / "classes.png")
    told = run("convert", tmp_path / "classes.png", "-o", tmp_path / "grid.tif", *options)
    assert "--scale byte says that they are gray" in told.stderr
    assert "scale=" not in told.stderr


def test_the_library_names_no_options(repository: Path) -> None:
    """Only the command line knows how its options are spelled."""
    found = []
    for path in sorted((repository / "geoindex").rglob("*.py")):
        # A report repeats the command that made it.
        if path.parent.name == "cli" or path.match("report/command.py"):
            continue
        tree = ast.parse(path.read_text())
        docstrings = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        found += [
            f"{path.name}:{node.lineno}: {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and re.search(r"(?<![\w-])--[a-z]", node.value)
        ]
    assert found == []
