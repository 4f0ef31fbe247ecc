"""File to file: a map image in, an index grid out, and what was lost on the way."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from geoindex.clean import Clean
from geoindex.cleaning import clean_pixels
from geoindex.color.cube import ColorCube
from geoindex.color.histogram import ColorHistogram, color_histogram
from geoindex.color.mapper import ColorMapper
from geoindex.color.pixels import Alpha, PixelRule, Translucent
from geoindex.color.search import Metric
from geoindex.errors import OptionError, OutputError
from geoindex.formats.atomic import check_target
from geoindex.formats.cubes import load_mapper
from geoindex.formats.grids import grid_format, grid_format_of, known_suffixes, save_grid
from geoindex.formats.rasters import read_image
from geoindex.indexing import clean_steps, map_raster
from geoindex.palette import Palette
from geoindex.scaling import Depth, Scale

__all__ = ["FREQUENT_SHARE", "ConversionReport", "MergedColors", "convert", "summarize"]

FREQUENT_SHARE = 0.002
"""Share of the mapped pixels from which a color counts as frequent."""


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
    """Frequent colors that fell on one index, most pixels first."""

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
    palette: Palette | ColorCube | str | PathLike[str],
    *,
    metric: Metric = "rgb",
    max_distance: float | None = None,
    alpha: Alpha = "mask",
    translucent: Translucent = "keep",
    scale: Scale | None = None,
    depth: Depth = "8bit",
    clean: Clean | bool | None = None,
    changes: str | PathLike[str] | None = None,
    confidence: str | PathLike[str] | None = None,
    overwrite: bool = False,
) -> ConversionReport:
    """Turn an image file into an index grid file.

    Parameters
    ----------
    src : path-like
        PNG, JPEG, TIFF, WebP, GIF, BMP or JPEG 2000.
    dst : path-like
        ``.npy`` or ``.tif``; it appears whole or not at all.
    palette : Palette, ColorCube, str or path-like
        The colors, what :func:`geoindex.load_palette` takes, or a color cube or its file,
        which brings its own metric and largest distance.
    metric, max_distance, alpha, translucent, scale, depth, clean
        As in :func:`geoindex.index_image`.
    changes, confidence : path-like, optional
        With `clean`: where to write what was changed and why, and the confidence of each
        pixel in percent, as grids (:class:`geoindex.cleaning.Cleaned`).
    overwrite : bool
        Replace a file that is already there.

    Returns
    -------
    ConversionReport

    Raises
    ------
    GeoindexError
        One of its children: what is wrong, in which file, what to do.
    """
    target = Path(dst)
    if grid_format(target) is None:
        raise OutputError(f"{target}: unknown suffix; grids are written as {known_suffixes()}")
    check_target(target, overwrite=overwrite)
    steps = clean_steps(clean)
    extra = [Path(path) for path in (changes, confidence) if path is not None]
    if extra and steps is None:
        raise OptionError("changes and confidence are those of clean, which is not given")
    for path in extra:
        grid_format_of(path)
        check_target(path, overwrite=overwrite)
    mapper = load_mapper(palette, metric, max_distance)
    rule = PixelRule(alpha=alpha, translucent=translucent, scale=scale, depth=depth)
    raster = read_image(src, rule)
    grid = map_raster(raster, mapper, rule)
    if steps is not None:
        cleaned = clean_pixels(grid, raster.pixels, mapper, steps)
        grid = cleaned.grid
        if changes is not None:
            save_grid(cleaned.changes(), changes, overwrite=overwrite)
        if confidence is not None:
            save_grid(cleaned.confidence_grid(), confidence, overwrite=overwrite)
    save_grid(grid, target, overwrite=overwrite)
    histogram = color_histogram(raster.pixels)
    return summarize(histogram, mapper, source=str(src), target=str(target), shape=grid.shape)


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
