"""``geoindex palette learn`` and ``geoindex palette compare``."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from geoindex.cli.messages import echo_line
from geoindex.cli.names import names_option, read_names
from geoindex.cli.options import PixelOptions, alpha_option, metric_option, pixel_options
from geoindex.cli.output import (
    echo_json,
    json_option,
    overwrite_option,
    progress_bar,
    progress_option,
    quiet_option,
)
from geoindex.cli.palette_show import swatch_line
from geoindex.color.metrics import Metric
from geoindex.color.pixels import Alpha
from geoindex.color.spaces import Space
from geoindex.errors import PaletteError
from geoindex.files.targets import check_target
from geoindex.images.find import is_searched
from geoindex.learn.compare import PaletteComparison, compare_palettes
from geoindex.learn.learned import LearnedPalette
from geoindex.learn.palette import Method, Weights, learn_palette
from geoindex.palette import Palette
from geoindex.palettes.formats import check_palette_target, save_palette

__all__ = ["compare_command", "learn_command"]

LISTED_COLORS = 40
"""Colors listed on the terminal; the rest are counted."""


@click.command("learn")
@click.argument("src", nargs=-1, required=True)
@click.option("-n", "--colors", "n_colors", type=int, metavar="N", help="Number of colors.")
@click.option(
    "-o", "--output", metavar="DST", help="Palette file to write; its suffix picks the format."
)
@click.option(
    "--method",
    type=click.Choice(get_args(Method)),
    default="kmeans",
    show_default=True,
    help="kmeans: least squared error; units: the map's rock units and inks, also in scans; flat: "
    "the map's own flat colors exactly as drawn; random: colors of random pixels; mediancut: "
    "median cut. units and flat find the number of colors themselves without -n.",
)
@click.option(
    "--weights",
    type=click.Choice(get_args(Weights)),
    default="count",
    show_default=True,
    help="Count every pixel (count), or every distinct color once (unique).",
)
@click.option(
    "--sample", type=int, metavar="M", help="Learn from M randomly drawn pixels.  [default: all]"
)
@click.option(
    "--space",
    type=click.Choice(get_args(Space)),
    default="rgb",
    show_default=True,
    help="Color space of distances and means.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Seed of the random number generator."
)
@alpha_option
@pixel_options
@click.option(
    "--skip-unreadable",
    is_flag=True,
    help="Leave out images that cannot be read, with a warning, if there are several.",
)
@names_option
@click.option(
    "--min-distance",
    type=float,
    metavar="D",
    help="With --method units or flat: merge colors closer than D (in RGB) into the more "
    "widespread one.  [default: 6; JPEG: 12]",
)
@overwrite_option
@json_option
@progress_option
@quiet_option
def learn_command(
    src: tuple[str, ...],
    *,
    n_colors: int | None,
    output: str | None,
    method: Method,
    weights: Weights,
    sample: int | None,
    space: Space,
    seed: int,
    alpha: Alpha,
    pixels: PixelOptions,
    skip_unreadable: bool,
    names_file: str | None,
    min_distance: float | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Learn a palette from the images SRC: files, folders and globs.

    All pixels of all images count the same. With --method units or flat, colors of lines and text
    get the role ink, so that geoindex convert --clean fills them. With units, each color is listed
    with its scatter, in levels per channel, and its certainty, 0 to 100 %. --names names the
    colors in the order of the palette, largest area first.
    """
    if output is None and not as_json:
        raise click.UsageError("name a palette file with -o, or print the palette with --json")
    if n_colors is None and method not in ("flat", "units"):
        raise click.UsageError(f"--method {method} needs the number of colors, -n N")
    if output is not None:
        check_palette_target(output, overwrite=overwrite)
    names = None if names_file is None else read_names(names_file)
    is_one = len(src) == 1 and not is_searched(src[0])
    unit = " rows" if is_one else " images"
    with progress_bar(Path(src[0]).name, unit, quiet=quiet) as progress:
        palette = learn_palette(
            src,
            n_colors,
            method=method,
            weights=weights,
            sample=sample,
            space=space,
            seed=seed,
            alpha=alpha,
            **pixels,
            skip_unreadable=skip_unreadable,
            min_distance=min_distance,
            progress=progress,
        )
    if output is not None:
        save_palette(_named(palette, names), output, overwrite=overwrite)
    if as_json:
        echo_json({"source": src[0] if len(src) == 1 else src, **palette.to_dict()})
    elif not quiet:
        _echo_palette(palette, _named(palette, names), str(output))


@click.command("compare")
@click.argument("src")
@click.argument("palettes", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    metavar="FIGURE",
    help="Also draw SRC beside its version in each palette (.png, .pdf, .svg).",
)
@metric_option
@pixel_options
@overwrite_option
@json_option
@progress_option
@quiet_option
def compare_command(
    src: str,
    palettes: tuple[str, ...],
    *,
    output: str | None,
    metric: Metric,
    pixels: PixelOptions,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compare how well PALETTES (files or built-in names) reproduce the image SRC.

    If a palette file needs --columns, --encoding or --layer, convert it first with geoindex
    palette convert.
    """
    from geoindex.cli.figures import check_figure_suffix, save_figure

    if output is not None:
        check_figure_suffix(Path(output))
        check_target(Path(output), overwrite=overwrite)
    with progress_bar(Path(src).name, " rows", quiet=quiet) as progress:
        comparison = compare_palettes(
            src,
            palettes,
            metric=metric,
            **pixels,
            progress=progress,
        )
    if output is not None:
        save_figure(comparison.plot(), output, overwrite=overwrite)
    if as_json:
        echo_json({"source": src, **comparison.to_dict()})
    elif not quiet:
        _echo_scores(comparison)


def _echo_scores(comparison: PaletteComparison) -> None:
    """Print a table of scores."""
    width = max(7, *(len(score.name) for score in comparison.scores))
    click.echo(f"{'palette':<{width}}  colors   used        MSE  PSNR dB  CIEDE2000")
    for score in comparison.scores:
        echo_line(
            f"{score.name:<{width}}  {score.n_colors:>6} {score.classes_used:>6} "
            f"{score.mean_squared_error:>10.2f} {score.psnr:>8.2f} {score.mean_ciede2000:>10.3f}"
        )


def _named(palette: LearnedPalette, names: list[str] | None) -> Palette:
    """Palette with the names of its colors, if there are any."""
    if names is None:
        return palette
    if len(names) != len(palette):
        raise PaletteError(
            f"the palette has {len(palette)} colors but there are {len(names)} names; learn it "
            "without --names first to see the colors, then name all of them in order"
        )
    return palette.replace(names=names)


def _echo_palette(palette: LearnedPalette, named: Palette, output: str) -> None:
    """Print the colors with their pixels and shares."""
    echo_line(
        f"{output}: {len(palette)} colors, learned from {palette.source_colors:,} colors of "
        f"{palette.n_pixels:,} pixels"
    )
    for row in range(min(len(palette), LISTED_COLORS)):
        pixels, share = palette.counts[row], palette.shares[row]
        line = f"{swatch_line(named, row)}  {pixels:>12,} px {share:7.2%}"
        if palette.spreads is not None and palette.certainties is not None:
            line += f"  +- {palette.spreads[row]:4.1f}  {palette.certainties[row]:4.0%} sure"
        click.echo(line)
    if len(palette) > LISTED_COLORS:
        click.echo(f"... and {len(palette) - LISTED_COLORS} more; --json lists all")
