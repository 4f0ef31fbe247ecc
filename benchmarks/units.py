"""Units' colors from the picture alone: how many are found, and how many too many.

    python benchmarks/units.py [--seeds 1000-1003] [--variants scan printed ...]

Prints a Markdown table: drawn and printed maps of 24 units (and 40 pastel ones 10 levels apart), a
column per seed. A unit counts as found if a color lies within 12 levels (RGB), one to one. Then
CPU seconds per megapixel, all threads.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from common import print_header, print_row
from drawn_maps import VARIANTS as DRAWN
from drawn_maps import Bytes, DrawnMap, draw_map
from numpy.typing import NDArray
from printed_maps import VARIANTS as PRINTED
from printed_maps import print_map
from scipy.optimize import linear_sum_assignment

from geoindex import learn_palette

WITHIN = 12
"""RGB distance of a color that is found."""


def drawn(variant: str, seed: int) -> tuple[Bytes, Bytes]:
    """Picture and units of a drawn map."""
    made: DrawnMap = draw_map(seed, variants=(variant,))
    return made.pictures[variant], made.colors[: made.n_units]


def printed(variant: str, seed: int) -> tuple[Bytes, Bytes]:
    """Picture and units of a printed map."""
    made = print_map(seed, (variant,))[variant]
    return made.picture, made.colors[: made.n_units]


def stippled(seed: int) -> tuple[Bytes, Bytes]:
    """Four units with dots and with bricks in half of their color."""
    made = draw_map(seed, variants=("+ black contacts",))
    picture = made.pictures["+ black contacts"].copy()
    rows, cols = np.indices(made.truth.shape)
    dots = ((rows % 7) < 2) & (((cols + 3 * (rows // 7)) % 8) < 2)
    bricks = (rows % 8 == 0) | (((cols + 8 * (rows // 8 % 2)) % 16) == 0)
    for unit, pattern in enumerate((dots, bricks, dots, bricks)):
        picture[(made.truth == unit) & pattern] //= 2
    return picture, made.colors[: made.n_units]


def pastel(seed: int) -> tuple[Bytes, Bytes]:
    """40 light units, 10 levels apart, without contacts."""
    made = draw_map(seed, n_units=40, n_regions=200, variants=("anti-aliased edges",))
    rng = np.random.default_rng(seed)
    colors: list[NDArray[np.float64]] = []
    while len(colors) < 40:
        color = np.floor(rng.uniform(205, 250, 3))
        if all(np.linalg.norm(color - other) >= 10 for other in colors):
            colors.append(color)
    units = np.array(colors, np.uint8)
    return units[made.truth], units


MAPS: dict[str, Callable[[int], tuple[Bytes, Bytes]]] = {
    **{name: partial(drawn, name) for name in DRAWN},
    "stipple and bricks": stippled,
    "40 pastel units": pastel,
    **{name: partial(printed, name) for name in PRINTED},
}


def score(units: Bytes, found: Bytes) -> tuple[int, int]:
    """Units found one to one, and colors too many."""
    gaps = np.linalg.norm(units[:, None].astype(float) - found[None], axis=2)
    one, other = linear_sum_assignment(np.minimum(gaps, WITHIN))
    hits = int((gaps[one, other] < WITHIN).sum())
    return hits, len(found) - hits


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", default="1000-1003", help="first-last")
    parser.add_argument("--variants", nargs="*", default=list(MAPS), choices=list(MAPS))
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    print_header("map", *(f"seed {seed}: found / too many" for seed in seeds), "CPU s/Mpx")
    for variant in options.variants:
        cells, seconds, pixels = [], 0.0, 0
        for seed in seeds:
            picture, units = MAPS[variant](seed)
            start = time.process_time()
            palette = learn_palette(picture, method="units")
            seconds += time.process_time() - start
            pixels += picture.shape[0] * picture.shape[1]
            roles = palette.roles or ("unit",) * len(palette)
            found = palette.colors[[role != "ink" for role in roles]]
            cells.append("{} / {}".format(*score(units, found)))
        print_row(variant, *cells, f"{seconds / pixels * 1e6:.1f}")


if __name__ == "__main__":
    main()
