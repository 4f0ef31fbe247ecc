"""Palettes learned from pixels, gray levels and legends, on arrays: no files, no command line."""
