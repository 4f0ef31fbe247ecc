"""Class recovery on maps with a known answer, compared with common methods.

    python benchmarks/class_recovery.py [--maps N] [--first-seed 1000] [--speed] [--printed]

Draws maps with seeds that were not used for tuning (those were 0 to 9) and prints the
percentage of pixels with the right class: for nearest color, for nearest color followed by a 3
x 3 majority filter or GDAL's sieve, and for geoindex. Repeats this for the tenth of the classes
with the smallest area, for thin units, for other numbers of units, and for the sample map. The
last columns give the largest error in the areas of the ten largest units. `--printed` prints the
same for scans, printed sheets, blended and dithered maps, and what is right without a palette: the
units learned of 24, the colors too many, and the pixels that are right if each of them is named by
the unit that it covers most of. `--speed` times the default steps on 12000 x 12000 pixels.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from common import (
    DATA,
    SAMPLE_PALETTE,
    fill_frame,
    machine,
    medians,
    parser_of,
    positive,
    print_header,
    print_row,
    sample_picture,
)
from drawn_maps import SHADED, VARIANTS, DrawnMap, draw_map
from numpy.typing import NDArray
from printed_maps import PrintedMap, engrave
from rasterio.features import sieve
from skimage.filters.rank import majority
from units import score

from geoindex import (
    Clean,
    GeoindexError,
    IndexGrid,
    Palette,
    clean_grid,
    index_image,
    load_palette,
    nearest,
    open_grid,
)
from geoindex.clean.blocks import clean_block
from geoindex.color.metrics import Metric
from geoindex.errors import GeoindexWarning

Bytes = NDArray[np.uint8]

LARGEST = 10
"""Units whose areas are compared."""

SIEVE_PIXELS = 16
"""Smallest polygon that the sieve keeps."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """A picture to find the classes of."""

    picture: Bytes
    palette: Palette
    inks: tuple[int, ...] = ()
    metric: Metric = "rgb"

    def nearest(self) -> Bytes:
        """Classes by plain nearest color."""
        return nearest(self.picture, self.palette)


def majority_filter(task: Task) -> Bytes:
    return majority(task.nearest(), np.ones((3, 3), np.uint8))


def gdal_sieve(task: Task) -> Bytes:
    return sieve(task.nearest(), SIEVE_PIXELS)


def ours(task: Task) -> Bytes:
    indices = nearest(task.picture, task.palette, metric=task.metric)
    plan = Clean(ink=task.inks).plan(task.palette, task.metric)
    return clean_block(task.picture, indices, plan).indices


METHODS: dict[str, Callable[[Task], Bytes]] = {
    "nearest": Task.nearest,
    "3 x 3 majority": majority_filter,
    "GDAL sieve": gdal_sieve,
    "geoindex": ours,
}

GOALS = (99.95, 99.8, 99.75, 99.75, 99.85, 99.0)


def answers(drawn: DrawnMap, variant: str) -> dict[str, Bytes]:
    """Answer of each method."""
    inked = variant.startswith("+") or variant == "all together"
    task = Task(
        picture=drawn.pictures[variant],
        palette=Palette(drawn.colors),
        inks=drawn.inks if inked else (),
        metric="shaded" if variant in SHADED else "rgb",
    )
    return {name: method(task) for name, method in METHODS.items()}


def rare(truth: Bytes, n_units: int) -> NDArray[np.bool_]:
    """Pixels of the tenth of the classes that cover least."""
    counts = np.bincount(truth.ravel(), minlength=n_units)[:n_units]
    present = np.flatnonzero(counts)
    least = present[np.argsort(counts[present], kind="stable")]
    return np.isin(truth, least[: max(1, len(present) // 10)])


def area_error(answer: Bytes, truth: Bytes, n_units: int) -> float:
    """Largest relative error of the areas of the largest units in percent."""
    areas = np.bincount(truth.ravel(), minlength=n_units)[:n_units]
    found = np.bincount(answer.ravel(), minlength=n_units)[:n_units]
    largest = np.argsort(-areas, kind="stable")[: min(LARGEST, np.count_nonzero(areas))]
    return 100 * float(np.abs(found[largest] / areas[largest] - 1).max())


def print_table(maps: list[DrawnMap], title: str) -> None:
    """Mean shares over maps: all pixels, rare classes, thin units; and errors of areas."""
    names = list(METHODS)
    ends = ("nearest", "geoindex")
    print(f"\n{title}")
    print_header(
        *("map", *names, "goal"),
        *(f"rare: {name}" for name in names),
        *(f"{what}: {name}" for what in ("thin", "areas") for name in ends),
    )
    for variant, goal in zip(VARIANTS, GOALS, strict=True):
        right: dict[str, list[float]] = {name: [] for name in names}
        scarce: dict[str, list[float]] = {name: [] for name in names}
        thin: dict[str, list[float]] = {name: [] for name in names}
        areas: dict[str, list[float]] = {name: [] for name in names}
        for drawn in maps:
            where = rare(drawn.truth, drawn.n_units)
            for name, answer in answers(drawn, variant).items():
                hit = answer == drawn.truth
                right[name].append(100 * hit.mean())
                scarce[name].append(100 * hit[where].mean())
                thin[name].append(100 * hit[drawn.thin].mean())
                areas[name].append(area_error(answer, drawn.truth, drawn.n_units))
        cells = [f"{np.mean(right[name]):.2f}" for name in names]
        cells += [f"{goal:g}"]
        cells += [f"{np.mean(scarce[name]):.1f}" for name in names]
        cells += [f"{np.mean(thin[name]):.1f}" for name in ends]
        cells += [f"{max(areas[name]):.1f}" for name in ends]
        print_row(variant, *cells)


PRINTED_GOALS = {
    "scan": 99.7,
    "printed": 99.4,
    "printed-fine": 99.5,
    "blend": 99.8,
    "jpeg-60": 99.6,
    "inked": 99.8,
    "dithered": 96.0,
    "dithered-ordered": 96.0,
    "halftone": 99.0,
}
"""Share of right pixels in percent that is wanted of each kind of printed map."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PrintedScore:
    """Shares of right pixels of a printed map, in percent."""

    right: dict[str, float]
    rare: dict[str, float]
    by: str
    """Kind that the map was found to be of."""


def print_printed(seeds: range) -> None:
    """Print what is right on printed maps, with the palette given and without one."""
    plates = {
        (seed, thin): engrave(seed, thin_units=thin) for seed in seeds for thin in (False, True)
    }
    names = ("nearest", "as an export", "geoindex")
    print(f"\nPrinted maps, 24 units, 160 regions, seeds {seeds[0]} to {seeds[-1]}")
    print_header(
        *("map", *names, "goal", "found to be"),
        *(f"{what}: {name}" for what in ("rare", "thin") for name in ("nearest", "geoindex")),
        *("units learned", "too many", "right without a palette"),
        text=(0, 5),
    )
    for variant, goal in PRINTED_GOALS.items():
        maps = [plates[seed, False].print(variant) for seed in seeds]
        scores = [score_printed(drawn, names) for drawn in maps]
        thin = [thin_right(plates[seed, True].print(variant)) for seed in seeds]
        learned = [score_learned(drawn) for drawn in maps]
        cells = [f"{np.mean([score.right[name] for score in scores]):.2f}" for name in names]
        cells += [f"{goal:g}", ", ".join(sorted({score.by for score in scores}))]
        for name in ("nearest", "geoindex"):
            cells.append(f"{np.mean([score.rare[name] for score in scores]):.1f}")
        cells += [f"{share:.1f}" for share in np.mean(thin, axis=0)]
        hits, extra, right = np.array(learned).T
        cells += [_span(hits), _span(extra), f"{np.mean(right):.2f}"]
        print_row(variant, *cells)


def answer_of(drawn: PrintedMap, name: str) -> IndexGrid:
    """Classes of a printed map by a method."""
    clean = {
        "nearest": False,
        "as an export": Clean(ink=drawn.inks, shade=False, scan=False, dither=False),
        "geoindex": Clean(ink=drawn.inks),
    }[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeoindexWarning)
        return index_image(drawn.picture, Palette(drawn.colors), clean=clean)


def score_printed(drawn: PrintedMap, names: Sequence[str]) -> PrintedScore:
    """Score the methods on a printed map."""
    grids = {name: answer_of(drawn, name) for name in names}
    recovery = grids["geoindex"].provenance["clean"].get("recovery", {"by": "export"})
    where = rare(drawn.truth, drawn.n_units) & ~drawn.tied
    return PrintedScore(
        right={name: 100 * drawn.share_right(grid.indices) for name, grid in grids.items()},
        rare={
            name: 100 * (grid.indices == drawn.truth)[where].mean() for name, grid in grids.items()
        },
        by=recovery["by"],
    )


def thin_right(drawn: PrintedMap) -> list[float]:
    """Shares of the pixels of thin units that are right: nearest color, and recovered."""
    return [
        100 * float((answer_of(drawn, name).indices == drawn.truth)[drawn.thin].mean())
        for name in ("nearest", "geoindex")
    ]


def score_learned(drawn: PrintedMap) -> tuple[int, int, float]:
    """Units that are learned, colors too many, and the share right, each unit at its best."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeoindexWarning)
        try:
            grid = index_image(drawn.picture)
        except GeoindexError:
            return 0, 0, 0.0
    units = [row for row, role in enumerate(grid.palette.roles or ()) if role != "ink"]
    hits, extra = score(drawn.colors[: drawn.n_units], grid.palette.colors[units])
    counts = np.zeros((len(grid.palette), drawn.n_units), np.int64)
    np.add.at(counts, (grid.indices[grid.valid], drawn.truth[grid.valid]), 1)
    names = counts.argmax(axis=1)[np.where(grid.valid, grid.indices, 0)]
    return hits, extra, 100 * drawn.share_right(np.where(grid.valid, names, -1))


def _span(numbers: NDArray[np.float64]) -> str:
    """One number or a range."""
    low, high = numbers.min(), numbers.max()
    return f"{low:.0f}" if low == high else f"{low:.0f}-{high:.0f}"


def print_sample_map() -> None:
    """Print the shares of the sample map of data/, without its margin."""
    palette = load_palette(SAMPLE_PALETTE)
    picture = sample_picture()
    truth = open_grid(DATA / "sample_map_classes.tif")
    task = Task(picture=picture, palette=palette, inks=Clean().plan(palette).inks)
    inside = truth.valid
    where = rare(np.where(inside, truth.indices, 255), len(palette)) & inside
    print("\nThe sample map")
    print_header("method", "right %", "rarest tenth %")
    for name, method in METHODS.items():
        hit = method(task) == truth.indices
        print_row(name, f"{100 * hit[inside].mean():.2f}", f"{100 * hit[where].mean():.1f}")


def speed_cases() -> dict[str, tuple[Bytes, Palette, Clean]]:
    """Pictures whose recovery is timed, with their legends and options."""
    drawn = draw_map(1000, variants=("+ black contacts",))
    picture = drawn.pictures["+ black contacts"]
    return {
        "sample map": (sample_picture(), load_palette(SAMPLE_PALETTE), Clean()),
        "drawn map": (picture, Palette(drawn.colors), Clean(ink=drawn.inks)),
    }


def print_speed(repeat: int) -> None:
    """Default steps on 144 Mpx: the sample map and a drawn map, repeated."""
    print_header("12000 x 12000", "nearest s", "class recovery s", "Mpx/s")
    for name, (picture, colors, clean) in speed_cases().items():
        pixels = fill_frame(picture, (12_000, 12_000))
        indices = nearest(pixels, colors)
        calls = {
            "mapping": lambda: nearest(pixels, colors),
            "cleaning": lambda: clean_block(pixels, indices, clean.plan(colors)),
        }
        mapping, cleaning = medians(calls, repeat, warm_up=False).values()
        print_row(name, f"{mapping:.2f}", f"{cleaning:.2f}", f"{144 / cleaning:.1f}")


def print_counts(maps: list[DrawnMap]) -> None:
    """Print what was changed, and why, on the first map."""
    drawn = maps[0]
    palette = Palette(drawn.colors)
    picture = drawn.pictures["+ labels and red faults"]
    grid = IndexGrid(indices=nearest(picture, palette), palette=palette, nodata=255)
    cleaned = clean_grid(grid, Clean(ink=drawn.inks), image=picture)
    print("\nChanged pixels of the first map with labels and faults:", cleaned.changed())


def main() -> None:
    """Read the options, draw, print."""
    parser = parser_of(__doc__, repeat=3)
    parser.add_argument("--maps", type=positive, help="6 by default, 3 of them printed")
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--speed", action="store_true", help="measure 12000 x 12000 pixels only")
    parser.add_argument("--printed", action="store_true", help="scans and printed maps only")
    options = parser.parse_args()
    print(machine("numpy", "numba", "scipy"))
    if options.speed:
        print_speed(options.repeat)
        return
    number = options.maps or (3 if options.printed else 6)
    seeds = range(options.first_seed, options.first_seed + number)
    if options.printed:
        print_printed(seeds)
        return
    maps = [draw_map(seed) for seed in seeds]
    print_table(
        maps, f"24 units, 160 regions, {len(maps)} maps of seeds {seeds[0]} to {seeds[-1]}"
    )
    print_counts(maps)
    for n_units, n_regions in ((8, 60), (48, 300)):
        few = [draw_map(seed, n_units=n_units, n_regions=n_regions) for seed in seeds[:2]]
        print_table(few, f"{n_units} units, {n_regions} regions, {len(few)} maps")
    print_sample_map()


if __name__ == "__main__":
    main()
