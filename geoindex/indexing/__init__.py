"""The roads from an image to an index grid: arrays, files, gray rasters."""
