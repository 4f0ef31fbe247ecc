"""The only place that touches files: rasters in, grids out, palette files."""
