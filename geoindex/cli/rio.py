"""The plug-in ``rio geoindex`` of rasterio's command line, which every ``rio`` command imports."""

from __future__ import annotations

import click

__all__ = ["rio_plugin"]


@click.command(
    "geoindex",
    short_help="Convert map images to index grids.",
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def rio_plugin(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Convert map images to index grids."""
    from geoindex.cli.rio_convert import run

    run(list(arguments), context.parent)
