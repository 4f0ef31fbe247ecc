"""Class recovery on grids, with a report of what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.clean import REASONS, Clean, Plan
from geoindex.clean.blocks import CleanBlock, clean_block
from geoindex.clean.confidence import Quality
from geoindex.clean.reasons import (
    CHANGES_PALETTE,
    CONFIDENCE_PALETTE,
    account,
    count_hatched,
    hatch_texts,
    unsure_texts,
)
from geoindex.clean.unlisted import UnlistedColors, count_close
from geoindex.color.histogram import ColorCounter
from geoindex.color.mapper import ColorMapper
from geoindex.color.merged import MergedColors, merged_texts, warn_of
from geoindex.color.metrics import Metric
from geoindex.color.pixels import PixelRule, Pixels
from geoindex.color.threads import Progress
from geoindex.errors import GridError, OptionError
from geoindex.grid import IndexGrid, check_grid
from geoindex.images.files import read_image
from geoindex.images.grid_rule import rule_of_grid
from geoindex.images.in_memory import array_image
from geoindex.palette import Palette
from geoindex.palettes.mapper import load_mapper
from geoindex.rules.box import Region, region_of
from geoindex.rules.indices import IndexArray, nodata_value
from geoindex.rules.scale import round_colors

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Cleaned", "clean_grid"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Cleaned:
    """A cleaned grid, and what was changed."""

    grid: IndexGrid
    """The classes."""

    reasons: NDArray[np.uint8]
    """Shape (rows, cols): the last step that changed a pixel, 1 edges, 2 ink, 3 hatch,
    4 speckle or 5 restored from a hillshade; 0 if it is unchanged."""

    confidence: NDArray[np.uint8]
    """Shape (rows, cols): chance that a pixel's class is right in percent, as measured on drawn
    maps of the same kind, if the palette is that of the map; 255 for nodata."""

    before: NDArray[np.int64]
    """Pixels of each class before, shape (n_colors,)."""

    plan: Plan
    """The steps, resolved for the palette."""

    quality: Quality | None = None
    """How sure the result is; None without the image."""

    merged: tuple[MergedColors, ...] = ()
    """Flat areas of colors that the palette does not have, and the class that they became, as in
    :attr:`ConversionReport.merged`; () without the image."""

    @property
    def after(self) -> NDArray[np.int64]:
        """Pixels of each class now, shape (n_colors,)."""
        return self.grid.counts()

    def changed(self) -> dict[str, int]:
        """Count the changed pixels by reason.

        Returns
        -------
        dict of str to int
        """
        counts = self._reason_counts()
        return {reason: int(counts[code]) for reason, code in REASONS.items()}

    def changes(self) -> IndexGrid:
        """Make a grid of the reasons, five classes, to save, plot or open in a GIS."""
        return self._like(self.reasons, CHANGES_PALETTE, nodata=None)

    def confidence_grid(self) -> IndexGrid:
        """Make a grid of the confidence; indices are percent, nodata is 255."""
        return self._like(self.confidence, CONFIDENCE_PALETTE, nodata=255)

    def to_dict(self) -> dict[str, Any]:
        """All counts as JSON values."""
        hatched = count_hatched(self.reasons, self.grid.indices, len(self.grid.palette))
        changed = self._reason_counts()
        return account(self.plan, changed, hatched, self.before, self.after, self.quality)

    def _reason_counts(self) -> NDArray[np.int64]:
        """Pixels of each code of the mask."""
        return np.bincount(self.reasons.ravel(), minlength=len(REASONS) + 1)

    def _like(self, values: NDArray[np.uint8], palette: Palette, nodata: int | None) -> IndexGrid:
        """Make a grid of other values at the same place."""
        return replace(self.grid, indices=values, palette=palette, nodata=nodata)


def clean_grid(
    grid: IndexGrid,
    clean: Clean | Literal[True] | None = None,
    *,
    image: str | PathLike[str] | ArrayLike | xr.DataArray | None = None,
    metric: Metric | None = None,
    box: Sequence[int] | None = None,
    map_box: Sequence[float] | None = None,
    progress: Progress | None = None,
) -> Cleaned:
    """Recover the units of a grid that was made by nearest-color matching.

    Parameters
    ----------
    grid : IndexGrid
        The grid. Its nodata stays nodata.
    clean : Clean, optional
        The steps; the defaults suit a typical map.
    image : path-like, array_like or xarray.DataArray, optional
        The image that the grid was made from. Only its colors distinguish soft edges and
        half-transparent lines from thin units. Without the image, ink is filled from the pixels
        beside it, and hatching and speckle are recognized.
    metric : {"rgb", "lab", "oklab", "ciede2000", "redmean", "shaded"}, optional
        The color distance; default: that of the grid.
    box, map_box : sequence of four numbers, optional
        Part of the grid and of the image to clean, as in :meth:`IndexGrid.crop`.
    progress : callable, optional
        Called with the number of tiles done and their total.

    Returns
    -------
    Cleaned
        Cleaning a grid again with the same options changes nothing.

    Raises
    ------
    GridError
        The image has a different shape from the grid.
    OptionError
        An entry that the palette does not have, or a box that is not inside the grid.
    MissingFileError, ImageError
        The image does not exist or cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import Clean, IndexGrid, Palette, clean_grid
    >>> palette = Palette([[0, 0, 0], [230, 203, 203], [95, 178, 210]], roles=["ink", "", ""])
    >>> indices = np.array([[1, 1, 1, 0, 2, 2]] * 3, dtype=np.uint8)
    >>> cleaned = clean_grid(IndexGrid(indices=indices, palette=palette, nodata=255))
    >>> cleaned.grid.indices[0]
    array([1, 1, 1, 1, 2, 2], dtype=uint8)
    >>> cleaned.changed()
    {'edges': 0, 'ink': 3, 'hatch': 0, 'speckle': 0, 'restored': 0}
    """
    check_grid(grid)
    clean = Clean() if clean is None or clean is True else clean
    if not isinstance(clean, Clean):
        raise OptionError(f"clean must be a geoindex.Clean of steps, found {clean!r}")
    rule = rule_of_grid(grid)
    part = region_of(grid.shape, grid.transform, box=box, map_box=map_box)
    if part is not None:
        grid, rule = grid[part], _rule_of_part(rule, part)
    palette = grid.palette
    if image is None:
        plan = replace(clean, shade=False).plan(palette)
        if plan.ink_colors:
            listed = "; ".join(",".join(map(str, color)) for color in plan.ink_colors)
            raise OptionError(
                f"the palette of the grid does not have the ink {listed}, so only the image tells "
                "where it is; give image=, or name a palette entry"
            )
        indices = _with_nodata(grid.indices, grid, len(palette))
        colors = palette.colors[np.minimum(indices, len(palette) - 1)]
        shown = Pixels(table=colors, valid=grid.valid.view(np.uint8))
        plan = plan.seen(grid.shape, shown.part, exported=True)
        result = clean_block(colors, indices, plan, progress=progress)
        return _warned(_cleaned(grid, result, plan))
    if "unit_rows" in grid.provenance:
        raise GridError(
            "the grid was made with units=, so its palette does not have the colors of the map; "
            "index the map with the units as the palette, then clean that grid"
        )
    if "row_classes" in grid.provenance:
        raise GridError(
            "the grid was made with merge=, so its palette does not have all colors of the map; "
            "clean on the way from the image: index_image(..., merge=..., clean=True)"
        )
    if isinstance(image, str | PathLike):
        raster = read_image(image, rule)
    else:
        raster = array_image(image, rule)
    if raster.pixels.shape != grid.shape:
        raise GridError(
            f"the image has {raster.pixels.shape[0]} x {raster.pixels.shape[1]} rows and "
            f"columns, the grid {grid.shape[0]} x {grid.shape[1]}; give the image that the "
            "grid was made from"
        )
    metric = metric or grid.provenance.get("metric", "rgb")
    mapper = load_mapper(palette, metric, None)
    return _warned(_clean_pixels(grid, raster.pixels, mapper, clean, progress=progress))


def _warned(cleaned: Cleaned) -> Cleaned:
    """Warn of colors that no class stands for, and of hatchings that were not found."""
    hatchings = hatch_texts([cleaned.to_dict()], cleaned.grid.palette)
    unsure = unsure_texts(
        [cleaned.to_dict()], cleaned.plan.palette, is_merged=bool(cleaned.merged)
    )
    warn_of([*merged_texts(cleaned.merged), *hatchings, *unsure], stacklevel=3)
    return cleaned


def _clean_pixels(
    grid: IndexGrid,
    pixels: Pixels,
    mapper: ColorMapper,
    clean: Clean,
    *,
    progress: Progress | None = None,
) -> Cleaned:
    """Recover the units of a grid from the pixels that it was made from.

    Parameters
    ----------
    grid : IndexGrid
        Its nodata stays nodata.
    pixels : Pixels
        Of the shape of the grid.
    mapper : ColorMapper
        Palette and metric.
    clean : Clean
    progress : callable, optional
    """
    plan = clean.plan(mapper.palette, mapper.metric).seen(grid.shape, pixels.part)
    if plan.ink_colors:
        mapper = ColorMapper(plan.palette, metric=mapper.metric)
    # The grid determines what is nodata.
    mapped = mapper.map_pixels(replace(pixels, valid=None))
    indices = _with_nodata(mapped, grid, len(plan.palette))
    colors = round_colors(pixels.colors)
    result = clean_block(colors, indices, plan, progress=progress)
    cleaned = _cleaned(grid, result, plan, metric=mapper.metric)
    unlisted, counter = UnlistedColors(plan), ColorCounter()
    if plan.recovery is None:
        unlisted.add(colors, 0, indices, result.indices)
    counter.add(replace(pixels, valid=grid.valid.view(np.uint8)))
    histogram = counter.histogram()
    n_valid = int(cleaned.grid.valid.sum())
    merged = unlisted.merged(histogram, mapper.map(histogram.colors), n_valid)
    quality = Quality.of(
        result.margins, plan.calibration, is_lacking=bool(merged or plan.lacking),
        n_close=count_close(merged, plan.palette),
    )  # fmt: skip
    return replace(cleaned, quality=quality, merged=merged)


def _cleaned(grid: IndexGrid, result: CleanBlock, plan: Plan, **how: Any) -> Cleaned:
    """Compare a result, in which what is no class is nodata, with the original grid."""
    # Ink far from every unit stays if the grid has no nodata value.
    nothing = grid.indices if grid.nodata is None else grid.indices.dtype.type(grid.nodata)
    indices = np.where(result.indices >= len(grid.palette), nothing, result.indices)
    indices = indices.astype(grid.indices.dtype)
    reasons = np.maximum(result.reasons, np.uint8(REASONS["edges"]))
    reasons[indices == grid.indices] = 0
    return Cleaned(
        grid=replace(
            grid,
            indices=indices,
            provenance={**grid.provenance, **how, "clean": plan.to_dict()},
        ),
        reasons=reasons,
        confidence=result.confidence,
        before=grid.counts(),
        plan=plan,
    )


def _rule_of_part(rule: PixelRule, part: Region) -> PixelRule:
    """Rule that reads a part of what another one reads."""
    rows, cols = part
    left, top = (0, 0) if rule.box is None else rule.box[:2]
    if rule.map_box is not None:
        raise GridError(
            "the grid was made with map_box=, so it does not tell which pixels of the image it "
            "has; leave out box, or crop the image to the grid"
        )
    box = (left + cols.start, top + rows.start, left + cols.stop, top + rows.stop)
    # The nodata of the grid tells where the collar is; that of a part is another one.
    tolerance = 0 if rule.nodata_rgb is None else rule.tolerance
    return replace(rule, box=box, collar=(), tolerance=tolerance)


def _with_nodata(indices: IndexArray, grid: IndexGrid, n_colors: int) -> IndexArray:
    """Mark the nodata of a grid in indices as class recovery expects it of `n_colors` colors."""
    valid = grid.valid
    nodata = nodata_value(n_colors, indices.dtype)
    if nodata is None and not valid.all():
        indices = indices.astype(np.uint16)
        nodata = nodata_value(n_colors, indices.dtype)
    if nodata is None:
        return indices
    settled: IndexArray = np.where(valid, indices, indices.dtype.type(nodata))
    return settled
