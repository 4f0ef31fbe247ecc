"""Why class recovery changed a pixel, and the palettes of its extra grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.confidence import Quality
from geoindex.palette import Palette

if TYPE_CHECKING:
    from geoindex.clean.options import Plan

__all__ = [
    "CHANGES_PALETTE",
    "CONFIDENCE_PALETTE",
    "REASONS",
    "Extra",
    "Reason",
    "account",
    "alternating_texts",
    "count_hatched",
    "hatch_texts",
    "quality_text",
    "recovery_text",
    "unsure_texts",
]

Reason = Literal["edges", "ink", "hatch", "speckle", "restored"]

Extra = Literal["reasons", "confidence"]
"""Grids that class recovery can write beside the classes."""

REASONS: dict[Reason, int] = {"edges": 1, "ink": 2, "hatch": 3, "speckle": 4, "restored": 5}
"""Codes of the mask of changed pixels; 0 is unchanged."""

CHANGES_PALETTE = Palette(
    [[255, 255, 255], [31, 120, 180], [227, 26, 28], [51, 160, 44], [255, 127, 0], [106, 61, 154]],
    names=["unchanged", *REASONS],
    name="changes",
)
"""Colors of the mask of changed pixels; the row is the reason's code."""

CONFIDENCE_PALETTE = Palette(
    np.linspace(0, 255, 101).round().astype(np.uint8)[:, np.newaxis].repeat(3, axis=1),
    names=[f"{percent} %" for percent in range(101)],
    name="confidence",
)
"""Colors of a confidence grid; the row is the percent."""


LISTED_PAIRS = 4
"""Pairs of units alike that are listed in a warning."""

LEAST_RIGHT = 0.8
"""Share of the pixels that must be expected to be right for a result to be worth something."""

LEAST_UNLISTED, MOST_UNLISTED = 0.002, 0.5
"""Share of the pixels in colors of no unit that is told of, and that makes it another map."""

LISTED_COLORS = 8
"""Such colors that are listed."""

LEAST_EXPLAINED = 0.5
"""Share of the pixels that a kind of picture must explain to be trusted."""

ASKED = {
    "blend": ("units over a gray hillshade", "shade='blend'"),
    "scan": ("units under noise, uneven light and ink", "scan=True"),
}
"""What kinds of picture explain, and the options that ask for them."""


def count_hatched(
    reasons: NDArray[np.uint8], classes: NDArray[np.generic], n_classes: int
) -> NDArray[np.int64]:
    """Count the pixels that hatching gave to each class; shape (n_classes,)."""
    found = classes[reasons == REASONS["hatch"]]
    return np.bincount(found, minlength=n_classes)[:n_classes]


def account(
    plan: Plan,
    changed: NDArray[np.int64],
    hatched: NDArray[np.int64],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    quality: Quality | None,
) -> dict[str, Any]:
    """Report what class recovery changed, as JSON values.

    Parameters
    ----------
    plan : Plan
    changed : ndarray of int64, shape (6,)
        Pixels of each code of :data:`REASONS`, 0 among them.
    hatched : ndarray of int64, shape (n_classes,)
        Pixels that hatching gave to each class.
    before, after : ndarray of int64, shape (n,)
        Pixels of each row of the plan's palette, or of the grid's.
    quality : Quality, optional

    Returns
    -------
    dict
        ``recovery``, the kind of picture that the map turned out to be, and what was found about
        it; ``quality``, how sure the result is, or None; ``lacking``, colors of areas that no unit
        of the palette has, as far as they were looked for; ``ink``, palette rows;
        ``ink_colors``, inks that the palette does not have;
        ``changed``, pixels by reason; ``hatches``, those that were looked for and the pixels of
        their classes that they gave; ``alternating``, pairs that were found to be hatchings;
        and ``classes``, those that occur before or after, most
        pixels after first.
    """
    n_classes = len(before)
    order = np.lexsort([np.arange(n_classes), -before, -after])
    return {
        "recovery": {"by": "export"} if plan.recovery is None else plan.recovery.to_dict(),
        "quality": None if quality is None else asdict(quality),
        "lacking": [list(color) for color in plan.lacking],
        "ink": [row for row in plan.inks if row < len(plan.classes)],
        "ink_colors": plan.ink_colors,
        "changed": {reason: int(changed[code]) for reason, code in REASONS.items()},
        "hatches": [
            {"colors": [one, other], "class": target, "pixels": int(hatched[target])}
            for one, other, target in plan.hatches
        ],
        "alternating": [pair.to_dict(plan.palette) for pair in plan.alternating],
        "classes": [
            {
                "index": int(index),
                "label": plan.palette.label(int(index)),
                "before": int(before[index]),
                "after": int(after[index]),
            }
            for index in order[(before + after)[order] > 0]
        ],
    }


def recovery_text(recovery: dict[str, Any]) -> str | None:
    """Tell what kind of picture a map turned out to be; None for an export.

    Parameters
    ----------
    recovery : dict
        As :func:`account` reports it.
    """
    if recovery["by"] == "blend":
        share = f"{recovery['opacity']:.0%}"
        return f"found units at {share} of their color over a gray hillshade, which was taken off"
    if recovery["by"] == "dither":
        colors = f"{recovery['colors']} colors"
        return f"found units dithered to {colors} ({recovery['ditherer']}), told by their texture"
    if recovery["by"] == "scan":
        what = (
            "a sheet with lines and text printed over the units"
            if recovery["printed"]
            else ("a scan" if recovery["noise"] >= 2 else "strong lossy compression")
        )
        width = recovery["contact_width"]
        lines = f"contacts about {width:.1f} px wide" if width > 0 else "contacts without lines"
        return f"found {what}: noise of {recovery['noise']:.1f} levels, {lines}"
    return None


def alternating_texts(cleaned: dict[str, Any]) -> list[str]:
    """Tell which hatchings were found in a map, one line each.

    Parameters
    ----------
    cleaned : dict
        As :func:`account` reports it.
    """
    texts = []
    for found in cleaned["alternating"]:
        one, other = found["pair"]
        text = f"{one} and {other} alternate over {found['share']:.1%} of the map"
        if found["class"] is None:
            text += (
                "; both also stand alone, so add an entry for the hatched unit and name it: "
                f"hatch='{one}+{other}=ENTRY'"
            )
        else:
            text += (
                f": taken as one hatched unit, {found['class']} "
                f"(hatch='{one}+{other}={found['class']}')"
            )
        texts.append(text)
    return texts


def quality_text(quality: dict[str, Any]) -> str:
    """Tell how sure a result is, in one line.

    Parameters
    ----------
    quality : dict
        As :func:`account` reports it.
    """
    sure, right = quality["beyond_doubt"], quality["expected_right"]
    text = f"{sure:.1%} of the pixels beyond doubt, {right:.1%} of all expected to be right"
    if quality["unlisted"] >= LEAST_UNLISTED:
        text += f"; {quality['unlisted']:.1%} in colors that the palette lacks"
    return text


def unsure_texts(
    accounts: Sequence[dict[str, Any]], palette: Palette, *, is_merged: bool
) -> list[str]:
    """Describe what a kind of picture leaves unsure, one line each.

    Parameters
    ----------
    accounts : sequence of dict
        As in :func:`hatch_texts`.
    palette : Palette
        Of the plan.
    is_merged : bool
        Whether colors that the palette lacks are told of, which is why few pixels are right.
    """
    texts = []
    explained = [one["recovery"] for one in accounts if "explained" in one["recovery"]]
    least = min(explained, key=lambda recovery: recovery["explained"], default=None)
    if least is not None and least["explained"] < LEAST_EXPLAINED:
        what, option = ASKED[least["by"]]
        texts.append(
            f"{what} explain only {least['explained']:.0%} of the map; check that the palette is "
            f"its legend, or leave out {option}"
        )
    qualities = [one["quality"] for one in accounts if one["quality"] is not None]
    unlisted = max((quality["unlisted"] for quality in qualities), default=0.0)
    rights = [quality["expected_right"] for quality in qualities]
    if unlisted >= LEAST_UNLISTED and not is_merged:
        texts.append(_unlisted_text(unlisted, accounts))
    elif rights and min(rights) < LEAST_RIGHT and not is_merged:
        texts.append(
            f"only {min(rights):.0%} of the pixels are expected to have the right class; check "
            "that the image is a map of units and the palette its legend"
        )
    pairs = sorted({tuple(pair) for one in accounts for pair in one["recovery"].get("alike", ())})
    if pairs:
        listed = [f"{palette.label(a)} and {palette.label(b)}" for a, b in pairs[:LISTED_PAIRS]]
        more = f", and {len(pairs) - LISTED_PAIRS} more pairs" * (len(pairs) > LISTED_PAIRS)
        texts.append(
            f"dithering to so few colors gives some units the same dots: {'; '.join(listed)}"
            f"{more}; which of the two an area is, is a guess"
        )
    return texts


def _unlisted_text(share: float, accounts: Sequence[dict[str, Any]]) -> str:
    """Tell of areas whose color no unit has, and what to do."""
    colors = sorted({tuple(color) for one in accounts for color in one["lacking"]})
    listed = "; ".join(",".join(map(str, color)) for color in colors[:LISTED_COLORS])
    listed += f" and {len(colors) - LISTED_COLORS} more" * (len(colors) > LISTED_COLORS)
    if len(colors) == 1:
        which, unit, it = f"a color of the map, about {listed}", "a unit of this color", "it"
    else:
        which = (
            f"{len(colors)} colors of the map, about {listed}" if colors else "colors of the map"
        )
        unit, it = "units of these colors", "them"
    advice = (
        "check that it is the legend of this map"
        if share >= MOST_UNLISTED
        else f"add {unit} to the palette (role paper for the sheet's margin), or name {it} in ink="
    )
    return (
        f"the palette lacks {which}; {share:.1%} of the pixels have {it}, and their classes are "
        f"wrong: {advice}"
    )


def hatch_texts(accounts: Sequence[dict[str, Any]], palette: Palette) -> list[str]:
    """Describe hatchings that were looked for and not found, one line each.

    Parameters
    ----------
    accounts : sequence of dict
        What :func:`account` reported of one map or more with the same hatchings.
    palette : Palette
    """
    texts = []
    for number, hatch in enumerate(accounts[0]["hatches"] if accounts else ()):
        if not any(one["hatches"][number]["pixels"] for one in accounts):
            pair = " and ".join(palette.label(row) for row in hatch["colors"])
            label = palette.label(hatch["class"])
            texts.append(
                f"no hatching of {pair} was found, so nothing became {label} by it; check the two "
                "colors and hatch_gap=, the widest stripe"
            )
    return texts
