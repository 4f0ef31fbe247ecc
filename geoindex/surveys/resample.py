"""Index grids on the inlines and crosslines of a survey: nearest pixel or majority, exact.

Indices are labels, so nothing here averages them. A bin takes the pixel that its center lies in,
or the class that most of the bin belongs to; GDAL's ``mode`` is not exact on rotated grids.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.threads import Progress, in_threads
from geoindex.errors import GeoindexWarning, GridError, SurveyError
from geoindex.files.memory import check_memory
from geoindex.grid import IndexGrid, Resampling
from geoindex.rules.choices import check_choice
from geoindex.rules.indices import IndexArray, nodata_value
from geoindex.rules.place import map_bounds
from geoindex.rules.plane import Floats
from geoindex.survey import Survey
from geoindex.surveys.projection import Projection, crs_name, full_turn, projection_between
from geoindex.surveys.resample_kernels import EDGE, majority, take_majority, take_nearest
from geoindex.values.grid import ValueGrid

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.crs import CRS

__all__ = ["resample", "resample_values"]

BLOCK_BINS = 2**18
"""Bins of a part of the work: 2 MB for each array of coordinates."""

MOST_BINS = 2**33
"""Far more than any survey has; a damaged range would ask for more memory than there is."""

MOST_LINES = 2**24
"""Of inlines, and of crosslines, for the same reason."""

SAMPLES_A_PIXEL = 2
"""Points along a pixel of the map by which the majority of a bin is found."""

ROUNDING = 1e-6
"""Samples by which a side may pass a whole number of them and still take so many."""

FEW_BINS = 16
"""Bins along each side of a survey by which the size of its bins on the map is told."""

TORN = 4
"""Multiple of its usual length from which the side of a bin crosses the edge of the map."""

FEWEST_SAMPLES = 12
"""Least number of points along each side of a bin, for bins hardly larger than a pixel."""


def resample(
    grid: IndexGrid,
    survey: Survey,
    *,
    method: Resampling = "nearest",
    pad: int | tuple[int, int] = 0,
    step: int | tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> IndexGrid:
    """Put a grid on the inlines and crosslines of a survey; see :meth:`IndexGrid.resample`."""
    check_choice("resampling method", method, Resampling)
    target = _target(survey, pad, step)
    place = _Placement.of(grid, target)
    nodata = grid.nodata
    if nodata is None:
        nodata = nodata_value(len(grid.palette), grid.indices.dtype)
    # If every uint8 value is a class, bins outside the map need a larger dtype.
    dtype = np.dtype(np.uint16) if nodata is None else grid.indices.dtype
    nodata = int(np.iinfo(dtype).max) if nodata is None else nodata
    out: IndexArray = np.empty(target.shape, dtype=dtype)
    source = np.ascontiguousarray(grid.indices)
    outside, changed = _fill(out, source, place, method, nodata, progress)
    if outside == out.size:
        raise SurveyError(place.miss(grid))
    if dtype != grid.indices.dtype and outside == 0:
        out, nodata = out.astype(grid.indices.dtype), None
    more = {"changed_share": changed / out.size} if method == "mode" else {}
    return IndexGrid(
        indices=out,
        palette=grid.palette,
        nodata=nodata,
        **place.located(grid, method=method, outside_share=outside / out.size, more=more),
    )


def resample_values(
    grid: ValueGrid,
    survey: Survey,
    *,
    pad: int | tuple[int, int] = 0,
    step: int | tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> ValueGrid:
    """Put values on the inlines and crosslines of a survey; see :meth:`ValueGrid.resample`."""
    target = _target(survey, pad, step)
    place = _Placement.of(grid, target)
    out = np.empty(target.shape, dtype=np.float32)
    source = np.ascontiguousarray(grid.values)
    outside, _ = _fill(out, source, place, "nearest", float("nan"), progress)
    if outside == out.size:
        raise SurveyError(place.miss(grid))
    return ValueGrid(
        values=out,
        unit=grid.unit,
        ramp=grid.ramp,
        scale=grid.scale,
        **place.located(grid, method="nearest", outside_share=outside / out.size, more={}),
    )


def _target(
    survey: Survey, pad: int | tuple[int, int], step: int | tuple[int, int] | None
) -> Survey:
    """Check the options, and return the survey with the requested lines."""
    if not isinstance(survey, Survey):
        raise SurveyError(f"survey must be a Survey, found {survey!r}; Survey.open reads a file")
    target = survey.extended(pad=pad, step=step)
    rows, cols = target.shape
    if rows * cols > MOST_BINS or max(rows, cols) > MOST_LINES:
        raise SurveyError(
            f"{rows:,} inlines x {cols:,} crosslines do not fit into memory; check the "
            "ranges of the survey, or give a larger step"
        )
    where = f"a grid of {rows:,} inlines x {cols:,} crosslines"
    check_memory(8 * rows * cols, where, error=SurveyError, instead="give a larger step")
    return target


def _fill(
    out: NDArray[Any],
    source: NDArray[Any],
    place: _Placement,
    method: Resampling,
    nodata: Any,
    progress: Progress | None,
) -> tuple[int, int]:
    """Fill `out` block by block; count bins outside the map and bins that mode changed."""
    rows, cols = out.shape
    height = max(1, BLOCK_BINS // cols)
    blocks = [slice(top, min(top + height, rows)) for top in range(0, rows, height)]
    counted = np.zeros((len(blocks), 2), dtype=np.int64)
    size = place.bin_size() if method == "mode" else (0.0, 0.0)
    samples = _n_samples(size[0]), _n_samples(size[1])

    def work(number: int) -> None:
        block = blocks[number]
        if method == "nearest":
            u, v = place.pixels(np.arange(block.start, block.stop)[:, None] + 0.5, centers)
            take_nearest(source, u, v, nodata, out[block], counted[number])
            return
        u, v = place.pixels(np.arange(block.start, block.stop + 1.0)[:, None], edges)
        torn = _torn(u, v, size) if place.is_bent else np.zeros(out[block].shape, np.bool_)
        take_majority(source, u, v, torn, *samples, nodata, out[block], counted[number])
        for row, col in np.argwhere(torn).tolist():
            points = place.points(block.start + row, col, samples)
            out[block.start + row, col], *told = majority(source, *points, nodata)
            counted[number] += told

    centers, edges = np.arange(cols) + 0.5, np.arange(cols + 1.0)
    in_threads(work, range(len(blocks)), progress=progress)
    outside, changed = counted.sum(axis=0).tolist()
    return outside, changed


def _n_samples(side: float) -> int:
    """Count the points along the side of a bin that find its majority."""
    # Rounding of the root must not add a sample.
    return max(FEWEST_SAMPLES, math.ceil(SAMPLES_A_PIXEL * side - ROUNDING))


def _torn(u: Floats, v: Floats, size: tuple[float, float]) -> NDArray[np.bool_]:
    """Mask of bins whose corners lie far apart on the map, such as at both of its ends."""
    # Infinite where points could not be projected.
    with np.errstate(invalid="ignore"):
        down, across = (np.hypot(np.diff(u, axis=i), np.diff(v, axis=i)) for i in (0, 1))
    far_down, far_across = down > TORN * size[0], across > TORN * size[1]
    return far_down[:, :-1] | far_down[:, 1:] | far_across[:-1] | far_across[1:]


@dataclass(frozen=True)
class _Placement:
    """Mapping from the bins of a survey to the pixels of a map."""

    survey: Survey

    transform: Affine
    """Of the map."""

    projection: Projection | None
    """Projection from the survey to the map, or None if both have the same CRS."""

    turn: float
    """Full circle in units of longitude for a map in degrees, else 0."""

    west: float
    """Western end of a full circle that contains the map."""

    @property
    def is_bent(self) -> bool:
        """Whether bins may have other shapes on the map than parallelograms of one size."""
        return self.projection is not None or self.turn != 0

    @classmethod
    def of(cls, grid: IndexGrid | ValueGrid, survey: Survey) -> _Placement:
        """Raise an error for a grid without transform."""
        if grid.transform is None and grid.gcps:
            raise GridError(
                "the grid is placed by ground control points, which resampling does not support; "
                "warp the image first, in QGIS or with gdalwarp -r near, or, where the points fit "
                "a plane, set transform=rasterio.transform.from_gcps(grid.gcps)"
            )
        if grid.transform is None:
            raise GridError(
                "the grid has no georeference; give the image a world file or a transform"
            )
        projection = None
        if grid.crs is not None and survey.crs is not None and grid.crs != survey.crs:
            places = np.vstack([survey.corners.mean(axis=0), survey.corners])
            projection = projection_between(survey.crs, grid.crs, places)
        turn = full_turn(grid.crs or survey.crs)
        left, _, right, _ = map_bounds(grid.shape, grid.transform)
        return cls(survey, grid.transform, projection, turn, (left + right - turn) / 2)

    def pixels(
        self, rows: NDArray[np.floating], cols: NDArray[np.floating]
    ) -> tuple[Floats, Floats]:
        """Column and row in the map of places in the survey, counted in bins from its edge.

        Returns
        -------
        u, v : ndarray of float64
            `rows` and `cols` broadcast against each other.
        """
        to_map, to_pixels = self.survey.transform, ~self.transform
        if not self.is_bent:
            return _moved((to_pixels @ to_map)[:6], cols, rows)
        x, y = _moved(to_map[:6], cols, rows)
        if self.projection is not None:
            x, y = self.projection(x, y)
        # Infinite coordinates of points that could not be projected become NaN here.
        with np.errstate(invalid="ignore"):
            if self.turn:
                # Rounding at the western end must not move a point to the other end.
                margin = EDGE * (abs(self.transform.a) + abs(self.transform.b))
                x = x - self.turn * np.floor((x - self.west + margin) / self.turn)
            return _moved(to_pixels[:6], x, y)

    def points(self, row: int, col: int, samples: tuple[int, int]) -> tuple[Floats, Floats]:
        """Column and row in the map of the center of a bin, and of points spread evenly in it."""
        down, across = ((np.arange(number) + 0.5) / number for number in samples)
        rows = row + np.append(0.5, np.repeat(down, samples[1]))
        cols = col + np.append(0.5, np.tile(across, samples[0]))
        return self.pixels(rows, cols)

    def bin_size(self) -> tuple[float, float]:
        """Pixels along the inline and the crossline side of bins: the median of a few."""
        rows, cols = (
            np.unique(np.linspace(0, n - 1, FEW_BINS).astype(int)) for n in self.survey.shape
        )
        row, col = rows[:, None].astype(float), cols.astype(float)
        u, v = self.pixels(row, col)
        sides = []
        for next_u, next_v in (self.pixels(row + 1, col), self.pixels(row, col + 1)):
            with np.errstate(invalid="ignore"):
                side = np.hypot(next_u - u, next_v - v)
            known = np.sort(side[np.isfinite(side)])
            # The median must be one of the values, not the mean of two.
            sides.append(float(known[len(known) // 2]) if known.size else 0.0)
        return sides[0], sides[1]

    def located(
        self,
        grid: IndexGrid | ValueGrid,
        *,
        method: str,
        outside_share: float,
        more: dict[str, Any],
    ) -> dict[str, Any]:
        """Transform, CRS and provenance of the resampled grid; `more` is added to the latter."""
        target = self.survey
        if (grid.crs is None) != (target.crs is None):
            _warn_of_missing(grid.crs, target.crs)
        how: dict[str, Any] = {"method": method, "outside_share": outside_share}
        if self.projection is not None:
            how["operation"] = self.projection.operation
            how["accuracy"] = self.projection.accuracy
        crs = target.crs or grid.crs
        lines = Survey(**{**vars(target), "crs": crs}).to_dict()
        return {
            "transform": target.transform,
            "crs": crs,
            "provenance": {**grid.provenance, "resampled": {**how, **more}, "survey": lines},
        }

    def miss(self, grid: IndexGrid | ValueGrid) -> str:
        """Make the error that no bin lies on the map, with both extents."""
        rows, cols = grid.shape
        a, b, c, d, e, f = self.transform[:6]
        corners = [(0, 0), (cols, 0), (0, rows), (cols, rows)]
        of_map = [(a * u + b * v + c, d * u + e * v + f) for u, v in corners]
        text = (
            f"no bin of the survey lies on the map: the map covers {_extent(np.array(of_map))} "
            f"({crs_name(grid.crs)}), the survey {_extent(self.survey.corners)} "
            f"({crs_name(self.survey.crs)})"
        )
        if self.projection is not None:
            seen = np.stack(self.projection(*self.survey.corners.T), axis=-1)
            text += f", which is {_extent(seen)} on the map"
        return text + "; check that both use the same coordinate reference system"


def _warn_of_missing(of_map: CRS | None, of_survey: CRS | None) -> None:
    """Warn that the one without a CRS is assumed to have that of the other."""
    without, other = ("map", of_survey) if of_map is None else ("survey", of_map)
    ways = {
        "map": "give it when the map is converted (crs=)",
        "survey": "give it: survey_crs= or Survey.open(path, crs=...)",
    }
    warnings.warn(
        f"the {without} has no coordinate reference system and is taken to have that of the "
        f"{'survey' if without == 'map' else 'map'}, {crs_name(other)}; {ways[without]}",
        GeoindexWarning,
        stacklevel=2,
    )


def _moved(
    affine: Sequence[float], u: NDArray[np.floating], v: NDArray[np.floating]
) -> tuple[Floats, Floats]:
    """Apply six numbers of an affine map to columns and rows, which broadcast."""
    a, b, c, d, e, f = affine
    return a * u + (b * v + c), d * u + (e * v + f)


def _extent(points: Floats) -> str:
    """Smallest and largest coordinates."""
    (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
    return f"x {left:.2f} to {right:.2f}, y {bottom:.2f} to {top:.2f}"
