"""Nearest color over sizes, kinds of image, palettes and metrics, compared with other libraries.

    python benchmarks/throughput.py [--repeat 5] [--largest 144]

Prints Markdown tables: megapixels per second of geoindex, Pillow and scikit-learn; the time of
full cubes; and peak memory beyond input and output (Linux only). The largest size needs about 6
GB for the other libraries; with `--largest 16` everything stays below 2 GB.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from nearest_color import Pixels, pillow, scikit_learn
from sklearn.datasets import load_sample_image

from geoindex import ColorCube, Palette, load_palette, nearest
from geoindex.color.mapper import ColorMapper
from geoindex.color.metrics import METRICS
from geoindex.images.files import read_image

SAMPLE_MAP = Path(__file__).resolve().parents[1] / "data" / "sample_map.png"

SIDES = {0.07: (256, 256), 1.3: (1000, 1300), 16: (4000, 4000), 144: (12_000, 12_000)}
"""Megapixels and the shapes that stand for them."""


def fill_frame(picture: Pixels, shape: tuple[int, int]) -> Pixels:
    """Repeat a picture until it fills a frame."""
    rows, cols = shape
    times = (-(-rows // picture.shape[0]), -(-cols // picture.shape[1]), 1)
    return np.ascontiguousarray(np.tile(picture, times)[:rows, :cols])


def map_like(shape: tuple[int, int]) -> Pixels:
    """Repeat the sample map: flat units, anti-aliased edges, line work."""
    return fill_frame(np.ascontiguousarray(read_image(SAMPLE_MAP).colors), shape)


def photo(shape: tuple[int, int]) -> Pixels:
    """Repeat a photograph: some 100,000 colors, neighbors alike."""
    return fill_frame(load_sample_image("china.jpg"), shape)


def noise(shape: tuple[int, int]) -> Pixels:
    """Draw every color as likely as any other: the worst case for a table."""
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)


KINDS: dict[str, Callable[[tuple[int, int]], Pixels]] = {
    "map": map_like,
    "photo": photo,
    "noise": noise,
}


def random_palette(n_colors: int) -> Palette:
    """Random colors of a fixed seed."""
    return Palette(np.random.default_rng(n_colors).integers(0, 256, (n_colors, 3)))


def interleaved(calls: dict[str, Callable[[], object]], repeat: int) -> dict[str, float]:
    """Median seconds of each call after one to warm up, in turns."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(repeat):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def once(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def print_sizes(sizes: list[float], repeat: int) -> None:
    """Sizes and kinds of image with Windows-256."""
    palette = load_palette("windows-256")
    print(
        "\n| image | Mpx | geoindex Mpx/s | Pillow Mpx/s | scikit-learn Mpx/s | "
        "faster than Pillow | faster than scikit-learn |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for kind, make in KINDS.items():
        for size in sizes:
            pixels = make(SIDES[size])
            n_pixels = pixels.size / 3e6
            median = interleaved(
                {
                    "geoindex": lambda: nearest(pixels, palette),
                    "pillow": lambda: pillow(pixels, palette),
                },
                repeat,
            )
            ours, theirs = median["geoindex"], median["pillow"]
            slow = once(lambda: scikit_learn(pixels, palette))
            print(
                f"| {kind} | {size:g} | {n_pixels / ours:,.0f} | {n_pixels / theirs:,.0f} | "
                f"{n_pixels / slow:,.1f} | {theirs / ours:.1f} x | {slow / ours:,.0f} x |",
                flush=True,
            )


def print_palettes(repeat: int) -> None:
    """Palettes of three sizes, with a table that is warm, empty, or filled as a whole."""
    pixels = map_like(SIDES[1.3])
    print("\n| colors | full cube s | 1.3 Mpx map, new palette ms | again ms | Pillow ms |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for n_colors in (16, 256, 4096):
        palette = random_palette(n_colors)
        cube = statistics.median(once(lambda: ColorCube(palette)) for _ in range(repeat))
        calls: dict[str, Callable[[], object]] = {
            "new": lambda: ColorMapper(palette).map(pixels),
            "again": lambda: nearest(pixels, palette),
        }
        if n_colors <= 256:
            calls["pillow"] = lambda: pillow(pixels, palette)
        median = interleaved(calls, repeat)
        theirs = f"{median['pillow'] * 1e3:.1f}" if "pillow" in median else "at most 256"
        print(
            f"| {n_colors} | {cube:.3f} | {median['new'] * 1e3:.1f} | "
            f"{median['again'] * 1e3:.1f} | {theirs} |",
            flush=True,
        )


def print_metrics(repeat: int) -> None:
    """Every metric with Windows-256; the slow ones once."""
    pixels = map_like(SIDES[1.3])
    palette = load_palette("windows-256")
    print("\n| metric | full cube s | 1.3 Mpx map, new palette ms | again ms |")
    print("| --- | ---: | ---: | ---: |")
    for metric in METRICS:
        times = 1 if metric == "ciede2000" else repeat
        nearest(pixels[:8, :8], palette, metric=metric)
        cube = statistics.median(once(lambda: ColorCube(palette, metric)) for _ in range(times))
        median = interleaved(
            {
                "new": lambda: ColorMapper(palette, metric=metric).map(pixels),
                "again": lambda: nearest(pixels, palette, metric=metric),
            },
            times,
        )
        print(
            f"| {metric} | {cube:.3f} | {median['new'] * 1e3:.1f} | {median['again'] * 1e3:.1f} |",
            flush=True,
        )


MEMORY = """
import sys
import numpy as np
sys.path.insert(0, {folder!r})
import throughput
from geoindex import load_palette, nearest

def status(key):
    lines = open("/proc/self/status").read().split("\\n")
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) * 1024

palette = load_palette("windows-256")
nearest(np.zeros((2, 3), np.uint8), palette)
pixels = throughput.KINDS[{kind!r}](throughput.SIDES[{size!r}])
open("/proc/self/clear_refs", "w").write("5")
before = status("VmRSS")
indices = nearest(pixels, throughput.random_palette(256))
print("PEAK", status("VmHWM") - before - indices.nbytes)
"""


def print_memory(sizes: list[float]) -> None:
    """Peak memory above input and output, each in a process of its own."""
    print("\n| image | Mpx | peak memory beyond input and output MB |")
    print("| --- | ---: | ---: |")
    for kind in KINDS:
        for size in sizes:
            code = MEMORY.format(folder=str(Path(__file__).parent), kind=kind, size=size)
            result = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True
            )
            peak = int(re.search(r"PEAK (-?\d+)", result.stdout).group(1))
            print(f"| {kind} | {size:g} | {peak / 1e6:.0f} |", flush=True)


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--largest", type=float, default=144, help="megapixels")
    options = parser.parse_args()
    if options.repeat < 1:
        parser.error("--repeat must be 1 or more")
    sizes = [size for size in SIDES if size <= options.largest]
    libraries = ("numpy", "numba", "pillow", "scikit-learn")
    print(
        f"Median of {options.repeat}, scikit-learn once; {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in libraries)
    )
    print_sizes(sizes, options.repeat)
    print_palettes(options.repeat)
    print_metrics(options.repeat)
    if sys.platform == "linux":
        print_memory(sizes)


if __name__ == "__main__":
    main()
