"""Palettes from printed legends."""

from __future__ import annotations

from geoindex.learn.legend.reading import legend_palette
from geoindex.learn.legend.swatches import Legend, Swatch

__all__ = ["Legend", "Swatch", "legend_palette"]
