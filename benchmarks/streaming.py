"""File to file compared with GDAL: time and peak memory of complete runs.

    python benchmarks/streaming.py [--repeat 3] [--side 12000] [--huge 60000] [--folder DIR]

`gdal_translate -b 1` copies one band with the same compression and does no color work.
`rgb2pct.py -pct` maps to a fixed palette inexactly and does not compress, so it is timed alone
and followed by compression. Both are run if they are installed. The input is the sample map,
tiled, as RGBA. Linux and macOS only, because of the memory measurement.
"""

from __future__ import annotations

import shlex
import shutil
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
import rasterio.shutil
from common import (
    SAMPLE_MAP,
    SAMPLE_PALETTE,
    Command,
    Run,
    fill_frame,
    machine,
    parser_of,
    print_header,
    print_row,
    run_in_turns,
)
from rasterio.windows import Window

from geoindex import load_palette
from geoindex.grids.geotiff import DEFLATE_LEVEL
from geoindex.images.picture import read_picture

BAND_ROWS = 256

TILE, BANK = 256, 16
"""Side of the tiles of a repeated map, and how many different ones it has down and across."""

SOURCES = {
    "tiled TIFF": ("tif", {"driver": "GTiff", "tiled": True, "compress": "deflate"}),
    "striped TIFF": ("tif", {"driver": "GTiff", "compress": "deflate"}),
    "plain TIFF": ("tif", {"driver": "GTiff", "tiled": True}),
    "PNG": ("png", {"driver": "PNG"}),
}
"""Kinds of source with their suffix and rasterio's options."""


def write_map(path: Path, side: int, options: dict[str, object]) -> None:
    """Repeat the sample map in a square of RGBA."""
    picture = read_picture(SAMPLE_MAP)
    rows, cols, _ = picture.shape
    across = np.arange(side) % cols
    plain = path.with_suffix(".plain.tif") if options["driver"] == "PNG" else path
    layout = {"driver": "GTiff"} if options["driver"] == "PNG" else options
    with rasterio.open(
        plain,
        "w",
        width=side,
        height=side,
        count=4,
        dtype="uint8",
        photometric="rgb",
        alpha="non-premultiplied",
        interleave="pixel",
        bigtiff="if_safer",
        num_threads="all_cpus",
        crs="EPSG:2393",
        transform=rasterio.Affine(5, 0, 3_494_000, 0, -5, 7_514_000),
        **layout,
    ) as target:
        for row in range(0, side, BAND_ROWS):
            n_rows = min(BAND_ROWS, side - row)
            band = picture[np.arange(row, row + n_rows) % rows][:, across]
            target.write(np.moveaxis(band, -1, 0), window=Window(0, row, side, n_rows))
    if plain != path:
        rasterio.shutil.copy(plain, path, driver="PNG")
        plain.unlink()


def write_repeated(path: Path, shape: tuple[int, int]) -> None:
    """Repeat the sample map in a BigTIFF of RGBA of a few megabytes: its tiles lie there once.

    Readers decode as many tiles as if all were different.
    """
    picture = fill_frame(read_picture(SAMPLE_MAP), (BANK * TILE, BANK * TILE))
    # Tiles of one row beside each other, rows below each other.
    tiles = picture.reshape(BANK, TILE, BANK, TILE, 4).swapaxes(1, 2)
    rows, cols = shape
    down, across = -(-rows // TILE), -(-cols // TILE)
    with path.open("wb") as file:
        file.write(bytes(16))
        stored = np.empty((BANK, BANK, 2), np.uint64)
        for place in np.ndindex(BANK, BANK):
            data = zlib.compress(tiles[place].tobytes())
            stored[place] = file.tell(), len(data)
            file.write(data)
        all_tiles = stored[np.arange(down)[:, np.newaxis] % BANK, np.arange(across) % BANK]
        offsets = file.tell()
        file.write(all_tiles[..., 0].tobytes() + all_tiles[..., 1].tobytes())
        directory = file.tell()
        size = down * across
        # Tag, type (3: 16 bits, 4: 32 bits, 16: 64 bits), number of values, value or its place.
        tags = (
            *((256, 4, 1, cols), (257, 4, 1, rows), (258, 3, 4, 0x0008_0008_0008_0008)),
            *((259, 3, 1, 8), (262, 3, 1, 2), (277, 3, 1, 4), (284, 3, 1, 1)),
            *((322, 4, 1, TILE), (323, 4, 1, TILE), (324, 16, size, offsets)),
            *((325, 16, size, offsets + 8 * size), (338, 3, 1, 2)),
        )
        entries = b"".join(struct.pack("<HHQQ", *tag) for tag in tags)
        file.write(struct.pack("<Q", len(tags)) + entries + bytes(8))
        file.seek(0)
        file.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, directory))


def geoindex(source: Path, target: Path) -> Command:
    """Run ourselves, with all of the start-up."""
    return [
        *(sys.executable, "-m", "geoindex", "convert", "--quiet", "--overwrite"),
        *(str(source), str(target), "-p", str(SAMPLE_PALETTE)),
    ]


def gdal_translate(source: Path, target: Path) -> Command:
    """Copy the first band."""
    layout = ("TILED=YES", "COMPRESS=DEFLATE", f"ZLEVEL={DEFLATE_LEVEL}", "BIGTIFF=IF_SAFER")
    options = [part for option in layout for part in ("-co", option)]
    if target.suffix == ".png":
        options = ["-of", "PNG"]
    return ["gdal_translate", "-q", "-b", "1", *options, str(source), str(target)]


def rgb2pct(source: Path, target: Path) -> Command:
    """Map to the palette by GDAL's own program, which leaves the grid uncompressed."""
    table = source.with_name("palette.tif")
    if not table.exists():
        load_palette(SAMPLE_PALETTE).save(table)
    return ["rgb2pct.py", "-pct", str(table), str(source), str(target)]


def rgb2pct_compressed(source: Path, target: Path) -> Command:
    """Map by GDAL's program and compress what it made, to what the others give."""
    plain = target.with_suffix(".plain.tif")
    steps = [rgb2pct(source, plain), gdal_translate(plain, target)]
    return ["sh", "-c", " && ".join(shlex.join(step) for step in steps)]


METHODS: dict[str, Callable[[Path, Path], Command]] = {
    "geoindex": geoindex,
    "gdal_translate": gdal_translate,
    "rgb2pct.py": rgb2pct,
    "rgb2pct.py, compressed": rgb2pct_compressed,
}


def compare(
    source: Path, suffix: str, methods: list[str], repeat: int, folder: Path
) -> dict[str, Run]:
    """Run the methods in turns."""
    targets = {name: folder / f"target{i}.{suffix}" for i, name in enumerate(methods)}
    commands = {name: METHODS[name](source, target) for name, target in targets.items()}
    runs = run_in_turns(commands, repeat)
    for made in folder.glob("target*"):
        made.unlink()
    return runs


def print_table(side: int, kinds: list[str], repeat: int, folder: Path) -> None:
    """Compare on every kind of source."""
    print(f"\n{side} x {side} RGBA to GeoTIFF (DEFLATE), median of {repeat}:")
    print_header("source", "method", "s", "MB", "relative time", text=(0, 1))
    methods = [name for name in METHODS if name == "geoindex" or shutil.which(name.split(",")[0])]
    for kind in kinds:
        suffix, options = SOURCES[kind]
        source = folder / f"map.{suffix}"
        write_map(source, side, options)
        # rgb2pct.py takes minutes for the largest.
        chosen = [name for name in methods if side <= 12_000 or "rgb2pct" not in name]
        runs = compare(source, "tif", chosen, repeat, folder)
        copy = runs.get("gdal_translate")
        for name, row in runs.items():
            ratio = "" if copy is None else f"{row.seconds / copy.seconds:.2f}"
            print_row(kind, name, f"{row.seconds:.2f}", f"{row.peak_mb:.0f}", ratio)
        source.unlink()


def main() -> None:
    """Print the tables."""
    parser = parser_of(__doc__, repeat=3)
    parser.add_argument("--side", type=int, default=12_000, help="pixels of one side")
    parser.add_argument("--huge", type=int, help="pixels of one side of a second, larger map")
    parser.add_argument("--folder", help="where the maps are made; up to 2 GB")
    options = parser.parse_args()
    print(machine("rasterio", "numpy"))
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        print_table(options.side, list(SOURCES), options.repeat, Path(folder))
        if options.huge:
            print_table(options.huge, ["tiled TIFF"], 1, Path(folder))


if __name__ == "__main__":
    main()
