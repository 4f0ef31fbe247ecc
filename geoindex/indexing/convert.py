"""File to file: a map image in, an index grid out, and a report of what was lost."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import DTypeLike
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS

from geoindex.clean import Clean
from geoindex.clean.reasons import CHANGES_PALETTE, CONFIDENCE_PALETTE, Extra
from geoindex.color.histogram import ColorCounter
from geoindex.color.mapper import ColorMapper
from geoindex.color.merged import warn_of
from geoindex.color.metrics import Metric
from geoindex.color.pixels import Alpha, PixelRule, Translucent
from geoindex.color.threads import Progress
from geoindex.errors import GeoindexWarning, OptionError, OutputError
from geoindex.files.targets import check_targets
from geoindex.grids.class_values import FileNumbering
from geoindex.grids.creation import check_creation
from geoindex.grids.disk_space import check_space
from geoindex.grids.formats import BINARY, GridFormat, grid_format_of
from geoindex.grids.headers import GridHeader
from geoindex.grids.styles import Style, check_styles, style_names, write_styles
from geoindex.grids.writing import BlockWriter
from geoindex.images.files import MapImage, open_image
from geoindex.images.place import GivenPlace
from geoindex.images.web_tiles import TileScheme
from geoindex.indexing.options import GridLayout, ImageMapping
from geoindex.indexing.own_units import is_auto, legend_path
from geoindex.indexing.report import ConversionReport, summarize
from geoindex.indexing.stream import stream_image
from geoindex.palette import Palette
from geoindex.palettes.formats import save_palette
from geoindex.palettes.merge import Merge
from geoindex.rules.indices import IndexType, nodata_value
from geoindex.rules.paths import path_of
from geoindex.rules.place import map_bounds
from geoindex.rules.scale import Depth, Scale

__all__ = ["convert", "convert_image"]

LARGE_PIXELS = 25_000_000
"""Size above which a warning says that an image has to be held in memory."""

PLAIN: dict[str, Any] = {"numbering": FileNumbering(), "cog": False, "creation": {}}
"""How grids beside the grid are written."""

EXTRAS: dict[Extra, dict[str, Any]] = {
    "reasons": {"dtype": np.dtype(np.uint8), "palette": CHANGES_PALETTE, "nodata": None},
    "confidence": {"dtype": np.dtype(np.uint8), "palette": CONFIDENCE_PALETTE, "nodata": 255},
}
"""How the grids of changes and of confidence differ from the cleaned grid."""


def convert(
    src: str | PathLike[str],
    dst: str | PathLike[str],
    palette: Palette | ColorMapper | str | PathLike[str] | None = None,
    *,
    metric: Metric = "rgb",
    max_distance: float | None = None,
    alpha: Alpha = "mask",
    translucent: Translucent = "keep",
    scale: Scale | None = None,
    depth: Depth = "8bit",
    bands: Sequence[int] | None = None,
    box: Sequence[int] | None = None,
    map_box: Sequence[float] | None = None,
    nodata_color: str | Sequence[int] | None = None,
    collar: str | Sequence[int] | Sequence[str | Sequence[int]] | None = None,
    tolerance: int = 0,
    gdal: bool = False,
    units: Palette | str | PathLike[str] | None = None,
    merge: Merge | None = None,
    clean: Clean | bool | None = None,
    changes: str | PathLike[str] | None = None,
    confidence: str | PathLike[str] | None = None,
    values: bool = False,
    first: int | None = None,
    nodata: int | None = None,
    dtype: DTypeLike | None = None,
    cog: bool = False,
    creation: Mapping[str, Any] | None = None,
    style: Style | Sequence[Style] | None = None,
    transform: Affine | Sequence[float] | None = None,
    bounds: Sequence[float] | None = None,
    gcps: Sequence[GroundControlPoint] | str | PathLike[str] | None = None,
    tiles: TileScheme | None = None,
    crs: CRS | str | int | None = None,
    overwrite: bool = False,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
    progress: Progress | None = None,
) -> ConversionReport:
    """Convert an image file to an index grid file, block by block.

    Decoding, mapping and encoding run at the same time. Memory does not grow with the image,
    except for kinds that can only be decoded as a whole (interlaced PNG, progressive JPEG, WebP,
    GIF and pictures that their Exif tag rotates).

    Parameters
    ----------
    src : path-like
        PNG, JPEG, TIFF, WebP, GIF, BMP or JPEG 2000.
    dst : path-like
        The grid file, with a suffix that :meth:`IndexGrid.save` accepts; it appears complete or
        not at all.
    palette : Palette, ColorCube, str or path-like, optional
        The colors, anything that :func:`geoindex.load_palette` accepts, or a color cube or its
        file, which brings its own metric and largest distance. None or "auto": the image's own
        units and inks, as :func:`geoindex.learn_palette` finds them with method ``"units"``; with
        class recovery unless `clean` is False, and with a legend beside the grid,
        ``units.legend.csv`` for ``units.tif``.
    metric, max_distance, alpha, translucent, scale, depth, bands, units, merge, clean
        As in :func:`geoindex.index_image`.
    box, map_box, nodata_color, collar, tolerance
        Which part of the image to take, and which color is nodata, as there.
    transform, bounds, gcps, tiles, crs
        Where an image lies that does not tell, as there.
    gdal : bool
        Let GDAL open `src` with any of its drivers: virtual mosaics (VRT), GeoPackage, ``.img``,
        addresses in the web and more. Only for files that you trust, as these may name others.
    changes, confidence : path-like, optional
        With `clean`: also write grids of the reason of every change, and of the confidence of
        each pixel in percent (:class:`geoindex.clean.grid.Cleaned`).
    values, first, nodata, dtype
        How the file numbers classes and nodata, as in :meth:`IndexGrid.save`. With `values`, rows
        with the same value are one class.
    cog : bool
        Write a Cloud Optimized GeoTIFF with majority overviews, which never mix classes.
    creation : mapping of str to value, optional
        Creation options of a GeoTIFF by GDAL's names, such as ``{"compress": "zstd"}``: of
        compression, blocks and threads. By default DEFLATE in blocks of 256 x 256 pixels.
    style : {"qml", "clr"} or sequence of them, optional
        Also write a style for QGIS or ArcGIS, as in :meth:`IndexGrid.save`.
    overwrite : bool
        Replace a file that exists.
    format : str, optional
        Key of a grid format, as in :meth:`IndexGrid.save`.
    progress : callable, optional
        Called with the number of pixels done and their total.

    Returns
    -------
    ConversionReport

    Warns
    -----
    GeoindexWarning
        The disk may be too small, or a large image has to be held in memory; frequent colors
        became one class, a class can never be assigned, or a hatching was not found.

    Raises
    ------
    GeoindexError
        A child of it: what is wrong, in which file, what to do.
    """
    legend = _checked_legend(src, dst, format, overwrite=overwrite) if is_auto(palette) else None
    rule = PixelRule(
        alpha=alpha,
        translucent=translucent,
        scale=scale,
        depth=depth,
        bands=bands,
        box=box,
        map_box=map_box,
        nodata_color=nodata_color,
        collar=collar,
        tolerance=tolerance,
    )
    mapping = ImageMapping.of(
        palette,
        rule,
        image=src,
        metric=metric,
        max_distance=max_distance,
        gdal=gdal,
        units=units,
        merge=merge,
        clean=clean,
        values=values,
    )
    layout = GridLayout(
        format=format,
        numbering=FileNumbering.of(values=values, first=first, nodata=nodata, dtype=dtype),
        cog=cog,
        creation=check_creation(creation, cog=cog),
        styles=style_names(style),
        place=GivenPlace.of(transform=transform, bounds=bounds, gcps=gcps, tiles=tiles, crs=crs),
    )
    beside: dict[Extra, str | PathLike[str] | None] = {
        "reasons": changes,
        "confidence": confidence,
    }
    extras = {name: path_of(path, name) for name, path in beside.items() if path is not None}
    report = convert_image(
        src,
        path_of(dst, "dst"),
        mapping,
        layout,
        extras=extras,
        overwrite=overwrite,
        progress=progress,
    )
    if legend is not None and mapping.own is not None:
        save_palette(mapping.own.palette, legend, overwrite=overwrite)
        report = replace(report, own_units={"legend": str(legend), **mapping.own.to_dict()})
    warn_of(report.warnings(), stacklevel=2)
    return report


def _checked_legend(
    src: str | PathLike[str], dst: str | PathLike[str], name: str | None, *, overwrite: bool
) -> Path:
    """Path of the legend; raise an error before the long search if an output cannot be written."""
    target = path_of(dst, "dst")
    grid_format_of(target, name)
    legend = legend_path(target)
    check_targets([target, legend], path_of(src, "src"), overwrite=overwrite)
    return legend


def convert_image(
    src: str | PathLike[str],
    target: Path,
    mapping: ImageMapping,
    layout: GridLayout,
    *,
    extras: dict[Extra, Path] | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> ConversionReport:
    """Convert an image file with resolved options; see :func:`convert`.

    Parameters
    ----------
    src : path-like
    target : Path
        The grid file.
    mapping : ImageMapping
    layout : GridLayout
    extras : dict of str to Path, optional
        Grids to write beside it, with class recovery.
    overwrite : bool
    progress : callable, optional
    """
    extras = extras or {}
    output = _check_outputs(src, target, mapping, layout, extras, overwrite=overwrite)
    counter = ColorCounter()
    with open_image(src, mapping.rule, layout.place, gdal=mapping.gdal) as image:
        _warn_of_memory(image)
        mapping = mapping.seen(image.shape, image.read)
        cleaner = mapping.cleaner(image.shape)
        header = _header(image, mapping, layout)

        @contextmanager
        def open_output(dtype: IndexType) -> Iterator[BlockWriter]:
            nonlocal header
            nodata = nodata_value(len(mapping.palette), dtype)
            header = replace(header, dtype=np.dtype(dtype), nodata=nodata)
            check_space(target, header)
            with ExitStack() as stack:
                if cleaner is not None:
                    for name, path in extras.items():
                        extra = replace(header, **PLAIN, **EXTRAS[name])
                        opened = grid_format_of(path).open(path, extra, overwrite=overwrite)
                        cleaner.extras[name] = stack.enter_context(opened).write
                yield stack.enter_context(output.open(target, header, overwrite=overwrite))

        stream_image(
            image,
            mapping,
            open_output,
            counter=counter,
            cleaner=cleaner,
            has_nodata=layout.numbering.has_nodata,
            progress=progress,
        )
    write_styles(target, header, layout.styles, overwrite=overwrite)
    report = summarize(
        counter.histogram(),
        mapping,
        source=str(src),
        target=str(target),
        shape=image.shape,
        cleaner=cleaner,
        is_plain=image.is_plain,
    )
    leaves_values = mapping.palette.values is not None and not header.values
    driver = image.driver if mapping.gdal else None
    report = replace(report, leaves_values=leaves_values, driver=driver)
    if output.key in BINARY:
        report = replace(report, dtype=header.pixel_dtype.name, nodata=header.pixel_nodata)
    return _placed(report, image)


def _check_outputs(
    src: str | PathLike[str],
    target: Path,
    mapping: ImageMapping,
    layout: GridLayout,
    extras: dict[Extra, Path],
    *,
    overwrite: bool,
) -> GridFormat:
    """Raise an error before any work if an output cannot be written; return the format."""
    output = grid_format_of(target, layout.format)
    layout.numbering.check(mapping.palette)
    if layout.cog and output.name != "GeoTIFF":
        raise OutputError(f"{target}: cog=True writes GeoTIFF; name the output .tif")
    if layout.creation and output.name != "GeoTIFF":
        raise OutputError(f"{target}: creation= is for GeoTIFF; name the output .tif")
    if extras and mapping.plan is None:
        raise OptionError("changes and confidence need clean; pass clean=True")
    for path in extras.values():
        grid_format_of(path)
    check_styles(target, output.key, layout.styles, overwrite=overwrite)
    check_targets([target, *extras.values()], path_of(src, "src"), overwrite=overwrite)
    return output


def _header(image: MapImage, mapping: ImageMapping, layout: GridLayout) -> GridHeader:
    """Header of the grid of an image, whose dtype and nodata are only known later."""
    return GridHeader(
        shape=image.shape,
        dtype=np.dtype(np.uint8),
        palette=mapping.palette,
        nodata=None,
        transform=image.transform,
        crs=image.crs,
        gcps=image.gcps,
        provenance=_provenance(image, mapping, layout),
        numbering=layout.numbering,
        cog=layout.cog,
        creation=layout.creation,
    )


def _provenance(image: MapImage, mapping: ImageMapping, layout: GridLayout) -> dict[str, Any]:
    """Provenance of the grid; if the user gave the georeference, a box on the map becomes pixels.

    So the image alone tells which part of it the grid is.
    """
    made = mapping.provenance
    if "map_box" in made and layout.place is not None and layout.place.is_placing:
        (row, col), (rows, cols) = image.corner, image.shape
        made["box"] = [col, row, col + cols, row + rows]
        del made["map_box"]
    return made


def _warn_of_memory(image: MapImage) -> None:
    """Warn of a large image that cannot be processed block by block."""
    rows, cols = image.shape
    if image.held_whole and rows * cols > LARGE_PIXELS:
        megabytes = image.n_bytes / 1e6
        warnings.warn(
            f"{image.name}: {image.held_whole}, so its {cols} x {rows} pixels are held in memory "
            f"({megabytes:,.0f} MB); convert it to TIFF or to a plain PNG or JPEG to avoid this",
            GeoindexWarning,
            stacklevel=4,
        )


def _placed(report: ConversionReport, image: MapImage) -> ConversionReport:
    """Add the extent of the map to a report."""
    if image.transform is not None:
        report = replace(report, bounds=map_bounds(report.shape, image.transform))
    if image.crs is not None:
        report = replace(report, crs=image.crs.to_string())
    return report
