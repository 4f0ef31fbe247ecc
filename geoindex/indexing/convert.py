"""File to file: a map image in, an index grid out, and what was lost on the way."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rasterio.crs import CRS

from geoindex.clean import Clean
from geoindex.clean.reasons import CHANGES_PALETTE, CONFIDENCE_PALETTE, Extra
from geoindex.color.histogram import ColorCounter, ColorHistogram
from geoindex.color.mapper import ColorMapper
from geoindex.color.metrics import Metric
from geoindex.color.pixels import Alpha, PixelRule, Translucent
from geoindex.color.threads import Progress
from geoindex.errors import GeoindexWarning, ImageError, OptionError, OutputError
from geoindex.files.whole_files import check_targets
from geoindex.grids.disk_space import check_space
from geoindex.grids.formats import grid_format_of
from geoindex.grids.writing import BlockWriter, GridHeader
from geoindex.images.files import MapImage, open_image
from geoindex.indexing.image import band_cleaner, clean_plan, keep_apart, provenance
from geoindex.indexing.stream import IndexType, stream_image
from geoindex.palette import Palette
from geoindex.palettes.mapper import load_mapper
from geoindex.rules.crs import parse_crs
from geoindex.rules.indices import nodata_value
from geoindex.rules.place import map_bounds
from geoindex.rules.scale import Depth, Scale

if TYPE_CHECKING:
    from geoindex.clean.strips import BandCleaner

__all__ = [
    "FREQUENT_SHARE",
    "ConversionReport",
    "HiddenClass",
    "MergedColors",
    "convert",
    "summarize",
]

FREQUENT_SHARE = 0.002
"""Share of the mapped pixels from which a color counts as frequent."""

LARGE_PIXELS = 25_000_000
"""From here on, memory that grows with the image is worth a warning."""


@dataclass(frozen=True, kw_only=True)
class MergedColors:
    """Frequent colors of an image that were given one index and cannot be told apart."""

    index: int
    """The index that they share."""

    label: str
    """Name or values of the palette color."""

    colors: tuple[tuple[int, int, int], ...]
    """The colors of the image, most frequent first."""

    pixels: tuple[int, ...]
    """Pixels of each color."""


@dataclass(frozen=True, kw_only=True)
class HiddenClass:
    """A class that has the very color of an earlier one, which gets all its pixels."""

    index: int
    """Row of the palette."""

    label: str
    """Its name or values."""

    behind: int
    """Row of the earlier one."""

    behind_label: str
    """Its name or values."""


@dataclass(frozen=True, kw_only=True)
class ConversionReport:
    """What a conversion did."""

    source: str
    """The image file."""

    target: str
    """The grid file."""

    shape: tuple[int, int]
    """Rows and columns."""

    palette: str
    """Name of the palette, "" where it has none."""

    n_colors: int
    """Colors in the palette."""

    metric: str
    """The color distance."""

    classes_used: int
    """Palette colors that some pixel was given."""

    source_colors: int
    """Distinct colors among the valid pixels of the image."""

    nodata_pixels: int
    """Pixels that became nodata."""

    mean_distance: float
    """Mean distance from a pixel's color to its palette color, in the metric's units."""

    largest_distance: float
    """Largest such distance."""

    merged: tuple[MergedColors, ...]
    """Frequent colors that fell on one index, most pixels first; none with class recovery,
    which takes mixtures apart."""

    bounds: tuple[float, float, float, float] | None = None
    """Left, bottom, right and top on the map, or None where the image has no transform."""

    crs: str | None = None
    """Coordinate reference system, or None."""

    hidden: tuple[HiddenClass, ...] = ()
    """Classes that no pixel can be given, for an earlier one has their color."""

    cleaned: dict[str, Any] | None = None
    """Pixels that class recovery changed, by reason, and those of each class before and
    after; None where it was not asked for. The distances are those of the nearest colors."""

    @property
    def nodata_share(self) -> float:
        """Share of nodata among all pixels, 0 to 1."""
        return self.nodata_pixels / (self.shape[0] * self.shape[1])

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {**asdict(self), "nodata_share": self.nodata_share}


def convert(
    src: str | PathLike[str],
    dst: str | PathLike[str],
    palette: Palette | ColorMapper | str | PathLike[str],
    *,
    metric: Metric = "rgb",
    max_distance: float | None = None,
    alpha: Alpha = "mask",
    translucent: Translucent = "keep",
    scale: Scale | None = None,
    depth: Depth = "8bit",
    units: Palette | str | PathLike[str] | None = None,
    clean: Clean | bool | None = None,
    changes: str | PathLike[str] | None = None,
    confidence: str | PathLike[str] | None = None,
    values: bool = False,
    cog: bool = False,
    crs: CRS | str | int | None = None,
    overwrite: bool = False,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
    progress: Progress | None = None,
) -> ConversionReport:
    """Turn an image file into an index grid file, block by block.

    Decoding, mapping and encoding run at the same time; memory does not grow with the image,
    but for kinds that can only be decoded as a whole (interlaced PNG, progressive JPEG, WebP,
    GIF and pictures that are to be turned).

    Parameters
    ----------
    src : path-like
        PNG, JPEG, TIFF, WebP, GIF, BMP or JPEG 2000.
    dst : path-like
        One of the suffixes that :meth:`IndexGrid.save` takes; it appears whole or not at all.
    palette : Palette, ColorCube, str or path-like
        The colors, what :func:`geoindex.load_palette` takes, or a color cube or its file,
        which brings its own metric and largest distance.
    metric, max_distance, alpha, translucent, scale, depth, units, clean
        As in :func:`geoindex.index_image`.
    changes, confidence : path-like, optional
        With `clean`: where to write what was changed and why, and the confidence of each
        pixel in percent, as grids (:class:`geoindex.clean.grid.Cleaned`).
    values : bool
        Write the class values of the palette in place of its row numbers.
    cog : bool
        Lay a GeoTIFF out for the cloud, with overviews by the mode, which never mix classes.
    crs : rasterio.crs.CRS, str or int, optional
        Coordinate reference system of the map (``"EPSG:3067"``), where the image does not tell
        or tells it wrong.
    overwrite : bool
        Replace a file that is already there.
    format : str, optional
        Key of a grid format, as in :meth:`IndexGrid.save`.
    progress : callable, optional
        Called with the pixels that are done and how many there are.

    Returns
    -------
    ConversionReport

    Warns
    -----
    GeoindexWarning
        The disk may be too small, or a large image is of a kind that is held in memory whole.

    Raises
    ------
    GeoindexError
        One of its children: what is wrong, in which file, what to do.
    """
    target = Path(dst)
    output = grid_format_of(target, format)
    if cog and output.name != "GeoTIFF":
        raise OutputError(f"{target}: cog=True (--cog) writes GeoTIFF; name the output .tif")
    beside: dict[Extra, str | PathLike[str] | None] = {
        "reasons": changes,
        "confidence": confidence,
    }
    extras = {name: Path(path) for name, path in beside.items() if path is not None}
    if extras and not clean:
        raise OptionError("changes and confidence are those of clean, which is not given")
    for path in extras.values():
        grid_format_of(path)
    check_targets([target, *extras.values()], Path(src), overwrite=overwrite)
    known_crs = parse_crs(crs, error=OptionError)
    mapper = keep_apart(units, load_mapper(palette, metric, max_distance))
    rule = PixelRule(alpha=alpha, translucent=translucent, scale=scale, depth=depth)
    counter = ColorCounter()
    with open_image(src, rule) as image:
        _warn_of_memory(image)
        _place(image, known_crs)
        plan = clean_plan(clean, mapper)
        cleaner = band_cleaner(image, plan)
        header = GridHeader(
            shape=image.shape,
            dtype=np.dtype(np.uint8),
            palette=mapper.palette,
            nodata=None,
            transform=image.transform,
            crs=image.crs,
            gcps=image.gcps,
            provenance=provenance(mapper, rule, plan),
            values=values,
            cog=cog,
        )

        @contextmanager
        def open_output(dtype: IndexType) -> Iterator[BlockWriter]:
            nodata = nodata_value(len(mapper.palette), dtype)
            index_header = replace(header, dtype=np.dtype(dtype), nodata=nodata)
            check_space(target, index_header)
            with ExitStack() as stack:
                if cleaner is not None:
                    for name, path in extras.items():
                        extra = replace(header, values=False, cog=False, **EXTRAS[name])
                        opened = grid_format_of(path).open(path, extra, overwrite=overwrite)
                        cleaner.extras[name] = stack.enter_context(opened).write
                yield stack.enter_context(output.open(target, index_header, overwrite=overwrite))

        stream_image(
            image, mapper, open_output, counter=counter, cleaner=cleaner, progress=progress
        )
        shape = image.shape
    report = summarize(
        counter.histogram(), mapper, source=str(src), target=str(target), shape=shape
    )
    return _completed(report, image, cleaner)


def _completed(
    report: ConversionReport, image: MapImage, cleaner: BandCleaner | None
) -> ConversionReport:
    """Add to a report where the map lies, and what class recovery changed."""
    if image.transform is not None:
        report = replace(report, bounds=map_bounds(report.shape, image.transform))
    if image.crs is not None:
        report = replace(report, crs=image.crs.to_string())
    if cleaner is None:
        return report
    # Which colors are mixtures is known by now; what the nearest color made of them is gone.
    used = int(np.count_nonzero(cleaner.after))
    return replace(report, cleaned=cleaner.to_dict(), merged=(), classes_used=used)


EXTRAS: dict[Extra, dict[str, Any]] = {
    "reasons": {"palette": CHANGES_PALETTE, "nodata": None},
    "confidence": {"palette": CONFIDENCE_PALETTE, "nodata": 255},
}
"""How the grids beside a cleaned grid differ from it."""


def _place(image: MapImage, crs: CRS | None) -> None:
    """Put an open image into a coordinate reference system, where one was asked for."""
    if crs is None:
        return
    if image.transform is None and not image.gcps:
        raise ImageError(
            f"{image.path}: has no world file, transform or control points, so a coordinate "
            "reference system has nothing to refer to"
        )
    image.crs = crs


def _warn_of_memory(image: MapImage) -> None:
    """Say so where a large image cannot be worked through block by block."""
    rows, cols = image.shape
    if image.held_whole and rows * cols > LARGE_PIXELS:
        megabytes = image.n_bytes / 1e6
        warnings.warn(
            f"{image.path}: {image.held_whole}, so its {cols} x {rows} pixels are held in memory "
            f"({megabytes:,.0f} MB); TIFF and plain PNG or JPEG need not be",
            GeoindexWarning,
            stacklevel=3,
        )


def summarize(
    histogram: ColorHistogram,
    mapper: ColorMapper,
    *,
    source: str,
    target: str,
    shape: tuple[int, int],
) -> ConversionReport:
    """Report what mapping the colors of an image did.

    Parameters
    ----------
    histogram : ColorHistogram
        Distinct colors of the valid pixels and their counts.
    mapper : ColorMapper
        The mapper that was used.
    source, target : str
        File names for the report.
    shape : tuple of int
        Rows and columns of the image.

    Returns
    -------
    ConversionReport
    """
    palette = mapper.palette
    indices = mapper.map(histogram.colors)
    mapped = indices < len(palette)
    colors, counts, indices = histogram.colors[mapped], histogram.counts[mapped], indices[mapped]
    distances = mapper.distance(colors, indices)
    n_mapped = int(counts.sum())
    return ConversionReport(
        source=source,
        target=target,
        shape=shape,
        palette=palette.name or "",
        n_colors=len(palette),
        metric=mapper.metric,
        classes_used=len(np.unique(indices)),
        source_colors=len(histogram.colors),
        nodata_pixels=shape[0] * shape[1] - n_mapped,
        mean_distance=float(counts @ distances / n_mapped) if n_mapped else 0.0,
        largest_distance=float(distances.max()) if n_mapped else 0.0,
        merged=_merged(ColorHistogram(colors=colors, counts=counts), indices, palette),
        hidden=_hidden(palette),
    )


def _hidden(palette: Palette) -> tuple[HiddenClass, ...]:
    """Find the classes whose color is there already."""
    return tuple(
        HiddenClass(
            index=row,
            label=palette.label(row),
            behind=first,
            behind_label=palette.label(first),
        )
        for row, first in palette.duplicates().items()
    )


def _merged(
    histogram: ColorHistogram, indices: np.ndarray[Any, Any], palette: Palette
) -> tuple[MergedColors, ...]:
    """Group the frequent colors that share an index."""
    frequent = np.flatnonzero(histogram.counts >= FREQUENT_SHARE * histogram.counts.sum())
    frequent = frequent[np.argsort(-histogram.counts[frequent], kind="stable")]
    groups: dict[int, list[int]] = {}
    for position in frequent:
        groups.setdefault(int(indices[position]), []).append(int(position))
    merged = [
        MergedColors(
            index=index,
            label=palette.label(index),
            colors=tuple(_color(histogram, member) for member in members),
            pixels=tuple(int(histogram.counts[member]) for member in members),
        )
        for index, members in groups.items()
        if len(members) > 1
    ]
    return tuple(sorted(merged, key=lambda group: (-sum(group.pixels), group.index)))


def _color(histogram: ColorHistogram, position: int) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in histogram.colors[position])
    return red, green, blue
