"""Palettes from the pixels of an image."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.color.histogram import ColorHistogram
from geoindex.color.pixels import Alpha, PixelRule, Translucent
from geoindex.color.spaces import Space
from geoindex.color.threads import Progress
from geoindex.errors import FewerColorsWarning, GeoindexWarning, ImageError
from geoindex.grid import IndexGrid
from geoindex.images.pixel_blocks import check_not_empty
from geoindex.images.several import all_images, images_name
from geoindex.learn.flat import drawn_as_lines, flat_colors
from geoindex.learn.kmeans.points import TrueColors
from geoindex.learn.kmeans.rounding import in_order
from geoindex.learn.kmeans.sampling import draw_colors, draw_pixels
from geoindex.learn.learned import LearnedPalette
from geoindex.learn.methods import METHODS, Method, Settings, Weights
from geoindex.learn.reading import Reading
from geoindex.palette import MAX_COLORS
from geoindex.rules.class_numbers import few_dark_levels
from geoindex.rules.scale import Scale

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["METHODS", "Method", "Weights", "learn_palette"]


def learn_palette(
    image: str
    | PathLike[str]
    | ArrayLike
    | xr.DataArray
    | IndexGrid
    | Iterable[str | PathLike[str] | ArrayLike | xr.DataArray | IndexGrid],
    n_colors: int | None = None,
    *,
    method: Method = "kmeans",
    weights: Weights = "count",
    sample: int | None = None,
    space: Space = "rgb",
    seed: int = 0,
    alpha: Alpha = "mask",
    translucent: Translucent = "keep",
    scale: Scale | None = None,
    bands: Sequence[int] | None = None,
    box: Sequence[int] | None = None,
    map_box: Sequence[float] | None = None,
    nodata_color: str | Sequence[int] | None = None,
    collar: str | Sequence[int] | Sequence[str | Sequence[int]] | None = None,
    tolerance: int = 0,
    channel_axis: int | None = None,
    gdal: bool = False,
    skip_unreadable: bool = False,
    min_distance: float | None = None,
    progress: Progress | None = None,
) -> LearnedPalette:
    """Learn a palette from the pixels of an image, or of several.

    Parameters
    ----------
    image : path-like, array_like, masked array, xarray.DataArray, PIL.Image.Image or IndexGrid
        A file of any size or an open rasterio dataset (both are read block by block), pixels in
        memory, or a grid. Nodata pixels
        are ignored; depths above 8 bits are rounded to 8 bits. A folder (searched recursively),
        a glob (``maps/**/*.png``) or a list of images stands for all of them: their pixels
        count alike, so a large sheet counts more than a small one.
    n_colors : int, optional
        Number of colors, 1 to 65,535. Required except for the methods ``"units"``, where it limits
        the units and not the inks, and ``"flat"``, which return all that they find by default.
    method : {"kmeans", "units", "flat", "random", "mediancut"}
        Method; :data:`geoindex.learn.palette.METHODS` describes them.
    weights : {"count", "unique"}
        ``"count"`` is the same as clustering every pixel; ``"unique"`` counts each distinct
        color once, so that a dominating background does not take most of the palette.
    sample : int, optional
        Learn from this many random pixels instead of all.
    space : {"rgb", "lab", "oklab"}
        The color space of distances and means.
    seed : int
        Seed of the random number generator. The same image, options and seed give the same
        palette, byte for byte, on any number of threads.
    alpha, translucent, scale, bands, box, map_box, nodata_color, collar, tolerance, channel_axis
        As in :func:`geoindex.index_image`.
    gdal : bool
        Open files with any driver of GDAL: only files that you trust, as these may name others.
        Globs then match files of any suffix.
    skip_unreadable : bool
        Leave out, with a warning, images of several that cannot be read.
    min_distance : float, optional
        With method ``"units"`` or ``"flat"``: colors closer than this (RGB, 0 to 441) to one with
        more area are merged into it. 6 by default for exactly drawn colors, 12 with method
        ``"flat"`` for an image that was stored as JPEG.
    progress : callable, optional
        Called with the number of rows done and the number of all rows; of several images, with
        those of images.

    Returns
    -------
    LearnedPalette
        A :class:`Palette` with a pixel count per color, :attr:`LearnedPalette.counts`. Different
        8-bit colors, ordered by share, then red, green, blue. With the methods ``"units"`` and
        ``"flat"``, colors of thin lines and text have the role ``"ink"``; ``"flat"`` finds only
        dark ones, and none in a JPEG. With ``"units"`` there are also
        :attr:`LearnedPalette.spreads` and :attr:`LearnedPalette.certainties`.

    Raises
    ------
    MissingFileError
        An image file does not exist, or a folder or glob has no images.
    ImageError
        An image cannot be read, is all transparent or nodata, or has no color that holds area for
        methods ``"units"`` and ``"flat"``.
    OptionError
        An unknown choice, or a number out of range.

    Warns
    -----
    FewerColorsWarning
        The image has fewer distinct colors than `n_colors`; all of them are returned.
    GeoindexWarning
        All colors are a few dark grays, which could be class numbers; or with method ``"units"``
        the image looks like a photograph or a section, not like a map of units.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import learn_palette
    >>> picture = np.array([[[250, 0, 0], [252, 0, 0], [0, 0, 90], [251, 0, 0]]], np.uint8)
    >>> palette = learn_palette(picture, 2)
    >>> palette.colors.tolist(), palette.counts.tolist()
    ([[251, 0, 0], [0, 0, 90]], [3, 1])
    """
    settings = Settings(
        method=method,
        n_colors=n_colors,
        weights=weights,
        sample=sample,
        space=space,
        seed=seed,
        min_distance=min_distance,
    )
    rule = PixelRule(
        alpha=alpha,
        translucent=translucent,
        scale=scale,
        bands=bands,
        box=box,
        map_box=map_box,
        nodata_color=nodata_color,
        collar=collar,
        tolerance=tolerance,
    )
    images = all_images(image, any_suffix=gdal)
    reading = Reading(
        images=images,
        rule=rule,
        channel_axis=channel_axis,
        gdal=gdal,
        skip_unreadable=skip_unreadable,
        progress=progress,
    )
    learned = learn(reading, settings)
    if isinstance(image, str | PathLike):
        _warn_of_class_numbers(learned.histogram, rule, images_name(images))
    if learned.doubt is not None:
        warnings.warn(f"{images_name(images)} {learned.doubt}", GeoindexWarning, stacklevel=2)
    if n_colors is not None and len(learned.colors) < n_colors:
        warnings.warn(
            f"the palette has {len(learned.colors):,} colors, not {n_colors:,}: "
            f"{_reason(learned.histogram, settings)}",
            FewerColorsWarning,
            stacklevel=2,
        )
    return LearnedPalette(
        learned.colors,
        learned.counts,
        n_pixels=learned.histogram.n_pixels,
        source_colors=len(learned.histogram),
        roles=learned.roles,
        spreads=learned.spreads,
        certainties=learned.certainties,
        settings=settings.to_dict(),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Learned:
    """Colors and what is known of them."""

    histogram: ColorHistogram
    colors: NDArray[np.uint8]
    counts: NDArray[np.int64]
    roles: list[str] | None = None
    spreads: NDArray[np.float64] | None = None
    certainties: NDArray[np.float64] | None = None
    doubt: str | None = None
    """Why the image may be no map of units."""


def learn(reading: Reading, settings: Settings) -> Learned:
    """Learn by the method that the settings name, and warn of nothing.

    Raises
    ------
    ImageError
        No pixel has a color, or no color holds area.
    """
    name = images_name(reading.images)
    if settings.method == "units":
        return _units(reading, settings)
    if settings.method == "flat":
        areas = reading.areas()
        check_not_empty(areas.histogram, name)
        colors, counts = flat_colors(areas, settings.min_distance)
        _check_found(colors, name)
        colors, counts = colors[: settings.n_colors], counts[: settings.n_colors]
        inks = drawn_as_lines(areas, colors)
        return Learned(histogram=areas.histogram, colors=colors, counts=counts, roles=_roles(inks))
    histogram = reading.colors()
    check_not_empty(histogram, name)
    # n_colors is only optional for "units" and "flat".
    colors, counts = _quantized(histogram, settings.n_colors or 0, settings)
    return Learned(histogram=histogram, colors=colors, counts=counts)


def _units(reading: Reading, settings: Settings) -> Learned:
    """Units and inks; the largest units if their number is given."""
    # Loading scipy and the compiled steps takes a while.
    from geoindex.learn.units.doubt import doubt_of
    from geoindex.learn.units.palette import unit_colors
    from geoindex.learn.units.survey import survey_images

    survey, name = survey_images(reading), images_name(reading.images)
    check_not_empty(survey.areas.histogram, name)
    found = unit_colors(survey, settings.min_distance)
    _check_found(found.colors, name)
    most = settings.n_colors or MAX_COLORS
    kept = np.flatnonzero(found.is_ink | (np.cumsum(~found.is_ink) <= most))
    return Learned(
        histogram=survey.areas.histogram,
        colors=found.colors[kept],
        counts=found.counts[kept],
        roles=_roles(found.is_ink[kept].tolist()),
        spreads=found.spreads[kept],
        certainties=found.certainties[kept],
        doubt=doubt_of(survey),
    )


def _check_found(colors: NDArray[np.uint8], name: str) -> None:
    """Raise an error if no color was found."""
    if not len(colors):
        raise ImageError(
            f"{name} has no flat color that holds area, perhaps because it is a photograph; use "
            "method='kmeans' instead"
        )


def _roles(inks: list[bool]) -> list[str] | None:
    """Roles of colors; none if none is ink."""
    return ["ink" if ink else "unit" for ink in inks] if any(inks) else None


def _quantized(
    histogram: ColorHistogram, n_colors: int, settings: Settings
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Colors of the other methods and their counts."""
    pixels = TrueColors(histogram, settings.space, histogram.counts)
    sampled = _sampled(histogram, settings)
    weights = sampled.counts if settings.weights == "count" else np.ones_like(sampled.counts)
    if len(sampled) <= n_colors:
        colors = sampled.colors
    elif settings.method == "random":
        colors = sampled.colors[draw_colors(weights, n_colors, settings.seed)]
    else:
        from geoindex.learn.kmeans.quantize import quantize

        whole = weights is histogram.counts
        colors = quantize(
            pixels if whole else TrueColors(sampled, settings.space, weights),
            n_colors,
            method="mediancut" if settings.method == "mediancut" else "kmeans",
            seed=settings.seed,
        )
    return in_order(pixels, colors)


def _warn_of_class_numbers(histogram: ColorHistogram, rule: PixelRule, name: str) -> None:
    """Warn of a few dark levels of gray, which could be class numbers."""
    levels = histogram.colors[:, 0]
    is_gray = (histogram.colors == levels[:, np.newaxis]).all()
    if rule.scale is None and len(levels) > 1 and is_gray and few_dark_levels(levels):
        warnings.warn(
            f"{name}: all colors are {len(levels)} dark grays, {levels[0]} to {levels[-1]}, which "
            "could be class numbers; scale='byte' says that they are gray",
            GeoindexWarning,
            stacklevel=3,
        )


def _sampled(histogram: ColorHistogram, settings: Settings) -> ColorHistogram:
    """Histogram of the pixels to learn from."""
    if settings.sample is None or settings.sample >= histogram.n_pixels:
        return histogram
    counts = draw_pixels(histogram.counts, settings.sample, settings.seed)
    drawn = np.flatnonzero(counts)
    return ColorHistogram(colors=histogram.colors[drawn], counts=counts[drawn])


def _reason(histogram: ColorHistogram, settings: Settings) -> str:
    """Why there are fewer colors than requested."""
    if settings.method in ("flat", "units"):
        return f"the image has no more {'units' if settings.method == 'units' else 'flat colors'}"
    if settings.sample is not None and settings.sample < histogram.n_pixels:
        return "the sample has no more"
    return "the image has no more"
