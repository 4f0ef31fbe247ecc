"""Rules that hold everywhere: choices, color scales (0-1, 0-255), survey lines and CRS."""
