"""Grid formats of other programs, one file each."""
