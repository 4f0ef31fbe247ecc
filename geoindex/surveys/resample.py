"""Index grids on the inlines and crosslines of a survey: nearest pixel or majority, exact.

Indices are labels, so nothing here averages them. A bin takes the pixel that its center lies in,
or the class that most of the bin belongs to; GDAL's ``mode`` is not exact on rotated grids.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.threads import Progress, in_threads
from geoindex.errors import GridError, SurveyError
from geoindex.grid import IndexGrid, Resampling
from geoindex.rules.choices import check_choice
from geoindex.rules.indices import IndexArray, nodata_value
from geoindex.rules.plane import Floats
from geoindex.survey import Survey
from geoindex.surveys.resample_kernels import take_majority, take_nearest

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.crs import CRS

__all__ = ["resample"]

BLOCK_BINS = 2**18
"""Bins of a part of the work: 2 MB for each array of coordinates."""

MOST_BINS = 2**33
"""Far more than any survey has; a damaged range would ask for more memory than there is."""

SAMPLES_A_PIXEL = 2
"""Points along a pixel of the map by which the majority of a bin is found."""

ROUNDING = 1e-6
"""Samples by which a side may pass a whole number of them and still take so many."""

FEWEST_SAMPLES = 12
"""Points along each side of a bin at least, for bins hardly larger than a pixel."""


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
    if not isinstance(survey, Survey):
        raise SurveyError(f"survey must be a Survey, found {survey!r}; Survey.open reads a file")
    check_choice("resampling method", method, Resampling)
    target = survey.extended(pad=pad, step=step)
    rows, cols = target.shape
    if rows * cols > MOST_BINS:
        raise SurveyError(
            f"{rows:,} inlines x {cols:,} crosslines do not fit into memory; check the "
            "ranges of the survey, or give a larger step"
        )
    place = _Placement.of(grid, target)
    nodata = grid.nodata
    if nodata is None:
        nodata = nodata_value(len(grid.palette), grid.indices.dtype)
    # Where every value of uint8 is a class, bins outside the map need a larger type.
    dtype = np.dtype(np.uint16) if nodata is None else grid.indices.dtype
    nodata = int(np.iinfo(dtype).max) if nodata is None else nodata
    out: IndexArray = np.empty(target.shape, dtype=dtype)
    source = np.ascontiguousarray(grid.indices)
    outside, changed = _fill(out, source, place, method, nodata, progress)
    if outside == out.size:
        raise SurveyError(place.miss(grid))
    if dtype != grid.indices.dtype and outside == 0:
        out, nodata = out.astype(grid.indices.dtype), None
    how: dict[str, Any] = {"method": method, "outside_share": outside / out.size}
    if method == "mode":
        how["changed_share"] = changed / out.size
    return IndexGrid(
        indices=out,
        palette=grid.palette,
        nodata=nodata,
        transform=target.transform,
        crs=target.crs or grid.crs,
        provenance={**grid.provenance, "resampled": how, "survey": target.to_dict()},
    )


def _fill(
    out: IndexArray,
    source: IndexArray,
    place: _Placement,
    method: Resampling,
    nodata: int,
    progress: Progress | None,
) -> tuple[int, int]:
    """Fill `out` block by block; count bins outside the map and bins that mode changed."""
    rows, cols = out.shape
    height = max(1, BLOCK_BINS // cols)
    blocks = [slice(top, min(top + height, rows)) for top in range(0, rows, height)]
    counted = np.zeros((len(blocks), 2), dtype=np.int64)
    samples = place.samples()

    def work(number: int) -> None:
        block = blocks[number]
        if method == "nearest":
            u, v = place.pixels(np.arange(block.start, block.stop) + 0.5, np.arange(cols) + 0.5)
            take_nearest(source, u, v, nodata, out[block], counted[number])
        else:
            u, v = place.pixels(np.arange(block.start, block.stop + 1.0), np.arange(cols + 1.0))
            take_majority(source, u, v, *samples, nodata, out[block], counted[number])

    in_threads(work, range(len(blocks)), progress=progress)
    outside, changed = counted.sum(axis=0).tolist()
    return outside, changed


@dataclass(frozen=True)
class _Placement:
    """Where the bins of a survey lie among the pixels of a map."""

    survey: Survey

    transform: Affine
    """Of the map."""

    project: Callable[[Floats, Floats], tuple[Floats, Floats]] | None
    """Coordinates of the survey to those of the map, or None where both are the same."""

    @classmethod
    def of(cls, grid: IndexGrid, survey: Survey) -> _Placement:
        """Refuse a grid without a place."""
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
        if grid.transform.determinant == 0:
            raise GridError(f"the transform of the grid is degenerate: {grid.transform!r}")
        project = None
        if grid.crs is not None and survey.crs is not None and grid.crs != survey.crs:
            project = _projection(survey.crs, grid.crs)
        return cls(survey, grid.transform, project)

    def pixels(
        self, rows: NDArray[np.floating], cols: NDArray[np.floating]
    ) -> tuple[Floats, Floats]:
        """Column and row in the map of places in the survey, counted in bins from its edge.

        Returns
        -------
        u, v : ndarray of float64, shape (len(rows), len(cols))
        """
        to_map, to_pixels = self.survey.transform, ~self.transform
        u, v = cols, rows[:, np.newaxis]
        if self.project is None:
            return _moved((to_pixels @ to_map)[:6], u, v)
        return _moved(to_pixels[:6], *self.project(*_moved(to_map[:6], u, v)))

    def samples(self) -> tuple[int, int]:
        """Points along the inline and the crossline side of a bin that find its majority."""
        rows, cols = self.survey.shape
        u, v = self.pixels(rows / 2 + np.arange(2.0), cols / 2 + np.arange(2.0))
        sides = (
            np.hypot(u[1, 0] - u[0, 0], v[1, 0] - v[0, 0]),
            np.hypot(u[0, 1] - u[0, 0], v[0, 1] - v[0, 0]),
        )
        sizes = (side if math.isfinite(side) else 0 for side in sides)
        # The last digits of a root must not add a sample.
        wanted = (math.ceil(SAMPLES_A_PIXEL * size - ROUNDING) for size in sizes)
        first, second = (max(FEWEST_SAMPLES, number) for number in wanted)
        return first, second

    def miss(self, grid: IndexGrid) -> str:
        """Tell that no bin lies on the map, with both extents."""
        rows, cols = grid.shape
        a, b, c, d, e, f = self.transform[:6]
        corners = [(0, 0), (cols, 0), (0, rows), (cols, rows)]
        of_map = [(a * u + b * v + c, d * u + e * v + f) for u, v in corners]
        text = (
            f"no bin of the survey lies on the map: the map covers {_extent(np.array(of_map))} "
            f"({_crs_name(grid.crs)}), the survey {_extent(self.survey.corners)} "
            f"({_crs_name(self.survey.crs)})"
        )
        if self.project is not None:
            seen = np.stack(self.project(*self.survey.corners.T), axis=-1)
            text += f", which is {_extent(seen)} on the map"
        return text + "; check that both use the same coordinate reference system"


def _moved(
    affine: Sequence[float], u: NDArray[np.floating], v: NDArray[np.floating]
) -> tuple[Floats, Floats]:
    """Apply six numbers of an affine map to columns and rows, which broadcast."""
    a, b, c, d, e, f = affine
    return a * u + (b * v + c), d * u + (e * v + f)


def _projection(source: CRS, target: CRS) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
    """Coordinates of one system to those of another, each point by PROJ itself."""
    from rasterio._err import CPLE_BaseError  # what rasterio.warp raises; it has no other name
    from rasterio.errors import CRSError
    from rasterio.warp import transform

    def project(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        try:
            there = transform(source, target, x.ravel(), y.ravel())
        except (CPLE_BaseError, CRSError) as error:
            raise SurveyError(
                f"coordinates cannot be transformed from {_crs_name(source)} to "
                f"{_crs_name(target)} ({error})"
            ) from None
        first, second = (np.asarray(values).reshape(x.shape) for values in there[:2])
        return first, second

    return project


def _extent(points: Floats) -> str:
    """Smallest and largest coordinates."""
    (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
    return f"x {left:.2f} to {right:.2f}, y {bottom:.2f} to {top:.2f}"


def _crs_name(crs: CRS | None) -> str:
    """Short name of a CRS."""
    return "no CRS given" if crs is None else str(crs.to_string())[:80]
