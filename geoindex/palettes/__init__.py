"""Palette files of every kind, the built-in palettes, color cubes and legends beside grids."""
