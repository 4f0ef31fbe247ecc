"""OpendTect and its neighbors: survey files, horizons and SEG-Y lines."""
