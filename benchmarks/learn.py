"""Learning palettes: error and time compared with scikit-learn and Pillow, and with reading alone.

    python benchmarks/learn.py [--repeat 5] [--side 12000] [--skip-best-of-10]

Prints Markdown tables: 64 colors of scikit-learn's sample photograph `china.jpg`, all in one
run; and a palette of a map of 144 megapixels (the sample map tiled in a GeoTIFF), compared with
the time to read the file block by block.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from PIL import Image
from rasterio.windows import Window
from sklearn.cluster import KMeans
from sklearn.datasets import load_sample_image
from sklearn.metrics import pairwise_distances_argmin
from sklearn.utils import shuffle

from geoindex import learn_palette
from geoindex.color.pixels import PixelRule
from geoindex.images.files import read_image
from geoindex.images.pixel_blocks import pixel_blocks

SAMPLE_MAP = Path(__file__).resolve().parents[1] / "data" / "sample_map.png"

Picture = NDArray[np.uint8]
Colors = NDArray[np.float64]


def geoindex(picture: Picture, n_colors: int) -> Colors:
    return learn_palette(picture, n_colors).colors.astype(float)


def geoindex_sample(picture: Picture, n_colors: int) -> Colors:
    return learn_palette(picture, n_colors, sample=1000).colors.astype(float)


def geoindex_median_cut(picture: Picture, n_colors: int) -> Colors:
    return learn_palette(picture, n_colors, method="mediancut").colors.astype(float)


def geoindex_random(picture: Picture, n_colors: int) -> Colors:
    return learn_palette(picture, n_colors, method="random").colors.astype(float)


def scikit_learn(picture: Picture, n_colors: int) -> Colors:
    pixels = picture.reshape(-1, 3).astype(float)
    return KMeans(n_colors, n_init=1, random_state=0).fit(pixels).cluster_centers_


def scikit_learn_best_of_10(picture: Picture, n_colors: int) -> Colors:
    pixels = picture.reshape(-1, 3).astype(float)
    return KMeans(n_colors, n_init=10, random_state=0).fit(pixels).cluster_centers_


def scikit_learn_sample(picture: Picture, n_colors: int) -> Colors:
    pixels = shuffle(picture.reshape(-1, 3).astype(float), random_state=0, n_samples=1000)
    return KMeans(n_colors, n_init=1, random_state=0).fit(pixels).cluster_centers_


def pillow_median_cut(picture: Picture, n_colors: int) -> Colors:
    return _pillow(picture, n_colors, Image.Quantize.MEDIANCUT, 0)


def pillow_k_means(picture: Picture, n_colors: int) -> Colors:
    return _pillow(picture, n_colors, Image.Quantize.MEDIANCUT, 10)


def pillow_octree(picture: Picture, n_colors: int) -> Colors:
    return _pillow(picture, n_colors, Image.Quantize.FASTOCTREE, 0)


def _pillow(picture: Picture, n_colors: int, method: Image.Quantize, kmeans: int) -> Colors:
    image = Image.fromarray(picture).quantize(n_colors, method=method, kmeans=kmeans)
    return np.array(image.getpalette(), dtype=float).reshape(-1, 3)[:n_colors]


METHODS: dict[str, Callable[[Picture, int], Colors]] = {
    "geoindex": geoindex,
    "geoindex, 1,000 pixels": geoindex_sample,
    "geoindex median cut": geoindex_median_cut,
    "geoindex random codebook": geoindex_random,
    "scikit-learn n_init=1": scikit_learn,
    "scikit-learn n_init=10": scikit_learn_best_of_10,
    "scikit-learn, 1,000 pixels": scikit_learn_sample,
    "Pillow median cut": pillow_median_cut,
    "Pillow median cut, kmeans=10": pillow_k_means,
    "Pillow fast octree": pillow_octree,
}

BASELINE = "scikit-learn n_init=1"
SLOW = "scikit-learn n_init=10"

READING = "reading alone"


@dataclass(frozen=True)
class Row:
    """One method on the photograph."""

    method: str
    seconds: float
    mean_squared_error: float


def mean_squared_error(picture: Picture, colors: Colors) -> float:
    """Mean squared RGB distance to the nearest color, the channels summed."""
    pixels = picture.reshape(-1, 3).astype(float)
    labels = pairwise_distances_argmin(pixels, colors)
    return float(((pixels - colors[labels]) ** 2).sum(axis=1).mean())


def seconds_of(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def run(picture: Picture, n_colors: int, repeat: int, *, skip: tuple[str, ...] = ()) -> list[Row]:
    """Time all methods in turns after one call to warm up; n_init=10 once."""
    methods = {name: method for name, method in METHODS.items() if name not in skip}
    colors = {name: method(picture, n_colors) for name, method in methods.items()}
    seconds: dict[str, list[float]] = {name: [] for name in methods}
    for turn in range(repeat):
        for name, method in methods.items():
            if turn == 0 or name != SLOW:
                seconds[name].append(seconds_of(lambda: method(picture, n_colors)))
    return [
        Row(name, statistics.median(seconds[name]), mean_squared_error(picture, colors[name]))
        for name in methods
    ]


def table(rows: list[Row]) -> str:
    """Rows as a Markdown table."""
    baseline = next(row.seconds for row in rows if row.method == BASELINE)
    lines = [
        f"| method | mean squared error | ms | time relative to {BASELINE} |",
        "| --- | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {row.method} | {row.mean_squared_error:.2f} | {row.seconds * 1e3:.0f} | "
        f"{row.seconds / baseline:.2f} x |"
        for row in rows
    ]
    return "\n".join(lines)


def write_map(path: Path, side: int) -> None:
    """Repeat the sample map in a tiled GeoTIFF."""
    picture = np.moveaxis(np.ascontiguousarray(read_image(SAMPLE_MAP).colors), -1, 0)
    n_rows, n_cols = picture.shape[1:]
    band = np.tile(picture, (1, 1, -(-side // n_cols)))[:, :, :side]
    profile = {
        "driver": "GTiff",
        "width": side,
        "height": side,
        "count": 3,
        "dtype": "uint8",
        "compress": "deflate",
        "predictor": 2,
        "tiled": True,
        "blockxsize": 512,
        "blockysize": 512,
        "transform": Affine(5, 0, 0, 0, -5, 0),
    }
    with rasterio.open(path, "w", **profile) as target:
        for row in range(0, side, n_rows):
            height = min(n_rows, side - row)
            target.write(band[:, :height], window=Window(0, row, side, height))


def read(path: Path) -> None:
    """Read a file as the library does to count its colors, and do nothing with it."""
    for _ in pixel_blocks(path, PixelRule()):
        pass


def read_plainly(path: Path) -> None:
    """Read a file as most programs do: all at once into an array."""
    with rasterio.open(path) as source:
        source.read()


def read_in_blocks(path: Path, **options: str) -> None:
    """Read a file as programs do that mind memory: rows of tiles, one after another."""
    with rasterio.open(path, **options) as source:
        height = source.block_shapes[0][0]
        for row in range(0, source.height, height):
            source.read(window=Window(0, row, source.width, min(height, source.height - row)))


def print_map(side: int, repeat: int) -> None:
    """Compare the times of learning a large map and of reading it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.tif"
        write_map(path, side)
        calls: dict[str, Callable[[], object]] = {
            READING: lambda: read(path),
            "rasterio, block by block": lambda: read_in_blocks(path),
            "rasterio, all of GDAL's threads": lambda: read_in_blocks(
                path, NUM_THREADS="ALL_CPUS"
            ),
            "rasterio's read()": lambda: read_plainly(path),
            "256 colors, k-means": lambda: learn_palette(path, 256),
            "256 colors, median cut": lambda: learn_palette(path, 256, method="mediancut"),
            "flat colors": lambda: learn_palette(path, method="flat"),
        }
        seconds: dict[str, list[float]] = {name: [] for name in calls}
        for call in calls.values():
            call()
        order = random.Random(0)
        for _ in range(repeat):
            # In another order each time: what follows one that fills the memory is slower.
            for name in order.sample(list(calls), len(calls)):
                seconds[name].append(seconds_of(calls[name]))
    median = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"\n| {side**2 / 1e6:.0f} Mpx map | s | relative to reading |\n| --- | ---: | ---: |")
    for name, value in median.items():
        print(f"| {name} | {value:.2f} | {value / median[READING]:.2f} x |")


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--side", type=int, default=12_000, help="rows and columns of the map")
    parser.add_argument("--skip-best-of-10", action="store_true", help="leave the slow one out")
    options = parser.parse_args()
    if options.repeat < 1 or options.side < 1:
        parser.error("--repeat and --side must be 1 or more")
    libraries = ("numpy", "numba", "scikit-learn", "pillow")
    print(
        f"Median of {options.repeat}; {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in libraries)
    )
    skip = (SLOW,) if options.skip_best_of_10 else ()
    print("\n64 colors of china.jpg, 640 x 427 pixels\n")
    print(table(run(load_sample_image("china.jpg"), 64, options.repeat, skip=skip)), flush=True)
    print_map(options.side, options.repeat)


if __name__ == "__main__":
    main()
