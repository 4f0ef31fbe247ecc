"""The report page: a map and its grid in one HTML file, to look at and to correct."""
