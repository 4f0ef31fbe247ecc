"""Output that several commands share."""

from __future__ import annotations

from collections.abc import Iterable

import click

from geoindex.errors import seen

__all__ = [
    "LEFT_VALUES",
    "color_block",
    "echo_line",
    "echo_place",
    "echo_renumbered",
    "echo_warning",
]

LEFT_VALUES = "  pixels        row numbers; --values writes the class values of the palette"
"""Hint for palettes whose class values are not written."""


def echo_line(text: str) -> None:
    """Print a line with names of files, which cannot act as terminal commands."""
    click.echo(seen(text))


def echo_warning(text: str) -> None:
    """Print a warning to the error stream, so that pipes stay clean."""
    click.echo(f"Warning: {text}", err=True)


def echo_renumbered(legend: str) -> None:
    """Warn that the numbers of the classes are not those of the palette."""
    echo_warning(
        f"the classes were renumbered because OpendTect shows at most 255; {legend} lists the old "
        "and new numbers"
    )


def echo_place(*, has_crs: bool, operation: str | None, accuracy: float | None) -> None:
    """Print how a map and a survey came together."""
    if not has_crs:
        click.echo("  CRS           none; map and survey are taken to have the same")
    elif operation is not None:
        within = "accuracy unknown" if accuracy is None else f"within {accuracy:g} m"
        click.echo(f"  projection    {within}: {operation}")


def color_block(color: Iterable[int]) -> str:
    """Block of a color for a terminal; click omits it in pipes."""
    red, green, blue = (int(channel) for channel in color)
    return click.style("    ", bg=(red, green, blue))
