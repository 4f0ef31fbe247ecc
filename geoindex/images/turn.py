"""Pictures that an orientation tag rotates or mirrors for display."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray
from rasterio.windows import Window

from geoindex.images.headers import exif_orientation
from geoindex.rules.box import Region

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

__all__ = ["Turn", "turn_of"]


@dataclass(frozen=True)
class Turn:
    """How the rows and columns of a file map to those of the picture."""

    swap: bool = False
    """Whether rows and columns are swapped, before all else."""

    flip_rows: bool = False
    """Whether the picture is then flipped up-down."""

    flip_cols: bool = False
    """Whether it is then flipped left-right."""

    def __bool__(self) -> bool:
        return self.swap or self.flip_rows or self.flip_cols

    def shape(self, shape: tuple[int, int]) -> tuple[int, int]:
        """Rows and columns of the picture of a file of this shape."""
        rows, cols = shape
        return (cols, rows) if self.swap else (rows, cols)

    def window(self, region: Region, shape: tuple[int, int]) -> Window:
        """Window of the file for a region of the picture, whose shape is given."""
        rows, cols = shape
        row, col = region
        if self.flip_rows:
            row = slice(rows - row.stop, rows - row.start)
        if self.flip_cols:
            col = slice(cols - col.stop, cols - col.start)
        if self.swap:
            row, col = col, row
        return Window.from_slices(row, col)

    def bands(self, bands: NDArray[Any]) -> NDArray[Any]:
        """Bands (bands, rows, cols) of the file as they are shown."""
        if self.swap:
            bands = bands.swapaxes(1, 2)
        row_step, col_step = -1 if self.flip_rows else 1, -1 if self.flip_cols else 1
        turned: NDArray[Any] = bands[:, ::row_step, ::col_step]
        return turned


TURNS = {
    1: Turn(),
    2: Turn(flip_cols=True),
    3: Turn(flip_rows=True, flip_cols=True),
    4: Turn(flip_rows=True),
    5: Turn(swap=True),
    6: Turn(swap=True, flip_cols=True),
    7: Turn(swap=True, flip_rows=True, flip_cols=True),
    8: Turn(swap=True, flip_rows=True),
}


def turn_of(source: DatasetReader, file: Path) -> Turn:
    """Turn for the Exif orientation of an open file; GDAL reports it only for JPEG."""
    if source.driver != "JPEG":
        return TURNS[exif_orientation(file, source.driver)]
    text = source.tags().get("EXIF_Orientation", "1").strip()
    return TURNS.get(int(text) if text.isdecimal() else 1, Turn())
