"""Grids of one batch joined to a virtual raster, which GDAL and QGIS open as one map."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from affine import Affine

from geoindex.__version__ import __version__
from geoindex.errors import GridError, OutputError
from geoindex.files.whole_files import atomic_output, check_target
from geoindex.grids.attribute_table import add_category_names, add_color_table
from geoindex.palette import Palette

if TYPE_CHECKING:
    from rasterio.crs import CRS

__all__ = ["check_mosaic_target", "write_mosaic"]

SAME = 1e-3
"""Pixels by which grids may miss a common raster."""

LARGEST_COLOR = 65_535
"""Largest number that a color table of GDAL has."""

TYPES = {"uint8": "Byte", "uint16": "UInt16", "int16": "Int16", "int32": "Int32"}
"""GDAL's names of the types of pixels."""


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What a mosaic needs to know of a grid."""

    path: Path
    shape: tuple[int, int]
    transform: Affine
    crs: CRS | None
    dtype: str
    nodata: float | None


def check_mosaic_target(target: Path, *, overwrite: bool) -> None:
    """Refuse a mosaic that cannot be written; an earlier mosaic of geoindex may be replaced.

    Raises
    ------
    OutputError
        The suffix is not ``.vrt``, or the file exists and is none of geoindex's.
    """
    if target.suffix.lower() != ".vrt":
        raise OutputError(f"{target}: a mosaic is a virtual raster; name it .vrt")
    own = target.is_file() and b"geoindex" in target.read_bytes()[:500]
    check_target(target, overwrite=overwrite or own)


def write_mosaic(
    paths: Sequence[Path], target: Path, palette: Palette, numbers: Sequence[int]
) -> None:
    """Join grid files of one palette to a virtual raster.

    Parameters
    ----------
    paths : sequence of Path
        GeoTIFF or PNG grids; where they overlap, the last one shows.
    target : Path
        The ``.vrt`` file, which names the grids relative to its folder.
    palette : Palette
    numbers : sequence of int
        Number of each class in the grids.

    Raises
    ------
    GridError
        There is no grid, or one has no place, is rotated, or does not fit the raster, reference
        system or dtype of the first one.
    """
    parts = [_part(path) for path in paths]
    if not parts:
        raise GridError(f"{target}: there are no grids to join")
    first = parts[0]
    places = [_place(part, first) for part in parts]
    left, top = min(col for col, _ in places), min(row for _, row in places)
    width = max(col + part.shape[1] for (col, _), part in zip(places, parts, strict=True)) - left
    height = max(row + part.shape[0] for (_, row), part in zip(places, parts, strict=True)) - top
    root = ET.Element("VRTDataset", rasterXSize=str(width), rasterYSize=str(height))
    metadata = ET.SubElement(root, "Metadata")
    ET.SubElement(metadata, "MDI", key="SOFTWARE").text = f"geoindex {__version__}"
    if first.crs is not None:
        ET.SubElement(root, "SRS").text = first.crs.to_wkt()
    transform = first.transform @ Affine.translation(left, top)
    ET.SubElement(root, "GeoTransform").text = ", ".join(map(repr, transform.to_gdal()))
    band = ET.SubElement(root, "VRTRasterBand", dataType=TYPES[first.dtype], band="1")
    if first.nodata is not None:
        ET.SubElement(band, "NoDataValue").text = f"{first.nodata:g}"
    if min(numbers) >= 0 and max(numbers) <= LARGEST_COLOR:
        ET.SubElement(band, "ColorInterp").text = "Palette"
        add_color_table(band, palette, numbers)
        add_category_names(band, palette, numbers)
    for (col, row), part in zip(places, parts, strict=True):
        _add_source(band, part, (col - left, row - top), target)
    ET.indent(root)
    with atomic_output(target, overwrite=True) as temporary:
        ET.ElementTree(root).write(temporary, encoding="utf-8")


def _part(path: Path) -> _Part:
    """Open a grid for its place."""
    import rasterio
    from rasterio.errors import RasterioError

    try:
        with rasterio.open(path) as source:
            part = _Part(
                path=path,
                shape=source.shape,
                transform=source.transform,
                crs=source.crs,
                dtype=source.dtypes[0],
                nodata=source.nodata,
            )
    except RasterioError:
        raise GridError(f"{path}: cannot be opened for the mosaic; convert it again") from None
    if part.transform.is_identity:
        raise GridError(f"{path}: has no transform, so it has no place in a mosaic")
    if part.transform.b or part.transform.d:
        raise GridError(f"{path}: is rotated, so it does not fit in a mosaic")
    return part


def _place(part: _Part, first: _Part) -> tuple[int, int]:
    """Column and row of a grid, counted from the corner of the first one."""
    for what in ("crs", "dtype", "nodata"):
        one, other = getattr(part, what), getattr(first, what)
        if one != other:
            raise GridError(
                f"{part.path}: its {what} is {one}, that of {first.path} is {other}, so they do "
                "not make a mosaic"
            )
    col, row = ~first.transform @ (part.transform.c, part.transform.f)
    rows, cols = part.shape
    far = ~first.transform @ (part.transform @ (cols, rows))
    misses = (col - round(col), row - round(row), far[0] - col - cols, far[1] - row - rows)
    if max(map(abs, misses)) > SAME:
        raise GridError(
            f"{part.path}: its pixels are not those of {first.path}: other sizes, or shifted by a "
            "part of a pixel; make a mosaic by resampling, with gdalwarp -r near"
        )
    return round(col), round(row)


def _add_source(band: ET.Element, part: _Part, place: tuple[int, int], target: Path) -> None:
    """Add a grid at its place."""
    rows, cols = part.shape
    source = ET.SubElement(band, "ComplexSource" if part.nodata is not None else "SimpleSource")
    relative = os.path.relpath(part.path.resolve(), target.resolve().parent)
    name = ET.SubElement(source, "SourceFilename", relativeToVRT="1")
    name.text = Path(relative).as_posix()
    ET.SubElement(source, "SourceBand").text = "1"
    size = {"xSize": str(cols), "ySize": str(rows)}
    ET.SubElement(source, "SrcRect", {"xOff": "0", "yOff": "0", **size})
    ET.SubElement(source, "DstRect", {"xOff": str(place[0]), "yOff": str(place[1]), **size})
    if part.nodata is not None:
        ET.SubElement(source, "NODATA").text = f"{part.nodata:g}"
