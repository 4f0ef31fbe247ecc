"""The palette in an image file: its color table, with names from a text tag."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError, PaletteError
from geoindex.files.json_text import load_json
from geoindex.files.memory import check_memory
from geoindex.images.bands import color_table, has_color_table
from geoindex.images.drivers import open_raster
from geoindex.images.headers import TAG
from geoindex.images.place import Place, place_of
from geoindex.palette import Palette
from geoindex.palettes.attribute_tables import names_beside
from geoindex.palettes.formats import STRIP_SUFFIXES
from geoindex.rules.indices import row_blocks

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

__all__ = [
    "RasterPalette",
    "palette_of_raster",
    "read_raster",
]

BLOCK_PIXELS = 2**22


@dataclass(frozen=True, kw_only=True, eq=False)
class RasterPalette:
    """A one-band image with a color table."""

    palette: Palette
    indices: NDArray[Any]
    nodata: int | None
    place: Place
    is_values: bool
    """Whether `indices` are class values instead of palette rows."""

    content: dict[str, Any]
    """JSON object of the text tag, {} if it has none."""


def read_raster(path: Path) -> RasterPalette:
    """Read a one-band image and the palette of its color table and tag."""
    with open_raster(path) as source:
        tag = source.tags().get(TAG)
        content: dict[str, Any] = {} if tag is None else load_json(tag, f"{path}, tag {TAG}")
        if not has_color_table(source) and (source.count > 1 or "colors" not in content):
            raise GridError(
                f"{path}: is not an index grid: it has {source.count} band(s) and no color "
                "table; make one with geoindex convert, or open numbers with open_values"
            )
        n_bytes = 2 * source.width * source.height * np.dtype(source.dtypes[0]).itemsize
        check_memory(n_bytes, path, error=GridError)
        indices = source.read(1)
        # No pixel can have a fractional nodata value.
        is_number = source.nodata is not None and float(source.nodata).is_integer()
        nodata = int(source.nodata) if is_number else None
        # There are no color tables beyond 16 bits; then the tag has the color of each class.
        table = color_table(source) if has_color_table(source) else None
        transparent = _transparent(source)
        place = place_of(source, path)
    values = content.get("values")
    is_values = bool(content.get("class_values")) and values is not None
    if not content and table is not None:
        indices, nodata, values = _foreign_classes(indices, table, nodata, transparent)
        is_values = values is not None
    try:
        colors = _class_colors(table, values if is_values else None, indices, nodata, content)
        palette = Palette(
            colors,
            content.get("names") if content else _names(path, values, len(colors)),
            name=content.get("palette_name"),
            values=values,
            roles=content.get("roles"),
            merge=content.get("merge"),
            show=content.get("show"),
        )
    except (IndexError, OverflowError, TypeError, ValueError) as error:
        raise GridError(f"{path}: the color table is damaged ({error})") from None
    return RasterPalette(
        palette=palette,
        indices=indices,
        nodata=nodata,
        place=place,
        is_values=is_values,
        content=content,
    )


def _names(path: Path, values: list[int] | None, n_classes: int) -> list[str] | None:
    """Class names from the sidecar files of another program's image."""
    known = names_beside(path)
    names = [known.get(value, "") for value in (range(n_classes) if values is None else values)]
    return names if any(names) else None


def _class_colors(
    table: NDArray[Any] | None,
    values: list[int] | None,
    indices: NDArray[Any],
    nodata: int | None,
    content: dict[str, Any],
) -> NDArray[Any]:
    """Color of each class, by the color table or the tag."""
    if table is None or content.get("show") is not None:
        return np.array(content["colors"], dtype=np.uint8)
    if values is not None:
        return table[values]
    n_colors = content.get("n_colors")
    return table[: _used_rows(indices, table, nodata) if n_colors is None else n_colors]


def palette_of_raster(path: Path) -> Palette:
    """Palette of a saved grid, or the color table of any one-band image."""
    with open_raster(path) as source:
        has_table = has_color_table(source)
        if not has_table and TAG not in source.tags():
            raise PaletteError(f"{path}: the image has no color table; name a palette file")
        colors = color_table(source) if has_table else None
        transparent = _transparent(source)
    if colors is None or path.suffix.lower() in STRIP_SUFFIXES:
        return read_raster(path).palette
    kept = [row for row in range(len(colors)) if row not in transparent]
    if not kept:
        raise PaletteError(f"{path}: all colors are transparent")
    return Palette(colors[kept], name=path.stem, values=kept)


def _transparent(source: DatasetReader) -> frozenset[int]:
    """Transparent entries of the color table of an open file."""
    if not has_color_table(source):
        return frozenset()
    return frozenset(row for row, color in source.colormap(1).items() if color[3] == 0)


def _foreign_classes(
    indices: NDArray[Any], colors: NDArray[Any], nodata: int | None, transparent: frozenset[int]
) -> tuple[NDArray[Any], int | None, list[int] | None]:
    """Find indices, nodata and class values of another program's file.

    The entries beside nodata, transparent ones and padding are the classes. Where these are not
    the first ones of the table, the indices are class values.
    """
    blank = transparent | (set() if nodata is None else {nodata})
    n_rows = _used_rows(indices, colors, None)
    inside = sorted(row for row in blank if row < n_rows)
    blank |= _padding(indices, colors[:n_rows])
    if nodata is None and inside:
        nodata = inside[0]
    if nodata is not None and len(inside) > 1:
        indices = np.where(np.isin(indices, inside), indices.dtype.type(nodata), indices)
    kept = [row for row in range(n_rows) if row not in blank]
    if not kept or kept == list(range(len(kept))):
        return indices, nodata, None
    return indices, nodata, kept


def _padding(indices: NDArray[Any], colors: NDArray[Any]) -> frozenset[int]:
    """Black entries without pixels, if there are several.

    Formats fill a table of classes such as 10, 20 and 30 with them.
    """
    black = np.flatnonzero(~colors.any(axis=1))
    if len(black) < 2:
        return frozenset()
    used = np.zeros(len(colors), dtype=bool)
    for _, rows in row_blocks(indices, BLOCK_PIXELS):
        used[rows[rows < len(colors)]] = True
    found = black[~used[black]].tolist()
    return frozenset(found) if len(found) > 1 else frozenset()


def _used_rows(indices: NDArray[Any], colors: NDArray[Any], nodata: int | None) -> int:
    """Rows of a foreign color table without the black padding at its end."""
    classes = indices if nodata is None else indices[indices != nodata]
    used = int(classes.max()) + 1 if classes.size else 1
    colored = np.flatnonzero(colors.any(axis=1))
    rows = max(used, int(colored[-1]) + 1 if colored.size else 1)
    return rows if nodata is None or nodata >= rows else max(used, nodata)
