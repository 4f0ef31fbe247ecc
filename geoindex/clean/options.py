"""Options of class recovery, and what they mean for a palette."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.entries import Color, Entry, find_entry, palette_row, split_entries
from geoindex.errors import GeoindexWarning, OptionError
from geoindex.palette import Palette
from geoindex.rules.choices import check_integer

if TYPE_CHECKING:
    from geoindex.clean.alternating import Alternating
    from geoindex.clean.confidence import Calibration
    from geoindex.clean.recovery import Recovery
    from geoindex.clean.sample import Read

__all__ = ["Clean", "Hatch", "Plan", "Shade"]

# Pixels within the smallest reach are read anyway: deciding.BESIDE_RADIUS.
SMALLEST_REACH, LARGEST_REACH = 5, 256
LARGEST_SPECKLE, LARGEST_GAP = 64, 64

Connectivity = Literal[4, 8]

Shade = Literal["multiply", "blend"]
"""How a hillshade was laid on the units: their colors times it, or mixed with its gray."""

ROLES = ("", "unit", "ink", "paper")
"""Roles of a palette entry; "" means unit. Paper is a unit here, and nodata in the end."""


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
    """Palette entries or other colors that are ink (contacts, faults, text), to be filled from
    the units beside them; a string may list several, ``"black,red"``. None: entries with the role
    ``"ink"``, which other values replace; an empty tuple: no ink."""

    shade: Shade | bool | None = None
    """Hillshade: ``"multiply"`` (or True), units are darker or brighter than in the palette;
    ``"blend"``, they lie half transparent over its gray; False, none. None: ``"multiply"`` if the
    metric is ``"shaded"``, otherwise ``"blend"`` if the image shows it."""

    dither: bool | None = None
    """Whether the units were reduced to dots of up to 256 colors, as in old GIF and 8-bit PNG
    files. None: if the image shows it."""

    scan: bool | None = None
    """Whether the image is a scan or a photograph of a sheet, with noise, blur, uneven light and
    perhaps lines and text printed over the units. None: if the image shows it."""

    speckle: int = 6
    """Patches of fewer pixels (0-64) merge into the neighbor with the longest shared border."""

    connectivity: Connectivity = 4
    """Pixels of a patch share a side (4) or touch at least at a corner (8)."""

    hatch: Sequence[Hatch | str] | Literal["auto"] | None = None
    """Pairs of colors that alternate in areas of one class; ``"auto"``: those that are found,
    whose class is the color that hardly occurs elsewhere. None: ``"auto"`` if the palette
    is the image's own, otherwise no pairs."""

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
        if self.shade not in (None, True, False, *get_args(Shade)):
            raise OptionError(
                f"shade must be 'multiply', 'blend', True, False or None, found {self.shade!r}"
            )
        if self.dither is not None and not isinstance(self.dither, bool):
            raise OptionError(f"dither must be True, False or None, found {self.dither!r}")
        if self.dither and self.shade:
            raise OptionError(f"dither=True and shade={self.shade!r} exclude each other")
        if self.scan not in (None, True, False):
            raise OptionError(f"scan must be True, False or None, found {self.scan!r}")
        for name in ("shade", "dither"):
            if self.scan and getattr(self, name):
                raise OptionError(
                    f"scan=True and {name}={getattr(self, name)!r} exclude each other"
                )
        if self.connectivity not in (4, 8):
            raise OptionError(f"connectivity must be 4 or 8, found {self.connectivity!r}")
        if self.hatch in (None, "auto"):
            return
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

        Warns
        -----
        GeoindexWarning
            Nothing is ink, or `ink` leaves out an entry whose role is ink.
        """
        of_roles = _inks_of_roles(palette, strict=self.ink is None)
        inks, colors = of_roles, cast("list[Color]", [])
        if self.ink is not None:
            found = [find_entry(entry, palette) for entry in _ink_entries(self.ink, palette)]
            inks = sorted({one for one in found if isinstance(one, int)})
            colors = sorted({one for one in found if not isinstance(one, int)})
            _warn_of_replaced([row for row in of_roles if row not in inks], found, palette)
        elif not inks:
            warnings.warn(
                "no palette entry is ink, so lines and text remain classes; name their colors "
                "with ink=, or give palette entries the role ink (0,0,0,Contacts,ink)",
                GeoindexWarning,
                stacklevel=3,
            )
        if len(inks) >= len(palette):
            raise OptionError("every palette entry is ink; at least one must be a unit")
        shaded = metric == "shaded" if self.shade is None else self.shade in (True, "multiply")
        if self.scan and shaded:
            raise OptionError(
                "scan=True and metric='shaded' exclude each other; the light of a scan is found "
                "with any metric"
            )
        shaded = metric == "shaded" if self.shade is None else self.shade in (True, "multiply")
        if self.dither and shaded:
            raise OptionError("dither=True and metric='shaded' exclude each other")
        hatches = []
        for hatch in () if self.hatch in (None, "auto") else self.hatch:
            assert isinstance(hatch, Hatch)  # noqa: S101  parsed at construction
            one, other = (palette_row(entry, palette) for entry in hatch.colors)
            if one == other:
                raise OptionError(f"a hatch needs two different colors, found row {one} twice")
            hatches.append((one, other, palette_row(hatch.target, palette)))
        return Plan(
            options=self,
            classes=palette,
            palette=_with_inks(palette, colors),
            inks=(*inks, *range(len(palette), len(palette) + len(colors))),
            hatches=tuple(hatches),
            shaded=shaded,
        )


def _inks_of_roles(palette: Palette, *, strict: bool) -> list[int]:
    """Rows whose role is ink."""
    roles = [role.strip().lower() for role in palette.roles or ()]
    unknown = next((role for role in roles if role not in ROLES), None)
    if unknown is not None and strict:
        raise OptionError(
            f"row {roles.index(unknown)} of the palette has the role {unknown!r}; use ink, "
            "unit or paper, or name the inks with ink="
        )
    return [row for row, role in enumerate(roles) if role == "ink"]


def _ink_entries(ink: int | str | Sequence[Entry], palette: Palette) -> list[Entry]:
    """List the entries that `ink` names; a name stands for all rows that have it."""
    several = isinstance(ink, Sequence) and not isinstance(ink, str)
    listed = cast("Sequence[Entry]", ink if several else (ink,))
    entries: list[Entry] = []
    for entry in listed:
        entries.extend(split_entries(entry, palette) if isinstance(entry, str) else (entry,))
    names = [name.lower() for name in palette.names or ()]
    found: list[Entry] = []
    for entry in entries:
        named = entry.strip().lower() if isinstance(entry, str) else None
        rows = [row for row, name in enumerate(names) if named and name == named]
        found.extend(rows or (entry,))
    return found


def _warn_of_replaced(dropped: list[int], named: Sequence[object], palette: Palette) -> None:
    """Tell that inks of the palette are units because others were named."""
    if dropped and named:
        listed = ", ".join(f"{row} ({palette.label(row)})" for row in dropped)
        warnings.warn(
            f"the inks that are named replace those of the palette, so rows {listed} are units "
            "now; name them in ink= too if they are ink",
            GeoindexWarning,
            stacklevel=4,
        )


def _with_inks(palette: Palette, colors: Sequence[Color]) -> Palette:
    """Palette with more colors behind its own."""
    if not colors:
        return palette
    names = palette.names
    if names is not None:
        names = (*names, *(f"ink {','.join(map(str, color))}" for color in colors))
    return Palette(np.vstack([palette.colors, np.array(colors, np.uint8)]), names)


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Options of class recovery, resolved for a palette."""

    options: Clean
    classes: Palette
    """The palette of the grid."""
    palette: Palette
    """The same with the inks behind it that it does not have, to compare pixels with."""
    inks: tuple[int, ...]
    """Rows of `palette` that are ink, ascending."""
    hatches: tuple[tuple[int, int, int], ...]
    """Palette rows of two colors and of their class."""
    shaded: bool
    alternating: tuple[Alternating, ...] = ()
    """Hatchings that were found in the image."""
    lacking: tuple[Color, ...] = ()
    """Colors of areas of the image that no unit has."""
    recovery: Recovery | None = None
    """Recovery for the kind of picture that the map turned out to be; None for an export."""

    @property
    def calibration(self) -> Calibration:
        """Kind of picture whose margins are known."""
        return "export" if self.recovery is None else self.recovery.calibration

    @property
    def halo(self) -> int:
        """Pixels around a block that its result depends on."""
        if self.recovery is None:
            return self.options.halo
        return self.recovery.halo(self.options) + self.options.late_halo

    def seen(self, shape: tuple[int, int], read: Read, *, exported: bool = False) -> Plan:
        """Find out what kind of picture a map is, and the hatchings that are to be found.

        Parameters
        ----------
        shape : tuple of int
            Rows and columns of the image.
        read : callable
            Reads a part of it.
        exported : bool
            Take it to show each unit in its color, without a look.

        Returns
        -------
        Plan
            With the recovery that the map needs, and its hatchings.
        """
        from geoindex.clean.alternating import find_alternating
        from geoindex.clean.kinds import find_recovery  # loads the compiled steps

        plan = self
        if not exported:
            recovery, lacking = find_recovery(plan, shape, read)
            plan = replace(plan, recovery=recovery, lacking=lacking)
        if plan.options.hatch != "auto":
            return plan
        found = find_alternating(plan, shape, read)
        hatches = [(*one.colors, one.target) for one in found if one.target is not None]
        named = tuple(Hatch(colors=(a, b), target=target) for a, b, target in hatches)
        return replace(
            plan,
            options=replace(plan.options, hatch=named),
            hatches=tuple(hatches),
            alternating=found,
        )

    @property
    def is_unit(self) -> NDArray[np.bool_]:
        """False for inks; shape (n_colors,)."""
        units = np.ones(len(self.palette), dtype=bool)
        units[list(self.inks)] = False
        return units

    @property
    def ink_colors(self) -> list[list[int]]:
        """Inks that the palette of the grid does not have."""
        colors: list[list[int]] = self.palette.colors[len(self.classes) :].tolist()
        return colors

    def to_dict(self) -> dict[str, object]:
        """JSON values for the provenance of a grid."""
        options = self.options
        return {
            "edges": options.edges,
            "ink": [row for row in self.inks if row < len(self.classes)],
            **({"ink_colors": self.ink_colors} if self.ink_colors else {}),
            "shade": self.shaded,
            "speckle": options.speckle,
            "connectivity": options.connectivity,
            "hatch": [list(hatch) for hatch in self.hatches],
            "hatch_gap": options.hatch_gap,
            "reach": options.reach,
            **({} if self.recovery is None else {"recovery": self.recovery.to_dict()}),
        }
