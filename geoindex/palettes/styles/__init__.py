"""Styles of GIS programs: QGIS styles and projects, SLD, and layer files of ArcGIS Pro."""
