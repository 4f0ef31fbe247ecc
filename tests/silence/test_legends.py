"""Legends and palettes: names, values and colors stay together, whatever a file looks like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from geoindex import (
    IndexGrid,
    Palette,
    Survey,
    index_image,
    legend_palette,
    load_palette,
    open_grid,
    read_horizon,
    write_horizon,
)
from tests.support.silence import Case, Refused, Said, check, command, table

NAMES = ("Ink", "Till", "Clay", "Sand")
PALETTE = Palette([[0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 3]], NAMES)
SURVEY = Survey(inlines=(1, 2), crosslines=(1, 3), x=(100, 0, 10), y=(200, 10, 0))
ROLES = Palette(
    PALETTE.colors, NAMES, name="Sheet 5", values=[1, 5, 7, 9], roles=["ink", "", "", ""]
)


def small_grid(palette: Palette = PALETTE) -> IndexGrid:
    return IndexGrid(
        indices=np.array([[0, 1, 2], [3, 2, 255]], np.uint8),
        palette=palette,
        nodata=255,
        transform=SURVEY.transform,
    )


def with_legend(change: str, name: str = "map.dat") -> None:
    """Save a grid or horizon and change its legend as a spreadsheet would."""
    if name == "map.dat":
        write_horizon(small_grid(), SURVEY, "map.dat", header=True)
    else:
        IndexGrid(
            indices=small_grid().indices,
            palette=PALETTE,
            nodata=255,
            transform=Affine(10, 0, 0, 0, -10, 20),
        ).save(name)
    legend = Path("map.legend.csv" if name == "map.dat" else f"{name}.legend.csv")
    head, *rows = legend.read_text("utf-8").splitlines()
    if change == "sorted by name":
        rows.sort(key=lambda row: row.split(",")[4])
    elif change == "a repeated column":
        head, rows = f"index,{head}", [f"{3 - at},{row}" for at, row in enumerate(rows)]
    elif change == "a deleted row":
        del rows[1]
    else:
        rows.append(rows[1])
    legend.write_text("\n".join([head, *rows]) + "\n", "utf-8")


def names_after(change: str, name: str = "map.dat") -> list[str]:
    """Names of the cells once the legend was changed."""
    with_legend(change, name)
    grid = open_grid(name)
    return ["" if index == 255 else grid.palette.names[index] for index in grid.indices.ravel()]


def icons() -> list[list[int]]:
    """Colors of a WMS legend: icons of 20 x 20 that touch each other and the left edge."""
    colors = [(230, 200, 200), (90, 140, 70), (160, 170, 220), (250, 230, 150)]
    picture = np.full((80, 120, 3), 255, np.uint8)
    for number, color in enumerate(colors):
        top = 20 * number
        picture[top : top + 20, :20] = 0
        picture[top + 1 : top + 19, 1:19] = color
        picture[top + 7 : top + 13, 30 : 60 + 5 * number : 3] = 60
    return legend_palette(picture).colors.tolist()


def edited() -> tuple[object, ...]:
    """What ``geoindex edit`` leaves of a palette with names, roles and values."""
    grid = IndexGrid(indices=small_grid().indices, palette=ROLES, nodata=255)
    grid.save("map.tif")
    command(
        "edit",
        "map.tif",
        "--by",
        "row",
        "--rename",
        "3=Quartzite",
        "--merge",
        "1=2",
        "-o",
        "new.tif",
    )
    found = open_grid("new.tif")
    palette = found.palette
    cells = found.indices.tolist()
    return palette.names, palette.values, palette.roles, palette.name, cells


EXPECTED_NAMES = ["Ink", "Till", "Clay", "Sand", "Clay", ""]

CASES = [
    *(
        Case(
            f"the legend of {name}, {change}",
            lambda c=change, n=name: names_after(c, n),
            right,
            "the grid that was saved",
        )
        for name in ("map.dat", "map.asc")
        for change, right in {
            "sorted by name": EXPECTED_NAMES,
            "a deleted row": Refused("no line has the index 1; restore that line"),
            "a repeated row": Refused("index 1 is repeated"),
        }.items()
    ),
    Case(
        "read_horizon takes the column index of a sorted legend",
        lambda: (with_legend("sorted by name"), read_horizon("map.dat").palette.names)[1],
        NAMES,
        "the grid that was saved",
    ),
    Case(
        "info takes the column index of a sorted legend",
        lambda: (
            with_legend("sorted by name"),
            "3             1 px  Sand" in command("info", "map.dat"),
        )[1],
        True,
        "the grid that was saved",
    ),
    Case(
        "a color table as gdalinfo prints it",
        lambda: (load_palette("t.txt").colors, load_palette("t.txt").values),
        ([[65, 155, 223], [57, 125, 73]], [1, 2]),
        "GDAL: index: red,green,blue,alpha",
        {"t.txt": "  1: 65,155,223,255\n  2: 57,125,73,255\n"},
    ),
    Case(
        "a name and four numbers",
        lambda: load_palette("t.csv"),
        Refused(r"four numbers, more than a color; name the columns: columns='value,r,g,b,name"),
        "they could be value and color, or color and alpha",
        {"t.csv": "Water,11,72,109,162\nWetlands,95,113,164,193\n"},
    ),
    *(
        Case(
            f"--columns of geoindex {arguments[0]}",
            lambda a=arguments: bool(command(*a)),
            True,
            "the user",
            {"t.csv": "Water,11,72,109,162\nWetlands,95,113,164,193\n"},
        )
        for arguments in [
            ("info", "t.csv", "--columns", "name,value,r,g,b"),
            ("palette", "show", "t.csv", "--columns", "name,value,r,g,b"),
            ("cube", "t.csv", "--columns", "name,value,r,g,b", "-o", "t.colorcube"),
        ]
    ),
    Case(
        "--columns of a palette that is no table",
        lambda: command("palette", "show", "tab20", "--columns", "r,g,b"),
        Refused(r"tab20: is no table; leave out --columns"),
        "it has no columns",
    ),
    Case(
        "--encoding of what is no palette",
        lambda: (small_grid().save("map.npy"), command("info", "map.npy", "--encoding", "cp1250")),
        Refused(r"map\.npy: is no palette file; leave out --encoding"),
        "it has no text",
    ),
    Case(
        "a table with two different colors in a row",
        lambda: load_palette("t.csv"),
        Refused(r"t\.csv, line 3: red, green and blue are \(0, 0, 255\), but '#00ff00' is"),
        "only one can be that of the class",
        {"t.csv": "hex,r,g,b,name\n#ff0000,255,0,0,A\n#00ff00,0,0,255,B\n"},
    ),
    Case(
        "a table of nothing but 0 and 1",
        lambda: load_palette("t.csv").colors,
        Said("t.csv: all channels are 0 or 1 .* scale='unit'", [[1, 0, 0], [0, 0, 1]]),
        "they could be fractions",
        {"t.csv": "r,g,b\n1,0,0\n0,0,1\n"},
    ),
    Case(
        "a table with two columns of red",
        lambda: load_palette("t.csv"),
        Refused("t.csv, line 1: columns 1 and 4 are both red; name the columns"),
        "they could be those of fills and of outlines",
        {"t.csv": "R,G,B,R,G,B\n255,0,0,1,1,1\n0,0,255,2,2,2\n"},
    ),
    Case(
        "a legend with two columns of indices",
        lambda: (with_legend("a repeated column", "map.asc"), open_grid("map.asc")),
        Refused("has two columns 'index'; remove one"),
        "only one can be right",
    ),
    Case(
        "STAC classes",
        lambda: (load_palette("t.json").names, load_palette("t.json").values),
        (["trees"], [1]),
        "the file",
        {"t.json": '[{"category": 1, "description": "trees", "color": "#440154"}]'},
    ),
    Case(
        "keys of JSON that are not understood",
        lambda: load_palette("t.json").names,
        Said("the key 'units' is not understood and left out", ["trees"]),
        "the file",
        {"t.json": '{"colors": ["#440154"], "names": ["trees"], "units": 5}'},
    ),
    Case(
        "a WMS legend whose icons touch each other and the edge",
        icons,
        [[230, 200, 200], [90, 140, 70], [160, 170, 220], [250, 230, 150]],
        "the picture as it was drawn",
    ),
    Case(
        "a labels array is no gray image",
        lambda: index_image(np.arange(8).reshape(2, 4), PALETTE),
        Refused(r"could be class numbers .*IndexGrid\(indices=.*scale='byte'"),
        "it could be both",
    ),
    Case(
        "renaming keeps roles, values and the name",
        lambda: [
            (p.names, p.roles, p.values, p.name)
            for p in (
                ROLES.replace(names=["Ink", "Till", "Clay", "Quartzite"]),
                small_grid(ROLES).rename({3: "Quartzite"}).palette,
                small_grid(ROLES).rename({"Sand": "Quartzite"}).palette,
            )
        ],
        [(["Ink", "Till", "Clay", "Quartzite"], ROLES.roles, ROLES.values, ROLES.name)] * 3,
        "what is not named stays",
    ),
    Case(
        "geoindex palette convert to a format without names",
        lambda: (ROLES.save("p.csv"), command("palette", "convert", "p.csv", "-o", "p.pal"))[1],
        "Warning: p.pal: the format stores no names and no values and no roles; write .csv, .tsv "
        "or .json to keep them\np.pal: 4 colors\n",
        "what is lost is said",
    ),
    Case(
        "geoindex edit",
        edited,
        (
            ["Ink", "Till", "Clay", "Quartzite"],
            ROLES.values,
            ROLES.roles,
            ROLES.name,
            [[0, 2, 2], [3, 2, 255]],
        ),
        "what is not named stays",
    ),
]


@table(CASES)
def test_legends(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(case, tmp_path, monkeypatch)
