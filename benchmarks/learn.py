"""Learning palettes: error and time compared with scikit-learn and Pillow, and with reading alone.

    python benchmarks/learn.py [--repeat 5] [--side 12000] [--skip-best-of-10]

Prints Markdown tables: 64 colors of scikit-learn's sample photograph `china.jpg`, all in one
run; and a palette of a map of 144 megapixels (the sample map tiled in a GeoTIFF), compared with
the time to read the file block by block.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from common import (
    Picture,
    machine,
    medians,
    parser_of,
    positive,
    print_header,
    print_row,
    sample_picture,
)
from numpy.typing import NDArray
from PIL import Image
from rasterio.windows import Window
from sklearn.cluster import KMeans
from sklearn.datasets import load_sample_image
from sklearn.metrics import pairwise_distances_argmin
from sklearn.utils import shuffle

from geoindex import learn_palette
from geoindex.color.pixels import PixelRule
from geoindex.images.pixel_blocks import worked_blocks

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


def run(picture: Picture, n_colors: int, repeat: int, *, skip: tuple[str, ...] = ()) -> list[Row]:
    """Time all methods in turns after one call to warm up; n_init=10 once."""
    methods = {name: method for name, method in METHODS.items() if name not in skip}
    colors = {name: method(picture, n_colors) for name, method in methods.items()}
    calls = {name: partial(method, picture, n_colors) for name, method in methods.items()}
    seconds = medians(calls, repeat, warm_up=False, once={SLOW})
    return [
        Row(name, seconds[name], mean_squared_error(picture, colors[name])) for name in methods
    ]


def print_table(rows: list[Row]) -> None:
    """Print the methods on the photograph."""
    baseline = next(row.seconds for row in rows if row.method == BASELINE)
    print_header("method", "mean squared error", "ms", f"time relative to {BASELINE}")
    for row in rows:
        print_row(
            row.method,
            f"{row.mean_squared_error:.2f}",
            f"{row.seconds * 1e3:.0f}",
            f"{row.seconds / baseline:.2f} x",
        )


def write_map(path: Path, side: int) -> None:
    """Repeat the sample map in a tiled GeoTIFF."""
    picture = np.moveaxis(sample_picture(), -1, 0)
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
    for _ in worked_blocks(path, PixelRule(), lambda _: None):
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
        median = medians(calls, repeat)
    print_header(f"{side**2 / 1e6:.0f} Mpx map", "s", "relative to reading")
    for name, value in median.items():
        print_row(name, f"{value:.2f}", f"{value / median[READING]:.2f} x")


def main() -> None:
    """Read the options, run, print."""
    parser = parser_of(__doc__, repeat=5)
    parser.add_argument(
        "--side", type=positive, default=12_000, help="rows and columns of the map"
    )
    parser.add_argument("--skip-best-of-10", action="store_true", help="leave the slow one out")
    options = parser.parse_args()
    libraries = ("numpy", "numba", "scikit-learn", "pillow")
    print(f"Median of {options.repeat}; {machine(*libraries)}")
    skip = (SLOW,) if options.skip_best_of_10 else ()
    print("\n64 colors of china.jpg, 640 x 427 pixels")
    print_table(run(load_sample_image("china.jpg"), 64, options.repeat, skip=skip))
    print_map(options.side, options.repeat)


if __name__ == "__main__":
    main()
