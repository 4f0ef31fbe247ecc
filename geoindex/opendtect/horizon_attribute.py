"""An attribute of an ASCII horizon: its numbers, and the lines that they lie on."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GeoindexWarning, GridError, MissingFileError, OptionError
from geoindex.files.memory import check_memory
from geoindex.opendtect.horizon_places import Positions, find_positions, position_columns
from geoindex.opendtect.horizon_text import HOW_TO_TELL, Layout, read_layout, read_numbers
from geoindex.opendtect.import_steps import attribute_of_steps
from geoindex.rules.plane import Floats
from geoindex.survey import Survey

__all__ = ["HorizonAttribute", "read_attribute"]


@dataclass(frozen=True, kw_only=True, eq=False)
class HorizonAttribute:
    """One attribute of a horizon."""

    title: str
    """Title of its column."""

    values: Floats
    """Its number in each line of text."""

    places: Positions
    """Position of each line of text."""

    @property
    def place(self) -> dict[str, Any]:
        """Transform, CRS and provenance of a grid of this horizon."""
        rows, cols, located = self.places.rows, self.places.cols, self.places.survey
        provenance: dict[str, Any] = {
            "horizon": {
                "attribute": self.title,
                "inlines": [rows[0], rows[-1], rows.step],
                "crosslines": [cols[0], cols[-1], cols.step],
            }
        }
        if located is not None:
            provenance["survey"] = located.to_dict()
        return {
            "transform": None if located is None else located.transform,
            "crs": None if located is None else located.crs,
            "provenance": provenance,
        }

    def on_lines(self, cells: NDArray[Any], blank: float, path: Path) -> NDArray[Any]:
        """Arrange the values of the lines of text by inline and crossline; `blank` elsewhere.

        Raises
        ------
        GridError
            A bin has two values.
        """
        places, rows, cols = self.places, self.places.rows, self.places.cols
        n_bytes = 2 * len(rows) * len(cols) * cells.dtype.itemsize
        where = f"{path}: a grid of {len(rows):,} inlines x {len(cols):,} crosslines"
        check_memory(n_bytes, where, error=GridError, instead="check its line numbers")
        grid = np.full((len(rows), len(cols)), blank, dtype=cells.dtype)
        at = (
            (places.inlines - rows.start) // rows.step,
            (places.crosslines - cols.start) // cols.step,
        )
        grid[at] = cells
        if not np.array_equal(grid[at], cells, equal_nan=cells.dtype.kind == "f"):
            differs = (grid[at] != cells) & ~(np.isnan(grid[at]) & np.isnan(cells))
            first = int(np.argmax(differs))
            raise GridError(
                f"{path}: inline {places.inlines[first]}, crossline {places.crosslines[first]} "
                "has two values; give the survey that the horizon was made on"
            )
        return grid

    def warn_of_guess(self, path: Path) -> None:
        """Warn if the meaning of the position was guessed from its numbers alone."""
        if self.places.is_guess:
            warnings.warn(
                f"{path}: the first two columns are taken for inline and crossline, for they are "
                f"whole numbers; to be sure, {HOW_TO_TELL}",
                GeoindexWarning,
                stacklevel=3,
            )


def read_attribute(
    path: Path,
    *,
    survey: Survey | str | PathLike[str] | None,
    attribute: str | None,
    horizon: str | None,
    xy: bool | None,
    allows_z: bool = False,
) -> HorizonAttribute:
    """Read an attribute of a horizon; see :func:`geoindex.read_horizon`.

    Parameters
    ----------
    path : Path
    survey, attribute, horizon, xy
        As in :func:`geoindex.read_horizon`.
    allows_z : bool
        Whether the depth is an attribute, too: the one called Z, or the only one.
    """
    if not path.is_file():
        raise MissingFileError(f"{path}: no such file")
    if survey is not None and not isinstance(survey, Survey):
        survey = Survey.open(survey)
    layout = read_layout(path, xy=xy)
    position = position_columns(layout, xy, path)
    title, column = _attribute(layout, attribute, path, allows_z=allows_z)
    table = read_numbers(path, layout, [*position, column], horizon)
    places = find_positions(table, layout, position, survey, path)
    return HorizonAttribute(title=title, values=table[:, -1], places=places)


def _attribute(
    layout: Layout, wanted: str | None, path: Path, *, allows_z: bool
) -> tuple[str, int]:
    """Title and column of an attribute."""
    found = dict(layout.attributes)
    z = layout.columns.get("z")
    if allows_z and z is not None and (wanted in ("Z", "z") or not found):
        return "Z", z
    if len(found) == 1 and (only := next(iter(found))).startswith("column "):
        # A file without header; the import steps beside it name the attribute.
        found = {attribute_of_steps(path) or only: found[only]}
    if wanted is not None:
        if wanted not in found:
            raise OptionError(
                f"{path}: has no attribute {wanted!r}; it has {', '.join(found) or 'none'}"
            )
        return wanted, found[wanted]
    if not found:
        raise GridError(f"{path}: holds Z alone; export the horizon with its attribute of indices")
    titles = list(found)
    if len(titles) > 1 and not titles[0].startswith("column "):
        raise OptionError(
            f"{path}: holds the attributes {', '.join(titles)}; choose one (attribute=...)"
        )
    if len(titles) > 1:
        warnings.warn(
            f"{path}: has no header, and its last column is taken; {', '.join(titles[:-1])} could "
            "hold the attribute, too (attribute=...)",
            GeoindexWarning,
            stacklevel=4,
        )
    return titles[-1], found[titles[-1]]
