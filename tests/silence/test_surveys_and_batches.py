"""Surveys, sections and batches: a bin, a trace or a sheet is what its numbers say."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from PIL import Image
from rasterio.crs import CRS

from geoindex import (
    Clean,
    IndexGrid,
    Palette,
    Survey,
    convert_many,
    load_palette,
    open_grid,
    read_horizon,
    write_horizon,
    write_section,
)
from tests.support.silence import Case, Refused, Said, check, table

PALETTE = Palette(
    [[20 * i, 0, 255 - 20 * i] for i in range(12)], names=[f"unit {i}" for i in range(12)]
)
LOCAL = Survey(inlines=(1, 4), crosslines=(1, 5), x=(0, 0, 25), y=(0, 25, 0))
FAR = Survey(inlines=(200_001, 200_020), crosslines=(300_001, 300_010), x=(0, 0, 25), y=(0, 25, 0))
RED = (220, 0, 35)


def classes(survey: Survey) -> np.ndarray:
    rows, cols = np.mgrid[: survey.shape[0], : survey.shape[1]]
    return ((7 * rows + cols) % 12).astype(np.uint8)


def written(survey: Survey, *, xy: bool) -> None:
    """A horizon without header, and without the file that tells what its columns are."""
    grid = IndexGrid(indices=classes(survey), palette=PALETTE, transform=survey.transform)
    write_horizon(grid, survey, "map.dat", xy=xy)


def stranger(survey: Survey, *, xy: bool) -> None:
    written(survey, xy=xy)
    Path("map.import.txt").unlink()


def same(survey: Survey, *, given: Survey | None, make: Callable[..., None], xy: bool) -> bool:
    """Whether the classes of a horizon come back."""
    make(survey, xy=xy)
    found = read_horizon("map.dat", survey=given)
    return np.array_equal(found.indices, classes(survey))


def fiji(left: int, right: int, method: str) -> bool:
    """Whether bins on both sides of the antimeridian have the class of their longitude."""
    from pyproj import Transformer

    columns = np.arange((right - left) * 10)
    longitude = left + (columns + 0.5) / 10
    indices = ((longitude % 360) * 10 % 12).astype(np.uint8)[np.newaxis].repeat(60, 0)
    grid = IndexGrid(
        indices=indices,
        palette=PALETTE,
        nodata=255,
        transform=Affine(0.1, 0, left, 0, -0.1, -14),
        crs=CRS.from_epsg(4326),
    )
    survey = Survey(
        inlines=(1, 9),
        crosslines=(1, 40),
        x=(3_300_000, 0, 2000),
        y=(-1_900_000, 2000, 0),
        crs="EPSG:3832",
    )
    inlines, crosslines = np.mgrid[1:10, 1:41]
    x, y = survey.xy(inlines, crosslines)
    east, _ = Transformer.from_crs(3832, 4326, always_xy=True).transform(x, y)
    right_classes = ((east % 360) * 10 % 12).astype(int)
    # Bins of 2 km on columns of 11 km: the center tells the class of most.
    found = grid.resample(survey, method=method).indices
    return bool((found == right_classes).mean() > 0.95 and (np.ptp(east) > 300))


def ballpark() -> object:
    grid = IndexGrid(
        indices=np.zeros((200, 200), np.uint8),
        palette=PALETTE,
        nodata=255,
        transform=Affine(100, 0, 3_490_000, 0, -100, 5_560_000),
        crs=CRS.from_string(
            "+proj=tmerc +lat_0=0 +lon_0=9 +k=1 +x_0=3500000 +y_0=0 +ellps=bessel +units=m"
        ),
    )
    survey = Survey(
        inlines=(1, 20),
        crosslines=(1, 20),
        x=(499_000, 0, 25),
        y=(5_545_000, 25, 0),
        crs="EPSG:25832",
    )
    return grid.resample(survey).provenance["resampled"]["accuracy"] is None


def section(end: tuple[float, float], n_cols: int, **options: object) -> list[tuple[int, ...]]:
    """Units, scalar and coordinates of the first and last trace, as segyio reads them."""
    import segyio

    grid = IndexGrid(indices=np.zeros((5, n_cols), np.uint8), palette=PALETTE)
    write_section(grid, "s.sgy", start=(24.0, 67.0), end=end, top=0, bottom=100, **options)
    fields = (segyio.su.counit, segyio.su.scalco, segyio.su.sx, segyio.su.sy)
    with segyio.open("s.sgy", ignore_geometry=True) as file:
        return [tuple(file.header[row][field] for field in fields) for row in (0, -1)]


def sheet(folder: str, color: tuple[int, ...], *, time: int = 10**18) -> Path:
    Path(folder).mkdir(parents=True)
    path = Path(folder) / "sheet.png"
    Image.new("RGB", (8, 8), color).save(path)
    os.utime(path, ns=(time, time))
    return Path(folder)


def two_folders(*, time: int = 10**18) -> tuple[int, str, int]:
    """Sheets that are done, why one failed, and the class in the output of another folder."""
    first, second = sheet("A", (0, 0, 255)), sheet("B", RED, time=time)
    convert_many(first, "out", PALETTE, jobs=1)
    report = convert_many(second, "out", PALETTE, jobs=1)
    reason = report.failed[0].reason
    told = "was made from another image" if "was made from another image" in reason else reason
    return len(report.done), told, int(open_grid("out/sheet.tif").indices[0, 0])


def done_after(change: str) -> int:
    """Sheets that are converted again after something beside them has changed."""
    folder = sheet("A", RED)
    (folder / "sheet.pgw").write_text("5\n0\n0\n-5\n2.5\n97.5\n")
    convert_many(folder, "out", PALETTE, format="png", jobs=1)
    if change == "mask":
        Image.new("L", (8, 8), 0).save(folder / "sheet.png.msk", format="TIFF")
    elif change:
        (Path("out") / change).unlink()
    report = convert_many(folder, "out", PALETTE, format="png", jobs=1, overwrite=True)
    return len(report.done)


def linked() -> int:
    sheet("elsewhere", RED)
    Path("maps").mkdir()
    Path("maps/more").symlink_to(Path("elsewhere").resolve())
    Image.new("RGB", (8, 8), RED).save("maps/a.png")
    return convert_many("maps", "out", PALETTE, jobs=1).n_sheets


def with_a_pdf() -> int:
    folder = sheet("A", RED)
    (folder / "b.PDF").write_bytes(b"%PDF-1.4")
    (folder / "notes.txt").write_text("")
    return len(convert_many(folder, "out", PALETTE, jobs=1).done)


def two_palettes() -> int:
    convert_many(sheet("A", RED), "out", PALETTE, jobs=1)
    Image.new("RGB", (8, 8), RED).save("b.png")
    return len(convert_many("b.png", "out", Palette([[9, 9, 9]]), jobs=1).done)


def no_hatch() -> int:
    folder = sheet("A", RED)
    clean = Clean(ink="", hatch="0,0,255+20,0,235=unit 5")
    return len(convert_many(folder, "out", PALETTE, jobs=1, clean=clean).done)


def legend_in(code_page: str, name: str, **options: str) -> tuple[str, ...] | None:
    """Names of a table that is in this encoding."""
    text = f"r,g,b,name\n1,2,3,{name}\n4,5,6,Lehm\n"
    Path("t.csv").write_bytes(text.encode(code_page))
    return load_palette("t.csv", **options).names


ASK = "could be line numbers or coordinates; give the survey"

CASES = [
    *(
        Case(
            f"{name}, {kind}, the survey is given",
            lambda s=survey, xy=xy: same(s, given=s, make=stranger, xy=xy),
            True,
            "the grid that was written",
        )
        for name, survey in {"a local grid": LOCAL, "lines above 100,000": FAR}.items()
        for kind, xy in {"line numbers": False, "coordinates": True}.items()
    ),
    Case(
        "a local grid of coordinates, no survey",
        lambda: same(LOCAL, given=None, make=stranger, xy=True),
        Refused(ASK),
        "they could be both",
    ),
    Case(
        "lines above 100,000, no survey",
        lambda: same(FAR, given=None, make=stranger, xy=False),
        Refused(ASK),
        "they could be both",
    ),
    Case(
        "our own file says that it holds lines",
        lambda: same(FAR, given=None, make=written, xy=False),
        True,
        "the grid that was written",
    ),
    Case(
        "our own file says that it holds coordinates",
        lambda: same(LOCAL, given=None, make=written, xy=True),
        Refused("gives positions as X and Y; give the survey"),
        "the grid that was written",
    ),
    Case(
        "a line outside of the survey",
        lambda: (written(LOCAL, xy=False), read_horizon("map.dat", survey=FAR)),
        Refused("inline 1, crossline 1; it has inlines 200001 to 200020"),
        "the survey",
    ),
    *(
        Case(
            f"bins across the antimeridian, map {left} to {right}, {method}",
            lambda a=left, b=right, m=method: fiji(a, b, m),
            True,
            "pyproj, bin by bin",
        )
        for left, right in [(170, 190), (0, 360), (-180, 180), (-190, -170)]
        for method in ("nearest", "mode")
    ),
    Case("a CRS without a datum", ballpark, Said("PROJ does not know how accurate", True), "PROJ"),
    Case(
        "a section in degrees that does not say so",
        lambda: section((24.001, 67.0), 10),
        Refused("degrees"),
        "they could be lengths",
    ),
    Case(
        "a section in degrees",
        lambda: section((25.0, 67.0), 11, degrees=True),
        [(2, -1000, 86_400_000, 241_200_000), (2, -1000, 90_000_000, 241_200_000)],
        "SEG-Y: 2 is seconds of arc",
    ),
    Case(
        "1,000 traces closer together than the coordinates can tell",
        lambda: section((24.000001, 67.0), 1000, degrees=True),
        Refused("neighbors would lie in one place; take at most 4 traces"),
        "SEG-Y: whole numbers with a scalar",
    ),
    Case(
        "a sheet of the same name, size and time in another folder",
        two_folders,
        (0, "was made from another image", 0),
        "the first sheet",
    ),
    Case(
        "a sheet of the same name in another folder",
        lambda: two_folders(time=1),
        (0, "was made from another image", 0),
        "the first sheet",
    ),
    *(
        Case(
            f"a batch whose {name}",
            lambda c=change: done_after(c),
            right,
            "the files",
        )
        for name, change, right in [
            ("files have not", "", 0),
            ("mask was added", "mask", 1),
            ("world file is gone", "sheet.pgw", 1),
            ("sidecar is gone", "sheet.png.aux.xml", 1),
        ]
    ),
    Case(
        "a linked folder", linked, Said("more: linked folders are not searched", 1), "the folder"
    ),
    Case(
        "a folder with a picture that is not read",
        with_a_pdf,
        Said(r"b\.PDF: is no image that geoindex reads, and is left out", 1),
        "the folder",
    ),
    Case("two palettes in one folder", two_palettes, Said("another palette", 1), "the palettes"),
    Case(
        "a hatching that no sheet has", no_hatch, Said("no hatching of .* was found", 1), "the map"
    ),
    Case(
        "a table in Windows-1252",
        lambda: legend_in("cp1252", "Jura \u2013 Trias"),
        Said("not in UTF-8; read as cp1252, .*encoding=", ("Jura \u2013 Trias", "Lehm")),
        "the table as it was written",
    ),
    Case(
        "a table in Windows-1251",
        lambda: legend_in("cp1251", "Песчаник глинистый известняк и мергель"),
        Said("read as cp1251", ("Песчаник глинистый известняк и мергель", "Lehm")),
        "the table as it was written",
    ),
    Case(
        "a short table in Windows-1250, which looks like 1252",
        lambda: legend_in("cp1250", "Křemen") and None,
        Said("not in UTF-8; read as .*; if that is wrong, give encoding="),
        "nobody can know",
    ),
    Case(
        "a table in Windows-1250 that is given",
        lambda: legend_in("cp1250", "Křemen", encoding="cp1250"),
        ("Křemen", "Lehm"),
        "the table as it was written",
    ),
]


@table(CASES)
def test_surveys_and_batches(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(case, tmp_path, monkeypatch)
