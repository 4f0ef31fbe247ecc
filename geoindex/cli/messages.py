"""What several commands print in the same way."""

from __future__ import annotations

from collections.abc import Iterable

import click

__all__ = ["color_block", "echo_warning"]


def echo_warning(text: str) -> None:
    """Print a warning on the error stream, where it stays out of other programs' input."""
    click.echo(f"Warning: {text}", err=True)


def color_block(color: Iterable[int]) -> str:
    """Block of a color for a terminal; click leaves it out in pipes."""
    red, green, blue = (int(channel) for channel in color)
    return click.style("    ", bg=(red, green, blue))
