"""Time `geoindex.nearest` and other libraries on one image in one run.

    python benchmarks/nearest_color.py [IMAGE] [--palette windows-256] [--repeat 15]

The default IMAGE is the real map in the folder GEOINDEX_REAL_DATA if that is set, otherwise the
sample map.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from common import SAMPLE_MAP, Picture, machine, medians, parser_of, print_header, print_row
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial import cKDTree
from sklearn.metrics import pairwise_distances_argmin

from geoindex import GeoindexError, Palette, load_palette, nearest
from geoindex.color.mapper import ColorMapper
from geoindex.images.files import read_image

Indices = NDArray[Any]
Method = Callable[[Picture, Palette], Indices]


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
    return SAMPLE_MAP


def brute_force(pixels: Picture, palette: Palette) -> Indices:
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


def first_image(pixels: Picture, palette: Palette) -> Indices:
    """Map with a new mapper, whose table is still empty."""
    return ColorMapper(palette).map(pixels)


def pillow(pixels: Picture, palette: Palette) -> Indices:
    """Pillow's quantize without dithering; at most 256 colors."""
    carrier = Image.new("P", (1, 1))
    # Pillow pads with black, so the last color fills the table and is mapped back.
    padding = np.repeat(palette.colors[-1:], 256 - len(palette), axis=0)
    carrier.putpalette(np.concatenate([palette.colors, padding]).tobytes())
    image = Image.fromarray(pixels).quantize(palette=carrier, dither=Image.Dither.NONE)
    return np.minimum(np.asarray(image), len(palette) - 1)


def scikit_learn(pixels: Picture, palette: Palette) -> Indices:
    """Scikit-learn on floats 0..1, as in notebooks."""
    flat = pixels.reshape(-1, 3).astype(np.float32) / 255
    colors = palette.unit().astype(np.float32)
    return pairwise_distances_argmin(flat, colors).reshape(pixels.shape[:-1])


def kd_tree(pixels: Picture, palette: Palette) -> Indices:
    """SciPy's cKDTree on all cores."""
    tree = cKDTree(palette.colors.astype(float))
    return tree.query(pixels.reshape(-1, 3), workers=-1)[1].reshape(pixels.shape[:-1])


def numpy_unique(pixels: Picture, palette: Palette) -> Indices:
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


def run(pixels: Picture, palette: Palette, repeat: int) -> list[Row]:
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
    calls = {name: partial(method, pixels, palette) for name, method in METHODS.items()}
    seconds = medians(calls, repeat, warm_up=False)
    return [
        Row(
            method=name,
            seconds=seconds[name],
            not_nearest=float((squared(indices) > least).mean()),
            other_index=float((indices != expected).mean()),
        )
        for name, indices in answers.items()
    ]


def print_table(rows: list[Row], n_pixels: int) -> None:
    """Print the results, times relative to geoindex."""
    print_header("method", "ms", "Mpx/s", "relative time", "not the nearest", "other index")
    for row in rows:
        print_row(
            row.method,
            f"{row.seconds * 1e3:,.1f}",
            f"{n_pixels / row.seconds / 1e6:,.0f}",
            f"{row.seconds / rows[0].seconds:.1f} x",
            f"{row.not_nearest:.2%}",
            f"{row.other_index:.2%}",
        )


def main() -> None:
    """Read the options, run, print."""
    parser = parser_of(__doc__, repeat=15)
    parser.add_argument("image", type=Path, nargs="?", default=default_image())
    parser.add_argument("--palette", default="windows-256")
    options = parser.parse_args()
    try:
        palette = load_palette(options.palette)
        pixels = np.ascontiguousarray(read_image(options.image).colors)
    except GeoindexError as error:
        parser.error(str(error))
    if len(palette) > 256:
        parser.error(f"Pillow takes at most 256 colors, {options.palette} has {len(palette)}")
    rows, cols, _ = pixels.shape
    print(
        f"{options.image.name}, {cols} x {rows} pixels, {len(palette)} colors; median of "
        f"{options.repeat}; {machine('numpy', 'numba', 'pillow', 'scikit-learn', 'scipy')}"
    )
    print_table(run(pixels, palette, options.repeat), rows * cols)


if __name__ == "__main__":
    main()
