"""Options of class recovery, and what they mean for a palette."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.entries import Entry, palette_row, split_entries
from geoindex.errors import OptionError
from geoindex.palette import Palette
from geoindex.rules.choices import check_integer

__all__ = ["Clean", "Hatch", "Plan"]

# Pixels within the smallest reach are read anyway: deciding.BESIDE_RADIUS.
SMALLEST_REACH, LARGEST_REACH = 5, 256
LARGEST_SPECKLE, LARGEST_GAP = 64, 64

Connectivity = Literal[4, 8]

ROLES = ("", "unit", "ink")
"""Roles of a palette entry; "" means unit."""


@dataclass(frozen=True, kw_only=True)
class Hatch:
    """Two colors that alternate in areas of one class."""

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
                "a hatch is written COLOR+COLOR=CLASS, such as 255,255,255+76,174,29=Quartzite; "
                f"found {text!r}"
            )
        one, other, target = (part.strip() for part in match.groups())
        return cls(colors=(one, other), target=target)


@dataclass(frozen=True, kw_only=True)
class Clean:
    """Steps that recover the units of a drawn map.

    The defaults suit a typical map: soft edges are resolved, entries with the role ink are
    filled, and patches of a few pixels are merged; no hatching is expected.

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
    """Assign anti-aliased pixels to the unit that covers most of them."""

    ink: int | str | Sequence[Entry] | None = None
    """Palette entries that are ink (contacts, faults, text), to be filled from the units beside
    them; a string may list several, ``"black,red"``. None: entries with the role ``"ink"``; an
    empty tuple: no ink."""

    shade: bool | None = None
    """Whether units may be darker or brighter than in the palette (hillshade). None: if the
    metric is ``"shaded"``."""

    speckle: int = 6
    """Patches of fewer pixels (0-64) merge into the neighbor with the longest shared border."""

    connectivity: Connectivity = 4
    """Pixels of a patch share a side (4) or touch at least at a corner (8)."""

    hatch: Sequence[Hatch | str] = ()
    """Pairs of colors that alternate in areas of one class."""

    hatch_gap: int = 12
    """Widest stripe of a hatching, 2-64 pixels."""

    reach: int = 32
    """Ink farther than this from every unit becomes nodata, 5-256 pixels."""

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
        # Loading the compiled steps takes as long as mapping a map, so they load on first use.
        from geoindex.clean.cores import COMPANY_RADIUS
        from geoindex.clean.deciding import BESIDE_RADIUS
        from geoindex.clean.mixing import SEARCH_RADIUS
        from geoindex.clean.thin_units import SUPPORT_RADIUS

        trusted = max(BESIDE_RADIUS + SEARCH_RADIUS, self.reach)
        shares = trusted + SUPPORT_RADIUS + SEARCH_RADIUS
        return shares + COMPANY_RADIUS + 1 + self.late_halo

    @property
    def late_halo(self) -> int:
        """Pixels around a block that the steps on classes, speckle and hatch, depend on."""
        from geoindex.clean.hatching import HALO_SIDES
        from geoindex.clean.speckle import ROUNDS

        # In a round a pixel depends on the far end of its patch, and on that of a patch beside it.
        speckle = ROUNDS * 2 * (self.speckle - 1) if self.speckle > 1 else 0
        return speckle + (HALO_SIDES * (self.hatch_gap + 2) if self.hatch else 0)

    def plan(self, palette: Palette, metric: str = "rgb") -> Plan:
        """Resolve the entries for a palette.

        Parameters
        ----------
        palette : Palette
        metric : str
            Decides `shade` if that is None.

        Returns
        -------
        Plan

        Raises
        ------
        OptionError
            The palette lacks an entry, or all its entries are ink.
        """
        ink = self.ink
        if ink is None:
            roles = [role.strip().lower() for role in palette.roles or ()]
            unknown = next((role for role in roles if role not in ROLES), None)
            if unknown is not None:
                raise OptionError(
                    f"row {roles.index(unknown)} of the palette has the role {unknown!r}; use ink "
                    "or unit, or name the inks with ink= (--ink)"
                )
            inks = tuple(row for row, role in enumerate(roles) if role == "ink")
        else:
            several = isinstance(ink, Sequence) and not isinstance(ink, str)
            listed = cast("Sequence[Entry]", ink if several else (ink,))
            entries: list[Entry] = []
            for entry in listed:
                entries.extend(
                    split_entries(entry, palette) if isinstance(entry, str) else (entry,)
                )
            inks = tuple(sorted({palette_row(entry, palette) for entry in entries}))
        if len(inks) >= len(palette):
            raise OptionError("every palette entry is ink; at least one must be a unit")
        hatches = []
        for hatch in self.hatch:
            assert isinstance(hatch, Hatch)  # noqa: S101  parsed at construction
            one, other = (palette_row(entry, palette) for entry in hatch.colors)
            if one == other:
                raise OptionError(f"a hatch needs two different colors, found row {one} twice")
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
    """Options of class recovery, resolved for a palette."""

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
