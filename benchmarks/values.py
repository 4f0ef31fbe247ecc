"""Values of a picture from its color ramp, compared with the usual snippets: error and time.

    python benchmarks/values.py [--repeat 3] [--large]

Prints Markdown tables. The field is known, so the error is exact. `--large` also times 144
megapixels: 2 GB of memory.
"""

from __future__ import annotations

import io

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from common import machine, medians, parser_of, print_header, print_row
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from geoindex import image_values, load_ramp

ROWS, COLS = 700, 1000
LARGE_TILES = 12
RAMPS = ("viridis", "jet", "gray", "RdBu_r", "turbo")

Floats = NDArray[np.float64]
Picture = NDArray[np.uint8]


def field() -> Floats:
    """Smooth hills from 0 to 1."""
    hills = gaussian_filter(np.random.default_rng(1).normal(size=(ROWS, COLS)), 40)
    return (hills - hills.min()) / (hills.max() - hills.min())


def drawn(values: Floats, ramp: str | Picture, *, ink: bool) -> Picture:
    """Draw a field, or its colors, as matplotlib does, with contours and labels if wanted."""
    figure = plt.figure(figsize=(COLS / 100, ROWS / 100), dpi=100)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.axis("off")
    extent = (0, COLS, ROWS, 0)
    if isinstance(ramp, str):
        ax.imshow(values, cmap=ramp, vmin=0, vmax=1, aspect="auto", extent=extent)
    else:
        ax.imshow(ramp, aspect="auto", extent=extent)
    if ink:
        places = np.arange(COLS) + 0.5, np.arange(ROWS) + 0.5
        lines = ax.contour(*places, values, levels=12, colors="k", linewidths=1)
        ax.clabel(lines, fontsize=8)
    ax.set_xlim(0, COLS)
    ax.set_ylim(ROWS, 0)
    stream = io.BytesIO()
    figure.savefig(stream, dpi=100)
    plt.close(figure)
    stream.seek(0)
    return np.asarray(Image.open(stream).convert("RGB"))


def as_jpeg(picture: Picture, quality: int) -> Picture:
    """Picture after JPEG."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "jpeg", quality=quality)
    stream.seek(0)
    return np.asarray(Image.open(stream))


def table_of(ramp: str) -> Floats:
    """Colors of a ramp as the snippets take them."""
    return mpl.colormaps[ramp](np.linspace(0, 1, 256))[:, :3] * 255


def by_argmin(picture: Picture, ramp: str) -> Floats:
    """Take the nearest of 256 colors, row by row, as i / 255."""
    table = table_of(ramp)
    found = np.empty(picture.shape[:2])
    for row, pixels in enumerate(picture):
        squared = ((pixels[:, np.newaxis, :].astype(float) - table) ** 2).sum(axis=-1)
        found[row] = squared.argmin(axis=1) / 255
    return found


def nearest_of_distinct(picture: Picture, ramp: str) -> Floats:
    """Values of :func:`by_argmin`, with the distinct colors compared only once."""
    colors, where = np.unique(picture.reshape(-1, 3), axis=0, return_inverse=True)
    return by_argmin(colors[:, np.newaxis], ramp).ravel()[where].reshape(picture.shape[:2])


def by_tree(picture: Picture, ramp: str) -> Floats:
    """Take the nearest of 256 colors from a tree of them."""
    return cKDTree(table_of(ramp)).query(picture.astype(float), workers=-1)[1] / 255


def by_geoindex(picture: Picture, ramp: str) -> NDArray[np.float32]:
    """Read the values as this package does."""
    return image_values(picture, ramp, (0, 1)).values


METHODS = {"geoindex": by_geoindex, "argmin of 256 colors": by_argmin, "cKDTree": by_tree}


def print_errors() -> None:
    """Print the errors on clean pictures, on JPEG and beside ink, as shares of the range."""
    truth = field()
    print_header(
        *("ramp", "picture", "method", "mean error", "99 % below", "largest", "without a value"),
        text=(0, 1, 2),
    )
    for ramp in RAMPS:
        clean, inked = drawn(truth, ramp, ink=False), drawn(truth, ramp, ink=True)
        pictures = {
            "PNG": clean,
            "PNG, contours and labels": inked,
            "JPEG 90": as_jpeg(clean, 90),
            "JPEG 75": as_jpeg(clean, 75),
        }
        for kind, picture in pictures.items():
            for name, method in (
                ("geoindex", by_geoindex),
                ("argmin of 256 colors", nearest_of_distinct),
            ):
                error = np.abs(method(picture, ramp) - truth)
                known = error[~np.isnan(error)]
                print_row(
                    *(ramp, kind, name, f"{known.mean():.4f}", f"{np.quantile(known, 0.99):.4f}"),
                    *(f"{known.max():.4f}", f"{1 - known.size / error.size:.1%}"),
                )


def print_times(tiles: int, repeat: int) -> None:
    """Print the time of a picture of so many tiles along each side."""
    tile = drawn(field(), "viridis", ink=True)[:, :ROWS]
    picture = np.tile(tile, (tiles, tiles, 1))
    megapixels = picture.shape[0] * picture.shape[1] / 1e6
    print(f"\n{megapixels:.1f} megapixels in memory, viridis with contours and labels")
    print_header("method", "seconds", "Mpx/s", "relative time")
    calls = {
        name: (lambda method=method: method(picture, "viridis"))
        for name, method in METHODS.items()
        if tiles == 1 or name == "geoindex"
    }
    times = medians(calls, repeat, once=set(calls) - {"geoindex"})
    for name, seconds in times.items():
        rate = f"{megapixels / seconds:.1f}"
        print_row(name, f"{seconds:.2f}", rate, f"{seconds / times['geoindex']:.1f} x")


def main() -> None:
    """Run the benchmark."""
    parser = parser_of(__doc__ or "", 3)
    parser.add_argument("--large", action="store_true", help="also time 144 megapixels")
    options = parser.parse_args()
    mpl.use("Agg")
    print(machine("matplotlib", "scipy"))
    bounds = ", ".join(f"{ramp} {load_ramp(ramp).bound('truncate'):.4f}" for ramp in RAMPS)
    print(f"\nBounds: {bounds}")
    print_errors()
    print_times(1, options.repeat)
    if options.large:
        print_times(LARGE_TILES * 1000 // ROWS, options.repeat)


if __name__ == "__main__":
    main()
