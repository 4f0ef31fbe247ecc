"""Options that several commands share, and how results are printed."""

from __future__ import annotations

import json
from typing import Any

import click

__all__ = ["echo_json", "json_option", "overwrite_option", "palette_option", "quiet_option"]

palette_option = click.option(
    "-p",
    "--palette",
    required=True,
    metavar="PALETTE",
    help="Palette file (.csv, or an image with a color table) or built-in name (windows-256).",
)
overwrite_option = click.option(
    "--overwrite", is_flag=True, help="Replace an output that is already there."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def echo_json(content: dict[str, Any]) -> None:
    """Print a result for other programs."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))
