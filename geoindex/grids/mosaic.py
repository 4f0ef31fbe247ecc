"""The grids of a batch joined to one map: a virtual raster of GDAL or a GeoTIFF."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.windows import Window

from geoindex.__version__ import __version__
from geoindex.errors import GridError, OutputError
from geoindex.files.json_text import load_json
from geoindex.files.small_files import read_start
from geoindex.files.targets import check_target
from geoindex.files.whole_files import atomic_output
from geoindex.grids.attribute_table import add_category_names, add_color_table
from geoindex.grids.class_values import FileNumbering
from geoindex.grids.geotiff import BLOCK, open_geotiff
from geoindex.grids.headers import GridHeader
from geoindex.images.blocks import plan_regions
from geoindex.images.drivers import open_raster, read_errors
from geoindex.images.headers import TAG, is_own_grid
from geoindex.palette import Palette
from geoindex.rules.indices import index_dtype, nodata_value

if TYPE_CHECKING:
    from rasterio.crs import CRS

__all__ = ["check_mosaic_target", "write_mosaic"]

JOINED = "grids"
"""Key of the provenance of a mosaic alone: how many it joins."""

SAME = 1e-3
"""Largest offset of grids from a common raster, in pixels."""

TIFF = (".tif", ".tiff")

LARGEST_COLOR = 65_535
"""Largest number that a color table of GDAL has."""

TYPES = {"uint8": "Byte", "uint16": "UInt16", "int16": "Int16", "int32": "Int32"}
"""GDAL's names of the types of pixels."""


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The facts about a grid that a mosaic needs."""

    path: Path
    shape: tuple[int, int]
    transform: Affine
    crs: CRS | None
    dtype: str
    nodata: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class _MosaicHeader(GridHeader):
    """Header of a grid whose cells are numbered as its file numbers them."""

    def pixels(self, cells: NDArray[Any]) -> NDArray[Any]:
        """Pixels to write."""
        return cells


def check_mosaic_target(target: Path, *, overwrite: bool) -> None:
    """Raise an error if a mosaic cannot be written; one that geoindex wrote may be replaced.

    Raises
    ------
    OutputError
        The suffix is not ``.vrt``, ``.tif`` or ``.tiff``, or the file exists and is no mosaic of
        geoindex's.
    """
    suffix = target.suffix.lower()
    if suffix not in (".vrt", *TIFF):
        raise OutputError(
            f"{target}: a mosaic is a virtual raster, .vrt, or a GeoTIFF, .tif; name it so"
        )
    own = target.is_file() and (
        _is_own_mosaic(target)
        if suffix in TIFF
        else b"geoindex" in read_start(target, 500, error=OutputError)
    )
    check_target(target, overwrite=overwrite or own)


def _is_own_mosaic(target: Path) -> bool:
    """Whether a GeoTIFF is a mosaic, and no other grid, of geoindex's."""
    if not is_own_grid(target):
        return False
    with open_raster(target) as source:
        content = load_json(source.tags().get(TAG, "{}"), f"{target}, tag {TAG}")
    provenance = content.get("provenance")
    return isinstance(provenance, dict) and JOINED in provenance


def write_mosaic(
    paths: Sequence[Path],
    target: Path,
    palette: Palette,
    numbering: FileNumbering,
    *,
    cog: bool = False,
) -> None:
    """Join grid files of one palette to a virtual raster or a GeoTIFF.

    Parameters
    ----------
    paths : sequence of Path
        GeoTIFF or PNG grids; where they overlap, the last one shows.
    target : Path
        The ``.vrt`` file, which names the grids relative to its folder, or the GeoTIFF.
    palette : Palette
    numbering : FileNumbering
        How the grids number the classes.
    cog : bool
        Whether a GeoTIFF is cloud-optimized.

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
    if target.suffix.lower() not in TIFF:
        folder = target.resolve().parent
        root, _, _ = _virtual(parts, palette, numbering.numbers(palette), folder)
        ET.indent(root)
        with atomic_output(target, overwrite=True) as temporary:
            ET.ElementTree(root).write(temporary, encoding="utf-8")
        return
    root, shape, transform = _virtual(parts, palette, numbering.numbers(palette), None)
    has_nodata = first.nodata is not None
    dtype: np.dtype[Any] = np.dtype(index_dtype(len(palette), has_nodata=has_nodata))
    header = _MosaicHeader(
        shape=shape,
        transform=transform,
        crs=first.crs,
        gcps=(),
        provenance={"software": f"geoindex {__version__}", JOINED: len(parts)},
        cog=cog,
        dtype=dtype,
        palette=palette,
        nodata=nodata_value(len(palette), dtype) if has_nodata else None,
        numbering=numbering,
    )
    with (
        read_errors(target),
        rasterio.open(ET.tostring(root, encoding="unicode"), driver="VRT") as source,
        open_geotiff(target, header, overwrite=True) as writer,
    ):
        for region in plan_regions(shape, (BLOCK, shape[1]), whole_rows=True):
            writer.write(source.read(1, window=Window.from_slices(*region)), region)


def _virtual(
    parts: Sequence[_Part], palette: Palette, numbers: Sequence[int], folder: Path | None
) -> tuple[ET.Element, tuple[int, int], Affine]:
    """Virtual raster of grids, named relative to a folder if there is one; shape and transform."""
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
        ET.SubElement(band, "NoDataValue").text = f"{first.nodata:.17g}"
    if min(numbers) >= 0 and max(numbers) <= LARGEST_COLOR:
        ET.SubElement(band, "ColorInterp").text = "Palette"
        add_color_table(band, palette, numbers)
        add_category_names(band, palette, numbers)
    for (col, row), part in zip(places, parts, strict=True):
        _add_source(band, part, (col - left, row - top), folder)
    return root, (height, width), transform


def _part(path: Path) -> _Part:
    """Open a grid to read its georeference."""
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


def _add_source(
    band: ET.Element, part: _Part, place: tuple[int, int], folder: Path | None
) -> None:
    """Add a grid at its place."""
    rows, cols = part.shape
    source = ET.SubElement(band, "ComplexSource" if part.nodata is not None else "SimpleSource")
    path = part.path.resolve()
    name = ET.SubElement(source, "SourceFilename", relativeToVRT=str(int(folder is not None)))
    name.text = (path if folder is None else Path(os.path.relpath(path, folder))).as_posix()
    ET.SubElement(source, "SourceBand").text = "1"
    size = {"xSize": str(cols), "ySize": str(rows)}
    ET.SubElement(source, "SrcRect", {"xOff": "0", "yOff": "0", **size})
    ET.SubElement(source, "DstRect", {"xOff": str(place[0]), "yOff": str(place[1]), **size})
    if part.nodata is not None:
        ET.SubElement(source, "NODATA").text = f"{part.nodata:.17g}"
