"""Palettes learnt from the pixels."""
