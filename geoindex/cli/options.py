"""Options that several commands share, and how results are printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, get_args

import click
from click.core import ParameterSource
from tqdm import tqdm

from geoindex.clean import Clean
from geoindex.color.search import Metric
from geoindex.color.threads import Progress

__all__ = [
    "clean_options",
    "echo_json",
    "json_option",
    "max_distance_option",
    "metric_option",
    "overwrite_option",
    "palette_option",
    "progress_bar",
    "quiet_option",
    "refuse_clean_options",
]

CLEAN_PARAMETERS = (
    "ink",
    "shade",
    "hatch",
    "hatch_gap",
    "speckle",
    "connectivity",
    "edges",
    "reach",
    "changes",
    "confidence",
)
"""Options that :func:`clean_options` adds."""

palette_option = click.option(
    "-p",
    "--palette",
    required=True,
    metavar="PALETTE",
    help="Palette file (.csv, .gpl, .pal, .act, .clr, .qml, .sld, .cpt, .json, or an image with "
    "a color table), color cube (.colorcube), built-in name (windows-256; see geoindex palette "
    "list) or matplotlib colormap (tab20).",
)
metric_option = click.option(
    "--metric",
    type=click.Choice(get_args(Metric)),
    default="rgb",
    show_default=True,
    help="Color distance.",
)
max_distance_option = click.option(
    "--max-distance",
    type=float,
    metavar="D",
    help="Make pixels nodata that are farther than D from every palette color.",
)
overwrite_option = click.option(
    "--overwrite", is_flag=True, help="Replace an output that is already there."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def clean_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of class recovery, which reach the command as one `clean`.

    The files that they name reach it as `changes` and `confidence`.
    """

    @click.option(
        "--ink",
        metavar="ENTRIES",
        help="Palette entries that are overprint (contacts, faults, text), to be filled from the "
        "units beside them: names, row numbers, #rrggbb or words such as black,red. By default "
        "those whose role in the palette is ink; '' for none.",
    )
    @click.option(
        "--shade/--no-shade",
        default=None,
        help="Units are drawn darker and brighter, as under hillshade; by default with "
        "--metric shaded.",
    )
    @click.option(
        "--hatch",
        multiple=True,
        metavar="COLOR+COLOR=CLASS",
        help="Make one class of regions where two colors alternate, such as "
        "255,255,255+76,174,29=Quartzite; may be repeated.",
    )
    @click.option(
        "--hatch-gap",
        type=int,
        default=Clean.hatch_gap,
        show_default=True,
        metavar="N",
        help="Widest stripe of a hatching in pixels.",
    )
    @click.option(
        "--speckle",
        type=int,
        default=Clean.speckle,
        show_default=True,
        metavar="N",
        help="Merge patches of fewer than N pixels into their neighbors.",
    )
    @click.option(
        "--connectivity",
        type=click.Choice(["4", "8"]),
        default=str(Clean.connectivity),
        show_default=True,
        help="Whether the pixels of a patch share a side, or may touch at a corner.",
    )
    @click.option("--edges/--no-edges", default=True, help="Settle soft edges.")
    @click.option(
        "--reach",
        type=int,
        default=Clean.reach,
        show_default=True,
        metavar="N",
        help="Ink farther than N pixels from every unit becomes nodata.",
    )
    @click.option(
        "--changes",
        metavar="FILE",
        help="Also write a grid of what was changed and why (.npy, .tif, .png).",
    )
    @click.option(
        "--confidence",
        metavar="FILE",
        help="Also write a grid of the confidence of each pixel in percent.",
    )
    @wraps(command)
    def with_clean(
        *args: Any,
        ink: str | None,
        shade: bool | None,
        hatch: tuple[str, ...],
        hatch_gap: int,
        speckle: int,
        connectivity: str,
        edges: bool,
        reach: int,
        **options: Any,
    ) -> None:
        options["clean"] = Clean(
            edges=edges,
            ink=ink,
            shade=shade,
            hatch=hatch,
            hatch_gap=hatch_gap,
            speckle=speckle,
            connectivity=4 if connectivity == "4" else 8,
            reach=reach,
        )
        command(*args, **options)

    return with_clean


def refuse_clean_options() -> None:
    """Refuse options of class recovery where it is not asked for.

    Raises
    ------
    click.UsageError
        One of them was given.
    """
    context = click.get_current_context()
    for name in CLEAN_PARAMETERS:
        if context.get_parameter_source(name) == ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name.replace('_', '-')} needs --clean")


def echo_json(content: dict[str, Any]) -> None:
    """Print a result for other programs."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


@contextmanager
def progress_bar(title: str, *, quiet: bool) -> Iterator[Progress]:
    """Bar on a terminal, nothing in a pipe; yields what is called with the share done."""
    disable = True if quiet else None
    with tqdm(
        total=100,
        desc=title,
        disable=disable,
        leave=False,
        bar_format="{desc}: {percentage:3.0f}% |{bar}| {elapsed} elapsed, {remaining} left",
    ) as bar:

        def advance(share: float) -> None:
            bar.update(100 * share - bar.n)

        yield advance
