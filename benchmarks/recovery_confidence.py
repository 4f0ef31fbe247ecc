"""Whether class recovery knows how sure it is, and the measurement behind its confidence.

    python benchmarks/recovery_confidence.py [--maps 2] [--first-seed 1000] [--calibrate]

Prints for drawn maps of each kind, with the palette of the map and with a unit left out of it:
the percentage of right pixels and the expected one, the percentage of pixels beyond doubt
(confidence above 90%), and how many of those are right. Every second map has thin units.
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
from geoindex.clean.confidence import MARGINS, N_MARGINS, Quality, chances_of
from geoindex.color.pixels import Pixels
from geoindex.errors import GeoindexWarning

DRAWN = ("+ labels and red faults", "edges + JPEG", "edges + hillshade", "all together")
PRINTED = (
    "scan", "printed", "printed-fine", "jpeg-60", "inked", "blend", "dithered",
    "dithered-ordered", "halftone",
)  # fmt: skip

SMALL = {"n_regions": 73, "shape": (480, 600)}
"""The maps: as dense as those of the other benchmarks, which have 24 units, too."""

LEFT_OUT = 5
"""Unit that palettes lack in the maps of a row of their own."""

GUESSES = 10_000
"""Pixels of each map whose palette or options do not fit that count when chances are measured."""

NOT_FITTING = ("+ labels and red faults", "edges + JPEG", "scan", "printed")


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

    def without_a_unit(self) -> Case:
        """Leave a unit out of the palette."""
        truth = np.where(self.truth == LEFT_OUT, -1, self.truth - (self.truth > LEFT_OUT))
        inks = tuple(ink - 1 for ink in self.clean.ink)
        return replace(
            self, name=f"{self.name}, a unit left out", truth=truth,
            colors=np.delete(self.colors, LEFT_OUT, axis=0), clean=replace(self.clean, ink=inks),
        )  # fmt: skip


def cases_of(seed: int) -> Iterator[Case]:
    """Draw the maps of a seed."""
    drawn = draw_map(seed, variants=DRAWN, **SMALL)
    for name in DRAWN:
        inks = drawn.inks if name.startswith("+") or name == "all together" else ()
        yield Case(
            name=name, picture=drawn.pictures[name], colors=drawn.colors, clean=Clean(ink=inks),
            truth=drawn.truth.astype(np.int64), asked=np.ones(drawn.truth.shape, bool),
        )  # fmt: skip
    for name, made in print_map(seed, PRINTED, thin_units=bool(seed % 2), **SMALL).items():
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
    """Those of them that are right; both of shape (101,)."""


def recovered(case: Case) -> Found:
    """Recover a map, and compare it with its answer."""
    palette = Palette(case.colors)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeoindexWarning)
        plan = case.clean.plan(palette).seen(case.truth.shape, Pixels(table=case.picture).part)
    result = blocks.clean_block(case.picture, nearest(case.picture, palette), plan)
    # Ink far from every unit may have become nodata.
    asked = case.asked & (result.confidence < N_MARGINS)
    margins, hit = result.confidence[asked], (result.indices == case.truth)[asked]
    return Found(
        kind=plan.calibration,
        counts=np.bincount(margins, minlength=N_MARGINS),
        right=np.bincount(margins[hit], minlength=N_MARGINS),
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
            if case.name in NOT_FITTING:
                less = case.without_a_unit()
                rows.setdefault(less.name, []).append(recovered(less))
    for name, maps in rows.items():
        for found in maps:
            quality = Quality.of(found.counts, found.kind)
            sure = chances_of(found.kind) >= 0.905
            n_sure = found.counts[sure].sum()
            print_row(
                name, found.kind, f"{100 * found.right.sum() / found.counts.sum():.2f}",
                f"{100 * quality.expected_right:.2f}", f"{100 * quality.beyond_doubt:.1f}",
                f"{100 * found.right[sure].sum() / n_sure:.2f}",
            )  # fmt: skip


def unfit(case: Case) -> Case | None:
    """Make a map of which recovery is told something wrong; None of most."""
    if case.name == "+ labels and red faults":
        return case.without_a_unit()
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
    # Every knot stands for the margins nearest to it.
    near = np.abs(np.arange(N_MARGINS)[:, None] - knots).argmin(axis=1)
    for kind, (counts, right) in by_kind(seeds).items():
        n = np.bincount(near, counts, len(knots))
        shares = np.bincount(near, right, len(knots)) / np.maximum(n, 1)
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
    parser.add_argument("--calibrate", action="store_true", help="print the table of chances")
    options = parser.parse_args()
    print(machine("numpy", "numba", "scipy"))
    # Margins instead of the confidence that they stand for.
    blocks.percent_of = lambda _: np.arange(N_MARGINS, dtype=np.uint8)
    seeds = range(options.first_seed, options.first_seed + options.maps)
    (print_calibration if options.calibrate else print_check)(seeds)


if __name__ == "__main__":
    main()
