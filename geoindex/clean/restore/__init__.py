"""What a map's colors were before a hillshade, or dithering, changed them."""
