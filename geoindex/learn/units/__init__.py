"""The units and inks of a map from its picture alone, also of scans and printed sheets.

A window of a picture that lies inside a unit is mostly of one color, whatever is printed over it:
lines, letters and contacts are thin and never hold the larger part. So the main colors of many
windows are the units' colors, scattered by noise and by uneven light. The light is estimated from
neighboring windows, the units are the peaks of the density of the colors, and the two take turns.
"""
