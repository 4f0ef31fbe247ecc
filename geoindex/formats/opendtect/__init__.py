"""Files of OpendTect: surveys and horizons."""
