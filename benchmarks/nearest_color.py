"""Time `geoindex.nearest` and other libraries on one image in one run.

    python benchmarks/nearest_color.py [IMAGE] [--palette windows-256] [--repeat 15]

The default IMAGE is the real map in the folder GEOINDEX_REAL_DATA if that is set, otherwise the
sample map.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial import cKDTree
from sklearn.metrics import pairwise_distances_argmin

from geoindex import GeoindexError, Palette, load_palette, nearest
from geoindex.color.mapper import ColorMapper
from geoindex.images.files import read_image

Pixels = NDArray[np.uint8]
Indices = NDArray[Any]
Method = Callable[[Pixels, Palette], Indices]

REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One method's result."""

    method: str
    """What was run."""

    seconds: float
    """Median of the repeats."""

    not_nearest: float
    """Share of pixels whose color is farther than the nearest palette color."""

    other_index: float
    """Share of pixels whose index is not the lowest nearest one."""


def default_image() -> Path:
    """Return the real map where it is at hand, else the sample map."""
    folder = os.environ.get("GEOINDEX_REAL_DATA")
    if folder:
        return Path(folder) / "kevitsa" / "Kevitsa_geology_noframe.png"
    return REPOSITORY / "data" / "sample_map.png"


def brute_force(pixels: Pixels, palette: Palette) -> Indices:
    """Compare every distinct color with every palette color in int64; lowest row wins."""
    distinct, inverse = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    colors = palette.colors.astype(np.int64)
    rows = np.concatenate(
        [
            ((part[:, np.newaxis].astype(np.int64) - colors) ** 2).sum(-1).argmin(1)
            for part in np.array_split(distinct, max(1, len(distinct) // 512))
        ]
    )
    return rows[inverse.reshape(-1)].reshape(pixels.shape[:-1])


def first_image(pixels: Pixels, palette: Palette) -> Indices:
    """Map with a new mapper, whose table is still empty."""
    return ColorMapper(palette).map(pixels)


def pillow(pixels: Pixels, palette: Palette) -> Indices:
    """Pillow's quantize without dithering; at most 256 colors."""
    carrier = Image.new("P", (1, 1))
    # Pillow pads with black, so the last color fills the table and is mapped back.
    padding = np.repeat(palette.colors[-1:], 256 - len(palette), axis=0)
    carrier.putpalette(np.concatenate([palette.colors, padding]).tobytes())
    image = Image.fromarray(pixels).quantize(palette=carrier, dither=Image.Dither.NONE)
    return np.minimum(np.asarray(image), len(palette) - 1)


def scikit_learn(pixels: Pixels, palette: Palette) -> Indices:
    """Scikit-learn on floats 0..1, as in notebooks."""
    flat = pixels.reshape(-1, 3).astype(np.float32) / 255
    colors = palette.unit().astype(np.float32)
    return pairwise_distances_argmin(flat, colors).reshape(pixels.shape[:-1])


def kd_tree(pixels: Pixels, palette: Palette) -> Indices:
    """SciPy's cKDTree on all cores."""
    tree = cKDTree(palette.colors.astype(float))
    return tree.query(pixels.reshape(-1, 3), workers=-1)[1].reshape(pixels.shape[:-1])


def numpy_unique(pixels: Pixels, palette: Palette) -> Indices:
    """Distinct packed colors, brute force in int32, scattered back."""
    codes = pixels.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    distinct, inverse = np.unique(codes.ravel(), return_inverse=True)
    colors = np.stack([distinct >> 16, distinct >> 8 & 255, distinct & 255], -1).astype(np.int32)
    rows = np.concatenate(
        [
            ((part[:, np.newaxis] - palette.colors.astype(np.int32)) ** 2).sum(-1).argmin(1)
            for part in np.array_split(colors, max(1, len(colors) // 4096))
        ]
    )
    return rows[inverse].reshape(pixels.shape[:-1])


METHODS: dict[str, Method] = {
    "geoindex": nearest,
    "geoindex, new palette": first_image,
    "Pillow quantize": pillow,
    "numpy unique": numpy_unique,
    "scipy cKDTree": kd_tree,
    "scikit-learn float32": scikit_learn,
}


def run(pixels: Pixels, palette: Palette, repeat: int) -> list[Row]:
    """Time every method on the same pixels, in turns, after one call each to warm up.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
    palette : Palette
        At most 256 colors.
    repeat : int
        Timed calls a method.

    Returns
    -------
    list of Row
    """
    expected = brute_force(pixels, palette)
    colors = palette.colors.astype(np.int64)

    def squared(indices: Indices) -> NDArray[np.int64]:
        return ((pixels - colors[indices]) ** 2).sum(-1)

    least = squared(expected)
    answers = {name: method(pixels, palette) for name, method in METHODS.items()}
    seconds: dict[str, list[float]] = {name: [] for name in METHODS}
    # In turns, so that whatever else the machine does meets all methods alike.
    for _ in range(repeat):
        for name, method in METHODS.items():
            start = time.perf_counter()
            method(pixels, palette)
            seconds[name].append(time.perf_counter() - start)
    return [
        Row(
            method=name,
            seconds=statistics.median(seconds[name]),
            not_nearest=float((squared(indices) > least).mean()),
            other_index=float((indices != expected).mean()),
        )
        for name, indices in answers.items()
    ]


def table(rows: list[Row], n_pixels: int) -> str:
    """Lay the results out as a Markdown table, times relative to geoindex."""
    lines = [
        "| method | ms | Mpx/s | relative time | not the nearest | other index |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {row.method} | {row.seconds * 1e3:,.1f} | {n_pixels / row.seconds / 1e6:,.0f} | "
        f"{row.seconds / rows[0].seconds:.1f} x | {row.not_nearest:.2%} | {row.other_index:.2%} |"
        for row in rows
    ]
    return "\n".join(lines)


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("image", type=Path, nargs="?", default=default_image())
    parser.add_argument("--palette", default="windows-256")
    parser.add_argument("--repeat", type=int, default=15)
    options = parser.parse_args()
    if options.repeat < 1:
        parser.error("--repeat must be 1 or more")
    try:
        palette = load_palette(options.palette)
        pixels = np.ascontiguousarray(read_image(options.image).colors)
    except GeoindexError as error:
        parser.error(str(error))
    if len(palette) > 256:
        parser.error(f"Pillow takes at most 256 colors, {options.palette} has {len(palette)}")
    rows, cols, _ = pixels.shape
    libraries = ("numpy", "numba", "pillow", "scikit-learn", "scipy")
    print(
        f"{options.image.name}, {cols} x {rows} pixels, {len(palette)} colors; median of "
        f"{options.repeat}; {os.cpu_count()} cores, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in libraries)
        + "\n"
    )
    print(table(run(pixels, palette, options.repeat), rows * cols))


if __name__ == "__main__":
    main()
