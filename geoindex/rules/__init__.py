"""Rules that hold everywhere: choices, the 0-1 and 0-255 scale of colors, lines of surveys."""
