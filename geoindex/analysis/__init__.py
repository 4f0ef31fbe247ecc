"""What grids hold: areas of classes, cross-tabulation, polygons."""
