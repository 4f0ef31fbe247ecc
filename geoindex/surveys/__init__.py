"""Grids on the inlines and crosslines of seismic surveys, and sections along them."""
