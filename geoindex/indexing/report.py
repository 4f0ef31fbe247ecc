"""Report of a conversion, with colors and classes that can no longer be distinguished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.reasons import hatch_texts, unsure_texts
from geoindex.color.histogram import ColorHistogram
from geoindex.color.mapper import ColorMapper
from geoindex.color.merged import MergedColors, group_merged, merged_texts
from geoindex.indexing.faded import faded_text, likely_opacity
from geoindex.indexing.options import ImageMapping
from geoindex.palette import Palette
from geoindex.palettes.merge import MergedRows
from geoindex.rules.class_numbers import few_dark_levels

if TYPE_CHECKING:
    from geoindex.clean.strips import BandCleaner

__all__ = ["ConversionReport", "HiddenClass", "classes_texts", "hidden_texts", "summarize"]

LISTED_CLASSES = 4
"""Number of hidden classes listed in a warning; the rest are counted."""


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
    """Result of a conversion."""

    source: str
    """The image file."""

    target: str
    """The grid file."""

    shape: tuple[int, int]
    """Rows and columns."""

    palette: str
    """Name of the palette, "" if it has none."""

    n_colors: int
    """Rows of the grid's palette."""

    metric: str
    """The color distance."""

    classes_used: int
    """Classes that occur in the grid."""

    source_colors: int
    """Distinct colors among the valid pixels of the image."""

    nodata_pixels: int
    """Pixels that became nodata."""

    mean_distance: float
    """Mean distance from a pixel's color to its palette color, in the metric's units; with class
    recovery, of the pixels that it left as they were."""

    largest_distance: float
    """Largest such distance."""

    merged: tuple[MergedColors, ...]
    """Frequent colors that became the same class, most pixels first. With class recovery, which
    resolves mixed colors, only flat areas of a color that the palette does not have."""

    bounds: tuple[float, float, float, float] | None = None
    """Left, bottom, right and top in map coordinates, or None without a transform."""

    crs: str | None = None
    """Coordinate reference system, or None."""

    hidden: tuple[HiddenClass, ...] = ()
    """Classes that can never be assigned because an earlier class has the same color."""

    leaves_values: bool = False
    """Whether the palette has class values and the grid holds row numbers instead."""

    dtype: str | None = None
    """Type of the pixels of the grid file, None if its format has none."""

    nodata: int | None = None
    """Value of nodata in the grid file, None if it has none or its format sets it."""

    driver: str | None = None
    """GDAL driver that read the image, if any was allowed."""

    cleaned: dict[str, Any] | None = None
    """Pixels that class recovery changed, by reason, and the pixels of each class before and
    after; None without class recovery."""

    opacity: float | None = None
    """Opacity at which the palette on white paper would have the colors of the map, if it does
    not have them as it is."""

    not_found: tuple[str, ...] = ()
    """Hatchings that class recovery did not find, and what it is not sure of, one line each."""

    own_units: dict[str, Any] | None = None
    """Units and inks that were found in an image without a palette, and the legend file."""

    maybe_classes: tuple[int, int] | None = None
    """Smallest and largest level of a one-band image whose levels could be class numbers: few and
    dark, or all class values of the palette; None for any other."""

    @property
    def is_placed(self) -> bool:
        """Whether the image is georeferenced."""
        return self.bounds is not None or bool(self.crs)

    def warnings(self) -> list[str]:
        """Describe merged colors, hidden classes, hatchings not found and likely class numbers.

        Returns
        -------
        list of str
            One line each.
        """
        return [
            *classes_texts([self]),
            *hidden_texts(self.hidden),
            *merged_texts(self.merged),
            *([] if self.opacity is None else [faded_text(self.opacity)]),
            *self.not_found,
        ]

    @property
    def nodata_share(self) -> float:
        """Share of nodata among all pixels, 0 to 1."""
        return self.nodata_pixels / (self.shape[0] * self.shape[1])

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {**asdict(self), "nodata_share": self.nodata_share}


def summarize(
    histogram: ColorHistogram,
    mapping: ImageMapping,
    *,
    source: str,
    target: str,
    shape: tuple[int, int],
    cleaner: BandCleaner | None = None,
    is_plain: bool = False,
) -> ConversionReport:
    """Report on the mapping of the colors of an image.

    Parameters
    ----------
    histogram : ColorHistogram
        Distinct colors of the valid pixels and their counts.
    mapping : ImageMapping
        How they were mapped.
    source, target : str
        File names for the report.
    shape : tuple of int
        Rows and columns of the image.
    cleaner : BandCleaner, optional
        The class recovery that followed.
    is_plain : bool
        Whether the image has one band of integers that nothing says to be gray.
    """
    mapper, classes = mapping.mapper, mapping.merged
    levels = histogram.colors[:, 0]
    indices = mapper.map_table(histogram.colors)
    mapped = indices < len(mapper.palette)
    colors, counts, indices = histogram.colors[mapped], histogram.counts[mapped], indices[mapped]
    n_mapped = int(counts.sum())
    cleaned: dict[str, Any] | None = None
    paper = [] if classes is None else list(classes.paper)
    if cleaner is None:
        used = np.bincount(indices, minlength=len(mapper.palette))
        n_valid = n_mapped - int(counts[np.isin(indices, paper)].sum())
        merged = group_merged(
            colors,
            counts,
            indices,
            mapper.palette,
            n_pixels=n_mapped,
            shaded=mapper.metric == "shaded",
        )
    else:
        used = cleaner.after
        n_valid = int(cleaner.after.sum() - cleaner.after[paper].sum())
        merged = cleaner.unlisted.merged(histogram, mapper.map(histogram.colors), n_valid)
        cleaned = cleaner.to_dict(merged)
        # The colors of pixels that recovery changed do not show how well the palette fits.
        counts = counts - cleaner.changed_colors(histogram)[mapped]
        colors, counts, indices = colors[counts > 0], counts[counts > 0], indices[counts > 0]
    mean_distance, largest_distance = _distances(mapper, colors, counts, indices)
    if classes is not None:
        used = classes.sums(used)
        merged = tuple(_of_class(group, classes) for group in merged if group.index not in paper)
        cleaned = None if cleaned is None else _in_classes(cleaned, classes)
    palette = mapping.palette
    return ConversionReport(
        source=source,
        target=target,
        shape=shape,
        palette=palette.name or "",
        n_colors=len(palette),
        metric=mapper.metric,
        classes_used=int(np.count_nonzero(used)),
        source_colors=len(histogram.colors),
        nodata_pixels=shape[0] * shape[1] - n_valid,
        mean_distance=mean_distance,
        largest_distance=largest_distance,
        merged=merged,
        hidden=_hidden(palette) if classes is None else _hidden_of_rows(classes),
        cleaned=cleaned,
        opacity=_opacity(histogram, mapping),
        not_found=() if cleaned is None else _unsure(cleaned, mapping, is_merged=bool(merged)),
        maybe_classes=_maybe_classes(levels, palette) if is_plain else None,
    )


def _unsure(cleaned: dict[str, Any], mapping: ImageMapping, *, is_merged: bool) -> tuple[str, ...]:
    """List what recovery did not find and what it is not sure of."""
    plan = mapping.plan
    rows = mapping.palette if plan is None else plan.palette
    unsure = unsure_texts([cleaned], rows, is_merged=is_merged)
    return (*hatch_texts([cleaned], mapping.palette), *unsure)


def _opacity(histogram: ColorHistogram, mapping: ImageMapping) -> float | None:
    """Opacity of the palette on white; None if recovery treats the picture as another kind."""
    if mapping.plan is not None and mapping.plan.recovery is not None:
        return None
    return likely_opacity(histogram.colors, histogram.counts, mapping.mapper.palette)


def _maybe_classes(levels: NDArray[np.uint8], palette: Palette) -> tuple[int, int] | None:
    """Smallest and largest level if these look like class numbers, or are those of the palette."""
    are_values = len(levels) > 1 and {*levels.tolist()} <= {*(palette.values or ())}
    if not are_values and not few_dark_levels(levels):
        return None
    below = levels[levels < 255]
    return int(levels[0]), int(below[-1] if below.size else levels[-1])


def _distances(
    mapper: ColorMapper,
    colors: NDArray[np.uint8],
    counts: NDArray[np.int64],
    indices: NDArray[Any],
) -> tuple[float, float]:
    """Mean and largest distance of pixels from their palette colors; zeros without pixels."""
    if not counts.sum():
        return 0.0, 0.0
    distances = mapper.distance(colors, indices)
    # Not a dot product: its last bits depend on the processor.
    return float((counts * distances).sum()) / int(counts.sum()), float(distances.max())


def _of_class(group: MergedColors, classes: MergedRows) -> MergedColors:
    """Convert merged colors from rows to classes."""
    number = int(classes.classes[group.index])
    return replace(group, index=number, label=classes.palette.label(number))


def _in_classes(cleaned: dict[str, Any], classes: MergedRows) -> dict[str, Any]:
    """Account of class recovery, by class instead of by row."""
    # Inks that are not in the palette follow its rows.
    n_inks = max((row["index"] + 1 for row in cleaned["classes"]), default=0)
    number = [*classes.classes.tolist(), *range(len(classes.palette), n_inks)]
    changes: dict[int, dict[str, Any]] = {}
    for row in cleaned["classes"]:
        index = number[row["index"]]
        is_class = index < len(classes.palette)
        label = classes.palette.label(index) if is_class else row["label"]
        change = changes.setdefault(
            index, {"index": index, "label": label, "before": 0, "after": 0}
        )
        for moment in ("before", "after"):
            change[moment] += row[moment]
    hatches = [
        {
            **hatch,
            "colors": [number[row] for row in hatch["colors"]],
            "class": number[hatch["class"]],
        }
        for hatch in cleaned["hatches"]
    ]
    ordered = sorted(
        changes.values(), key=lambda one: (-one["after"], -one["before"], one["index"])
    )
    inks = sorted({number[row] for row in cleaned["ink"]})
    return {**cleaned, "ink": inks, "hatches": hatches, "classes": ordered}


# The sheets of a batch share them.
@lru_cache(maxsize=4)
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


def _hidden_of_rows(classes: MergedRows) -> tuple[HiddenClass, ...]:
    """Find the classes of several rows whose colors are all those of earlier rows."""
    palette, number = classes.palette, classes.classes.tolist()
    behind = classes.rows.duplicates()
    seen = {number[row] for row in range(len(number)) if row not in behind}
    return tuple(
        HiddenClass(
            index=number[row],
            label=palette.label(number[row]),
            behind=number[first],
            behind_label=palette.label(number[first]),
        )
        for row, first in {number[row]: (row, behind[row]) for row in behind}.values()
        if number[row] not in seen
    )


def classes_texts(reports: Sequence[ConversionReport]) -> list[str]:
    """Describe images of one band that could hold class numbers, in one line if there are any."""
    found = [report for report in reports if report.maybe_classes is not None]
    if not found or found[0].maybe_classes is None:
        return []
    low, high = found[0].maybe_classes
    more = f", and {len(found) - 1:,} more images" if len(found) > 1 else ""
    return [
        f"{found[0].source}: its one band holds a few numbers from {low} to {high}, which are "
        f"read as gray but could be class numbers{more}; make IndexGrid(indices=..., "
        "palette=...) of classes; scale='byte' says that they are gray"
    ]


def hidden_texts(hidden: Sequence[HiddenClass]) -> list[str]:
    """Describe classes that can never be assigned, in one line if there are any."""
    listed = [
        f"{one.index} ({one.label}) repeats {one.behind} ({one.behind_label})"
        for one in hidden[:LISTED_CLASSES]
    ]
    if len(hidden) > LISTED_CLASSES:
        listed.append(f"{len(hidden) - LISTED_CLASSES} more")
    if not listed:
        return []
    return [
        "some classes repeat the color of an earlier class, so they can never be assigned: "
        + ", ".join(listed)
    ]
