"""From an image to an index grid: arrays, files, gray rasters, cross-sections."""
