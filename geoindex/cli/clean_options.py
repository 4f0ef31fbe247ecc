"""Options of class recovery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, get_args

import click
from click.core import ParameterSource

from geoindex.clean.options import Clean, Shade
from geoindex.cli.adding import add_options

__all__ = [
    "changes_option",
    "clean_options",
    "confidence_option",
    "optional_clean_options",
]

CLEAN_PARAMETERS = tuple(field.name for field in fields(Clean))
"""Options that :func:`clean_options` adds."""

clean_flag = click.option(
    "--clean",
    "use_clean",
    is_flag=True,
    help="Recover the units of a drawn map from soft edges, ink and speckle; the options down to "
    "--reach adjust this.",
)
changes_option = click.option(
    "--changes",
    metavar="FILE",
    help="Also write a grid of the reason for each change (.npy, .tif, .png).",
)
confidence_option = click.option(
    "--confidence",
    metavar="FILE",
    help="Also write a grid of the chance that each class is right, 0-100 % (.npy, .tif, .png).",
)


def clean_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of class recovery, which reach the command as one `clean`."""

    @wraps(command)
    def with_clean(*args: Any, **options: Any) -> None:
        steps = {name: options.pop(name) for name in CLEAN_PARAMETERS}
        steps["ink"] = steps["ink"] or None
        if options.pop("no_shade"):
            if steps["shade"] is not None:
                raise click.UsageError("--shade and --no-shade contradict each other")
            steps["shade"] = False
        named = steps["hatch"]
        if options.pop("no_hatch"):
            if named:
                raise click.UsageError("--hatch and --no-hatch contradict each other")
            steps["hatch"] = ()
        else:
            steps["hatch"] = "auto" if named == ("auto",) else named or None
        steps["connectivity"] = int(steps["connectivity"])
        command(*args, clean=Clean(**steps), **options)

    return add_options(with_clean, CLEAN_OPTIONS)


def optional_clean_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--clean`` and the options that need it; `clean` is None without it."""

    @wraps(command)
    def with_clean(*args: Any, use_clean: bool, clean: Clean, **options: Any) -> None:
        # What is printed beside its legend has text, lines and noise.
        context = click.get_current_context()
        use_clean = use_clean or context.params.get("legend_box") is not None
        if not use_clean:
            _refuse_clean_options()
        command(*args, clean=clean if use_clean else None, **options)

    return clean_flag(clean_options(with_clean))


CLEAN_OPTIONS = (
    click.option(
        "--ink",
        multiple=True,
        metavar="ENTRIES",
        help="Ink (contacts, faults, text), to be filled from the units beside it: names and row "
        "numbers of palette entries, or any color as #rrggbb or a word such as black,red; '' for "
        "none. Replaces the inks of the palette. May be repeated.  [default: entries with the "
        "role ink]",
    ),
    click.option(
        "--shade",
        type=click.Choice(get_args(Shade)),
        is_flag=False,
        flag_value="multiply",
        help="How the units are combined with a hillshade: multiply, they are darker or brighter "
        "than in the palette; blend, they lie half transparent over its gray. --shade alone means "
        "multiply.  [default: multiply with --metric shaded, otherwise blend if the image shows "
        "it]",
    ),
    click.option("--no-shade", is_flag=True, help="Assume that the map has no hillshade."),
    click.option(
        "--dither/--no-dither",
        default=None,
        help="Treat the image as dithered: units reduced to dots of up to 256 colors, as in old "
        "GIF and PNG files.  [default: if the image shows it]",
    ),
    click.option(
        "--scan/--no-scan",
        default=None,
        help="Treat the image as a scan: noise, blur, uneven light, and perhaps lines and text "
        "printed over the units.  [default: if the image shows it]",
    ),
    click.option(
        "--hatch",
        multiple=True,
        metavar="COLOR+COLOR=CLASS",
        help="Turn areas where two colors alternate into one class, such as "
        "255,255,255+76,174,29=Quartzite; CLASS is the name or row of a palette entry. May be "
        "repeated. auto finds pairs, one of which hardly occurs elsewhere.  "
        "[default: auto without -p, otherwise none]",
    ),
    click.option("--no-hatch", is_flag=True, help="Assume that the map has no hatchings."),
    click.option(
        "--hatch-gap",
        type=int,
        default=Clean.hatch_gap,
        show_default=True,
        metavar="N",
        help="Widest stripe of a hatching in pixels (2-64).",
    ),
    click.option(
        "--speckle",
        type=int,
        default=Clean.speckle,
        show_default=True,
        metavar="N",
        help="Merge patches of fewer than N pixels (0-64) into their neighbors.",
    ),
    click.option(
        "--connectivity",
        type=click.Choice(["4", "8"]),
        default=str(Clean.connectivity),
        show_default=True,
        help="Pixels of a patch share a side (4) or touch at least at a corner (8).",
    ),
    click.option(
        "--edges/--no-edges",
        default=True,
        show_default=True,
        help="Give pixels of soft edges to the unit that covers most of them.",
    ),
    click.option(
        "--reach",
        type=int,
        default=Clean.reach,
        show_default=True,
        metavar="N",
        help="Make ink farther than N pixels (5-256) from every unit nodata.",
    ),
)


def _refuse_clean_options() -> None:
    """Refuse options of class recovery without --clean.

    Raises
    ------
    click.UsageError
        One of them was given.
    """
    context = click.get_current_context()
    for name in (*CLEAN_PARAMETERS, "no_shade", "no_hatch", "changes", "confidence"):
        if context.get_parameter_source(name) == ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name.replace('_', '-')} needs --clean")
