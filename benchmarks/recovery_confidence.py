"""Whether class recovery knows how sure it is, and the measurement behind its confidence.

    python benchmarks/recovery_confidence.py [--maps 2] [--first-seed 1000] [--lacking]

Prints for drawn maps of each kind the percentage of right pixels and the expected one, the
percentage of pixels beyond doubt (confidence above 90%), and how many of those are right. Every
second map has thin units.
`--lacking` prints the same with a unit left out of the palette: the largest one, one of medium
size, a small one, and of the larger ones that which is most similar to another. The columns have
means over all maps, and the difference between expected and right of the worst map.
`--calibrate` prints what `CHANCES` in `geoindex/clean/confidence.py` was measured as: the share of
right pixels at each margin, for each kind of picture (`--maps 4 --first-seed 20`, and 24 maps for
dithered ones, where units with the same dots make areas right or wrong as a whole).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from common import machine, parser_of, positive, print_header, print_row
from drawn_maps import Bytes, draw_map
from numpy.typing import NDArray
from printed_maps import print_map
from sklearn.isotonic import IsotonicRegression

from geoindex import Clean, Palette, nearest
from geoindex.clean import blocks
from geoindex.clean.confidence import MARGINS, N_MARGINS, UNLISTED, Quality, chances_of
from geoindex.clean.unlisted import UnlistedColors
from geoindex.color.histogram import ColorCounter
from geoindex.color.merged import MergedColors
from geoindex.color.pixels import Pixels
from geoindex.errors import GeoindexWarning

DRAWN = ("+ labels and red faults", "edges + JPEG", "edges + hillshade", "all together")
PRINTED = (
    "scan", "printed", "printed-fine", "jpeg-60", "inked", "blend", "dithered",
    "dithered-ordered", "halftone",
)  # fmt: skip

N_UNITS = 24

SMALL = {"n_regions": 73, "shape": (480, 600)}
"""The maps: as dense as those of the other benchmarks, which have 24 units, too."""

LEFT_OUT = 5
"""Unit that palettes lack in the measurement of chances."""

GUESSES = 10_000
"""Pixels of each map whose palette or options do not fit that count when chances are measured."""

NOT_FITTING = ("+ labels and red faults", "edges + JPEG", "jpeg-60", "scan", "printed")
"""Maps whose palettes lack a unit in a table of their own."""

MEDIUM, SMALL_ONE, LARGER = 8, 20, 8
"""Ranks by area of a unit of medium size and of a small one, and how many are the larger ones."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A picture, what recovery is told of it, and its answer."""

    name: str
    picture: Bytes
    colors: Bytes
    clean: Clean
    truth: NDArray[np.int64]
    """Row of the palette, -1 where it has none."""

    asked: NDArray[np.bool_]
    """False where two units cover a pixel alike."""

    def without(self, unit: int) -> Case:
        """Leave a unit out of the palette."""
        truth = np.where(self.truth == unit, -1, self.truth - (self.truth > unit))
        inks = tuple(ink - 1 for ink in self.clean.ink)
        return replace(
            self, truth=truth, colors=np.delete(self.colors, unit, axis=0),
            clean=replace(self.clean, ink=inks),
        )  # fmt: skip

    def units_to_leave_out(self) -> dict[str, int]:
        """Units that it makes a difference to leave out."""
        order = np.argsort(-np.bincount(self.truth.ravel(), minlength=N_UNITS), kind="stable")
        colors = self.colors[:N_UNITS].astype(np.float64)
        gaps = np.linalg.norm(colors[:, None] - colors[None], axis=2)
        np.fill_diagonal(gaps, np.inf)
        similar = min(order[:LARGER].tolist(), key=lambda unit: gaps[unit].min())
        return {
            "the largest": int(order[0]), "a medium one": int(order[MEDIUM]),
            "a small one": int(order[SMALL_ONE]), "a similar one": similar,
        }  # fmt: skip


def cases_of(seed: int, names: tuple[str, ...] = DRAWN + PRINTED) -> Iterator[Case]:
    """Draw the maps of a seed."""
    exports = tuple(name for name in DRAWN if name in names)
    prints = tuple(name for name in PRINTED if name in names)
    drawn = draw_map(seed, variants=exports, **SMALL)
    for name in exports:
        inks = drawn.inks if name.startswith("+") or name == "all together" else ()
        yield Case(
            name=name, picture=drawn.pictures[name], colors=drawn.colors, clean=Clean(ink=inks),
            truth=drawn.truth.astype(np.int64), asked=np.ones(drawn.truth.shape, bool),
        )  # fmt: skip
    for name, made in print_map(seed, prints, thin_units=bool(seed % 2), **SMALL).items():
        yield Case(
            name=name, picture=made.picture, colors=made.colors, clean=Clean(ink=made.inks),
            truth=made.truth.astype(np.int64), asked=~made.tied,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """Pixels of a map by margin."""

    kind: str
    counts: NDArray[np.int64]
    right: NDArray[np.int64]
    """Those of them that are right; both of shape (N_MARGINS,)."""

    is_lacking: bool = False
    """Whether frequent colors of areas are known that no unit has."""


def recovered(case: Case) -> Found:
    """Recover a map, and compare it with its answer."""
    palette = Palette(case.colors)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeoindexWarning)
        plan = case.clean.plan(palette).seen(case.truth.shape, Pixels(table=case.picture).part)
    near = nearest(case.picture, palette)
    result = blocks.clean_block(case.picture, near, plan)
    merged: tuple[MergedColors, ...] = ()
    if plan.recovery is None:
        unlisted, counter = UnlistedColors(plan), ColorCounter()
        unlisted.add(case.picture, 0, near, result.indices)
        counter.add(Pixels(table=case.picture))
        histogram = counter.histogram()
        merged = unlisted.merged(histogram, nearest(histogram.colors, palette), near.size)
    # Ink far from every unit may have become nodata.
    asked = case.asked & (result.confidence < N_MARGINS)
    margins, hit = result.confidence[asked], (result.indices == case.truth)[asked]
    return Found(
        kind=plan.calibration,
        counts=np.bincount(margins, minlength=N_MARGINS),
        right=np.bincount(margins[hit], minlength=N_MARGINS),
        is_lacking=bool(merged or plan.lacking),
    )


def print_check(seeds: range) -> None:
    """Compare what is expected with what is right, map by map."""
    print(f"\nDrawn maps, 24 units, 73 regions, seeds {seeds[0]} to {seeds[-1]}")
    print_header(
        "map", "kind", "right %", "expected %", "beyond doubt %", "right of these %", text=(0, 1)
    )
    rows: dict[str, list[Found]] = {}
    for seed in seeds:
        for case in cases_of(seed):
            rows.setdefault(case.name, []).append(recovered(case))
    for name, maps in rows.items():
        for found in maps:
            right, expected, beyond_doubt, right_of_these, _ = figures(found)
            print_row(
                name, found.kind, f"{right:.2f}", f"{expected:.2f}", f"{beyond_doubt:.1f}",
                f"{right_of_these:.2f}",
            )  # fmt: skip


def figures(found: Found) -> NDArray[np.float64]:
    """Percent of pixels right, expected, beyond doubt, right of these, and in unlisted colors."""
    quality = Quality.of(found.counts, found.kind, is_lacking=found.is_lacking)
    sure = chances_of(found.kind) >= 0.905
    return 100 * np.array(
        [
            found.right.sum() / found.counts.sum(),
            quality.expected_right,
            quality.beyond_doubt,
            found.right[sure].sum() / found.counts[sure].sum(),
            quality.unlisted,
        ]
    )


def print_lacking(seeds: range) -> None:
    """Compare what is expected with what is right where the palette lacks a unit."""
    print(f"\nDrawn maps, 24 units, 73 regions, seeds {seeds[0]} to {seeds[-1]}: means")
    print_header(
        "map", "left out", "% of the map", "noticed %", "right %", "expected %", "worst map",
        "beyond doubt %", "right of these %", text=(0, 1),
    )  # fmt: skip
    rows: dict[tuple[str, str], list[NDArray[np.float64]]] = {}
    for seed in seeds:
        for case in cases_of(seed, NOT_FITTING):
            rows.setdefault((case.name, "nothing"), []).append(
                np.append(figures(recovered(case)), 0.0)
            )
            for which, unit in case.units_to_leave_out().items():
                less = case.without(unit)
                area = 100 * (less.truth < 0).mean()
                rows.setdefault((case.name, which), []).append(
                    np.append(figures(recovered(less)), area)
                )
    for (name, which), maps in rows.items():
        right, expected, beyond_doubt, right_of_these, noticed, area = np.mean(maps, axis=0)
        off = np.array([one[1] - one[0] for one in maps])
        print_row(
            name, which, f"{area:.2f}", f"{noticed:.2f}", f"{right:.2f}", f"{expected:.2f}",
            f"{off[np.abs(off).argmax()]:+.2f}", f"{beyond_doubt:.1f}", f"{right_of_these:.2f}",
        )  # fmt: skip


def unfit(case: Case) -> Case | None:
    """Make a map of which recovery is told something wrong; None of most."""
    if case.name == "+ labels and red faults":
        return case.without(LEFT_OUT)
    if case.name == "edges + hillshade":
        return replace(case, clean=replace(case.clean, shade=False, scan=False))
    return None


def guesses(found: Found) -> Found:
    """Keep the pixels without margin, as many of each map."""
    first = np.arange(N_MARGINS) == 0
    share = found.right[0] / max(found.counts[0], 1)
    return Found(
        kind=found.kind,
        counts=np.where(first, GUESSES, 0),
        right=np.where(first, round(GUESSES * share), 0),
    )


def by_kind(seeds: range) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pixels of each margin, and those of them that are right, of each kind of picture."""
    kinds: dict[str, list[Found]] = {}
    for seed in seeds:
        for case in cases_of(seed):
            found = recovered(case)
            kinds.setdefault(found.kind, []).append(found)
            wrong = unfit(case)
            if wrong is not None:
                kinds.setdefault("export", []).append(guesses(recovered(wrong)))
    return {
        kind: (sum(one.counts for one in maps), sum(one.right for one in maps))
        for kind, maps in kinds.items()
    }


def print_calibration(seeds: range) -> None:
    """Print the share of right pixels at each margin, never less at a larger one."""
    knots = np.array(MARGINS)
    # Every knot stands for the margins nearest to it; unlisted colors are none of them.
    near = np.abs(np.arange(UNLISTED)[:, None] - knots).argmin(axis=1)
    for kind, (counts, right) in by_kind(seeds).items():
        n = np.bincount(near, counts[:UNLISTED], len(knots))
        shares = np.bincount(near, right[:UNLISTED], len(knots)) / np.maximum(n, 1)
        rising = IsotonicRegression().fit_transform(
            np.arange(len(knots)), shares, sample_weight=np.maximum(n, 1e-3)
        )
        print(f'    "{kind}": ({", ".join(f"{share:.4f}" for share in rising)}),')
        print("    # pixels:", *(f"{100 * part / n.sum():.2f}%" for part in n))


def main() -> None:
    """Read the options, draw, print."""
    parser = parser_of(__doc__, repeat=1)
    parser.add_argument("--maps", type=positive, default=2)
    parser.add_argument("--first-seed", type=int, default=1000)
    tables = parser.add_mutually_exclusive_group()
    tables.add_argument("--lacking", action="store_true", help="leave units out of the palettes")
    tables.add_argument("--calibrate", action="store_true", help="print the table of chances")
    options = parser.parse_args()
    print(machine("numpy", "numba", "scipy"))
    # Margins instead of the confidence that they stand for.
    blocks.percent_of = lambda _: np.arange(N_MARGINS, dtype=np.uint8)
    seeds = range(options.first_seed, options.first_seed + options.maps)
    if options.calibrate:
        print_calibration(seeds)
    elif options.lacking:
        print_lacking(seeds)
    else:
        print_check(seeds)


if __name__ == "__main__":
    main()
