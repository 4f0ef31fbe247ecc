"""The command line: click commands, each a thin call of the API."""

from geoindex.cli.app import main

__all__ = ["main"]
