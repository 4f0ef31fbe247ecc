"""Values of pictures with a color ramp: ramps, their inverse, and grids of values."""
