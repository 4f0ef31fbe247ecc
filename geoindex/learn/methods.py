"""The methods of learning a palette, and their options."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from geoindex.color.spaces import Space
from geoindex.errors import OptionError
from geoindex.learn.gray.levels import Weights
from geoindex.palette import MAX_COLORS
from geoindex.rules.choices import check_choice, check_integer

__all__ = ["METHODS", "Method", "Settings", "Weights"]

Method = Literal["kmeans", "units", "flat", "random", "mediancut"]
"""Names of the methods; :data:`METHODS` describes them."""

METHODS: dict[Method, str] = {
    "kmeans": (
        "Small mean squared error: k-means on the distinct colors, weighted by their pixels, "
        "with centers moved from where they are missed least to where they gain most."
    ),
    "units": (
        "The map's rock units and inks from any picture, scans and printed sheets too: exactly as "
        "drawn where that can be told, else the main colors of many small windows, in even light."
    ),
    "flat": (
        "The map's own flat colors exactly as drawn, those of areas and lines, without the "
        "mixtures along edges and without JPEG noise."
    ),
    "random": "Colors of random pixels: the usual baseline.",
    "mediancut": "Median cut (Heckbert, 1982): means of parts of equal weight.",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The checked options of :func:`geoindex.learn_palette`."""

    method: Method
    n_colors: int | None = None
    weights: Weights = "count"
    sample: int | None = None
    space: Space = "rgb"
    seed: int = 0
    min_distance: float | None = None

    def __post_init__(self) -> None:
        check_choice("method", self.method, Method)
        check_choice("weights", self.weights, Weights)
        check_choice("space", self.space, Space)
        finds_number = self.method in ("flat", "units")
        if self.n_colors is None and not finds_number:
            raise OptionError(f"method {self.method!r} needs the number of colors, n_colors")
        if self.n_colors is not None:
            check_integer("n_colors", self.n_colors, 1, MAX_COLORS)
        if self.sample is not None:
            check_integer("sample", self.sample, self.n_colors or 1, 2**31 - 1)
        check_integer("seed", self.seed, 0, 2**32 - 1)
        if self.min_distance is not None:
            if not finds_number:
                raise OptionError("min_distance is an option of methods 'flat' and 'units' only")
            if not self.min_distance >= 0:
                raise OptionError(f"min_distance must be 0 or more, found {self.min_distance}")
        if finds_number and (self.weights, self.sample) != ("count", None):
            raise OptionError(
                f"method {self.method!r} looks at every pixel; leave out weights and sample"
            )

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            key: value.item() if isinstance(value, np.generic) else value
            for key, value in asdict(self).items()
        }
