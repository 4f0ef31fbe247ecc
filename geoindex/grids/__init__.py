"""Grids out and back: GeoTIFF, PNG, .npy and the formats of other programs."""
