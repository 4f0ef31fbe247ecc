"""``--legend-box``: the palette of a map from the legend that is printed beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from geoindex.cli.adding import add_options
from geoindex.cli.messages import echo_line
from geoindex.palette import Palette

__all__ = ["legend_box_options"]

DARK = 48
"""Largest channel of a swatch, in 8 bits, that is taken for black."""

OPTIONS = (
    click.option(
        "--legend-box",
        nargs=4,
        type=int,
        is_eager=True,
        metavar="LEFT TOP RIGHT BOTTOM",
        help="Take the palette from the legend printed in SRC, at this place in pixels, instead "
        "of --palette, and recover the units as with --clean. Black is ink unless --ink is given. "
        "Also give the --box of the map, to leave out the margin.",
    ),
    click.option(
        "--read-names",
        is_flag=True,
        help="With --legend-box, also read the names of the units there; needs "
        "geoindex-raster[ocr].",
    ),
)


def legend_box_options(command: Callable[..., None]) -> Callable[..., None]:
    """Let the palette of a command be that of the legend printed in its image."""

    @wraps(command)
    def with_legend(
        *,
        src: str,
        palette: str | Palette | None,
        legend_box: tuple[int, int, int, int] | None,
        read_names: bool,
        **options: Any,
    ) -> None:
        if legend_box is None:
            if read_names:
                raise click.UsageError("--read-names needs --legend-box")
        elif palette is not None:
            raise click.UsageError("give the palette with --palette or --legend-box, not both")
        else:
            palette = _printed_palette(src, legend_box, options, read_names=read_names)
        command(src=src, palette=palette, **options)

    return add_options(with_legend, OPTIONS)


def _printed_palette(
    src: str, box: tuple[int, int, int, int], options: dict[str, Any], *, read_names: bool
) -> Palette:
    """Palette of the legend in an image, with black as ink where nothing else is."""
    from geoindex.learn.legend import legend_palette

    legend = legend_palette(src, box=box, read_names=read_names)
    clean = options["mapping"]["clean"]
    is_black = (legend.colors.max(axis=1) < DARK).any()
    if not options["quiet"] and not options["as_json"]:
        patterned = len(legend.patterned)
        ink = "" if is_black or clean.ink is not None else "; black is ink"
        echo_line(f"{src}: legend of {len(legend.swatches)} swatches, {patterned} patterned{ink}")
    # A palette that has black as a unit cannot have it as ink.
    return legend if is_black or clean.ink is not None else legend.with_ink(["black"])
