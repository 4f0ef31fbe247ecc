"""Class recovery: the units that a map shows, not the pixels that it was drawn with."""

from geoindex.clean.options import Clean, Hatch, Plan
from geoindex.clean.reasons import REASONS

__all__ = ["REASONS", "Clean", "Hatch", "Plan"]
