"""Class recovery: the rock units of a map, without soft edges, ink and speckle."""

from geoindex.clean.options import Clean, Hatch, Plan
from geoindex.clean.reasons import REASONS

__all__ = ["REASONS", "Clean", "Hatch", "Plan"]
