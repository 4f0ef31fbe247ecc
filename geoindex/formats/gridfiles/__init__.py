"""Grid formats of other programs, one a module, and what they share."""
