"""Palettes that several tests use."""

from __future__ import annotations

from geoindex import (
    Palette,
)

INK_PALETTE = Palette(
    [[0, 0, 0], [230, 203, 203], [95, 178, 210], [76, 174, 29]],
    names=["Contacts", "Gneiss", "Lake", "Basalt"],
    roles=["ink", "unit", "unit", "unit"],
)

VALUED = Palette(
    [[0, 0, 0], [230, 60, 20], [250, 240, 200]], ["Ink", "Granite", "Sand"], values=[3, 101, 7]
)
