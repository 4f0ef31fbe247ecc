"""Peak memory of each command by the size of the map; prints the table of docs/reliability.md.

``python benchmarks/memory.py [--sides 1000 4000]``
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import chdir
from pathlib import Path

import numpy as np
from common import (
    fill_frame,
    machine,
    parser_of,
    print_header,
    print_row,
    run_command,
    sample_picture,
)
from PIL import Image

from geoindex import Survey, load_palette

COMMANDS = {
    "convert (PNG to TIFF)": "convert map.png -o out.tif -p legend.csv",
    "convert (tiled TIFF to TIFF)": "convert map.tif -o out.tif -p legend.csv",
    "convert (interlaced GIF)": "convert map.gif -o out.tif -p legend.csv",
    "convert (lossless WebP)": "convert map.webp -o out.tif -p legend.csv",
    "convert to ESRI ASCII": "convert map.png -o out.asc -p legend.csv",
    "convert --clean": "convert map.png -o units.tif -p legend.csv --clean",
    "palette learn": "palette learn map.png -n 16 -o learned.csv",
    "info": "info grid.tif",
    "plot": "plot grid.tif -o out.png",
    "areas": "areas grid.tif",
    "edit": "edit grid.tif -o out.tif --rename 1=Sand",
    "clean": "clean grid.tif -o out.tif",
    "polygons": "polygons units.tif -o out.geojson",
    "report": "report map.png grid.tif -o out.html",
    "resample": "resample grid.tif --survey local.survey -o out.npy",
    "section": "section map.png -o out.sgy -p legend.csv --start 0 0 --end 900 0 --top 0 "
    "--bottom 900",
}

WEBP_SIDE = 16_383
"""Largest side of a WebP."""


def peak_megabytes(arguments: list[str], folder: Path) -> float:
    """Peak memory of a complete run."""
    command = [sys.executable, "-m", "geoindex", *arguments]
    if arguments[0] not in ("info", "areas"):
        command += ["--quiet", "--overwrite"]
    with chdir(folder):
        return run_command(command, GEOINDEX_MAX_MEMORY="none").peak_mb


def make_inputs(folder: Path, side: int) -> None:
    """Write the sample map of some size in several formats, its grid, and a survey."""
    Image.MAX_IMAGE_PIXELS = None
    picture = fill_frame(sample_picture(), (side, side))
    image = Image.fromarray(picture)
    image.save(folder / "map.png", compress_level=1)
    image.save(folder / "map.tif", compression="tiff_lzw", tile=(256, 256))
    image.quantize(32).save(folder / "map.gif", interlace=1)
    if side <= WEBP_SIDE:
        image.save(folder / "map.webp", lossless=True, quality=0, method=0)
    (folder / "map.pgw").write_text(f"10\n0\n0\n-10\n5\n{10 * side - 5}\n")
    load_palette(Path(__file__).parents[1] / "data" / "sample_palette.csv").save(
        folder / "legend.csv"
    )
    Survey(inlines=(1, side), crosslines=(1, side), x=(0, 0, 10), y=(0, 10, 0), name="Local").save(
        folder / "local.survey"
    )
    line = ["convert", "map.png", "-o", "grid.tif", "-p", "legend.csv"]
    peak_megabytes(line, folder)
    peak_megabytes([*line[:3], "units.tif", *line[4:], "--clean"], folder)


def main() -> None:
    parser = parser_of(__doc__ or "", 1)
    parser.add_argument("--sides", type=int, nargs="+", default=[1000, 4000])
    options = parser.parse_args()
    print(machine("numpy", "rasterio"))
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for side in options.sides:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_inputs(folder, side)
            for command, line in COMMANDS.items():
                found[command].append(peak_megabytes(line.split(), folder))
                print(f"{side:,}: {command}: {found[command][-1]:,.0f} MB", file=sys.stderr)
    print_header("MB", *(f"{side:,} x {side:,}" for side in options.sides))
    for command, peaks in found.items():
        print_row(command, *(f"{peak:,.0f}" for peak in peaks))


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
