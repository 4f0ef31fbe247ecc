"""The colors that pixels were compared with; there may be more of them than classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError
from geoindex.grid import IndexGrid
from geoindex.palette import Palette
from geoindex.palettes.json_file import palette_from_json

__all__ = ["Compared", "compared_of"]

WHERE = "the provenance of the grid"


@dataclass(frozen=True, kw_only=True, eq=False)
class Compared:
    """The colors that pixels were compared with."""

    rows: Palette
    """Rows of the palette; several may be one class."""

    inks: NDArray[np.uint8]
    """Further inks, shape (n_inks, 3)."""

    classes: NDArray[np.intp]
    """Class of each row and then of each ink, whose numbers follow those of the classes."""

    @property
    def palette(self) -> Palette:
        """Rows and inks."""
        return Palette(np.vstack([self.rows.colors, self.inks]))

    def entries(self) -> list[dict[str, Any]] | None:
        """Rows with their classes, as JSON values; None if each row is a class of its own."""
        rows, classes = self.rows, self.classes[: len(self.rows)].tolist()
        if classes == list(range(len(rows))):
            return None
        names, roles = rows.names or ("",) * len(rows), rows.roles or ("",) * len(rows)
        heads = rows.merge or (None,) * len(rows)
        seen: set[int] = set()
        entries = []
        for row, index in enumerate(classes):
            # If no row says which one to merge into, the first stands for the class.
            is_head = heads[row] is None and index not in seen
            seen |= {index} if is_head else set()
            entries.append(
                {
                    "color": rows.colors[row].tolist(),
                    "value": None if rows.values is None else rows.values[row],
                    "name": names[row],
                    "role": roles[row],
                    "class": index,
                    "isHead": is_head,
                }
            )
        return entries


def compared_of(grid: IndexGrid) -> Compared | None:
    """Find the colors that pixels were compared with; None if the grid does not record them.

    Raises
    ------
    GridError
        The provenance is damaged.
    """
    made = grid.provenance
    has_rows = "rows" in made
    if "units_sha256" in made or ("row_classes" in made and not has_rows):
        return None
    rows = palette_from_json(made["rows"], WHERE) if has_rows else grid.palette
    n_classes = len(grid.palette)
    clean = made.get("clean") or {}
    try:
        classes = np.array(made["row_classes"] if has_rows else range(n_classes), dtype=np.intp)
        inks = np.array(clean.get("ink_colors") or [], dtype=np.uint8).reshape(-1, 3)
    except (KeyError, TypeError, ValueError) as error:
        raise GridError(f"{WHERE} is damaged ({error})") from None
    if classes.shape != (len(rows),) or not ((classes >= 0) & (classes < n_classes)).all():
        raise GridError(f"{WHERE} is damaged (row_classes are not the classes of its rows)")
    numbered = np.arange(n_classes, n_classes + len(inks))
    return Compared(rows=rows, inks=inks, classes=np.concatenate([classes, numbered]))
