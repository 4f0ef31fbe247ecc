"""Progress as lines for another program: the option ``--progress``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from geoindex import Palette
from tests.support.command_line import invoke
from tests.support.pictures import RNG

COMMANDS = {
    "convert": "convert big.png -o big.tif -p legend.csv",
    "clean": "clean map.tif -o units.tif --ink 0",
    "learn": "palette learn big.png map.png -n 2 -o learned.csv",
    "compare": "palette compare big.png legend.csv",
    "batch": "batch map.png -o grids -p legend.csv --jobs 1",
    "polygons": "polygons map.tif -o map.gpkg",
    "horizon": "horizon map.tif --survey flat.survey -o map.dat",
}

SURVEY = """dTect V7.0
Survey Info
!
Name: Flat
In-line range: 1`8`1
Cross-line range: 1`9`1
Coord-X-BinID: 1000`0`2
Coord-Y-BinID: 1984`2`0
!
"""


@pytest.fixture
def work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a grid, a survey that it covers, and a picture of several blocks."""
    pixels = RNG.integers(0, 256, (300, 200, 3), dtype="uint8")
    Image.fromarray(pixels).save(folder / "big.png")
    (folder / "flat.survey").write_text(SURVEY)
    monkeypatch.chdir(folder)
    assert invoke("convert", "map.png", "-o", "map.tif", "-p", "legend.csv", "-q").exit_code == 0
    return folder


def percents(stderr: str) -> list[int]:
    """What the lines say."""
    return [int(line[9:]) for line in stderr.splitlines() if re.fullmatch(r"progress \d+", line)]


@pytest.mark.usefixtures("work")
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_lines_grow_to_100(command: str) -> None:
    told = invoke(*command.split(), "--progress", "--quiet")
    assert told.exit_code == 0, told.output
    seen = percents(told.stderr)
    assert seen == sorted(set(seen))
    assert seen[-1] == 100


@pytest.mark.usefixtures("work")
def test_no_lines_unless_asked_for() -> None:
    silent = invoke(*COMMANDS["horizon"].split(), "--quiet")
    assert (silent.exit_code, silent.output) == (0, "")


@pytest.mark.usefixtures("work", "_small_blocks")
@pytest.mark.parametrize("command", ["convert", "learn"])
def test_every_block_is_told(command: str) -> None:
    told = invoke(*COMMANDS[command].split(), "--progress")
    assert len(percents(told.stderr)) > 1


def test_quiet_prints_no_warning_of_roles(work: Path, legend: Palette) -> None:
    legend.replace(roles=["ink", "", ""]).save("roles.csv")
    result = invoke("palette", "convert", "roles.csv", "-o", "roles.qml", "-q")
    assert (result.exit_code, result.output) == (0, "")
