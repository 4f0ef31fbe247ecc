"""Nearest color over sizes, kinds of image, palettes and metrics, compared with other libraries.

    python benchmarks/throughput.py [--repeat 5] [--largest 144]

Prints Markdown tables: megapixels per second of geoindex, Pillow and scikit-learn; the time of
full cubes; and peak memory beyond input and output (Linux only). The largest size needs about 6
GB for the other libraries; with `--largest 16` everything stays below 2 GB.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from common import (
    Picture,
    fill_frame,
    machine,
    measured_apart,
    medians,
    parser_of,
    print_header,
    print_row,
    sample_picture,
    seconds_of,
)
from nearest_color import pillow, scikit_learn
from sklearn.datasets import load_sample_image

from geoindex import ColorCube, Palette, load_palette, nearest
from geoindex.color.mapper import ColorMapper
from geoindex.color.metrics import METRICS

SIDES = {0.07: (256, 256), 1.3: (1000, 1300), 16: (4000, 4000), 144: (12_000, 12_000)}
"""Megapixels and the shapes that stand for them."""


def map_like(shape: tuple[int, int]) -> Picture:
    """Repeat the sample map: flat units, anti-aliased edges, line work."""
    return fill_frame(sample_picture(), shape)


def photo(shape: tuple[int, int]) -> Picture:
    """Repeat a photograph: some 100,000 colors, neighbors alike."""
    return fill_frame(load_sample_image("china.jpg"), shape)


def noise(shape: tuple[int, int]) -> Picture:
    """Draw every color as likely as any other: the worst case for a table."""
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)


KINDS: dict[str, Callable[[tuple[int, int]], Picture]] = {
    "map": map_like,
    "photo": photo,
    "noise": noise,
}


def random_palette(n_colors: int) -> Palette:
    """Random colors of a fixed seed."""
    return Palette(np.random.default_rng(n_colors).integers(0, 256, (n_colors, 3)))


def print_sizes(sizes: list[float], repeat: int) -> None:
    """Sizes and kinds of image with Windows-256."""
    palette = load_palette("windows-256")
    print_header(
        *("image", "Mpx", "geoindex Mpx/s", "Pillow Mpx/s", "scikit-learn Mpx/s"),
        *("faster than Pillow", "faster than scikit-learn"),
    )
    for kind, make in KINDS.items():
        for size in sizes:
            pixels = make(SIDES[size])
            n_pixels = pixels.size / 3e6
            median = medians(
                {
                    "geoindex": lambda: nearest(pixels, palette),
                    "pillow": lambda: pillow(pixels, palette),
                },
                repeat,
            )
            ours, theirs = median["geoindex"], median["pillow"]
            slow = seconds_of(lambda: scikit_learn(pixels, palette))
            print_row(
                kind,
                f"{size:g}",
                f"{n_pixels / ours:,.0f}",
                f"{n_pixels / theirs:,.0f}",
                f"{n_pixels / slow:,.1f}",
                f"{theirs / ours:.1f} x",
                f"{slow / ours:,.0f} x",
            )


def print_palettes(repeat: int) -> None:
    """Palettes of three sizes, with a table that is warm, empty, or filled as a whole."""
    pixels = map_like(SIDES[1.3])
    new = "1.3 Mpx map, new palette ms"
    print_header("colors", "full cube s", new, "again ms", "Pillow ms", text=())
    for n_colors in (16, 256, 4096):
        palette = random_palette(n_colors)
        cube = medians({"": lambda: ColorCube(palette)}, repeat, warm_up=False)[""]
        calls: dict[str, Callable[[], object]] = {
            "new": lambda: ColorMapper(palette).map(pixels),
            "again": lambda: nearest(pixels, palette),
        }
        if n_colors <= 256:
            calls["pillow"] = lambda: pillow(pixels, palette)
        median = medians(calls, repeat)
        theirs = f"{median['pillow'] * 1e3:.1f}" if "pillow" in median else "at most 256"
        new, again = (f"{median[name] * 1e3:.1f}" for name in ("new", "again"))
        print_row(n_colors, f"{cube:.3f}", new, again, theirs)


def print_metrics(repeat: int) -> None:
    """Every metric with Windows-256; the slow ones once."""
    pixels = map_like(SIDES[1.3])
    palette = load_palette("windows-256")
    print_header("metric", "full cube s", "1.3 Mpx map, new palette ms", "again ms")
    for metric in METRICS:
        times = 1 if metric == "ciede2000" else repeat
        nearest(pixels[:8, :8], palette, metric=metric)
        cube = medians({"": lambda: ColorCube(palette, metric)}, times, warm_up=False)[""]
        median = medians(
            {
                "new": lambda: ColorMapper(palette, metric=metric).map(pixels),
                "again": lambda: nearest(pixels, palette, metric=metric),
            },
            times,
        )
        new, again = (f"{median[name] * 1e3:.1f}" for name in ("new", "again"))
        print_row(metric, f"{cube:.3f}", new, again)


# A small array first, so that compiling does not count.
PEAK = """
import sys
import numpy as np
from common import peak_above
from geoindex import load_palette, nearest
from throughput import KINDS, SIDES, random_palette

nearest(np.zeros((2, 3), np.uint8), load_palette("windows-256"))
pixels = KINDS[sys.argv[1]](SIDES[float(sys.argv[2])])
palette = random_palette(256)
found = []
peak = peak_above(lambda: found.append(nearest(pixels, palette)))
print(peak - found[0].nbytes)
"""


def print_memory(sizes: list[float]) -> None:
    """Peak memory above input and output, each in a process of its own."""
    print_header("image", "Mpx", "peak memory beyond input and output MB")
    for kind in KINDS:
        for size in sizes:
            print_row(kind, f"{size:g}", f"{measured_apart(PEAK, kind, size):.0f}")


def main() -> None:
    """Read the options, run, print."""
    parser = parser_of(__doc__, repeat=5)
    parser.add_argument("--largest", type=float, default=144, help="megapixels")
    options = parser.parse_args()
    sizes = [size for size in SIDES if size <= options.largest]
    print(
        f"Median of {options.repeat}, scikit-learn once; "
        f"{machine('numpy', 'numba', 'pillow', 'scikit-learn')}"
    )
    print_sizes(sizes, options.repeat)
    print_palettes(options.repeat)
    print_metrics(options.repeat)
    if sys.platform == "linux":
        print_memory(sizes)


if __name__ == "__main__":
    main()
