"""Class recovery: the units that a map shows, not the pixels that it was drawn with."""

from geoindex.clean.blocks import REASONS, CleanBlock, clean_block, clean_image
from geoindex.clean.options import Clean, Hatch, Plan

__all__ = ["REASONS", "Clean", "CleanBlock", "Hatch", "Plan", "clean_block", "clean_image"]
