"""Draw the sample map: a synthetic geological map, its true classes and its palette.

Everything is evaluated on a grid four times finer than the map. The picture is the mean of
the sixteen subpixels of a pixel, the truth is the unit that most of them belong to.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Point = tuple[float, float]

WIDTH, HEIGHT = 1500, 900  # pixels
SUB = 4  # subpixels along each side of a pixel
PIXEL = 5.0  # meters
WEST, NORTH = 486000.0, 7512000.0  # outer corner of the upper-left pixel
NODATA = 255

# Survey: X = A_X + B_X * inline + C_X * crossline, and the same for Y.
INLINES = (200, 439)
CROSSLINES = (500, 819)
A_X, B_X, C_X = 483069.34, -4.2752518, 11.746158
A_Y, B_Y, C_Y = 7503177.6, 11.746158, 4.2752518

UNITS: dict[str, tuple[int, int, int]] = {
    "Quaternary till": (247, 236, 192),
    "Peat": (212, 221, 172),
    "Lake": (146, 200, 240),
    "Granite gneiss": (250, 208, 200),
    "Tonalite gneiss": (243, 190, 186),
    "Porphyritic granite": (230, 112, 124),
    "Quartzite": (255, 232, 102),
    "Mica schist": (196, 206, 216),
    "Phyllite": (176, 190, 208),
    "Graphitic schist": (88, 94, 112),
    "Dolomite marble": (96, 186, 206),
    "Banded iron formation": (178, 88, 36),
    "Tholeiitic basalt": (134, 184, 112),
    "Mafic tuff": (164, 206, 136),
    "Komatiite": (48, 128, 72),
    "Gabbro": (184, 146, 214),
    "Olivine pyroxenite": (112, 62, 160),
    "Diabase dyke": (196, 36, 132),
}
BLACK, RED, WHITE = (0, 0, 0), (227, 26, 28), (255, 255, 255)
INKS = {"Black line work": BLACK, "Red survey outline": RED, "White hatching and halo": WHITE}
CODE = {name: code for code, name in enumerate(UNITS)}

# Base of each layer along the stratigraphic coordinate, oldest first.
LAYERS = [
    (-math.inf, "Granite gneiss"),
    (-175.0, "Quartzite"),
    (-148.0, "Mica schist"),
    (-98.0, "Tholeiitic basalt"),
    (-40.0, "Komatiite"),
    (-12.0, "Tholeiitic basalt"),
    (30.0, "Mafic tuff"),
    (72.0, "Dolomite marble"),
    (90.0, "Phyllite"),
    (165.0, "Mica schist"),
]
# Units without a drawn contact between them; dykes have none at all.
UNLINED = ("Tonalite gneiss", "Granite gneiss")


class Noise:
    """A smooth random field: a sum of plane waves, about unit variance."""

    def __init__(self, seed: int, wavelength: float, waves: int = 14) -> None:
        rng = np.random.default_rng(seed)
        angle = rng.uniform(0, 2 * np.pi, waves)
        wave_number = 2 * np.pi / (wavelength * rng.uniform(0.6, 1.7, waves))
        self.kx, self.ky = wave_number * np.cos(angle), wave_number * np.sin(angle)
        self.phase = rng.uniform(0, 2 * np.pi, waves)

    def __call__(self, x: Floats, y: Floats) -> Floats:
        """Return the field on the grid of columns `x` and rows `y`."""
        # sin(a + b) splits into products of columns and rows, so a grid is one matrix product.
        across = np.multiply.outer(self.kx, x)
        down = np.multiply.outer(y, self.ky) + self.phase
        waves = np.hstack([np.sin(down), np.cos(down)]) @ np.vstack(
            [np.cos(across), np.sin(across)]
        )
        return waves * math.sqrt(2 / len(self.phase))


FOLD, BEND, RIPPLE = Noise(3, 900), Noise(11, 520), Noise(5, 150)
PINCH, SWELL, BASEMENT = Noise(21, 210), Noise(8, 170), Noise(17, 260)
RIM, DRIFT, FEN, SHORE = Noise(29, 190), Noise(41, 330), Noise(43, 240), Noise(47, 110)
SWERVE = Noise(53, 420)


class Fault(NamedTuple):
    """A steep curved fault x(y) and the shift (pixels) of all rock east of it."""

    x: float
    slope: float
    bow: float
    length: float
    shift: Point

    def at(self, y: Floats) -> Floats:
        """Return the x of the fault trace at `y`."""
        return self.x + self.slope * (y - 450) + self.bow * np.sin((y - 120) / self.length)


MAIN_FAULT = Fault(505, -0.30, 34, 150, (-24, 78))
INFERRED_FAULT = Fault(1120, 0.34, 26, 170, (-12, -38))


class Dyke(NamedTuple):
    """A straight dyke: start, end and width in pixels."""

    start: Point
    end: Point
    width: float


DYKES = (
    Dyke((-60, 300), (1230, -90), 4.6),
    Dyke((60, 960), (1040, 60), 5.6),
    Dyke((330, 960), (1330, 120), 3.4),
    Dyke((800, 640), (1560, 60), 4.2),
)


def stratigraphy(x: Floats, y: Floats) -> Floats:
    """Return the stratigraphic coordinate: plunging folds with smaller folds on their limbs."""
    column, row = x[None, :], y[:, None]
    along = 0.94 * column - 0.34 * row
    across = 0.34 * column + 0.94 * row
    fold = np.cos(2 * np.pi * across / 640 + 0.55 * FOLD(x, y) + 0.4)
    return 165 * fold + 0.16 * (along - 450) + 42 * BEND(x, y) + 5 * RIPPLE(x, y)


def ellipse(x: Floats, y: Floats, center: Point, axes: Point, degrees: float) -> Floats:
    """Return the squared radius in units of the semi-axes: below 1 inside the ellipse."""
    dx, dy = x[None, :] - center[0], y[:, None] - center[1]
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return ((dx * cos + dy * sin) / axes[0]) ** 2 + ((dy * cos - dx * sin) / axes[1]) ** 2


def bedrock(x: Floats, y: Floats) -> Bytes:
    """Return the unit of every node before faulting, oldest rock first."""
    level = stratigraphy(x, y)
    order = np.array([CODE[name] for _, name in LAYERS], np.uint8)
    units = order[np.digitize(level, [base for base, _ in LAYERS[1:]])]
    units[(level < -178) & (BASEMENT(x, y) > 0.55)] = CODE["Tonalite gneiss"]
    # Lenses follow one level and pinch out where the noise sinks below zero.
    units[np.abs(level - 112) < 13 * (PINCH(x, y) - 0.1)] = CODE["Graphitic schist"]
    units[np.abs(level + 70) < 9 * (SWELL(x, y) - 0.75)] = CODE["Banded iron formation"]
    units[np.abs(level - 8) < 8 * (PINCH(x, y) - 0.7)] = CODE["Graphitic schist"]

    rim = RIM(x, y)
    granite = ellipse(x, y, (1330, 250), (230, 170), -35) + 0.14 * rim
    units[granite < 1] = CODE["Porphyritic granite"]
    intrusion = ellipse(x, y, (760, 430), (205, 112), -24) + 0.13 * rim
    units[intrusion < 1] = CODE["Gabbro"]
    units[intrusion + 0.08 * SWELL(x, y) < 0.48] = CODE["Olivine pyroxenite"]
    swerve = 9 * SWERVE(x, y)
    for dyke in DYKES:
        length = math.dist(dyke.start, dyke.end)
        tx, ty = (dyke.end[0] - dyke.start[0]) / length, (dyke.end[1] - dyke.start[1]) / length
        dx, dy = x[None, :] - dyke.start[0], y[:, None] - dyke.start[1]
        along = (dx * tx + dy * ty) / length
        inside = np.abs(dy * tx - dx * ty + swerve) < dyke.width / 2
        units[inside & (along > 0) & (along < 1)] = CODE["Diabase dyke"]
    return units


def geology(x: Floats, y: Floats) -> Bytes:
    """Return the unit of every node: faulted bedrock under young cover."""
    units = bedrock(x, y)
    shift_x = shift_y = 0.0
    for fault in (MAIN_FAULT, INFERRED_FAULT):
        shift_x, shift_y = shift_x + fault.shift[0], shift_y + fault.shift[1]
        east = x[None, :] > fault.at(y)[:, None]
        units = np.where(east, bedrock(x - shift_x, y - shift_y), units)
    shore = SHORE(x, y)
    drift = DRIFT(x, y) + 0.12 * shore
    units[drift > 1.05] = CODE["Quaternary till"]
    units[FEN(x, y) + 0.15 * shore > 1.5] = CODE["Peat"]
    units[ellipse(x, y, (190, 690), (120, 52), -28) + 0.22 * shore < 1] = CODE["Lake"]
    units[ellipse(x, y, (1010, 700), (58, 26), 20) + 0.22 * shore < 1] = CODE["Lake"]
    return units


def on_sheet(x: Floats, y: Floats) -> Mask:
    """Return where the map sheet is: the lower right corner is cut off along a curve."""
    edge = 905 - 0.72 * (x - 1060) + 26 * np.sin((x - 1060) / 120)
    return y[:, None] < edge[None, :]


def fine_grid() -> tuple[Floats, Floats]:
    """Return the centers of the subpixel columns and rows, in pixels of the map."""
    return (np.arange(WIDTH * SUB) + 0.5) / SUB, (np.arange(HEIGHT * SUB) + 0.5) / SUB


def in_strips(
    function: Callable[[Floats, Floats], NDArray[Any]], x: Floats, y: Floats, rows: int = 360
) -> NDArray[Any]:
    """Evaluate `function` strip by strip, which keeps the fields in double precision small."""
    return np.vstack([function(x, y[top : top + rows]) for top in range(0, len(y), rows)])


@dataclass
class Pen:
    """A layer of line work in one color, drawn without smoothing on the fine grid."""

    def __post_init__(self) -> None:
        self.image = Image.new("1", (WIDTH * SUB, HEIGHT * SUB))
        self.draw = ImageDraw.Draw(self.image)

    @property
    def mask(self) -> Mask:
        """Where there is ink."""
        return np.asarray(self.image)

    def line(self, points: list[Point], width: float) -> None:
        """Draw a line through `points`."""
        scaled = [(px * SUB, py * SUB) for px, py in points]
        self.draw.line(scaled, fill=1, width=round(width * SUB), joint="curve")

    def text(self, center: Point, words: str, size: float, style: str, halo: float = 0) -> None:
        """Write `words` around `center`; `halo` widens the letters."""
        path = Path(mpl.get_data_path()) / "fonts" / "ttf" / f"DejaVuSans{style}.ttf"
        font = ImageFont.truetype(
            str(path), round(size * SUB), layout_engine=ImageFont.Layout.BASIC
        )
        place = (round(center[0] * SUB), round(center[1] * SUB))
        width = round(halo * SUB)
        self.draw.text(place, words, fill=1, font=font, anchor="mm", stroke_width=width)


LABELS = (
    ("PGr", (1190, 300), 24),
    ("Gn", (110, 300), 22),
    ("Gb", (585, 610), 18),
    ("OPx", (690, 545), 22),
    ("MS", (960, 270), 22),
    ("Ba", (690, 30), 20),
    ("Qt", (1120, 590), 22),
    ("Gn", (905, 655), 20),
    ("Ph", (470, 420), 20),
)
DIPS = (((420, 230), 62), ((880, 215), 20), ((300, 470), 12), ((1000, 490), 8), ((640, 770), 60))


def contacts(units: Bytes) -> Mask:
    """Return the fine pixels where two units meet that a map draws a contact between."""
    plain = units.copy()
    for name in UNLINED:
        plain[units == CODE[name]] = CODE[UNLINED[0]]
    edge = np.zeros(units.shape, bool)
    lined = plain != CODE["Diabase dyke"]
    edge[:, 1:] |= (plain[:, 1:] != plain[:, :-1]) & lined[:, 1:] & lined[:, :-1]
    edge[1:] |= (plain[1:] != plain[:-1]) & lined[1:] & lined[:-1]
    return edge | np.roll(edge, -1, axis=1) | np.roll(edge, -1, axis=0)


def survey_outline() -> list[Point]:
    """Return the corners of the survey in pixels of the map, closed."""
    (first_il, last_il), (first_xl, last_xl) = INLINES, CROSSLINES
    corners = [(first_il, first_xl), (last_il, first_xl), (last_il, last_xl), (first_il, last_xl)]
    return [
        (
            (A_X + B_X * inline + C_X * crossline - WEST) / PIXEL,
            (NORTH - A_Y - B_Y * inline - C_Y * crossline) / PIXEL,
        )
        for inline, crossline in [*corners, corners[0]]
    ]


def black_ink(units: Bytes, y: Floats) -> Mask:
    """Return the contacts, faults, dip symbols and labels."""
    pen = Pen()
    rows = y[:: 4 * SUB]
    pen.line(
        [(float(px), float(py)) for px, py in zip(MAIN_FAULT.at(rows), rows, strict=True)], 2.6
    )
    dashed = list(zip(INFERRED_FAULT.at(rows), rows, strict=True))
    for start in range(0, len(dashed) - 4, 7):
        pen.line([(float(px), float(py)) for px, py in dashed[start : start + 5]], 2.2)
    for (px, py), degrees in DIPS:
        cos, sin = math.cos(math.radians(degrees)), -math.sin(math.radians(degrees))
        pen.line([(px - 13 * cos, py - 13 * sin), (px + 13 * cos, py + 13 * sin)], 1.8)
        pen.line([(px, py), (px - 7 * sin, py + 7 * cos)], 1.8)
    for words, center, size in LABELS:
        pen.text(center, words, size, "-Bold")
    return pen.mask | contacts(units)


def white_ink(units: Bytes, x: Floats, y: Floats) -> Mask:
    """Return the hatching of the gabbro, the dots of the marble and the halos of labels."""
    pen = Pen()
    for words, center, size in LABELS:
        pen.text(center, words, size, "-Bold", halo=2.0)
    stripes = (x[None, :] + y[:, None]) % 11 < 2.0
    hatch = stripes & (units == CODE["Gabbro"])
    dots = ((x[None, :] % 12 - 6) ** 2 + (y[:, None] % 12 - 6) ** 2) < 2.2
    return hatch | (dots & (units == CODE["Dolomite marble"])) | pen.mask


def red_ink() -> Mask:
    """Return the outline of the seismic survey."""
    pen = Pen()
    pen.line(survey_outline(), 2.4)
    return pen.mask


def majority(units: Bytes, sheet: Mask) -> Bytes:
    """Return the unit of most subpixels of every pixel, NODATA where the sheet covers none."""
    best = np.zeros((HEIGHT, WIDTH), np.uint8)
    truth = np.full((HEIGHT, WIDTH), NODATA, np.uint8)
    for code in range(len(UNITS)):
        here = (units == code) & sheet
        count = here.reshape(HEIGHT, SUB, WIDTH, SUB).sum(axis=(1, 3), dtype=np.uint8)
        truth[count > best] = code
        best = np.maximum(best, count)
    return truth


def picture(units: Bytes, sheet: Mask, x: Floats, y: Floats) -> Bytes:
    """Return the RGBA map: the mean of the subpixels that the sheet covers."""
    palette = np.array([*UNITS.values(), BLACK, RED, WHITE], np.uint8)
    drawn = units.copy()
    drawn[white_ink(units, x, y)] = len(UNITS) + 2
    drawn[black_ink(units, y)] = len(UNITS)
    drawn[red_ink()] = len(UNITS) + 1
    cover = sheet.reshape(HEIGHT, SUB, WIDTH, SUB).sum(axis=(1, 3))
    image = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    for channel in range(3):
        fine = palette[drawn, channel] * sheet
        total = fine.reshape(HEIGHT, SUB, WIDTH, SUB).sum(axis=(1, 3), dtype=np.uint32)
        image[..., channel] = np.floor(total / np.maximum(cover, 1) + 0.5)
    image[..., 3] = np.floor(cover * 255 / SUB**2 + 0.5)
    return image


def write_classes(path: Path, truth: Bytes) -> None:
    """Write the true classes as GeoTIFF with color table."""
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=WIDTH,
        height=HEIGHT,
        count=1,
        dtype="uint8",
        nodata=NODATA,
        transform=Affine(PIXEL, 0, WEST, 0, -PIXEL, NORTH),
        compress="deflate",
        tiled=True,
    ) as target:
        target.write_colormap(
            1, {code: (*color, 255) for code, color in enumerate(UNITS.values())}
        )
        target.write(truth, 1)


def write_palette(path: Path) -> None:
    """Write units, then inks, with their roles."""
    lines = ["r,g,b,name,role"]
    for role, colors in (("unit", UNITS), ("ink", INKS)):
        lines += [f"{r},{g},{b},{name},{role}" for name, (r, g, b) in colors.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Draw everything into the folder of this script, or into --out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    folder = parser.parse_args().out
    x, y = fine_grid()
    units = in_strips(geology, x, y)
    sheet = in_strips(on_sheet, x, y)
    Image.fromarray(picture(units, sheet, x, y)).save(folder / "sample_map.png", optimize=True)
    world = f"{PIXEL}\n0.0\n0.0\n-{PIXEL}\n{WEST + PIXEL / 2}\n{NORTH - PIXEL / 2}\n"
    (folder / "sample_map.pgw").write_text(world, encoding="ascii")
    write_classes(folder / "sample_map_classes.tif", majority(units, sheet))
    write_palette(folder / "sample_palette.csv")


if __name__ == "__main__":
    main()
