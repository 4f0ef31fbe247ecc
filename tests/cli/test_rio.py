"""The plug-in ``rio geoindex``, run as rasterio's command line runs it, and creation options."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import rasterio
from click.testing import CliRunner, Result
from rasterio.rio.main import main_group

from geoindex import convert, open_grid
from geoindex.cli.rio import rio_plugin
from geoindex.errors import OptionError
from tests.support.command_line import environment, invoke, python
from tests.support.sheets import PALETTE, make_sheets


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_sheets(tmp_path, ["a.png", "b.png", "c.png"], side=40)
    PALETTE.save(tmp_path / "legend.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_rio_finds_the_plugin(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    (named,) = project["entry-points"]["rasterio.rio_plugins"].items()
    assert named == ("geoindex", "geoindex.cli.rio:rio_plugin")
    assert "INPUTS... OUTPUT" in rio("--help").output


def rio(*arguments: object, piped: str | None = None) -> Result:
    main_group.add_command(rio_plugin)
    return CliRunner().invoke(main_group, ["geoindex", *map(str, arguments)], input=piped)


def test_one_file_with_creation_options(folder: Path) -> None:
    options = ["-p", "legend.csv", "--co", "COMPRESS=LZW", "--co", "blockxsize=32"]
    result = rio("a.png", "a.tif", *options)
    assert (result.exit_code, result.output) == (0, "a.tif\n")
    assert invoke("convert", "a.png", "-o", "same.tif", *options).exit_code == 0
    convert("a.png", "plain.tif", PALETTE)
    assert (folder / "a.tif").read_bytes() == (folder / "same.tif").read_bytes()
    with rasterio.open("a.tif") as source:
        assert source.profile["compress"] == "lzw"
        assert source.profile["blockxsize"] == 32
    assert open_grid("a.tif").indices.tolist() == open_grid("plain.tif").indices.tolist()
    assert "exists already; give --overwrite" in rio("a.png", "a.tif", "-p", "legend.csv").output
    assert rio("a.png", "-o", "a.tif", "-p", "legend.csv", "--overwrite").exit_code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_closed_error_stream(folder: Path) -> None:
    code = (
        "from rasterio.rio.main import main_group; from geoindex.cli.rio import rio_plugin; "
        "main_group.add_command(rio_plugin); main_group()"
    )
    command = f'"$0" -c "{code}" geoindex a.png a.tif -p legend.csv 2>&-'
    subprocess.run(["sh", "-c", command, sys.executable], env=environment(), check=True)
    assert (folder / "a.tif").exists()


def test_names_through_pipes(folder: Path) -> None:
    result = rio("-", "grids", "-p", "legend.csv", piped="a.png\nb.png\n")
    names = result.output.splitlines()
    assert [Path(name).as_posix() for name in names] == ["grids/a.tif", "grids/b.tif"]
    for name in names:
        assert open_grid(name).palette.colors.tolist() == PALETTE.colors.tolist()
    result = rio("b.png", "c.png", "grids", "-p", "legend.csv", "--overwrite")
    assert Path(result.output.splitlines()[-1]).as_posix() == "grids/c.tif"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.png", "b.png", "out.tif"], "several inputs need a folder as output"),
        (["a.png", "sub/a.png", "out"], "two inputs have the same name"),
        (["none.png", "out.tif"], "none.png: no such file"),
        (["a.png"], "name an input and an output"),
        (["a.png", "out.tif", "--co", "compress"], "'compress' is not NAME=VALUE"),
        (["a.png", "out.tif", "--co", "compress=jpeg"], "compress is one of none, deflate, lzw"),
        (["a.png", "out.tif", "--co", "zlevel=high"], "zlevel is a whole number, found 'high'"),
        (["a.png", "out.tif", "--co", "compres=lzw"], "did you mean 'compress'"),
        (["a.png", "out.png", "--co", "compress=lzw"], "--co is for GeoTIFF"),
        (["a.png", "out.tif", "--gcp", "0", "0", "1", "1", "--gcps", "x"], "exclude each other"),
    ],
)
def test_what_is_wrong_is_one_line(folder: Path, arguments: list[str], message: str) -> None:
    result = rio(*arguments, "-p", "legend.csv")
    assert result.exit_code in (1, 2)
    assert message in result.output
    assert not (folder / "out.tif").exists()


def test_creation_options_of_a_cloud_optimized_file(folder: Path) -> None:
    convert("a.png", "cog.tif", PALETTE, cog=True, creation={"compress": "lzw", "blocksize": 128})
    with rasterio.open("cog.tif") as source:
        assert source.profile["compress"] == "lzw"
        assert source.profile["blockxsize"] == 128
    with pytest.raises(OptionError, match="unknown creation option 'zlevel'"):
        convert("a.png", "b.tif", PALETTE, cog=True, creation={"zlevel": 9})


def test_other_commands_of_rio_stay_fast() -> None:
    """They import the plug-in, but nothing behind it."""
    code = (
        "import sys; import geoindex.cli.rio; "
        "print([n for n in ('numpy', 'numba', 'rasterio', 'geoindex.clean') if n in sys.modules])"
    )
    assert python("-c", code).stdout == "[]\n"
