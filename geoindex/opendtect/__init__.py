"""OpendTect: survey files, horizons and SEG-Y lines; color tables are palettes/opendtect.py."""
