"""Every command that writes, in every format, on small files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from affine import Affine
from matplotlib import colormaps
from PIL import Image

from geoindex import IndexGrid, Palette, Survey, ValueGrid
from geoindex.grids.formats import FORMATS as GRID_FORMATS
from geoindex.palettes.formats import FORMATS as PALETTE_FORMATS
from tests.support.fields import smooth_field

TRANSFORM = Affine(10, 0, 500_000, 0, -10, 7_000_000)
WORLD_FILE = "10\n0\n0\n-10\n500005\n6999995\n"
SHAPE = (90, 120)

POINTS = {"dug", "ijxyz", "horizon"}
"""Formats of grids on a survey."""


@dataclass(frozen=True)
class Command:
    """A command line, and the same on other input."""

    name: str
    arguments: tuple[str, ...]
    """``{in}`` is the folder of the input files, ``{n}`` the number of the variant, 1 or 2."""

    is_one_set: bool = True
    """Whether all its files are one output, so that all are old or all are new."""

    def line(self, inputs: Path, variant: int) -> list[str]:
        """Arguments of a variant, which replaces what is there."""
        filled = (one.replace("{in}", str(inputs)) for one in self.arguments)
        return [*(one.replace("{n}", str(variant)) for one in filled), "--overwrite"]


def commands() -> Iterator[Command]:
    """All commands and formats."""
    convert = ("convert", "{in}/map.png", "-p", "{in}/legend{n}.csv")
    for known in GRID_FORMATS:
        out = f"out{(*known.suffixes, '.ascii')[0]}"
        source = convert if known.key not in POINTS else ("resample", "{in}/grid{n}.tif")
        more = () if known.key not in POINTS else ("--survey", "{in}/local.survey")
        yield Command(
            f"{source[0]} {known.key}", (*source, "-o", out, "--format", known.key, *more)
        )
    yield Command("convert --cog", (*convert, "-o", "out.tif", "--cog"))
    reasons = ("--changes", "why.tif", "--confidence", "sure.tif")
    yield Command(
        "convert --clean", (*convert, "-o", "out.tif", "--clean", *reasons), is_one_set=False
    )
    yield Command(
        "convert --save-config",
        (*convert, "-o", "out.tif", "--save-config", "run.toml"),
        is_one_set=False,
    )
    for known in PALETTE_FORMATS:
        if known.write is not None:
            name = f"out{known.suffixes[0]}"
            to = ("palette", "convert", "{in}/legend{n}.csv", "-o", name, "--to", known.key)
            yield Command(f"palette convert {known.key}", to)
    for suffix in (".png", ".tif"):
        to = ("palette", "convert", "{in}/legend{n}.csv", "-o", f"out{suffix}")
        yield Command(f"palette convert {suffix}", to)
    for name, text in OTHERS.items():
        is_one_set = name not in SEVERAL
        yield Command(name, tuple(text.split()), is_one_set=is_one_set)


OTHERS = {
    "clean": "clean {in}/grid{n}.tif -o out.tif --changes why.tif --confidence sure.tif",
    "edit": "edit {in}/grid{n}.tif -o out.tif --rename 1=Sand",
    "palette learn": "palette learn {in}/picture{n}.png -n 4 -o out.csv",
    "palette legend": "palette legend {in}/legend{n}.png --box 0 0 120 90 -o out.csv "
    "--picture out.png --name Sand --name Till",
    "palette match": "palette match {in}/legend{n}.csv windows-256 -o out.csv",
    "palette show": "palette show {in}/legend{n}.csv -o out.png",
    "values": "values {in}/values.png -o out.tif --ramp viridis --range 0 {n}00",
    "gray": "gray {in}/gray.png -k {n}4 -o out.tif",
    "cube": "cube {in}/legend{n}.csv -o out.colorcube",
    "horizon": "horizon {in}/grid{n}.tif --survey {in}/local.survey -o out.dat",
    "horizon of values": "resample {in}/values{n}.tif --survey {in}/local.survey -o out.dat",
    "section": "section {in}/map.png -p {in}/legend{n}.csv -o out.sgy --start 0 0 --end 900 0 "
    "--top 0 --bottom 900",
    "report": "report {in}/map.png {in}/grid{n}.tif -o out.html",
    "plot .png": "plot {in}/grid{n}.tif -o out.png",
    "plot .pdf": "plot {in}/grid{n}.tif -o out.pdf",
    "plot .svg": "plot {in}/grid{n}.tif -o out.svg",
    "areas .csv": "areas {in}/grid{n}.tif -o out.csv",
    "areas .json": "areas {in}/grid{n}.tif -o out.json",
    "crosstab": "crosstab {in}/grid{n}.tif {in}/grid1.tif -o out.csv --difference out.tif",
    "polygons .gpkg": "polygons {in}/grid{n}.tif -o out.gpkg",
    "polygons .geojson": "polygons {in}/grid{n}.tif -o out.geojson",
    "polygons .fgb": "polygons {in}/grid{n}.tif -o out.fgb",
    "polygons .shp": "polygons {in}/grid{n}.tif -o out.shp",
    "polygons .parquet": "polygons {in}/grid{n}.tif -o out.parquet",
    "demo": "demo .",
}

SEVERAL = {"clean", "palette legend", "crosstab", "demo"}
"""Those with several outputs, each of which is whole for itself."""


def make_inputs(folder: Path) -> None:
    """Draw maps, palettes and a survey."""
    rng = np.random.default_rng(5)
    colors = np.array([[20, 20, 20], [230, 60, 20], [250, 240, 200], [90, 160, 70]])
    blocks = np.kron(rng.integers(0, 4, (9, 12)), np.ones((10, 10), dtype=np.int64))
    blocks[30:60, 30:90] = rng.integers(0, 4, (30, 60))
    names = ["Ink", "Granite", "Sand", "Till"]
    for variant in (1, 2):
        classes = np.roll(blocks, variant)
        palette = Palette(
            np.roll(colors, variant, axis=0), names=np.roll(names, variant).tolist(), name="units"
        )
        palette.save(folder / f"legend{variant}.csv")
        grid = IndexGrid(
            indices=classes.astype(np.uint8), palette=palette, nodata=255, transform=TRANSFORM
        )
        grid.save(folder / f"grid{variant}.tif")
        Image.fromarray(grid.to_rgb()).save(folder / f"picture{variant}.png")
    Image.fromarray(colors[blocks].astype(np.uint8)).save(folder / "map.png")
    for variant in (1, 2):
        printed = np.full((*SHAPE, 3), 255, dtype=np.uint8)
        printed[10:30, 10:60], printed[50:70, 10:60] = colors[variant], colors[3]
        Image.fromarray(printed).save(folder / f"legend{variant}.png")
    (folder / "map.pgw").write_text(WORLD_FILE)
    field = smooth_field(SHAPE)
    Image.fromarray((255 * field).astype(np.uint8)).save(folder / "gray.png")
    shown = colormaps["viridis"](field, bytes=True)
    Image.fromarray(shown).save(folder / "values.png")
    for variant in (1, 2):
        values = (field * 100 * variant).astype(np.float32)
        ValueGrid(values=values, transform=TRANSFORM).save(folder / f"values{variant}.tif")
    survey = Survey(
        inlines=(1, 40), crosslines=(1, 50), x=(500_200, 0, 15), y=(6_999_300, 12, 0), name="Local"
    )
    survey.save(folder / "local.survey")
