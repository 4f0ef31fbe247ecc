"""Legends beside grids: which class each number of a file is."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoindex import IndexGrid, Palette, Survey, open_grid, read_horizon, write_horizon
from geoindex.errors import GeoindexWarning, GridError
from geoindex.rules.indices import rows_of_numbers

COLORS = {"A": (200, 0, 0), "B": (0, 200, 0), "C": (0, 0, 200)}

ROWS = {name: ",".join(map(str, color)) + f",{name}" for name, color in COLORS.items()}
"""Color and name, as a line of a legend."""

A, B, C = ROWS.values()


def write_esri(path: Path, cells: list[list[object]]) -> None:
    """Write the grid of another program; -9999 is nodata."""
    lines = "".join(" ".join(map(str, row)) + "\n" for row in cells)
    path.write_text(
        f"ncols {len(cells[0])}\nnrows {len(cells)}\nxllcorner 0\nyllcorner 0\ncellsize 1\n"
        f"NODATA_value -9999\n{lines}"
    )


def names_in(grid: IndexGrid) -> list[list[str]]:
    """Name of the class of each cell, "" for nodata."""
    names = grid.palette.names
    assert names is not None
    return [
        [names[index] if valid else "" for index, valid in zip(row, is_valid, strict=True)]
        for row, is_valid in zip(grid.indices.tolist(), grid.valid.tolist(), strict=True)
    ]


@pytest.mark.parametrize(
    ("cells", "legend", "right"),
    [
        pytest.param(
            [[0, 1], [2, -9999]], f"index,r,g,b,name\n0,{A}\n1,{B}\n2,{C}\n", "AB C.", id="from 0"
        ),
        pytest.param(
            [[1, 2], [3, -9999]], f"index,r,g,b,name\n1,{A}\n2,{B}\n3,{C}\n", "AB C.", id="from 1"
        ),
        pytest.param(
            [[2, 2], [3, 3]],
            f"index,r,g,b,name\n1,{A}\n2,{B}\n3,{C}\n",
            "BB CC",
            id="from 1, no 1",
        ),
        pytest.param(
            [[11, 95], [12, 11]],
            f"index,r,g,b,name\n95,{C}\n11,{A}\n12,{B}\n",
            "AC BA",
            id="codes",
        ),
        pytest.param(
            [[0, 95], [11, 11]],
            f"value,r,g,b,name\n0,{A}\n95,{C}\n11,{B}\n",
            "AC BB",
            id="0 and codes",
        ),
        pytest.param(
            [[-3, 7], [7, -9999]], f"index,r,g,b,name\n-3,{A}\n7,{B}\n", "AB B.", id="below zero"
        ),
        pytest.param(
            [[1, 2], [3, 3]],
            f"index,r,g,b,name,value\n0,{A},1\n1,{B},2\n2,{C},3\n",
            "AB CC",
            id="values, for 3 is no row",
        ),
        pytest.param(
            [[0, 2], [1, 1]],
            f"index,r,g,b,name,value\n0,{A},1\n1,{B},2\n2,{C},3\n",
            "AC BB",
            id="rows, for 0 is no value",
        ),
        pytest.param(
            [["11.0", "1.2e1"], ["95", "-9999"]],
            f"Index;R;G;B;Name\n\n11.0;{A}\n12;{B}\n95;{C}\n;;;;\n".replace(",", ";"),
            "AB C.",
            id="as a spreadsheet saves it",
        ),
    ],
)
def test_grids_of_other_programs(
    tmp_path: Path, cells: list[list[object]], legend: str, right: str
) -> None:
    write_esri(tmp_path / "map.asc", cells)
    (tmp_path / "map.asc.legend.csv").write_text(legend)
    grid = open_grid(tmp_path / "map.asc")
    assert names_in(grid) == [[letter.strip(".") for letter in row] for row in right.split()]
    assert grid.palette.names is not None
    for name, color in zip(grid.palette.names, grid.palette.colors, strict=True):
        assert tuple(color) == COLORS[name]


def test_codes_are_class_values(tmp_path: Path) -> None:
    write_esri(tmp_path / "map.asc", [[95, 11]])
    (tmp_path / "map.asc.legend.csv").write_text(f"index,r,g,b,name\n95,{C}\n11,{A}\n12,{B}\n")
    grid = open_grid(tmp_path / "map.asc")
    assert grid.palette.values == (11, 12, 95)
    assert grid.indices.tolist() == [[2, 0]]
    grid.save(tmp_path / "map.npy", values=True)
    assert np.load(tmp_path / "map.npy").tolist() == [[95, 11]]


@pytest.mark.parametrize(
    ("cells", "legend", "message"),
    [
        pytest.param(
            [[1, 2, 2]],
            f"index,r,g,b,name,value\n0,{A},1\n1,{B},2\n2,{C},3\n",
            "could be those of the column index or of the column value of map.asc.legend.csv",
            id="rows or values",
        ),
        pytest.param(
            [[0, 1]],
            f"index,r,g,b,name\n0,{A}\n2,{C}\n",
            "line 3: index 2, but no line has the index 1; restore that line",
            id="deleted line",
        ),
        pytest.param(
            [[0, 1]],
            f"index,r,g,b,name\n0,{A}\n1,{B}\n\n1,{C}\n",
            "line 5: index 1 is repeated",
            id="repeated index",
        ),
        pytest.param(
            [[7, 8]],
            f"value,r,g,b,name\n7,{A}\n7,{B}\n",
            "line 3: value 7 is repeated",
            id="repeated value",
        ),
        pytest.param(
            [[0, 1]],
            f"index,r,g,b,name,value\n0,{A},101\n1,{B},\n",
            "line 3: a class needs whole numbers for .*; value is ''",
            id="missing value",
        ),
        pytest.param(
            [[0, 1]],
            "index,r,g,b,name\n0,200,0,0,Sand, coarse\n",
            "line 2: has 6 cells under 5 columns",
            id="name with a comma",
        ),
        pytest.param(
            [[11, 13]],
            f"index,r,g,b,name\n11,{A}\n12,{B}\n",
            "13 at row 0, column 1",
            id="no class",
        ),
    ],
)
def test_refused_legends(
    tmp_path: Path, cells: list[list[object]], legend: str, message: str
) -> None:
    write_esri(tmp_path / "map.asc", cells)
    (tmp_path / "map.asc.legend.csv").write_text(legend)
    with pytest.raises(GridError, match=message):
        open_grid(tmp_path / "map.asc")


def test_legend_in_another_encoding(tmp_path: Path) -> None:
    write_esri(tmp_path / "map.asc", [[0]])
    legend = "index,r,g,b,name\n0,1,2,3,Grès\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "map.asc.legend.csv").write_bytes(legend.encode(encoding))
        assert open_grid(tmp_path / "map.asc").palette.names == ("Grès",)
    (tmp_path / "map.asc.legend.csv").write_bytes(legend.encode("latin-1"))
    with pytest.warns(GeoindexWarning, match="is not in UTF-8; read as cp1252"):
        assert open_grid(tmp_path / "map.asc").palette.names == ("Grès",)


SURVEY = Survey(inlines=range(1, 4), crosslines=range(1, 4), x=(0, 0, 10), y=(0, 10, 0))


def save_map(path: Path) -> None:
    """Save a map of three classes on a survey, as the suffix has it."""
    palette = Palette(list(COLORS.values()), names=list(COLORS), values=[101, 205, 307])
    indices = np.array([[0, 1, 2], [2, 1, 0], [0, 0, 255]], dtype=np.uint8)
    grid = IndexGrid(indices=indices, palette=palette, nodata=255, transform=SURVEY.transform)
    if path.suffix == ".dat":
        write_horizon(grid, SURVEY, path)
    else:
        grid.save(path)


@pytest.mark.parametrize(
    ("name", "legend"), [("map.dat", "map.legend.csv"), ("map.irap", "map.irap.legend.csv")]
)
def test_sorted_and_cut_legends(tmp_path: Path, name: str, legend: str) -> None:
    save_map(tmp_path / name)
    # IRAP turns the grid.
    right = names_in(open_grid(tmp_path / name))
    path = tmp_path / legend
    with path.open(newline="") as file:
        head, *rows = csv.reader(file)
    for order in (rows, rows[::-1], sorted(rows, key=lambda row: row[1])):
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([head, *order])
        grid = open_grid(tmp_path / name)
        assert names_in(grid) == right
        assert grid.palette.values == (101, 205, 307)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([head, rows[0], rows[2]])
    with pytest.raises(GridError, match="line 3: index 2, but no line has the index 1"):
        open_grid(tmp_path / name)


def test_a_horizon_of_class_values(tmp_path: Path) -> None:
    palette = Palette(list(COLORS.values()), names=list(COLORS), values=[101, 205, 307])
    (tmp_path / "export.dat").write_text(
        '# "Inline"\t"Crossline"\t"Z"\t"Map"\n1 1 0 205\n1 2 0 101\n2 1 0 1e30\n2 2 0 307\n'
    )
    grid = read_horizon(tmp_path / "export.dat", palette=palette)
    assert names_in(grid) == [["B", "A"], ["", "C"]]
    counted = Palette(list(COLORS.values()), values=[1, 2, 3])
    (tmp_path / "export.dat").write_text('# "Inline"\t"Crossline"\t"Z"\t"Map"\n1 1 0 1\n1 2 0 2\n')
    with pytest.raises(GridError, match="could be palette rows or class values"):
        read_horizon(tmp_path / "export.dat", palette=counted)


@given(
    numbers=st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=300, unique=True),
    data=st.data(),
)
def test_rows_of_numbers(numbers: list[int], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(-1, len(numbers) - 1), min_size=1, max_size=50))
    free = next(n for n in range(len(numbers) + 1) if n not in numbers)
    cells = np.array([free if row < 0 else numbers[row] for row in rows], dtype=np.float64)
    indices, nodata, stray = rows_of_numbers(cells, numbers, cells == free)
    assert stray is None
    assert indices.tolist() == [nodata if row < 0 else row for row in rows]
    if -1 in rows:
        assert rows_of_numbers(cells, numbers, None)[2] == rows.index(-1)


@pytest.mark.parametrize("stray", [np.nan, np.inf, -np.inf, 1.5, 1e300, -1.0, 3.0])
@pytest.mark.parametrize("numbers", [[0, 1, 2], [0, 1, 10**6]], ids=["looked up", "searched"])
def test_numbers_of_no_class(numbers: list[int], stray: float) -> None:
    assert rows_of_numbers(np.array([1.0, stray, 0.0]), numbers, None)[2] == 1
