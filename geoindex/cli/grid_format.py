"""The option for the format of grids, apart from the others: it imports all formats."""

from __future__ import annotations

from copy import copy

import click

from geoindex.grids.formats import FORMATS, format_names

__all__ = ["FORMAT_KEYS", "grid_format_option"]

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
