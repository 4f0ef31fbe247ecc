"""Best levels of a one-band raster."""
