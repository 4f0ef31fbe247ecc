"""k-means of colors, and the median cut."""
