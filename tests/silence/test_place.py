"""A grid lies where its map lies, or a line says what is not known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from PIL import Image
from rasterio.crs import CRS

from geoindex import IndexGrid, Palette, Survey, open_grid, read_horizon
from tests.support.rasters import write_tif
from tests.support.silence import Case, Refused, Said, check, command, table
from tests.support.surveys import KEVITSA

PALETTE = Palette([[0, 0, 0], [9, 9, 9], [20, 20, 20]], names=["a", "b", "c"])
PLACE = Affine(10, 0, 500_000, 0, -10, 7_000_000)
ROTATED_POLE = "+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=39.25 +lon_0=18 +R=6371229"
TILTED = "+proj=tpers +h=5500000 +lat_0=40 +type=crs"
WORLD = "5\n0\n0\n-5\n100\n900\n"
ESRI = "ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 10\n1 2\n"
LEGEND = "index,r,g,b,name\n0,0,0,0,a\n1,1,1,1,b\n2,2,2,2,c\n"


def grid(*, placed: bool = True, crs: str | int | None = 3067) -> IndexGrid:
    return IndexGrid(
        indices=np.array([[0, 1], [1, 255]], np.uint8),
        palette=PALETTE,
        nodata=255,
        transform=PLACE if placed else None,
        crs=None if crs is None else CRS.from_user_input(crs),
    )


def saved(made: IndexGrid, name: str) -> bool:
    """Whether a grid has its place once it was saved and opened."""
    made.save(name)
    found = open_grid(name)
    return (found.transform, found.crs) == (made.transform, made.crs)


def crs_kept_by_gdal(crs: str, name: str) -> bool:
    """Whether GDAL reads the CRS of a grid that ``convert`` wrote."""
    import rasterio

    write_tif(Path("map.tif"), np.zeros((3, 2, 2), np.uint8))
    PALETTE.save("p.csv")
    command(
        "convert",
        "map.tif",
        name,
        "-p",
        "p.csv",
        "--crs",
        crs,
        *(["--cog"] if name == "cog.tif" else []),
    )
    with rasterio.open(name) as file:
        return bool(file.crs == CRS.from_user_input(crs))


def survey_file() -> None:
    Path(".survey").write_text(KEVITSA)


def on_kevitsa(crs: str | None) -> IndexGrid:
    """A map that covers the survey, which names no reference system."""
    return IndexGrid(
        indices=np.zeros((70, 60), np.uint8),
        palette=PALETTE,
        nodata=255,
        transform=Affine(100, 0, 3_496_000, 0, -100, 7_515_000),
        crs=None if crs is None else CRS.from_user_input(crs),
    )


def horizon(*options: object) -> str:
    survey_file()
    on_kevitsa("EPSG:2393").save("map.tif")
    return command("horizon", "map.tif", "--survey", ".survey", "-o", "map.dat", *options)


def levels() -> list[float]:
    import rasterio

    write_tif(Path("h.tif"), np.array([[15, 15, 1000, 1000]], np.int16))
    with rasterio.open("h.tif", "r+") as file:
        file.scales, file.offsets = (0.1,), (5.0,)
    command("gray", "h.tif", "levels.npy", "-k", "2")
    return [float(level) for level in open_grid("levels.npy").provenance["levels"]]


def batch_without_place() -> bool:
    Path("maps").mkdir()
    Image.new("RGB", (4, 4)).save("maps/a.png")
    PALETTE.save("p.csv")
    return "no place           1" in command(
        "batch", "maps", "-o", "out", "-p", "p.csv", "-j", "1"
    )


def drawn_over() -> tuple[object, ...]:
    """Labels and limits of the axes that a horizon is drawn over."""
    axes = read_horizon("h.dat").plot()
    return axes.get_xlabel(), axes.get_ylabel(), axes.get_xlim(), axes.get_ylim()


HORIZON = '# "Inline"\t"Crossline"\t"Z"\t"Map"\n'

CASES = [
    *(
        Case(
            f"CRS {crs[:16]} in {name}",
            lambda c=crs, n=name: crs_kept_by_gdal(c, n),
            True,
            "GDAL's reader",
        )
        for crs in (ROTATED_POLE, TILTED, "EPSG:4979")
        for name in ("new.tif", "cog.tif", "new.png")
    ),
    *(
        Case(
            f"no place, and a stranger's {stranger}",
            lambda s=stranger, n=name: (
                Path(s).write_text(WORLD),
                saved(grid(placed=False, crs=None), n),
            ),
            Refused(f"no transform, but {stranger} beside it would give it one"),
            "what GDAL would read",
        )
        for name, stranger in [("s.png", "s.wld"), ("s.png", "s.pngw"), ("s.tif", "s.tfw")]
    ),
    *(
        Case(
            f"no CRS, and a stranger's s.prj beside {name}",
            lambda n=name: (
                Path("s.prj").write_text(CRS.from_epsg(3067).to_wkt()),
                saved(grid(crs=None), n),
            ),
            Refused("no CRS, but s.prj beside it would give it one"),
            "what GDAL would read",
        )
        for name in ("s.tif", "s.png", "s.asc")
    ),
    Case(
        "a stranger's .aux.xml without --overwrite",
        lambda: grid().save("s.tif"),
        Refused(r"s\.tif\.aux\.xml: exists already"),
        "the owner of the file",
        {"s.tif.aux.xml": "<PAMDataset/>"},
    ),
    Case(
        "an identity transform in a .tif",
        lambda: saved(
            IndexGrid(
                indices=grid().indices, palette=PALETTE, nodata=255, transform=Affine.identity()
            ),
            "s.tif",
        ),
        True,
        "the grid that was saved",
    ),
    Case(
        "a survey without a CRS",
        lambda: on_kevitsa("EPSG:2393").resample(survey_file() or Survey.open(".survey")).crs,
        Said("the survey has no coordinate reference system", CRS.from_epsg(2393)),
        "nobody knows it",
    ),
    Case(
        "a map without a CRS",
        lambda: on_kevitsa(None).resample(survey_file() or Survey.open(".survey", crs=2393)).crs,
        Said("the map has no coordinate reference system", CRS.from_epsg(2393)),
        "nobody knows it",
    ),
    Case(
        "geoindex horizon of a survey without a CRS",
        lambda: "the survey has no coordinate reference system" in horizon(),
        True,
        "nobody knows it",
    ),
    Case(
        "geoindex horizon --survey-crs",
        lambda: "no coordinate" in horizon("--survey-crs", "EPSG:2393"),
        False,
        "the user",
    ),
    Case(
        "a map 250 km away that --survey-crs tells of",
        lambda: horizon("--survey-crs", "EPSG:3067"),
        Refused("do not overlap|lies on the"),
        "PROJ",
    ),
    Case(
        "a horizon is drawn over its lines",
        drawn_over,
        ("crossline", "inline", (19.5, 21.5), (9, 15)),
        "the file",
        {
            "h.dat": HORIZON
            + "".join(f"{i}\t{c}\t0\t0\n" for i in (10, 12, 14) for c in (20, 21)),
            "h.legend.csv": LEGEND,
        },
    ),
    Case("the scale and offset of a band of gray", levels, [6.5, 105], "gdal_translate -unscale"),
    Case("a sheet of a batch without a place", batch_without_place, True, "the picture"),
    Case(
        "two classes in one bin of a horizon",
        lambda: read_horizon("h.dat"),
        Refused("inline 1, crossline 2 has two values"),
        "only one can be right",
        {"h.dat": HORIZON + "1\t2\t0\t0\n1\t2\t0\t1\n", "h.legend.csv": LEGEND},
    ),
    Case(
        "inline 1.4",
        lambda: read_horizon("h.dat"),
        Refused(r"inline 1\.4, crossline 2: lines have whole numbers"),
        "OpendTect: lines are whole numbers",
        {"h.dat": HORIZON + "1.4\t2\t0\t0\n", "h.legend.csv": LEGEND},
    ),
    Case(
        "two attributes of one title",
        lambda: read_horizon("h.dat"),
        Refused("the header names 'Map' twice"),
        "only one can be meant",
        {"h.dat": HORIZON.replace("\n", '\t"Map"\n') + "1\t2\t0\t0\t1\n", "h.legend.csv": LEGEND},
    ),
    Case(
        "several attributes without a header",
        lambda: read_horizon("h.dat", xy=False).indices,
        Said("has no header, and its last column is taken; column 4 could", [[1]]),
        "the rule in read_horizon",
        {"h.dat": "1\t2\t0\t0\t1\n", "h.legend.csv": LEGEND},
    ),
    Case(
        "a survey whose CRS has no code",
        lambda: (
            Survey(inlines=(1, 9), crosslines=(1, 9), x=(0, 0, 9), y=(0, 9, 0), crs=TILTED).save(
                "t.survey"
            ),
            Survey.open("t.survey").crs,
        )[1],
        Said(r"t\.survey: .* has no code, .* and is left out; give it again to Survey.open"),
        "OpendTect's .survey",
    ),
    Case(
        "ncols 2.9",
        lambda: open_grid("m.asc"),
        Refused(r"m\.asc: 1 rows and 2\.9 columns in the header are no grid"),
        "ESRI: a whole number",
        {"m.asc": ESRI.replace("ncols 2", "ncols 2.9"), "m.asc.legend.csv": LEGEND},
    ),
    Case(
        "an ESRI grid placed by its corner and by its center",
        lambda: open_grid("m.asc"),
        Refused("gives xllcorner and xllcenter"),
        "only one can be right",
        {"m.asc": f"xllcenter 5\n{ESRI}", "m.asc.legend.csv": LEGEND},
    ),
    Case(
        "an IRAP grid with two origins",
        lambda: open_grid("m.irap"),
        Refused("places the first node at 100, 0 and at 0, 0"),
        "only one can be right",
        {
            "m.irap": "-996 1 10 10\n100 110 0 0\n2 0 0 0\n0 0 0 0 0 0 0\n1 2\n",
            "m.irap.legend.csv": LEGEND,
        },
    ),
    Case(
        "a CPS-3 grid with two spacings",
        lambda: open_grid("m.cps3"),
        Refused("FSXINC has a spacing of 5, and FSLIMI and FSNROW one of 10"),
        "only one can be right",
        {
            "m.cps3": 'FSASCI 0 1 "Computed" 0 1.0E+30\nFSATTR 0 0\nFSLIMI 0 10 0 10 0 1\n'
            "FSNROW 2 2\nFSXINC 5 5\n->a\n1 2\n1 2\n",
            "m.cps3.legend.csv": LEGEND,
        },
    ),
    Case(
        "an ESRI key given twice",
        lambda: open_grid("m.asc"),
        Refused(r"m\.asc: .*nrows.*twice"),
        "only one can be right",
        {"m.asc": ESRI.replace("nrows 1", "nrows 1\nnrows 2"), "m.asc.legend.csv": LEGEND},
    ),
]


@table(CASES)
def test_place(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(case, tmp_path, monkeypatch)
