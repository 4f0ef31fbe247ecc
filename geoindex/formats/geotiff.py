"""Grids as one-band GeoTIFF with color table, class names and nodata.

The color table holds the palette; names go to ``<name>.tif.aux.xml`` as GDAL category names,
which GDAL and QGIS show, and to the tag ``GEOINDEX`` inside the file, so that a grid whose
sidecar is lost is still restored whole.
"""

from __future__ import annotations

import warnings
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from geoindex.errors import GridError, OutputError
from geoindex.formats.atomic import atomic_output
from geoindex.formats.class_values import class_values, rows_of_values
from geoindex.formats.drivers import open_raster
from geoindex.formats.metadata import FORMAT_VERSION, dump_json, load_json
from geoindex.formats.palette_files.entries import one_line
from geoindex.grid import IndexGrid
from geoindex.palette import Palette

__all__ = ["TAG", "read_geotiff", "write_geotiff"]

TAG = "GEOINDEX"
"""Name of the TIFF tag (GDAL metadata item) that holds names and provenance as JSON."""

BLOCK = 256


def write_geotiff(grid: IndexGrid, path: Path, *, overwrite: bool, values: bool = False) -> None:
    """Write a tiled, DEFLATE-compressed GeoTIFF; see :func:`geoindex.formats.grids.save_grid`."""
    rows, cols = grid.shape
    palette = grid.palette
    classes = class_values(grid) if values else None
    pixels = grid.indices if classes is None else classes.of(grid)
    if pixels.dtype not in (np.uint8, np.uint16):
        raise OutputError(
            f"{path}: a GeoTIFF with a color table holds class values of 0..65535 only; write "
            ".npy, or the indices"
        )
    content = {
        "format_version": FORMAT_VERSION,
        "n_colors": len(palette),
        "palette_name": palette.name,
        "names": palette.names,
        "values": palette.values,
        "class_values": values,
        "provenance": dict(grid.provenance),
    }
    with atomic_output(path, overwrite=overwrite) as temporary:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                with rasterio.open(
                    temporary,
                    "w",
                    driver="GTiff",
                    width=cols,
                    height=rows,
                    count=1,
                    dtype=pixels.dtype.name,
                    nodata=grid.nodata if classes is None else classes.nodata,
                    compress="deflate",
                    tiled=True,
                    blockxsize=BLOCK,
                    blockysize=BLOCK,
                    photometric="palette",
                    BIGTIFF="IF_SAFER",
                    num_threads="all_cpus",
                    **({} if grid.gcps else {"transform": grid.transform, "crs": grid.crs}),
                ) as target:
                    if grid.gcps:
                        target.gcps = (list(grid.gcps), grid.crs)
                    target.write_colormap(1, _color_table(palette, values=values))
                    target.update_tags(**{TAG: dump_json(content)})
                    target.write(pixels, 1)
        except RasterioError as error:
            raise OutputError(f"{path}: cannot be written ({error})") from error
        # Names of an earlier grid must not meet this one, so they go before it appears.
        names_path(path).unlink(missing_ok=True)
    if palette.names is not None:
        with atomic_output(names_path(path), overwrite=True) as temporary:
            _category_names(palette, values=values).write(temporary, encoding="utf-8")


def names_path(path: Path) -> Path:
    """Place of GDAL's sidecar that holds the class names."""
    return path.with_name(path.name + ".aux.xml")


def read_geotiff(path: Path) -> IndexGrid:
    """Read a one-band GeoTIFF with a color table, ours or another program's.

    Raises
    ------
    GridError
        The file has no color table, more bands, or indices outside its table.
    """
    with open_raster(path) as source:
        if source.count != 1 or source.colorinterp[0] is not ColorInterp.palette:
            raise GridError(
                f"{path}: is not an index grid: it has {source.count} band(s) and no color "
                "table; make one with geoindex convert"
            )
        indices = source.read(1)
        nodata = None if source.nodata is None else int(source.nodata)
        table = source.colormap(1)
        tag = source.tags().get(TAG)
        transform = None if source.transform.is_identity else source.transform
        gcps, gcps_crs = source.gcps
        crs = gcps_crs if gcps else source.crs
    content: dict[str, Any] = {} if tag is None else load_json(tag, f"{path}, tag {TAG}")
    colors = np.array([table[index][:3] for index in sorted(table)], dtype=np.uint8)
    values = content.get("values")
    is_values = bool(content.get("class_values")) and values is not None
    n_colors = content.get("n_colors", _used_rows(indices, colors, nodata))
    try:
        palette = Palette(
            colors[values] if is_values else colors[:n_colors],
            content.get("names"),
            name=content.get("palette_name"),
            values=values,
        )
    except (IndexError, TypeError, ValueError) as error:
        raise GridError(f"{path}: the color table is damaged ({error})") from None
    if is_values:
        indices, nodata = rows_of_values(indices, palette, nodata, str(path))
    return IndexGrid(
        indices=indices,
        palette=palette,
        nodata=nodata,
        transform=transform,
        crs=crs,
        gcps=tuple(gcps),
        provenance=content.get("provenance", {}),
    )


def _pixel_values(palette: Palette, *, values: bool) -> Sequence[int]:
    """Pixel value of each palette row."""
    return palette.values if values and palette.values is not None else range(len(palette))


def _color_table(palette: Palette, *, values: bool) -> dict[int, tuple[int, ...]]:
    """Color table as rasterio takes it."""
    pixels = _pixel_values(palette, values=values)
    return {
        value: (*(int(channel) for channel in color), 255)
        for value, color in zip(pixels, palette.colors, strict=True)
    }


def _category_names(palette: Palette, *, values: bool) -> ET.ElementTree[ET.Element]:
    """GDAL's sidecar with category names (https://gdal.org, "PAM dataset")."""
    root = ET.Element("PAMDataset")
    band = ET.SubElement(root, "PAMRasterBand", band="1")
    categories = ET.SubElement(band, "CategoryNames")
    pixels = _pixel_values(palette, values=values)
    names = dict(zip(pixels, palette.names or (), strict=True))
    # GDAL counts the categories from 0.
    for value in range(max(pixels) + 1):
        ET.SubElement(categories, "Category").text = one_line(names.get(value, ""))
    return ET.ElementTree(root)


def _used_rows(
    indices: np.ndarray[Any, Any], colors: np.ndarray[Any, Any], nodata: int | None
) -> int:
    """Rows of a foreign color table without the black padding at its end."""
    classes = indices if nodata is None else indices[indices != nodata]
    used = int(classes.max()) + 1 if classes.size else 1
    colored = np.flatnonzero(colors.any(axis=1))
    rows = max(used, int(colored[-1]) + 1 if colored.size else 1)
    return rows if nodata is None or nodata >= rows else max(used, nodata)
