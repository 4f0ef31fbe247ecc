"""What converting an image did, and which colors and classes cannot be told apart."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.histogram import ColorHistogram
from geoindex.color.mapper import ColorMapper
from geoindex.palette import Palette

__all__ = ["FREQUENT_SHARE", "ConversionReport", "HiddenClass", "MergedColors", "summarize"]

FREQUENT_SHARE = 0.002
"""A color is frequent from this share of the mapped pixels on."""


@dataclass(frozen=True, kw_only=True)
class MergedColors:
    """Frequent colors of an image that became the same class."""

    index: int
    """The class."""

    label: str
    """Its name, or its color if it has none."""

    colors: tuple[tuple[int, int, int], ...]
    """The colors of the image, most frequent first."""

    pixels: tuple[int, ...]
    """Pixels of each color."""


@dataclass(frozen=True, kw_only=True)
class HiddenClass:
    """A class with the same color as an earlier class, so it can never be assigned."""

    index: int
    """The class."""

    label: str
    """Its name, or its color if it has none."""

    behind: int
    """The earlier class."""

    behind_label: str
    """Its name or color."""


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
    """Name of the palette, "" if it has none."""

    n_colors: int
    """Colors in the palette."""

    metric: str
    """The color distance."""

    classes_used: int
    """Classes that occur in the grid."""

    source_colors: int
    """Distinct colors among the valid pixels of the image."""

    nodata_pixels: int
    """Pixels that became nodata."""

    mean_distance: float
    """Mean distance from a pixel's color to its palette color, in the metric's units."""

    largest_distance: float
    """Largest such distance."""

    merged: tuple[MergedColors, ...]
    """Frequent colors that became the same class, most pixels first; empty with class recovery,
    which resolves mixed colors."""

    bounds: tuple[float, float, float, float] | None = None
    """Left, bottom, right and top in map coordinates, or None without a transform."""

    crs: str | None = None
    """Coordinate reference system, or None."""

    hidden: tuple[HiddenClass, ...] = ()
    """Classes that can never be assigned because an earlier class has the same color."""

    leaves_values: bool = False
    """Whether the palette has class values and the grid holds row numbers instead."""

    cleaned: dict[str, Any] | None = None
    """Pixels that class recovery changed, by reason, and the pixels of each class before and
    after; None without class recovery. The distances are those to the nearest colors."""

    @property
    def nodata_share(self) -> float:
        """Share of nodata among all pixels, 0 to 1."""
        return self.nodata_pixels / (self.shape[0] * self.shape[1])

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {**asdict(self), "nodata_share": self.nodata_share}


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
    # Not a dot product, whose last bits depend on the processor.
    total_distance = float((counts * distances).sum())
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
        mean_distance=total_distance / n_mapped if n_mapped else 0.0,
        largest_distance=float(distances.max()) if n_mapped else 0.0,
        merged=_merged(colors, counts, indices, palette),
        hidden=_hidden(palette),
    )


def _hidden(palette: Palette) -> tuple[HiddenClass, ...]:
    """Find the classes that repeat the color of an earlier one."""
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
    colors: NDArray[np.uint8],
    counts: NDArray[np.int64],
    indices: NDArray[np.generic],
    palette: Palette,
) -> tuple[MergedColors, ...]:
    """Group the frequent colors that share a class."""
    frequent = np.flatnonzero(counts >= FREQUENT_SHARE * counts.sum())
    # Equally frequent colors stay in the order of red, green, blue.
    frequent = frequent[np.argsort(-counts[frequent], kind="stable")]
    groups: dict[int, list[int]] = {}
    for position in frequent.tolist():
        groups.setdefault(int(indices[position]), []).append(position)
    merged = [
        MergedColors(
            index=index,
            label=palette.label(index),
            colors=tuple(tuple(color) for color in colors[members].tolist()),
            pixels=tuple(counts[members].tolist()),
        )
        for index, members in groups.items()
        if len(members) > 1
    ]
    return tuple(sorted(merged, key=lambda group: (-sum(group.pixels), group.index)))
