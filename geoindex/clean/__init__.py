"""Class recovery: the units that a map shows, not the pixels that it was drawn with."""

from geoindex.clean.bands import BandCleaner
from geoindex.clean.blocks import REASONS, CleanBlock, clean_block
from geoindex.clean.options import Clean, Hatch, Plan

__all__ = ["REASONS", "BandCleaner", "Clean", "CleanBlock", "Hatch", "Plan", "clean_block"]
