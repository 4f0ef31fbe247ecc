"""Options for the format and style of grids, apart from the others: they import all formats."""

from __future__ import annotations

from copy import copy
from typing import get_args

import click

from geoindex.grids.formats import FORMATS, format_names
from geoindex.grids.styles import Style

__all__ = ["FORMAT_KEYS", "grid_format_option", "style_option"]

FORMAT_KEYS = ", ".join(known.key for known in FORMATS)


class RenamedOption(click.Option):
    """An option whose help shows its first name alone; the old ones still work."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Name and help of the option."""
        shown = copy(self)
        shown.opts = self.opts[:1]
        return super(RenamedOption, shown).get_help_record(ctx)


grid_format_option = click.option(
    "--format",
    "--grid-format",
    "grid_format",
    cls=RenamedOption,
    type=click.Choice(format_names()),
    metavar="FORMAT",
    help=f"Format of DST: {FORMAT_KEYS}.  [default: by its suffix]",
)

style_option = click.option(
    "--style",
    multiple=True,
    type=click.Choice(get_args(Style)),
    help="Also write a style with the name of the grid, which QGIS (qml) or ArcGIS (clr) applies "
    "automatically. Give it twice if another raster has this name.",
)
