"""Names of swatches and groups, read from the lines of text beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.images.text_lines import TextLine, read_lines
from geoindex.learn.legend.lines import Line, Side, find_letters, lines_of_columns
from geoindex.learn.legend.swatches import Box

__all__ = ["ReadName", "joined", "read_names"]

MOST_LINES = 5
"""Lines of a name at most."""

SAME_NAME = 1.26
"""Distance between lines of one name at most, in usual distances between lines."""

SKIPPED = 1.1
"""Cost of a line that is no name, in usual distances between lines."""

NAMELESS = 2.5
"""Cost of a swatch without a name."""

FARTHEST = 3.0
"""Distance of a name from its swatch at most."""

OTHER_RULE = 0.3
"""Cost of a name that stands differently from the others: at the middle, or at the top."""

BELOW = 0.5
"""Usual gap between a swatch and a name below it, in heights of a letter."""

SAME_HEADING = 1.2
"""Gap between lines of one heading at most, in heights of a letter."""

Rule = Literal["middle", "top", "below"]

RULES: dict[Side, tuple[Rule, ...]] = {
    "right": ("middle", "top"),
    "left": ("middle", "top"),
    "below": ("below",),
}
"""How names may stand at each side; the rule that costs least is taken for the whole legend."""

TITLE = re.compile(r"(legend|légende|leyenda|explanation|zeichenerkl|erläuterung)", re.IGNORECASE)
"""How the title of a legend begins, which is no group."""

LINKS = frozenset(("und", "bis", "oder", "and", "or", "to", "et", "ou", "y", "o", "e"))
"""Words before which a hyphen at the end of a line stays a hyphen with a space."""


@dataclass(frozen=True, kw_only=True)
class ReadName:
    """What the print says about a swatch."""

    name: str
    """Empty if nothing was read."""

    confidence: float
    """Of the least certain line, 0 to 1."""

    group: str | None
    """The heading above it."""


def read_names(flat: NDArray[np.uint8], columns: Sequence[Sequence[Box]]) -> list[ReadName]:
    """Read the names of swatches, which stand to the right of them, to the left or below.

    Parameters
    ----------
    flat : ndarray of uint8, shape (rows, cols, 3)
        The legend, upright, on white paper.
    columns : sequence of sequence of Box
        Swatches from left to right, each column from top to bottom.

    Returns
    -------
    list of ReadName
        One for each swatch.
    """
    letters = find_letters(flat, [box for boxes in columns for box in boxes])
    height = letters.height
    sides: tuple[Side, ...] = ("right", "left", "below")
    tried = []
    for side in sides:
        lines = lines_of_columns(flat, letters, columns, side)
        tried += [(*_shared(columns, lines, height, rule), lines, side) for rule in RULES[side]]
    _, shares, lines, side = min(tried, key=lambda one: one[0])
    wanted = [line for column in shares for share in column for line in share]
    names = set(map(id, wanted))
    # Text to the left of swatches or below them is either a name or a heading.
    headings = [
        [line for line in column if line.heading or (side != "right" and id(line) not in names)]
        for column in lines
    ]
    wanted += chain.from_iterable(headings)
    texts = dict(zip(map(id, wanted), read_lines([line.picture for line in wanted]), strict=True))
    found = []
    group: str | None = None
    for boxes, shared, own in zip(columns, shares, headings, strict=True):
        titles = _headings(own, boxes, texts, height)
        for box, share in zip(boxes, shared, strict=True):
            above = [text for bottom, text in titles if bottom <= box[1] + height]
            group = above[-1] if above else group
            read = [texts[id(line)] for line in share]
            found.append(
                ReadName(
                    name=joined([line.text for line in read]),
                    confidence=min((line.confidence for line in read), default=0.0),
                    group=group,
                )
            )
    return found


def _headings(
    lines: list[Line], boxes: Sequence[Box], texts: dict[int, TextLine], height: float
) -> list[tuple[float, str]]:
    """Bottom and text of the headings between swatches; of several, the one just above these."""
    found: dict[int, tuple[float, list[str]]] = {}
    for line in sorted(lines, key=lambda line: line.middle):
        place = sum(box[3] <= line.middle for box in boxes)
        bottom, before = found.get(place, (-np.inf, []))
        near = line.top - bottom < SAME_HEADING * height
        found[place] = line.bottom, [*(before if near else []), texts[id(line)].text]
    joint = [(bottom, joined(parts)) for bottom, parts in found.values()]
    return [(bottom, text) for bottom, text in joint if text and not TITLE.match(text)]


def joined(lines: Sequence[str]) -> str:
    """Make one name of its lines; a word that is divided at the end of a line is made whole.

    Examples
    --------
    >>> from geoindex.learn.legend.names import joined
    >>> joined(["Ton- und Schluff-", "stein, Sand-", "und Kalkstein"])
    'Ton- und Schluffstein, Sand- und Kalkstein'
    """
    name = ""
    for line in lines:
        if not line:
            continue
        divided = name.endswith("-") and not name.endswith(" -")
        if divided and line.split(" ")[0] not in LINKS:
            name = (name[:-1] if line[0].islower() else name) + line
        else:
            name = f"{name} {line}".strip()
    return name


def _shared(
    columns: Sequence[Sequence[Box]], lines: Sequence[Sequence[Line]], height: float, rule: Rule
) -> tuple[float, list[list[list[Line]]]]:
    """Cost of names that stand by a rule, and the lines of each swatch."""
    pitches = [
        below.middle - above.middle for column in lines for above, below in pairwise(column)
    ]
    lead = min(float(np.percentile(pitches, 15)), 2.1 * height) if pitches else 2.1 * height
    parts = [
        _Sharing(boxes, [line for line in column if not line.heading], lead, height, rule).best()
        for boxes, column in zip(columns, lines, strict=True)
    ]
    return sum(cost for cost, _ in parts), [share for _, share in parts]


class _Sharing:
    """The cheapest way to share the lines of a column out among its swatches, in order."""

    def __init__(
        self, boxes: Sequence[Box], lines: list[Line], lead: float, height: float, rule: Rule
    ) -> None:
        self._boxes, self._lines = boxes, lines
        self._lead, self._height, self._rule = max(lead, 1.0), height, rule

    def best(self) -> tuple[float, list[list[Line]]]:
        """Cost, and the lines of each swatch."""
        n, m = len(self._boxes), len(self._lines)
        cost = np.full((n + 1, m + 1), np.inf)
        came: dict[tuple[int, int], tuple[int, int]] = {}
        cost[0, 0] = 0.0
        for i in range(n + 1):
            for j in range(m + 1):
                for a, b, more in self._steps(i, j):
                    if cost[i, j] + more < cost[a, b]:
                        cost[a, b] = cost[i, j] + more
                        came[a, b] = i, j
        shares: list[list[Line]] = []
        place = n, m
        while place != (0, 0):
            before = came[place]
            if before[0] != place[0]:
                shares.append(self._lines[before[1] : place[1]])
            place = before
        return float(cost[n, m]), shares[::-1]

    def _steps(self, i: int, j: int) -> list[tuple[int, int, float]]:
        """Swatches and lines that can be dealt with next, and at what cost."""
        steps = []
        if j < len(self._lines):
            steps.append((i, j + 1, SKIPPED))
        if i < len(self._boxes):
            steps.append((i + 1, j, NAMELESS))
            for k in range(1, min(MOST_LINES, len(self._lines) - j) + 1):
                group = self._lines[j : j + k]
                if k > 1 and group[-1].middle - group[-2].middle > SAME_NAME * self._lead:
                    break
                away = self._distance(self._boxes[i], group)
                if away <= FARTHEST:
                    steps.append((i + 1, j + k, away))
        return steps

    def _distance(self, box: Box, group: list[Line]) -> float:
        """Distance of a name from where it should stand, in usual distances between lines."""
        if self._rule == "below":
            return abs(group[0].top - box[3] - BELOW * self._height) / self._lead
        middle = (group[0].top + group[-1].bottom) / 2 - (box[1] + box[3]) / 2
        top = group[0].top - (box[1] + 0.2 * self._height)
        at_middle, at_top = abs(middle) / self._lead, abs(top) / self._lead
        if self._rule == "top":
            return min(at_top, at_middle + OTHER_RULE)
        return min(at_middle, at_top + OTHER_RULE)
