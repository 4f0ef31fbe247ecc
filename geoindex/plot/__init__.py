"""Matplotlib axes and figures of grids and palettes in their true colors."""
