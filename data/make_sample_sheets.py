"""Draw what the guides use beside the sample map: sheets, a scan, tiles, a section, heights.

The sheet and the tiles are parts of ``sample_map.png``, which must be there.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import matplotlib as mpl
import numpy as np
import rasterio
from affine import Affine
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

HERE = Path(__file__).resolve().parent
WEST, NORTH, PIXEL = 486000.0, 7512000.0, 5.0  # outer corner and pixel of the sample map
MAP_BOX = (80, 60, 680, 460)  # the part of the sample map on the sheet
LEFT, TOP = 40, 60  # where it stands on the sheet
LEGEND_LEFT = 680
PRINT_BOX = (150, 80, 1050, 680)  # the part of the sample map that is printed and scanned
BLACK, PAPER = (0, 0, 0), (255, 255, 255)


def main() -> None:
    """Draw everything into the folder of this script, or into --out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE)
    folder = parser.parse_args().out
    with Image.open(HERE / "sample_map.png") as opened:
        sample = opened.convert("RGBA")
    with (HERE / "sample_palette.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    draw_sheet(sample, rows, folder)
    cut_tiles(sample, folder / "tiles")
    write_mosaic(folder)
    draw_section(rows, folder)
    write_heights(folder / "sample_heights.tif")
    draw_values(folder)
    draw_print(rows, folder)


def color_of(row: dict[str, str]) -> tuple[int, int, int]:
    """Color of a row of the palette."""
    return int(row["r"]), int(row["g"]), int(row["b"])


def draw_sheet(sample: Image.Image, rows: list[dict[str, str]], folder: Path) -> None:
    """Draw a map in a frame with title, scale and printed legend on white paper."""
    units = [row for row in rows if row["role"] == "unit"]
    sheet = Image.new("RGB", (900, 520), PAPER)
    draw = ImageDraw.Draw(sheet)
    left, top, right, bottom = MAP_BOX
    part = sample.crop(MAP_BOX).convert("RGB")
    sheet.paste(part, (LEFT, TOP))
    frame = (LEFT - 2, TOP - 2, LEFT + right - left + 1, TOP + bottom - top + 1)
    draw.rectangle(frame, outline=BLACK, width=2)
    draw.text((LEFT, 20), "Sheet 12  Bedrock map", fill=BLACK, font=ImageFont.load_default(22))
    draw.text((LEFT, 475), "1 : 10 000     0        500 m", fill=BLACK,
              font=ImageFont.load_default(14))  # fmt: skip
    draw.text((LEGEND_LEFT, 30), "Legend", fill=BLACK, font=ImageFont.load_default(16))
    for number, row in enumerate(units):
        y = TOP + 24 * number
        draw.rectangle((LEGEND_LEFT, y, LEGEND_LEFT + 36, y + 16), fill=color_of(row),
                       outline=BLACK)  # fmt: skip
        draw.text((LEGEND_LEFT + 46, y), row["name"], fill=BLACK,
                  font=ImageFont.load_default(14))  # fmt: skip
    sheet.save(folder / "sample_sheet.png", optimize=True)
    names = "\n".join(row["name"] for row in units)
    (folder / "sample_legend.txt").write_text(names + "\n", encoding="utf-8", newline="\n")
    west, north = WEST + PIXEL * (left - LEFT), NORTH - PIXEL * (top - TOP)
    write_world_file(folder / "sample_sheet.pgw", west, north)


def cut_tiles(sample: Image.Image, folder: Path) -> None:
    """Cut a part of the sample map into six tiles, each with its world file."""
    folder.mkdir(parents=True, exist_ok=True)
    side = 200
    for row in range(2):
        for col in range(3):
            left, top = 300 + side * col, 100 + side * row
            tile = sample.crop((left, top, left + side, top + side)).convert("RGB")
            tile.save(folder / f"tile_{row}_{col}.png", optimize=True)
            place = WEST + PIXEL * left, NORTH - PIXEL * top
            write_world_file(folder / f"tile_{row}_{col}.pgw", *place)


def write_mosaic(folder: Path) -> None:
    """Write a virtual raster that joins the tiles, as ``gdalbuildvrt`` does."""
    side, left, top = 200, 300, 100
    west, north = WEST + PIXEL * left, NORTH - PIXEL * top
    lines = [
        f'<VRTDataset rasterXSize="{3 * side}" rasterYSize="{2 * side}">',
        "  <SRS>EPSG:3067</SRS>",
        f"  <GeoTransform>{west}, {PIXEL}, 0, {north}, 0, {-PIXEL}</GeoTransform>",
    ]
    for band, color in enumerate(("Red", "Green", "Blue"), start=1):
        lines.append(f'  <VRTRasterBand dataType="Byte" band="{band}">')
        lines.append(f"    <ColorInterp>{color}</ColorInterp>")
        for row in range(2):
            for col in range(3):
                name = f"tiles/tile_{row}_{col}.png"
                lines += [
                    "    <SimpleSource>",
                    f'      <SourceFilename relativeToVRT="1">{name}</SourceFilename>',
                    f"      <SourceBand>{band}</SourceBand>",
                    f'      <SrcRect xOff="0" yOff="0" xSize="{side}" ySize="{side}" />',
                    f'      <DstRect xOff="{side * col}" yOff="{side * row}" xSize="{side}" '
                    f'ySize="{side}" />',
                    "    </SimpleSource>",
                ]
        lines.append("  </VRTRasterBand>")
    lines.append("</VRTDataset>")
    (folder / "sample_mosaic.vrt").write_text("\n".join(lines) + "\n", newline="\n")


def draw_section(rows: list[dict[str, str]], folder: Path) -> None:
    """Draw a cross-section of folded layers with a fault, in colors of the palette."""
    colors = [color_of(rows[number]) for number in (0, 7, 8, 10, 12, 6, 3)]
    x, z = np.meshgrid(np.arange(360), np.arange(120))
    moved = z + 14 * np.sin(x / 45) + np.where(x + z / 2 > 230, 12, 0)
    layer = np.clip((moved - 12) // 18, 0, len(colors) - 1).astype(int)
    picture = np.array(colors, dtype=np.uint8)[layer]
    Image.fromarray(picture).save(folder / "sample_section.png", optimize=True)


def sample_heights() -> np.ndarray:
    """Heights of hills in meters, 100 to 300; a lake has -9999."""
    x, y = np.meshgrid(np.arange(150), np.arange(90))
    heights = 180 + 60 * np.sin(x / 23) * np.cos(y / 17) + 0.4 * x + 12 * np.sin(x * y / 700)
    return np.where(np.hypot(x - 40, y - 30) < 12, -9999, heights.round().clip(100, 300))


def draw_values(folder: Path) -> None:
    """Draw the heights with a color ramp and its color bar, as a plot shows them."""
    ramp = (mpl.colormaps["viridis"](np.arange(256))[:, :3] * 255).round().astype(np.uint8)
    heights = sample_heights()
    levels = ((heights - 100) / 200 * 255).clip(0, 255).astype(int)
    colors = ramp[levels]
    colors[heights == -9999] = 255
    picture = np.full((360, 680, 3), 255, dtype=np.uint8)
    picture[:, :600] = colors.repeat(4, axis=0).repeat(4, axis=1)
    picture[30:330, 630:650] = 0
    bar = np.linspace(255, 0, 298).round().astype(int)
    picture[31:329, 631:649] = ramp[bar][:, np.newaxis]
    Image.fromarray(picture).save(folder / "sample_values.png", optimize=True)


def write_heights(path: Path) -> None:
    """Write the heights as a raster."""
    heights = sample_heights()
    profile = {
        "driver": "GTiff",
        "width": 150,
        "height": 90,
        "count": 1,
        "dtype": "float32",
        "nodata": -9999,
        "crs": "EPSG:3067",
        "transform": Affine(50, 0, WEST, 0, -50, NORTH),
        "compress": "deflate",
    }
    with rasterio.open(path, "w", **profile) as target:
        target.write(heights.astype(np.float32), 1)


def draw_print(rows: list[dict[str, str]], folder: Path) -> None:
    """Draw a scan of a printed sheet: a topographic base over the units, blur, light, noise."""
    left, top, right, bottom = PRINT_BOX
    with rasterio.open(HERE / "sample_map_classes.tif") as source:
        classes = source.read(1)[top:bottom, left:right]
    colors = np.array([color_of(row) for row in rows], float)[classes]
    contacts = np.zeros(classes.shape, bool)
    contacts[:, 1:] |= classes[:, 1:] != classes[:, :-1]
    contacts[1:] |= classes[1:] != classes[:-1]
    printed = colors * np.where(contacts, 0.3, 1)[..., np.newaxis]
    for ink, drawn in base_map(classes.shape):
        printed *= 1 - drawn[..., np.newaxis] * (1 - np.array(ink) / 255)
    y, x = np.mgrid[: classes.shape[0], : classes.shape[1]] / classes.shape[1]
    light = 1 + 0.05 * np.cos(4 * x + 1) * np.cos(3 * y - 1)
    scanned = gaussian_filter(printed, (0.7, 0.7, 0)) * light[..., np.newaxis]
    scanned += np.random.default_rng(5).normal(0, 4, scanned.shape)
    picture = Image.fromarray(scanned.clip(0, 255).round().astype(np.uint8))
    picture.save(folder / "sample_print.jpg", quality=75)
    write_world_file(folder / "sample_print.jgw", WEST + PIXEL * left, NORTH - PIXEL * top)


def base_map(shape: tuple[int, int]) -> list[tuple[tuple[int, int, int], np.ndarray]]:
    """Gray roads and names, brown contours and blue rivers: ink, and its share of each pixel."""
    rng = np.random.default_rng(9)
    rows, cols = shape
    inks = {"gray": (105, 105, 110), "brown": (160, 110, 70), "blue": (60, 110, 190)}
    sheets = {name: Image.new("L", (4 * cols, 4 * rows)) for name in inks}
    pens = {name: ImageDraw.Draw(sheet) for name, sheet in sheets.items()}
    for number in range(150):
        turns = rng.normal(0, 0.25, 40).cumsum() + rng.uniform(0, 2 * np.pi)
        steps = 4 * 12 * np.stack([np.cos(turns), np.sin(turns)])
        path = rng.uniform(0, 4, (2, 1)) * np.array([[cols], [rows]]) + steps.cumsum(axis=1)
        name, width = ("blue", 5) if number < 6 else ("gray", int(rng.integers(2, 5)))
        pens[name].line([tuple(point) for point in path.T.tolist()], fill=255, width=width)
    for name in 8 * ["Berg", "Myr", "Elv", "Tind", "Vik", "Dal"]:
        at = rng.uniform(0, 4 * cols), rng.uniform(0, 4 * rows)
        font = ImageFont.load_default(float(rng.integers(44, 72)))
        pens["gray"].text(at, name, fill=255, font=font)
    y, x = np.mgrid[: 4 * rows, : 4 * cols] / (4 * cols)
    heights = 9 * np.sin(5 * x + 1) * np.cos(4 * y) + 6 * x
    level = heights % 1
    near = np.minimum(level, 1 - level) / np.hypot(*np.gradient(heights))
    sheets["brown"] = Image.fromarray(((near < 1.2) * 255).astype(np.uint8))
    small = {
        name: sheet.resize((cols, rows), Image.Resampling.BOX) for name, sheet in sheets.items()
    }
    return [(inks[name], np.asarray(sheet) / 255) for name, sheet in small.items()]


def write_world_file(path: Path, west: float, north: float) -> None:
    """Write the place of the first pixel's center."""
    numbers = PIXEL, 0.0, 0.0, -PIXEL, west + PIXEL / 2, north - PIXEL / 2
    path.write_text("".join(f"{number}\n" for number in numbers), newline="\n")


if __name__ == "__main__":
    main()
