"""Palette file formats: parsing and formatting of bytes, no files."""
