"""Ramp: colors along a range of values, in stretches of one color or from one to another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.errors import PaletteError
from geoindex.rules.plane import Floats
from geoindex.rules.texts import storable_name

__all__ = ["MOST_STRETCHES", "Ramp", "Rounding"]

Rounding = Literal["round", "truncate"]
"""How a program made bytes of a color: to the nearest one, or to the one below."""

MOST_STRETCHES = 65_535
"""As many as a palette has colors."""


def _floats(values: ArrayLike, what: str) -> Floats:
    """Array of float64; an error if the values are no numbers."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (OverflowError, TypeError, ValueError):
        raise PaletteError(
            f"the {what} of a ramp must be numbers, found {str(values)[:60]!a}"
        ) from None


@dataclass(frozen=True, kw_only=True, eq=False)
class Ramp:
    """Colors along a range of values.

    Stretch `i` lies between ``edges[i]`` and ``edges[i + 1]`` and runs from ``starts[i]`` to
    ``ends[i]`` in equal steps of red, green and blue; where both are the same, it is a step.
    :func:`geoindex.load_ramp` makes ramps of colormaps and files.

    Raises
    ------
    PaletteError
        The edges do not rise, a color is out of range, or there is one color only.

    Examples
    --------
    >>> from geoindex import Ramp
    >>> ramp = Ramp.from_stops([0, 1], [[0, 0, 255], [255, 0, 0]], name="blue to red")
    >>> ramp
    Ramp('blue to red', 1 stretch)
    >>> round(ramp.bound(), 5)
    0.00196
    """

    edges: Floats
    """Where stretches begin and end, float64 of shape (n + 1,), rising: shares of the ramp from 0
    to 1, or values where `has_values`."""

    starts: Floats
    """Color at the lower edge of each stretch, float64 of 0 to 255, shape (n, 3)."""

    ends: Floats
    """Color at the upper edge of each stretch, likewise."""

    name: str | None = None
    """Name of the ramp, or None."""

    has_values: bool = False
    """Whether `edges` are the values that the colors stand for."""

    def __post_init__(self) -> None:
        for field in ("edges", "starts", "ends"):
            array = _floats(getattr(self, field), field).copy()
            array.flags.writeable = False
            object.__setattr__(self, field, array)
        if self.name is not None:
            object.__setattr__(self, "name", storable_name(self.name, PaletteError))
        n = self.edges.size - 1
        if self.edges.ndim != 1 or n < 1 or {self.starts.shape, self.ends.shape} != {(n, 3)}:
            raise PaletteError(
                f"a ramp needs edges of shape (n + 1,) and colors of shape (n, 3), found "
                f"{self.edges.shape}, {self.starts.shape} and {self.ends.shape}"
            )
        if n > MOST_STRETCHES:
            raise PaletteError(f"a ramp holds at most {MOST_STRETCHES:,} stretches, found {n:,}")
        if not np.isfinite(self.edges).all() or not (np.diff(self.edges) > 0).all():
            raise PaletteError("the positions of a ramp must rise and be finite")
        colors = np.concatenate([self.starts, self.ends])
        if not ((colors >= 0) & (colors <= 255)).all():
            raise PaletteError("the colors of a ramp must lie within 0..255")
        if (colors == colors[0]).all():
            raise PaletteError("a ramp needs at least two different colors")

    @classmethod
    def from_stops(
        cls,
        positions: ArrayLike,
        colors: ArrayLike,
        *,
        name: str | None = None,
        has_values: bool = False,
    ) -> Ramp:
        """Make a ramp that runs evenly from color to color.

        Parameters
        ----------
        positions : array_like of float, shape (n,)
            Place of each color, not falling; two colors at one place are a hard step.
        colors : array_like, shape (n, 3)
            0 to 255.
        name, has_values
            As the fields of that name.

        Returns
        -------
        Ramp
        """
        at, rgb = _floats(positions, "positions"), _floats(colors, "colors")
        if at.ndim != 1 or rgb.shape != (len(at), 3) or len(at) < 2:
            raise PaletteError("a ramp needs at least two positions, each with a color")
        if not (np.diff(at) >= 0).all():
            raise PaletteError("the positions of a ramp must not decrease")
        wide = np.flatnonzero(np.diff(at) > 0)
        if not wide.size:
            raise PaletteError("all colors of the ramp lie at one position")
        return cls(
            edges=np.append(at[wide], at[-1]),
            starts=rgb[wide],
            ends=rgb[wide + 1],
            name=name,
            has_values=has_values,
        )

    @classmethod
    def from_steps(cls, colors: ArrayLike, *, name: str | None = None) -> Ramp:
        """Make a ramp of steps of one width, as those of a matplotlib colormap.

        Parameters
        ----------
        colors : array_like, shape (n, 3)
            0 to 255, may be fractions.
        name : str, optional

        Returns
        -------
        Ramp
        """
        rgb = _floats(colors, "colors")
        return cls(edges=np.arange(len(rgb) + 1) / len(rgb), starts=rgb, ends=rgb, name=name)

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def limits(self) -> tuple[float, float] | None:
        """Lowest and highest value, or None where the ramp has none of its own."""
        return (float(self.edges[0]), float(self.edges[-1])) if self.has_values else None

    @property
    def shares(self) -> Floats:
        """Edges as shares of the ramp, from 0 to 1."""
        low, high = self.edges[0], self.edges[-1]
        shares: Floats = (self.edges - low) / (high - low)
        return shares

    @property
    def is_step(self) -> NDArray[np.bool_]:
        """Which stretches have one color, shape (n,)."""
        steps: NDArray[np.bool_] = (self.starts == self.ends).all(axis=1)
        return steps

    def reversed(self) -> Ramp:
        """Ramp whose lowest color is the highest, at the same place."""
        low, high = self.edges[0], self.edges[-1]
        name = self.name
        if name is not None:
            name = name.removesuffix("_r") if name.endswith("_r") else f"{name}_r"
        return replace(
            self,
            edges=(low + high - self.edges)[::-1],
            starts=self.ends[::-1],
            ends=self.starts[::-1],
            name=name,
        )

    def colors(self, shares: ArrayLike) -> Floats:
        """Color at places of the ramp.

        Parameters
        ----------
        shares : array_like of float, any shape
            0 for the low end to 1 for the high one; what lies beyond has the color of that end.

        Returns
        -------
        ndarray of float64, shape (..., 3)
            0 to 255, not rounded.
        """
        at = np.clip(np.asarray(shares, dtype=np.float64), 0, 1)
        edges = self.shares
        which = np.clip(np.searchsorted(edges, at, side="right") - 1, 0, len(self) - 1)
        along = ((at - edges[which]) / (edges[which + 1] - edges[which]))[..., np.newaxis]
        found: Floats = self.starts[which] + (self.ends[which] - self.starts[which]) * along
        return found

    def bound(self, rounding: Rounding = "round") -> float:
        """Largest error of a value taken from an exact color, as a share of the range.

        Half of the widest interval of values that one 8-bit color stands for: no method can do
        better by the color alone.

        Parameters
        ----------
        rounding : {"round", "truncate"}
            How the colors became bytes.

        Returns
        -------
        float
        """
        from geoindex.values.pieces import pieces_of

        return pieces_of(self, rounding).bound

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values; see :meth:`from_dict`."""
        return {
            "name": self.name,
            "has_values": self.has_values,
            "edges": self.edges.tolist(),
            "starts": self.starts.tolist(),
            "ends": None if self.is_step.all() else self.ends.tolist(),
        }

    @classmethod
    def from_dict(cls, content: Any) -> Ramp:
        """Make the ramp of what :meth:`to_dict` returned.

        Raises
        ------
        PaletteError
            The content is damaged.
        """
        try:
            starts = content["starts"]
            ends = content["ends"]
            name = content["name"]
            return cls(
                edges=content["edges"],
                starts=starts,
                ends=starts if ends is None else ends,
                name=None if name is None else str(name),
                has_values=bool(content["has_values"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise PaletteError(f"the ramp is damaged ({error})") from None

    def __repr__(self) -> str:
        name = "" if self.name is None else f"{self.name!r}, "
        return f"Ramp({name}{len(self)} stretch{'' if len(self) == 1 else 'es'})"
