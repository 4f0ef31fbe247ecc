"""The error of an image in each of several palettes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.color.histogram import ColorHistogram
from geoindex.color.mapper import color_mapper
from geoindex.color.metrics import Metric, make_search
from geoindex.color.nearest import nearest
from geoindex.color.pixels import Alpha, PixelRule
from geoindex.color.threads import Progress
from geoindex.errors import OptionError
from geoindex.grid import IndexGrid
from geoindex.images.pixel_blocks import (
    check_not_empty,
    count_colors,
    image_name,
    reduced_picture,
)
from geoindex.palette import Palette
from geoindex.palettes.load import load_palette
from geoindex.rules.scale import Scale

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

__all__ = ["PaletteComparison", "PaletteScore", "compare_palettes"]

PaletteSource = Palette | str | PathLike[str]


@dataclass(frozen=True, kw_only=True)
class PaletteScore:
    """The error of an image in one palette."""

    name: str
    """Name of the palette in the comparison."""

    n_colors: int
    """Colors in the palette."""

    classes_used: int
    """Palette colors that occur."""

    mean_squared_error: float
    """Mean squared RGB distance from a pixel to its palette color, the three channels summed:
    the inertia of k-means over the number of pixels."""

    psnr: float
    """Peak signal-to-noise ratio over all channels, in dB; infinite without error."""

    mean_ciede2000: float
    """Mean CIEDE2000 color difference."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PaletteComparison:
    """The scores of palettes on one image; made by :func:`compare_palettes`."""

    scores: tuple[PaletteScore, ...]
    """One per palette, in the order given."""

    palettes: tuple[Palette, ...]
    """The palettes."""

    metric: Metric
    """Color distance by which the nearest palette color was chosen."""

    n_pixels: int
    """Pixels of the image that are not nodata."""

    source_colors: int
    """Distinct colors of the image."""

    picture: NDArray[np.uint8]
    """The image in RGBA, reduced if it is large; shape (rows, cols, 4)."""

    def __getitem__(self, name: str) -> PaletteScore:
        """Score of the palette of that name."""
        for score in self.scores:
            if score.name == name:
                return score
        known = ", ".join(score.name for score in self.scores)
        raise OptionError(f"no palette {name!r} was compared; known: {known}")

    def recreated(self, index: int) -> NDArray[np.uint8]:
        """Picture in the colors of one palette.

        Parameters
        ----------
        index : int
            Position of the palette in :attr:`palettes`.

        Returns
        -------
        ndarray of uint8, shape (rows, cols, 4)
            RGBA.
        """
        palette = self.palettes[index]
        shown = self.picture.copy()
        shown[..., :3] = palette.colors[
            nearest(self.picture[..., :3], palette, metric=self.metric)
        ]
        shown[self.picture[..., 3] == 0] = 0
        return shown

    def plot(self) -> Figure:
        """Draw the image, and beside it the image in each palette with its errors."""
        from geoindex.plot.figures import pictures_figure

        pictures = {f"original, {self.source_colors:,} colors": self.picture}
        for index, score in enumerate(self.scores):
            title = (
                f"{score.name}, {score.n_colors} colors\nMSE {score.mean_squared_error:.1f}, "
                f"PSNR {score.psnr:.1f} dB, CIEDE2000 {score.mean_ciede2000:.2f}"
            )
            pictures[title] = self.recreated(index)
        return pictures_figure(pictures)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the picture as JSON values; a PSNR without error is None."""
        scores = [asdict(score) for score in self.scores]
        for score in scores:
            score["psnr"] = score["psnr"] if math.isfinite(score["psnr"]) else None
        return {
            "metric": self.metric,
            "n_pixels": self.n_pixels,
            "source_colors": self.source_colors,
            "palettes": scores,
        }


def compare_palettes(
    image: str | PathLike[str] | ArrayLike | xr.DataArray | IndexGrid,
    palettes: Mapping[str, PaletteSource] | Sequence[PaletteSource],
    *,
    metric: Metric = "rgb",
    alpha: Alpha = "mask",
    scale: Scale | None = None,
    bands: Sequence[int] | None = None,
    box: Sequence[int] | None = None,
    map_box: Sequence[float] | None = None,
    nodata_color: str | Sequence[int] | None = None,
    collar: str | Sequence[int] | Sequence[str | Sequence[int]] | None = None,
    tolerance: int = 0,
    channel_axis: int | None = None,
    gdal: bool = False,
    progress: Progress | None = None,
) -> PaletteComparison:
    """Compare palettes by the error of an image in each of them.

    Parameters
    ----------
    image : path-like, array_like, masked array, xarray.DataArray, PIL.Image.Image or IndexGrid
        A file of any size or an open rasterio dataset (both are read block by block), pixels in
        memory, or a grid.
    palettes : mapping of str to palette, or sequence of palettes
        Palettes, or anything :func:`geoindex.load_palette` takes, by their names in the result.
        In a sequence, each is named after itself or its file.
    metric : {"rgb", "lab", "oklab", "ciede2000", "redmean", "shaded"}
        Color distance by which the nearest palette color is chosen.
    alpha, scale, bands, box, map_box, nodata_color, collar, tolerance, channel_axis
        As in :func:`geoindex.index_image`.
    gdal : bool
        As in :func:`geoindex.convert`.
    progress : callable, optional
        Called with the number of rows read and the number of all rows.

    Returns
    -------
    PaletteComparison

    Raises
    ------
    MissingFileError
        The image or a palette file does not exist.
    ImageError
        The image cannot be read, or is all transparent or nodata.
    OptionError
        No palettes, or an unknown choice.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import Palette, compare_palettes
    >>> picture = np.array([[[0, 0, 0], [250, 250, 250], [255, 255, 255]]], np.uint8)
    >>> comparison = compare_palettes(picture, {"ink": Palette([[0, 0, 0], [255, 255, 255]])})
    >>> comparison["ink"].mean_squared_error
    25.0
    """
    if isinstance(palettes, str | PathLike | Palette) or not len(palettes):
        raise OptionError("palettes must be a list of palettes, or a mapping of names to palettes")
    named = palettes if isinstance(palettes, Mapping) else _named(palettes)
    loaded = {name: load_palette(source) for name, source in named.items()}
    rule = PixelRule(
        alpha=alpha,
        scale=scale,
        bands=bands,
        box=box,
        map_box=map_box,
        nodata_color=nodata_color,
        collar=collar,
        tolerance=tolerance,
    )
    histogram = count_colors(image, rule, channel_axis=channel_axis, gdal=gdal, progress=progress)
    check_not_empty(histogram, image_name(image))
    return PaletteComparison(
        scores=tuple(_score(name, p, histogram, metric) for name, p in loaded.items()),
        palettes=tuple(loaded.values()),
        metric=metric,
        n_pixels=histogram.n_pixels,
        source_colors=len(histogram),
        picture=reduced_picture(image, rule, channel_axis=channel_axis, gdal=gdal),
    )


def _score(name: str, palette: Palette, histogram: ColorHistogram, metric: Metric) -> PaletteScore:
    """Score of one palette."""
    colors, shares = histogram.colors, histogram.counts / histogram.n_pixels
    rows = color_mapper(palette, metric).map(colors)
    offsets = colors.astype(np.int64) - palette.colors[rows]
    error = int(histogram.counts @ (offsets**2).sum(axis=1)) / histogram.n_pixels
    difference = make_search(palette, "ciede2000", None).distance(colors, rows)
    return PaletteScore(
        name=name,
        n_colors=len(palette),
        classes_used=len(np.unique(rows)),
        mean_squared_error=error,
        psnr=10 * math.log10(255**2 / (error / 3)) if error else math.inf,
        mean_ciede2000=float(shares @ difference),
    )


def _named(palettes: Sequence[PaletteSource]) -> dict[str, PaletteSource]:
    """Palettes under names that differ."""
    named: dict[str, PaletteSource] = {}
    for number, source in enumerate(palettes, start=1):
        name = source.name if isinstance(source, Palette) else str(source)
        name = name or f"palette {number}"
        while name in named:
            name = f"{name} ({number})"
        named[name] = source
    return named
