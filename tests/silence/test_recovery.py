"""Class recovery tells of colors without a class, and its report is that of the file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import minimum_filter

from geoindex import Clean, IndexGrid, Palette, clean_grid, convert, index_image, open_grid
from tests.support.silence import Case, Said, check, command, table

GNEISS, LAKE, TILL, WHITE = (230, 203, 203), (95, 178, 210), (250, 230, 150), (255, 255, 255)
LEGEND = "r,g,b,name,role\n0,0,0,Faults,ink\n230,203,203,Gneiss,\n95,178,210,Lake,\n"


def draw() -> np.ndarray:
    """A sheet with a white margin, a disk of till that the legend lacks, and black contacts."""
    y, x = np.mgrid[:200, :300]
    picture = np.full((200, 300, 3), WHITE, np.uint8)
    picture[20:180, 20:150], picture[20:180, 150:280] = GNEISS, LAKE
    picture[(y - 80) ** 2 + (x - 90) ** 2 < 40**2] = TILL
    picture[120:122, 20:280] = 0
    return picture


def files() -> None:
    Path("p.csv").write_text(LEGEND)
    Image.fromarray(draw()).save("map.png")


def converted(*options: object) -> str:
    files()
    return command("convert", "map.png", "map.tif", "-p", "p.csv", "--clean", *options)


def flat_pixels(color: tuple[int, ...]) -> int:
    """Pixels of a color whose eight neighbors have it, too."""
    return int(minimum_filter((draw() == color).all(-1), 3, mode="nearest").sum())


def merged_in(output: str) -> dict[tuple[int, ...], int]:
    """Colors, and pixels of each, that a warning says became Gneiss."""
    (listed,) = re.findall(r"one class, index 1 \(Gneiss\): (.*)", output)
    found = re.findall(r"(\d+),(\d+),(\d+) \(([\d,]+) px\)", listed)
    return {(int(r), int(g), int(b)): int(n.replace(",", "")) for r, g, b, n in found}


def batched() -> str:
    Path("maps").mkdir()
    Path("p.csv").write_text(LEGEND)
    Image.fromarray(draw()).save("maps/map.png")
    return command("batch", "maps", "-o", "out", "-p", "p.csv", "--clean", "-j", "1")


def palette() -> Palette:
    return Palette([(0, 0, 0), GNEISS, LAKE], ["Faults", "Gneiss", "Lake"], roles=["ink", "", ""])


def nodata_of_report() -> bool:
    """Whether the report's nodata and distances are those of the file."""
    report = json.loads(converted("--ink", "black,white", "--reach", "9", "--json", "-q"))
    grid = open_grid("map.tif")
    share = float((~grid.valid).mean())
    return share > 0.1 and abs(report["nodata_share"] - share) < 1e-9


def filled(ink: str) -> int:
    """Black pixels that are left once an ink that the palette lacks is filled."""
    units = Palette([GNEISS, LAKE, TILL, WHITE, (60, 60, 60)], list("ABCDE"))
    grid = index_image(draw(), units, clean=Clean(ink=ink))
    return int((grid.indices[115:127, 25:275] == 4).sum())


MERGED = "frequent colors of the map became one|colors of the map became one"

CASES = [
    Case(
        "a unit that the legend lacks, convert --clean",
        lambda: merged_in(converted()),
        {
            WHITE: flat_pixels(WHITE),
            GNEISS: int((draw() == GNEISS).all(-1).sum()),
            TILL: flat_pixels(TILL),
        },
        "the map as it was drawn",
    ),
    Case(
        "a unit that the legend lacks, batch --clean",
        lambda: "became one" in batched(),
        True,
        "the map as it was drawn",
    ),
    Case(
        "a unit that the legend lacks, convert(clean=...)",
        lambda: files() or len(convert("map.png", "map.tif", palette(), clean=True).merged),
        Said(MERGED, 1),
        "the map as it was drawn",
    ),
    Case(
        "a unit that the legend lacks, index_image",
        lambda: index_image(draw(), palette()).shape,
        Said(MERGED, (200, 300)),
        "the map as it was drawn",
    ),
    Case(
        "a unit that the legend lacks, index_image(clean=...)",
        lambda: index_image(draw(), palette(), clean=True).shape,
        Said(MERGED, (200, 300)),
        "the map as it was drawn",
    ),
    Case(
        "a unit that the legend lacks, clean_grid(image=...)",
        lambda: clean_grid(raw_grid(), image=draw()).grid.shape,
        Said(MERGED, (200, 300)),
        "the map as it was drawn",
    ),
    Case("nodata of the report is that of the file", nodata_of_report, True, "the file"),
    *(
        Case(f"ink {ink}, which the palette lacks", lambda i=ink: filled(i), 0, "the map as drawn")
        for ink in ("black", "0,0,0", "#000000")
    ),
    Case(
        "inks that replace those of the palette",
        lambda: index_image(draw(), palette(), clean=Clean(ink="white")).shape,
        Said("Faults"),
        "the palette",
    ),
    Case(
        "a hatching that is not found",
        lambda: (
            index_image(
                draw(), palette(), clean=Clean(hatch="230,203,203+95,178,210=Gneiss")
            ).shape
        ),
        Said("hatch"),
        "the map as it was drawn",
    ),
]


def raw_grid() -> IndexGrid:
    """Nearest colors, without a word on what they merge."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return index_image(draw(), palette())


@table(CASES)
def test_recovery(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(case, tmp_path, monkeypatch)
