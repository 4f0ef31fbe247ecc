"""Class values: what is written, read and listed is the number of the class, or refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from geoindex import IndexGrid, Palette, Survey, convert, load_palette, open_grid
from geoindex.palettes.legend_csv import format_legend
from tests.support.rasters import write_tif
from tests.support.silence import Case, Refused, Said, check, command, table

NLCD = "Pixel Value,Land Cover Class,R,G,B\n11,Open Water,72,109,162\n95,Wetlands,113,164,193\n"
WATER, WETLANDS = (72, 109, 162), (113, 164, 193)
ESRI = "ncols 3\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 10\nNODATA_value -9999\n"
ABC = "r,g,b,name\n1,1,1,A\n2,2,2,B\n3,3,3,C\n".splitlines()

HEADERS = [
    *("class", "class_id", "grid_code", "gridcode", "DN", "key", "cat", "category", "no", "nr"),
    *("wert", "CLC_CODE", "value", "Value", "code", "id", "index", "Pixel Value", "Class Value"),
    *("VALUE_1", "LC_Type", "fid", "OBJECTID", "Kode", "Klasse", "číslo"),
]


def values_under(header: str, *, is_first: bool) -> tuple[object, object]:
    """Class values and names of a table whose column of codes has this header."""
    rows = [(header, "name,r,g,b"), (11, "W,72,109,162"), (95, "L,113,164,193")]
    text = "\n".join(f"{a},{b}" if is_first else f"{b},{a}" for a, b in rows)
    Path("t.csv").write_text(text, "utf-8")
    palette = load_palette("t.csv")
    return palette.values, palette.names


def written(*options: object, palette: object = "legend.csv") -> list[list[int]]:
    """Cells of the GeoTIFF that ``convert`` writes of a map of water and wetlands."""
    import rasterio

    pixels = np.array([[WATER, WETLANDS]], np.uint8)
    write_tif(Path("map.tif"), np.moveaxis(pixels, -1, 0))
    command("convert", "map.tif", "grid.tif", "-p", palette, *options)
    with rasterio.open("grid.tif") as file:
        cells: list[list[int]] = file.read(1).tolist()
    return cells


def names_of_cells(path: str = "map.asc") -> list[str]:
    """Name of the class of each cell of a grid."""
    grid = open_grid(path)
    assert grid.palette.names is not None
    return [(*grid.palette.names, *[""] * 255)[index] for index in grid.indices.ravel()]


def legend_of(*codes: int, column: str = "value") -> str:
    """Legend of the classes A, B and C."""
    return "\n".join(
        [
            f"{column},{ABC[0]}",
            *(f"{code},{row}" for code, row in zip(codes, ABC[1:], strict=True)),
        ]
    )


def beyond_a_byte() -> int:
    """Size of the value grid of 256 classes and an opaque image."""
    write_tif(Path("map.tif"), np.zeros((3, 2, 2), np.uint8))
    convert("map.tif", "grid.tif", load_palette("windows-256"), values=True)
    return 0


def listed_by_info() -> list[int]:
    """Class values that ``info --json`` lists of a grid of class values."""
    written("--values")
    return [
        entry["value"] for entry in json.loads(command("info", "grid.tif", "--json"))["classes"]
    ]


def nodata_of_info() -> dict[str, int]:
    """Nodata that ``info --json`` shows of grids of class values, and of one of row numbers."""
    palette = Palette([WATER, WETLANDS], values=[11, 95])
    grid = IndexGrid(indices=np.array([[0, 1, 255]], np.uint8), palette=palette, nodata=255)
    grid.save("row.tif")
    for name in ("map.tif", "map.npy"):
        grid.save(name, values=True, nodata=0)
    names = ("map.tif", "map.npy", "row.tif")
    return {name: json.loads(command("info", name, "--json"))["nodata"] for name in names}


def nodata_of_a_fraction(text: str) -> list[list[int]]:
    """Valid pixels of a paletted TIFF whose sidecar names such a nodata value."""
    import rasterio

    write_tif(Path("map.tif"), np.array([[0, 1]], np.uint8), photometric="palette")
    with rasterio.open("map.tif", "r+") as file:
        file.write_colormap(1, {0: (1, 2, 3, 255), 1: (9, 9, 9, 255)})
    band = f"<PAMRasterBand band='1'><NoDataValue>{text}</NoDataValue></PAMRasterBand>"
    Path("map.tif.aux.xml").write_text(f"<PAMDataset>{band}</PAMDataset>")
    return open_grid("map.tif").valid.tolist()


def cells_after(*arguments: object) -> list[object]:
    """Cells of a file that a command makes of a grid of class values, sorted."""
    import rasterio

    palette = Palette([WATER, WETLANDS], ["water", "wet"], values=[11, 95])
    IndexGrid(
        indices=np.array([[0, 0, 0, 1, 1, 1]] * 3, np.uint8),
        palette=palette,
        nodata=255,
        transform=Affine(10, 0, 0, 0, -10, 30),
    ).save("map.tif", values=True)
    Survey(inlines=(1, 3), crosslines=(1, 6), x=(-5, 0, 10), y=(-5, 10, 0)).save("t.survey")
    command(*arguments)
    with rasterio.open("new.tif") as file:
        return sorted({*file.read(1).ravel().tolist()})


def hint() -> bool:
    """Whether a conversion without ``--values`` says that it leaves them out."""
    pixels = np.array([[WATER, WETLANDS]], np.uint8)
    write_tif(Path("map.tif"), np.moveaxis(pixels, -1, 0))
    return "--values" in command("convert", "map.tif", "grid.tif", "-p", "legend.csv")


CASES = [
    *(
        Case(
            f"codes under the header {header}, {'first' if is_first else 'last'}",
            lambda h=header, f=is_first: values_under(h, is_first=f),
            ((11, 95), ("W", "L")),
            "the table",
        )
        for header in HEADERS
        for is_first in (True, False)
    ),
    Case(
        "--values writes the codes of the table",
        lambda: written("--values"),
        [[11, 95]],
        "the NLCD legend",
        {"legend.csv": NLCD},
    ),
    Case(
        "two columns of whole numbers",
        lambda: load_palette("t.csv").values,
        Said(
            "line 1: the class values are those of the column 'zone'; 'sheet' holds whole numbers",
            (11, 95),
        ),
        "the rule in docs/formats.md",
        {"t.csv": "zone,sheet,name,r,g,b\n11,4,W,1,2,3\n95,5,L,4,5,6\n"},
    ),
    Case(
        "codes that are the row numbers",
        lambda: (written(), load_palette("legend.csv").values),
        ([[0, 1]], None),
        "the table: row numbers and codes are the same",
        {"legend.csv": "value,r,g,b\n0,72,109,162\n1,113,164,193\n"},
    ),
    Case(
        "a legend of geoindex is a palette with its values",
        lambda: load_palette("map.asc.legend.csv").values,
        (11, 95),
        "the palette that was written",
        {
            "map.asc.legend.csv": format_legend(
                Palette([WATER, WETLANDS], ["a", "b"], values=[11, 95])
            )
        },
    ),
    *(
        Case(
            f"one class value is {value or 'missing'}",
            lambda: load_palette("t.csv").values,
            Said(rf"t\.csv, line 3: a class value {reason}, so the palette has no class values"),
            "nobody can know it",
            {"t.csv": f"value,r,g,b\n101,1,1,1\n{value},2,2,2\n307,3,3,3\n"},
        )
        for value, reason in [("", "is missing"), ("0.5", "0.5 has a fraction")]
    ),
    Case(
        "one class value is missing, and --values",
        lambda: written("--values"),
        Refused("has no class values"),
        "nobody can know it",
        {"legend.csv": "value,r,g,b\n101,72,109,162\n,113,164,193\n"},
    ),
    Case(
        "a palette without values and --values",
        lambda: written("--values"),
        Refused("has no class values"),
        "nobody can know them",
        {"legend.csv": "r,g,b\n72,109,162\n113,164,193\n"},
    ),
    Case(
        "256 classes without values and --values",
        beyond_a_byte,
        Refused("has no class values"),
        "nobody can know them",
    ),
    Case(
        "cells 1 2 2 and a legend of values 1, 2, 3",
        names_of_cells,
        ["A", "B", "B"],
        "the legend",
        {"map.asc": f"{ESRI}1 2 2\n", "map.asc.legend.csv": legend_of(1, 2, 3)},
    ),
    Case(
        "cells 1 2 2 and a legend of the indices 1, 2, 3",
        names_of_cells,
        ["A", "B", "B"],
        "the legend",
        {"map.asc": f"{ESRI}1 2 2\n", "map.asc.legend.csv": legend_of(1, 2, 3, column="index")},
    ),
    Case(
        "cells and a legend of the codes 11, 12, 95",
        lambda: (names_of_cells(), open_grid("map.asc").palette.values),
        (["C", "A", "B"], (11, 12, 95)),
        "the legend",
        {"map.asc": f"{ESRI}95 11 12\n", "map.asc.legend.csv": legend_of(11, 12, 95)},
    ),
    *(
        Case(
            f"codes beyond 24 bits, nodata {null}",
            names_of_cells,
            ["B", "A", ""],
            "the legend",
            {
                "map.asc": f"{ESRI.replace('-9999', null)}2000000001 2000000000 {null}\n",
                "map.asc.legend.csv": legend_of(2_000_000_000, 2_000_000_001, 2_000_000_003),
            },
        )
        for null in ("2000000002", "-9999", "1e30")
    ),
    *(
        Case(
            f"nodata {text} of a color table",
            lambda t=text: nodata_of_a_fraction(t),
            [[True, is_valid]],
            "no pixel holds a fraction",
        )
        for text, is_valid in {"1.5": True, "nan": True, "-9999": True, "1": False}.items()
    ),
    Case(
        "info shows the nodata of the file",
        nodata_of_info,
        {"map.tif": 0, "map.npy": 0, "row.tif": 255},
        "the file",
    ),
    *(
        Case(
            f"geoindex {arguments[0]} of a grid of class values",
            lambda a=arguments: cells_after(*a),
            [11, 95],
            "the grid",
        )
        for arguments in [
            ("clean", "map.tif", "-o", "new.tif"),
            ("resample", "map.tif", "-o", "new.tif", "--survey", "t.survey"),
            ("edit", "map.tif", "--rename", "wet=Wetlands", "-o", "new.tif"),
        ]
    ),
    Case(
        "info lists the codes that the pixels hold",
        listed_by_info,
        [11, 95],
        "the NLCD legend",
        {"legend.csv": NLCD},
    ),
    Case(
        "a conversion that leaves the codes out",
        hint,
        True,
        "the promise of this project",
        {"legend.csv": NLCD},
    ),
]


@table(CASES)
def test_class_values(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(case, tmp_path, monkeypatch)
