"""The steps to import a horizon into OpendTect, written to a text file beside it.

Source: OpendTect's manual and source code; not tried in the program itself.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "HorizonFiles",
    "attribute_of_steps",
    "import_steps",
    "steps_path",
    "told_by_steps",
    "value_steps",
]

IMPORT = """\
{number}. The horizon
   Version 6.6, 7 and 8: Survey > Import > Horizon > ASCII 3D > Single 3D Horizon...
                         (a survey without 2D lines leaves the "3D" out)
   Version 6.0:          Survey > Import > Horizon > ASCII > Geometry 3D...
   - Input file: {horizon}{header}
   - "Add new": type the attribute name {attribute}, and leave it ticked.
   - "Define...": {define}, then OK. The undefined value is 1e30;
     keep it, for 0 would {hole}.{unit}
   - Leave "Fill undefined parts" off, give the output a name, and import.

"""

TEXT = """\
How to show {horizon} in OpendTect 6, 7 and 8
{rule}

The horizon is flat, at Z = {z}. It carries the map as the attribute "{attribute}": one class
index for each bin, 1e30 where the map has none.
{legend} lists the classes, {colors} their colors.

1. The colors
   Survey > Import > Color Table(s)...
   Choose "File" (version 8: "OpendTect ColorTable file"), then {colors}, and import the table
   "{table}".

{import_horizon}3. The display
   - In the tree: 3D Horizon > Add, and choose the horizon.
   - Right-click "Z values" below it: Select Attribute > Horizon Data > {attribute}.
   - Choose the color table "{table}".
   - Switch auto-scaling off: right-click the color bar, Ranges/Clipping, "Auto-set scale
     ranges: No"; then set the range from 0 to 255.
   - Horizon properties > Texture > Data: Classification. With Interpolation, false classes
     appear along every border.

The range, 0 to 255, is the same for every map, however many classes it has. It, the color table
and the texture are kept with the session, so save the session.

The menus are those of OpendTect's manual and source; these steps were not run in the program.
"""

VALUES_TEXT = """\
How to show {horizon} in OpendTect 6, 7 and 8
{rule}

The horizon is flat, at Z = {z}. It carries the map as the attribute "{attribute}": one value for
each bin, 1e30 where the map has none.

{import_horizon}2. The display
   - In the tree: 3D Horizon > Add, and choose the horizon.
   - Right-click "Z values" below it: Select Attribute > Horizon Data > {attribute}.

The menus are those of OpendTect's manual and source; these steps were not run in the program.
"""


DEFINE = {True: "the position is X/Y already", False: "choose Inl/Crl in place of X/Y"}
"""What to do in "Define...", by whether positions are coordinates; it tells later readers, too."""

LARGEST_STEPS = 2**16
"""Largest size in bytes; the text is far smaller."""


class HorizonFiles(NamedTuple):
    """A horizon and the files beside it."""

    horizon: Path
    colors: Path
    legend: Path
    steps: Path


def import_steps(
    files: HorizonFiles,
    *,
    table: str,
    attribute: str,
    z: str,
    is_time: bool,
    xy: bool,
    header_lines: int,
) -> str:
    """Write the steps for a horizon, its legend and its color table; `z` has its unit."""
    return TEXT.format(
        horizon=files.horizon.name,
        rule=_rule(files.horizon),
        legend=files.legend.name,
        colors=files.colors.name,
        table=table,
        attribute=attribute,
        z=z,
        import_horizon=_import(
            files.horizon,
            2,
            "make class 0 a hole",
            attribute,
            header_lines,
            xy=xy,
            is_time=is_time,
        ),
    )


def value_steps(
    horizon: Path, *, attribute: str, z: str, is_time: bool, n_header_lines: int
) -> str:
    """Write the steps for a horizon of values at line numbers; `z` has its unit."""
    return VALUES_TEXT.format(
        horizon=horizon.name,
        rule=_rule(horizon),
        attribute=attribute,
        z=z,
        import_horizon=_import(
            horizon,
            1,
            "make the value 0 a hole",
            attribute,
            n_header_lines,
            xy=False,
            is_time=is_time,
        ),
    )


def _rule(horizon: Path) -> str:
    """Line below the title."""
    return "=" * len(f"How to show {horizon.name} in OpendTect 6, 7 and 8")


def _import(
    horizon: Path,
    number: int,
    hole: str,
    attribute: str,
    n_header_lines: int,
    *,
    xy: bool,
    is_time: bool,
) -> str:
    """Step that imports the horizon; `hole` is what 0 as undefined value would do."""
    return IMPORT.format(
        number=number,
        horizon=horizon.name,
        hole=hole,
        header=f"\n   - File header: Fixed size, {n_header_lines} lines" if n_header_lines else "",
        attribute=attribute,
        define=DEFINE[xy],
        unit="\n     Z is in milliseconds." if is_time else "",
    )


def steps_path(horizon: Path) -> Path:
    """Name of the steps beside a horizon."""
    return horizon.with_name(horizon.stem + ".import.txt")


def told_by_steps(horizon: Path) -> bool | None:
    """Whether positions are coordinates by the steps beside a horizon; None without them."""
    text = _steps_of(horizon)
    told = [xy for xy, step in DEFINE.items() if step in text]
    return told[0] if len(told) == 1 else None


def attribute_of_steps(horizon: Path) -> str | None:
    """Name of the attribute according to the steps beside a horizon; None without them."""
    found = re.search(r'as the attribute "([^"\n]+)"', _steps_of(horizon))
    return None if found is None else found[1]


def _steps_of(horizon: Path) -> str:
    """Text of the steps beside a horizon; "" if they are about another file."""
    try:
        with steps_path(horizon).open(encoding="utf-8", errors="replace") as file:
            text = file.read(LARGEST_STEPS)
    except OSError:
        return ""
    return text if f"Input file: {horizon.name}\n" in text else ""
