"""The version, which what geoindex writes names."""

__version__ = "0.1.0"
