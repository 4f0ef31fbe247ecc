"""Convert many images, in one process, in several or on a cluster; skip what is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from geoindex.batch.engine import run_batch, suffix_of
from geoindex.batch.job import Job
from geoindex.batch.report import BatchReport
from geoindex.clean import Clean
from geoindex.color.mapper import ColorMapper
from geoindex.color.merged import warn_of
from geoindex.color.metrics import Metric
from geoindex.color.pixels import Alpha, PixelRule, Translucent
from geoindex.color.threads import Progress
from geoindex.errors import OptionError, OutputError
from geoindex.files.whole_files import make_folder
from geoindex.grids.class_values import FileNumbering
from geoindex.grids.formats import format_named
from geoindex.grids.mosaic import check_mosaic_target, write_mosaic
from geoindex.grids.styles import Style, check_styled, style_names
from geoindex.images.place import GivenPlace
from geoindex.images.web_tiles import TileScheme
from geoindex.indexing.options import GridLayout, ImageMapping
from geoindex.palette import Palette
from geoindex.palettes.merge import Merge
from geoindex.rules.paths import path_of
from geoindex.rules.scale import Depth, Scale

if TYPE_CHECKING:
    from distributed import Client
    from numpy.typing import DTypeLike
    from rasterio.crs import CRS

__all__ = ["convert_many"]

JOINED = ("geotiff", "png")
"""Formats of the grids of a mosaic."""

DTYPED = ("geotiff", "npy")
"""Formats that hold 256 classes with nodata only in a larger dtype."""


def convert_many(
    srcs: str | PathLike[str] | Iterable[str | PathLike[str]],
    dst_dir: str | PathLike[str],
    palette: Palette | ColorMapper | str | PathLike[str],
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
    values: bool = False,
    first: int | None = None,
    nodata: int | None = None,
    dtype: DTypeLike | None = None,
    cog: bool = False,
    style: Style | Sequence[Style] | None = None,
    tiles: TileScheme | None = None,
    crs: CRS | str | int | None = None,
    format: str = "tif",  # noqa: A002  the word that users know
    jobs: int | None = None,
    resume: bool = True,
    overwrite: bool = False,
    fail_fast: bool = False,
    name: str | None = None,
    prune: bool = False,
    mosaic: str | PathLike[str] | None = None,
    progress: Progress | None = None,
    client: Client | None = None,
) -> BatchReport:
    """Convert many image files to index grid files; resume after an interruption.

    Parameters
    ----------
    srcs : path-like or iterable of path-like
        Image files, folders (searched recursively) or globs (``maps/**/*.png``).
    dst_dir : path-like
        Folder of the grids, created if necessary. A sheet keeps its subfolders relative to the
        source folder, or to the fixed part of the glob. Progress is recorded in
        ``geoindex-batch.jsonl``.
    palette : Palette, ColorCube, str or path-like
        As in :func:`geoindex.convert`; loaded once.
    metric, max_distance, alpha, translucent, scale, depth, bands, units, merge, clean
        As in :func:`geoindex.convert`.
    box, map_box, nodata_color, collar, tolerance
        As in :func:`geoindex.convert`, of every sheet.
    gdal : bool
        As in :func:`geoindex.convert`; globs then match files of any suffix. Files that a
        virtual mosaic names may change without the mosaic being converted again.
    values, first, nodata, dtype, cog, style, tiles, crs
        As in :func:`geoindex.convert`. All grids have one dtype and one nodata value: those of
        256 colors are uint16, unless they are PNG or `dtype` is ``"uint8"``.
    format : {"tif", "npy", "png", ...}
        Suffix of the grids, or key of their format as in :meth:`IndexGrid.save`.
    jobs : int, optional
        Number of worker processes; default: one per core. With 1, this process converts one
        sheet after another on all cores.
    resume : bool
        Skip sheets that were converted with the same settings if the image (and its sidecars)
        has the same size and time, and the grid still exists with the files beside it.
    overwrite : bool
        Replace files that no batch made, and grids made from another image; those that an earlier
        batch made from the same image are replaced anyway.
    fail_fast : bool
        Stop at the first sheet that cannot be converted.
    name : str, optional
        Convert only files whose name fits this pattern, such as ``"tile_*.png"``.
    prune : bool
        Remove grids of earlier runs whose image is gone, with the files beside them; by default
        they are only listed.
    mosaic : path-like, optional
        Also join the grids of all sheets to this virtual raster for GDAL and QGIS, ``.vrt``, or
        GeoTIFF, ``.tif``; they must be GeoTIFF or PNG with pixels of one raster.
    progress : callable, optional
        Called after every sheet with the number of sheets finished and their total.
    client : distributed.Client, optional
        Convert on the workers of this Dask cluster, which see the files under the same paths;
        needs ``geoindex-raster[dask]``. `jobs` is then ignored.

    Returns
    -------
    BatchReport
        Sheets done, skipped and failed. A sheet that fails does not stop the rest.

    Raises
    ------
    GeoindexError
        An error that concerns all sheets: no images, a palette that cannot be read, an unknown
        option, a folder that cannot be written, a full disk, a Dask scheduler that was lost.

    Notes
    -----
    Every grid appears complete or not at all. After an interruption at any moment the next run
    does the rest. If two runs share an output folder, the second waits and then does what is
    left.

    Examples
    --------
    >>> import pathlib, tempfile, numpy as np
    >>> from PIL import Image
    >>> from geoindex import Palette, convert_many
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> (folder / "maps" / "north").mkdir(parents=True)
    >>> picture = Image.fromarray(np.full((2, 3, 3), 200, np.uint8))
    >>> picture.save(folder / "maps" / "a.png")
    >>> picture.save(folder / "maps" / "north" / "b.png")
    >>> palette = Palette([[0, 0, 0], [255, 255, 255]])
    >>> report = convert_many(folder / "maps", folder / "grids", palette, jobs=1)
    >>> len(report.done), (folder / "grids" / "north" / "b.tif").is_file()
    (2, True)
    >>> len(convert_many(folder / "maps", folder / "grids", palette, jobs=1).skipped)
    2
    """
    grid_format = format_named(format)
    suffix = suffix_of(format, grid_format)
    if isinstance(clean, Clean) and clean.hatch == "auto":
        raise OptionError(
            "hatch='auto' finds other hatchings on each sheet, so classes would differ; name the "
            "pairs for all of them, hatch='WHITE+GREEN=QUARTZITE'"
        )
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
        metric=metric,
        max_distance=max_distance,
        gdal=gdal,
        units=units,
        merge=merge,
        clean=clean,
        values=values,
    )
    numbering = FileNumbering.of(values=values, first=first, nodata=nodata, dtype=dtype)
    if grid_format.key in DTYPED:
        numbering = numbering.of_all(mapping.palette)
    numbering.check(mapping.palette)
    styles = style_names(style)
    check_styled(f"grids as {suffix}", grid_format.key, styles)
    folder = path_of(dst_dir, "dst_dir")
    joined = None if mosaic is None else path_of(mosaic, "mosaic")
    if joined is not None:
        if grid_format.key not in JOINED:
            raise OptionError("a mosaic joins GeoTIFF or PNG grids; choose format tif or png")
        make_folder(folder)
        check_mosaic_target(joined, overwrite=overwrite)
    layout = GridLayout(
        format=grid_format.key,
        numbering=numbering,
        cog=cog,
        styles=styles,
        place=GivenPlace.of(tiles=tiles, crs=crs),
    )
    job = Job(mapping=mapping, layout=layout)
    report = run_batch(
        job,
        srcs,
        folder,
        suffix,
        jobs=jobs,
        resume=resume,
        overwrite=overwrite,
        fail_fast=fail_fast,
        name=name,
        prune=prune,
        any_suffix=gdal,
        progress=progress,
        client=client,
        palette=mapping.palette,
    )
    if joined is not None:
        made = [sheet.target for sheet in report.done] + [sheet.target for sheet in report.skipped]
        paths = sorted(map(Path, made))
        if joined.absolute() in [path.absolute() for path in paths]:
            raise OutputError(f"{joined}: is the grid of a sheet; give the mosaic another name")
        write_mosaic(paths, joined, mapping.palette, numbering, cog=cog)
    warn_of(report.warnings(), stacklevel=2)
    return report
