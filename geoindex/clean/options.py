"""What class recovery is asked to do, and what that means for one palette."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import OptionError
from geoindex.palette import Palette
from geoindex.rules.choices import check_integer

__all__ = ["COLOR_WORDS", "Clean", "Hatch", "Plan", "palette_row"]

COLOR_WORDS: dict[str, tuple[int, int, int]] = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "orange": (255, 165, 0),
    "brown": (165, 42, 42),
    "purple": (128, 0, 128),
    "pink": (255, 192, 203),
    "cyan": (0, 255, 255),
    "magenta": (255, 0, 255),
}
"""Words for colors (those of CSS); the palette color nearest to one is meant."""

WORD_DISTANCE = 90.0
"""Largest distance from a word's color that is still called so."""

# The least is looked at anyway: deciding.BESIDE_RADIUS.
SMALLEST_REACH, LARGEST_REACH = 5, 256
LARGEST_SPECKLE, LARGEST_GAP = 64, 64

Connectivity = Literal[4, 8]

Entry = int | str | tuple[int, int, int]
"""A palette row: its number, its name, ``"#rrggbb"``, ``"r,g,b"``, a color word or a color."""

ROLES = ("", "unit", "ink")
"""What an entry of a palette can be; "" is a unit."""


@dataclass(frozen=True, kw_only=True)
class Hatch:
    """Two colors that alternate where one class is drawn."""

    colors: tuple[Entry, Entry]
    """Palette rows of the two colors."""

    target: Entry
    """Palette row of the class."""

    @classmethod
    def parse(cls, text: str) -> Hatch:
        """Read ``COLOR+COLOR=CLASS``, such as ``255,255,255+76,174,29=Quartzite``.

        Raises
        ------
        OptionError
            The text is written in another way.
        """
        match = re.fullmatch(r"([^+=]+)\+([^+=]+)=(.+)", text.strip())
        if match is None:
            raise OptionError(
                f"a hatch is written COLOR+COLOR=CLASS, such as 255,255,255+76,174,29=Quartzite, "
                f"found {text!r}"
            )
        one, other, target = (part.strip() for part in match.groups())
        return cls(colors=(one, other), target=target)


@dataclass(frozen=True, kw_only=True)
class Clean:
    """Steps that bring back the units of a drawn map.

    The defaults suit a typical map: soft edges are settled, inks that the palette names are
    filled, and patches of a few pixels merge; nothing is taken for hatching.

    Raises
    ------
    OptionError
        A value out of range.

    Examples
    --------
    >>> from geoindex import Clean, Palette
    >>> palette = Palette([[0, 0, 0], [230, 203, 203], [95, 178, 210]])
    >>> Clean(ink="black", speckle=8).plan(palette).inks
    (0,)
    """

    edges: bool = True
    """Give anti-aliased pixels to the unit that covers more of them."""

    ink: int | str | Sequence[Entry] | None = None
    """Palette entries that are overprint, to be filled from the units beside them; a string
    may list several, ``"black,red"``, alone or among others. None: those whose role in the
    palette is ``"ink"``; an empty tuple: none."""

    shade: bool | None = None
    """Whether units may be drawn darker and brighter, as under hillshade. None: where the
    metric is ``"shaded"``."""

    speckle: int = 6
    """Patches of fewer pixels merge into the neighbor with the longest shared border."""

    connectivity: Connectivity = 4
    """Whether pixels of a patch share a side (4), or may touch at a corner (8)."""

    hatch: Sequence[Hatch | str] = ()
    """Pairs of colors that alternate where one class is drawn."""

    hatch_gap: int = 12
    """Widest stripe of a hatching, in pixels."""

    reach: int = 32
    """Ink farther than this (pixels) from every unit becomes nodata."""

    def __post_init__(self) -> None:
        for name, lowest, highest in (
            ("speckle", 0, LARGEST_SPECKLE),
            ("reach", SMALLEST_REACH, LARGEST_REACH),
            ("hatch_gap", 2, LARGEST_GAP),
        ):
            check_integer(name, getattr(self, name), lowest, highest)
        if self.connectivity not in (4, 8):
            raise OptionError(f"connectivity must be 4 or 8, found {self.connectivity!r}")
        hatch = (self.hatch,) if isinstance(self.hatch, str | Hatch) else self.hatch
        if not isinstance(hatch, Sequence) or not all(isinstance(h, str | Hatch) for h in hatch):
            raise OptionError(
                f"hatch must be texts such as 255,255,255+76,174,29=Quartzite, found {hatch!r}"
            )
        parsed = tuple(Hatch.parse(h) if isinstance(h, str) else h for h in hatch)
        object.__setattr__(self, "hatch", parsed)

    @property
    def halo(self) -> int:
        """Pixels around a block that its result depends on."""
        # Loading the compiled steps takes as long as mapping a map, so it waits for their use.
        from geoindex.clean.cores import COMPANY_RADIUS
        from geoindex.clean.deciding import BESIDE_RADIUS
        from geoindex.clean.mixing import SEARCH_RADIUS
        from geoindex.clean.thin_units import SUPPORT_RADIUS

        shares = BESIDE_RADIUS + 2 * SEARCH_RADIUS + 2 * SUPPORT_RADIUS
        return max(shares, self.reach) + COMPANY_RADIUS + 1 + self.late_halo

    @property
    def late_halo(self) -> int:
        """Pixels around a block that the steps on classes, speckle and hatch, depend on."""
        from geoindex.clean.hatching import HALO_SIDES
        from geoindex.clean.speckle import ROUNDS

        speckle = ROUNDS * (self.speckle + 1) if self.speckle > 1 else 0
        return speckle + (HALO_SIDES * (self.hatch_gap + 2) if self.hatch else 0)

    def plan(self, palette: Palette, metric: str = "rgb") -> Plan:
        """Resolve the entries for a palette.

        Parameters
        ----------
        palette : Palette
        metric : str
            Decides `shade` where it is None.

        Returns
        -------
        Plan

        Raises
        ------
        OptionError
            An entry that the palette does not have, or no entry that is not ink.
        """
        ink = self.ink
        if ink is None:
            roles = [role.strip().lower() for role in palette.roles or ()]
            unknown = next((role for role in roles if role not in ROLES), None)
            if unknown is not None:
                raise OptionError(
                    f"row {roles.index(unknown)} of the palette has the role {unknown!r}; ink and "
                    "unit are known, or name the inks with ink= (--ink)"
                )
            inks = tuple(row for row, role in enumerate(roles) if role == "ink")
        else:
            several = isinstance(ink, Sequence) and not isinstance(ink, str)
            listed = cast("Sequence[Entry]", ink if several else (ink,))
            entries: list[Entry] = []
            for entry in listed:
                entries.extend(_split(entry, palette) if isinstance(entry, str) else (entry,))
            inks = tuple(sorted({palette_row(entry, palette) for entry in entries}))
        if len(inks) >= len(palette):
            raise OptionError("every color of the palette is ink; a map needs a unit, too")
        hatches = []
        for hatch in self.hatch:
            assert isinstance(hatch, Hatch)  # noqa: S101  parsed at construction
            one, other = (palette_row(entry, palette) for entry in hatch.colors)
            if one == other:
                raise OptionError(f"a hatch needs two colors, found row {one} twice")
            hatches.append((one, other, palette_row(hatch.target, palette)))
        return Plan(
            options=self,
            palette=palette,
            inks=inks,
            hatches=tuple(hatches),
            shaded=metric == "shaded" if self.shade is None else self.shade,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Options of class recovery, resolved for one palette."""

    options: Clean
    palette: Palette
    inks: tuple[int, ...]
    """Palette rows of the inks, ascending."""
    hatches: tuple[tuple[int, int, int], ...]
    """Palette rows of two colors and of their class."""
    shaded: bool

    @property
    def is_unit(self) -> NDArray[np.bool_]:
        """False for inks; shape (n_colors,)."""
        units = np.ones(len(self.palette), dtype=bool)
        units[list(self.inks)] = False
        return units

    def to_dict(self) -> dict[str, object]:
        """JSON values for the provenance of a grid."""
        options = self.options
        return {
            "edges": options.edges,
            "ink": list(self.inks),
            "shade": self.shaded,
            "speckle": options.speckle,
            "connectivity": options.connectivity,
            "hatch": [list(hatch) for hatch in self.hatches],
            "hatch_gap": options.hatch_gap,
            "reach": options.reach,
        }


def palette_row(entry: Entry, palette: Palette) -> int:
    """Row of a palette that an entry stands for.

    Parameters
    ----------
    entry : int, str or tuple of three int
        Row number, name, ``"#rrggbb"``, ``"r,g,b"``, color word or color.
    palette : Palette

    Returns
    -------
    int

    Raises
    ------
    OptionError
        The palette has no such entry.

    Examples
    --------
    >>> from geoindex import Palette
    >>> from geoindex.clean.options import palette_row
    >>> palette = Palette([[0, 0, 0], [227, 26, 28]], names=["Faults", "Outline"])
    >>> [palette_row(entry, palette) for entry in ("faults", "red", "#e31a1c", 1)]
    [0, 1, 1, 1]
    """
    n_colors = len(palette)
    if isinstance(entry, str):
        text = entry.strip()
        names = [name.lower() for name in palette.names or ()]
        if text and text.lower() in names:
            return names.index(text.lower())
        if text.isdecimal():
            return palette_row(int(text), palette)
        color = _color(text)
        if color is not None:
            return _exact_row(color, palette)
        word = COLOR_WORDS.get(text.lower())
        if word is not None:
            return _nearest_row(text, word, palette)
        raise OptionError(
            f"the palette has no entry {entry!r}; name a class, its row number, a color "
            f"(#rrggbb or r,g,b) or one of {', '.join(COLOR_WORDS)}"
        )
    if isinstance(entry, int | np.integer):
        if not 0 <= entry < n_colors:
            raise OptionError(f"the palette has rows 0..{n_colors - 1}, found {entry}")
        return int(entry)
    if _is_color(entry):
        red, green, blue = (int(channel) for channel in entry)
        return _exact_row((red, green, blue), palette)
    raise OptionError(f"a palette entry is a number, a name or a color, found {entry!r}")


def _is_color(entry: object) -> bool:
    """Whether this is one color, and no list of entries."""
    return (
        isinstance(entry, tuple | np.ndarray)
        and len(entry) == 3
        and all(isinstance(channel, int | np.integer) for channel in entry)
    )


def _color(text: str) -> tuple[int, int, int] | None:
    """Color of ``#rrggbb`` or ``r,g,b``."""
    if re.fullmatch("#[0-9a-fA-F]{6}", text):
        red, green, blue = bytes.fromhex(text[1:])
        return red, green, blue
    if re.fullmatch(r"\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}", text, re.ASCII):
        red, green, blue = (int(part) for part in text.split(","))
        return red, green, blue
    return None


def _split(text: str, palette: Palette) -> list[str]:
    """Entries of a list with commas, which also stand within ``r,g,b`` and within names."""
    if text.lower() in [name.lower() for name in palette.names or ()]:
        return [text]
    entries: list[str] = []
    parts = [part.strip() for part in re.split("[,;]", text)]
    while parts:
        if len(parts) >= 3 and _color(",".join(parts[:3])) in _colors(palette):
            entries.append(",".join(parts[:3]))
            del parts[:3]
        else:
            entries.append(parts.pop(0))
    return [entry for entry in entries if entry]


def _colors(palette: Palette) -> set[tuple[int, int, int]]:
    return {(int(red), int(green), int(blue)) for red, green, blue in palette.colors}


def _exact_row(color: tuple[int, int, int], palette: Palette) -> int:
    rows = np.flatnonzero((palette.colors == np.array(color)).all(axis=1))
    if not len(rows):
        listed = ",".join(map(str, color))
        raise OptionError(f"the palette has no color {listed}; add it, or name another entry")
    return int(rows[0])


def _nearest_row(word: str, color: tuple[int, int, int], palette: Palette) -> int:
    gaps = np.linalg.norm(palette.colors.astype(float) - np.array(color), axis=1)
    row = int(np.argmin(gaps))
    if gaps[row] > WORD_DISTANCE:
        nearest = ",".join(map(str, palette.colors[row]))
        raise OptionError(
            f"the palette has no color that is called {word}; the nearest is {nearest} (row {row})"
        )
    return row
