"""Gray levels: the best k values for a one-band array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.color.threads import in_threads, n_cores
from geoindex.errors import ImageError, OptionError
from geoindex.learn.gray import pixel_kernels as kernels
from geoindex.learn.gray.partition import Partition, optimal_partition
from geoindex.palette import MAX_COLORS, Palette
from geoindex.rules.byte_order import in_native_order
from geoindex.rules.choices import check_choice, check_integer
from geoindex.rules.indices import IndexArray, index_dtype, nodata_value

__all__ = ["GrayLevels", "Weights", "gray_palette", "quantize_gray"]

Weights = Literal["count", "unique"]
"""``"count"``: every pixel counts; ``"unique"``: every distinct color or value counts once."""

MOST_SEARCHED = 1024
"""Most levels of a search; larger k only works if all distinct values become levels."""

VAST = 2.0**400
"""Squares of values above this swallow those of all others."""

ALL_VALID = np.empty(0, dtype=np.uint8)
"""What the kernels take for "every pixel is valid"."""

NO_COUNTS = np.empty(0, dtype=np.uint32)
"""What the kernels take for "do not count"."""

# A block a thread; the time of handing it over is lost in that of its pixels.
BLOCK_PIXELS = 2**20


@dataclass(frozen=True, kw_only=True, eq=False)
class GrayLevels:
    """The result of :func:`quantize_gray`; unpacks as ``levels, labels, quantized``."""

    levels: NDArray[np.float64]
    """Mean of each cluster of values, ascending, shape (k,); fewer where the array has fewer
    distinct values."""

    labels: IndexArray
    """Row of `levels` of each pixel, or `nodata`; uint8 or uint16, of the array's shape."""

    quantized: NDArray[Any]
    """The array with levels instead of values, in its own dtype; for integers the levels are
    rounded half up. Excluded pixels keep their value (and their mask)."""

    nodata: int | None
    """Label of excluded pixels, or None if no value of the dtype is free."""

    cost: float
    """Sum of squared distances from the levels, over the distinct values or, with
    ``weights="count"``, over the pixels."""

    def __iter__(self) -> Iterator[NDArray[Any]]:
        yield from (self.levels, self.labels, self.quantized)


def quantize_gray(
    array: ArrayLike, k: int, *, weights: Weights = "count", nodata: float | None = None
) -> GrayLevels:
    """Reduce a one-band array to the k levels that fit it best.

    The levels minimize the sum of squared distances: one-dimensional k-means, but always with
    the global optimum.

    Parameters
    ----------
    array : array_like or masked array of integers or floats of up to 64 bits, any shape
        NaN, `nodata` and masked pixels are excluded.
    k : int
        Number of levels, 1 to 1,024. An array with at most `k` distinct values (here up to
        65,535) is returned unchanged.
    weights : {"count", "unique"}
        ``"count"`` counts every pixel, for the least error of the image; ``"unique"`` counts
        each distinct value once, so that a large background does not pull the levels towards
        itself.
    nodata : float, optional
        The value of pixels without data.

    Returns
    -------
    GrayLevels

    Raises
    ------
    ImageError
        The dtype is another one, there is no value, or one is infinite.
    OptionError
        `weights` is unknown, or `k` out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import quantize_gray
    >>> levels, labels, quantized = quantize_gray(np.array([[1.0, 2.0, 9.0, np.nan, 10.0]]), 2)
    >>> levels, labels
    (array([1.5, 9.5]), array([[  0,   0,   1, 255,   1]], dtype=uint8))
    """
    _check_options(k, weights)
    values, valid = _as_values(array, nodata)
    flat = np.ascontiguousarray(values).reshape(-1)
    mask = ALL_VALID if valid is None else np.ascontiguousarray(valid).reshape(-1).view(np.uint8)
    # Larger types are sorted where the levels will stand: new memory takes as long as sorting.
    quantized = np.empty(values.shape, dtype=flat.dtype)
    counts: NDArray[np.uint32 | np.int64] | None
    is_small = flat.itemsize <= 2
    if is_small:
        distinct, counts = _table_of(flat, mask)
    else:
        distinct, counts = _sorted(flat, mask, weights, quantized.reshape(-1))
    if len(distinct) and np.isinf(distinct[[0, -1]]).any():
        raise ImageError("the array holds infinite values; replace them by NaN or mask them")
    if len(distinct) > k > MOST_SEARCHED:
        raise OptionError(
            f"k must be at most {MOST_SEARCHED:,} for an array of {len(distinct):,} distinct "
            f"values, found {k:,}"
        )
    partition, levels, own_levels = _find_levels(
        distinct, counts if weights == "count" else None, min(k, len(distinct))
    )
    n_levels = len(levels)
    labels = np.empty(values.shape, index_dtype(n_levels, has_nodata=valid is not None))
    label = nodata_value(n_levels, labels.dtype)
    edges = distinct[partition.boundaries[1:-1]]
    _label(flat, mask, edges, own_levels, label, labels.reshape(-1), quantized.reshape(-1))
    if isinstance(array, np.ma.MaskedArray):
        quantized = np.ma.masked_array(quantized, mask=np.ma.getmaskarray(array))
    return GrayLevels(
        levels=levels, labels=labels, quantized=quantized, nodata=label, cost=partition.cost
    )


def gray_palette(found: GrayLevels) -> Palette:
    """Make a gray palette of the levels, named by their rounded values.

    Returns
    -------
    Palette
        Levels of uint8 are their own grays; others run from black (lowest) to white (highest).
    """
    levels = found.levels
    if found.quantized.dtype == np.uint8:
        grays = levels
    else:
        # Halves keep the range of float64 finite.
        spread = levels[-1] / 2 - levels[0] / 2
        grays = (levels / 2 - levels[0] / 2) / (spread or 1.0) * 255
    colors = np.repeat(np.floor(grays + 0.5).astype(np.uint8)[:, np.newaxis], 3, axis=1)
    return Palette(colors, names=_level_names(levels))


def _level_names(levels: NDArray[Any]) -> list[str]:
    """Levels with six digits, or as many as make them different."""
    names: list[str] = []
    for digits in range(6, 18):
        names = [f"{float(level):.{digits}g}" for level in levels]
        if len(set(names)) == len(names):
            break
    return names


def _check_options(k: int, weights: str) -> None:
    """Refuse options out of range."""
    check_choice("weights", weights, Weights)
    check_integer("k", k, 1, MAX_COLORS)


def _as_values(
    array: ArrayLike, nodata: float | None
) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Plain array, and which of its values count; None where all do."""
    try:
        given = array if isinstance(array, np.ma.MaskedArray) else np.asarray(array)
        given = in_native_order(given)
    except ValueError as error:
        raise ImageError(f"the image is no array of numbers ({error})") from None
    values: NDArray[Any] = given.data if isinstance(given, np.ma.MaskedArray) else given
    if values.dtype.kind not in "uif" or values.itemsize > 8:
        raise ImageError(
            f"gray values must be integers or floats of up to 64 bits, found {values.dtype}"
        )
    if values.size == 0:
        raise ImageError(f"the image has no pixels: its shape is {values.shape}")
    missing: NDArray[np.bool_] = np.zeros((), dtype=bool)
    if isinstance(given, np.ma.MaskedArray):
        missing = np.ma.getmaskarray(given)
    # The least of all is NaN where one is; looking at each takes ten times as long.
    if values.dtype.kind == "f" and np.isnan(values.min()):
        missing = missing | np.isnan(values)
    if nodata is not None and not np.isnan(nodata):
        missing = missing | _equals(values, nodata)
    if not missing.any():
        return values, None
    if missing.all():
        raise ImageError(
            f"the image has no values: all its {values.size:,} pixels are NaN, nodata or masked"
        )
    return values, ~missing


def _equals(values: NDArray[Any], nodata: float) -> NDArray[np.bool_]:
    """Where a value is nodata, which floats of 32 bits only hold rounded."""
    if values.dtype.kind != "f":
        return np.asarray(values == nodata)
    with np.errstate(over="ignore"):
        return np.asarray(values == values.dtype.type(nodata))


def _table_of(
    flat: NDArray[Any], mask: NDArray[np.uint8]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Distinct values of an array of 8 or 16 bits, with their counts."""
    counts = np.zeros(256**flat.itemsize, dtype=np.int64)
    kernels.count_codes(_codes(flat), mask, counts)
    codes = np.flatnonzero(counts)
    values = codes.astype(f"u{flat.itemsize}").view(flat.dtype)
    # Two codes are zero in floats.
    distinct, inverse = np.unique(values, return_inverse=True)
    totals = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(totals, inverse, counts[codes])
    return distinct, totals


def _codes(flat: NDArray[Any]) -> NDArray[Any]:
    """Values of 8 or 16 bits as unsigned integers of the same bits."""
    return flat.view(f"u{flat.itemsize}")


def _sorted(
    flat: NDArray[Any], mask: NDArray[np.uint8], weights: Weights, space: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[np.uint32 | np.int64] | None]:
    """Distinct values of an array of 32 or 64 bits, with their counts where they are wanted.

    They stand in `space`, an array like `flat`.
    """
    values = space
    if mask.size:
        values = space[: np.count_nonzero(mask)]
        np.compress(mask.view(bool), flat, out=values)
    else:
        values[:] = flat
    if weights == "unique":
        values = _fewer(values)
    values.sort(kind="stable" if weights == "unique" else None)
    n_distinct = kernels.count_distinct(values)
    counts: NDArray[np.uint32 | np.int64] | None = None
    if weights == "count":
        counts = np.empty(n_distinct, np.uint32 if len(values) < 2**32 else np.int64)
    kernels.compact(values, NO_COUNTS if counts is None else counts)
    return values[:n_distinct], counts


def _fewer(values: NDArray[Any]) -> NDArray[Any]:
    """Distinct values of each of some parts, in a row of ascending runs at the front.

    Each core sorts a part; the runs that are left merge in a fraction of the time.
    """
    parts = np.array_split(values, n_cores())
    lengths = [0] * len(parts)

    def prepare(i: int) -> None:
        if len(parts[i]):
            parts[i].sort()
            lengths[i] = kernels.count_distinct(parts[i])
            kernels.compact(parts[i], NO_COUNTS)

    in_threads(prepare, range(len(parts)))
    end = 0
    for part, length in zip(parts, lengths, strict=True):
        values[end : end + length] = part[:length]
        end += length
    return values[:end]


def _check_range(distinct: NDArray[Any], k: int) -> None:
    """Refuse a value so large that its square swallows those of all others."""
    largest = float(max(abs(distinct[0]), abs(distinct[-1])))
    if largest <= VAST or k >= len(distinct):
        return
    with np.errstate(over="ignore"):
        least = float(np.diff(distinct).min())
    if least < largest / VAST:
        vast = distinct[0] if abs(distinct[0]) == largest else distinct[-1]
        raise ImageError(
            f"{vast:g} is too far from values that differ by {least:g}; if it marks pixels "
            f"without data, give nodata={vast:g}"
        )


def _find_levels(
    distinct: NDArray[Any], counts: NDArray[np.uint32 | np.int64] | None, k: int
) -> tuple[Partition, NDArray[np.float64], NDArray[Any]]:
    """Clusters of the values, their means, and those in the dtype of the values."""
    dtype = distinct.dtype
    if dtype.kind == "f":
        _check_range(distinct, k)
        wide = distinct if distinct.itemsize >= 4 else distinct.astype(np.float64)
        partition = optimal_partition(wide, counts, k)
        return partition, partition.means, partition.means.astype(dtype)
    # Floats do not hold all integers of 64 bits, but their distances from one of them.
    middle = distinct[len(distinct) // 2]
    above = (distinct - middle).view(f"u{dtype.itemsize}").astype(np.float64)
    below = (middle - distinct).view(f"u{dtype.itemsize}").astype(np.float64)
    partition = optimal_partition(np.where(distinct >= middle, above, -below), counts, k)
    means = [int(middle) + int(mean) for mean in np.floor(partition.means + 0.5)]
    # The distance of the largest integer of 64 bits is rounded up.
    rounded = [min(max(mean, int(distinct[0])), int(distinct[-1])) for mean in means]
    return partition, float(middle) + partition.means, np.array(rounded, dtype=dtype)


def _label(
    flat: NDArray[Any],
    mask: NDArray[np.uint8],
    edges: NDArray[Any],
    levels: NDArray[Any],
    nodata: int | None,
    labels: IndexArray,
    quantized: NDArray[Any],
) -> None:
    """Write label and level of every pixel; `edges` are the least values of labels 1, 2, ..."""
    kept_out = -1 if nodata is None else nodata
    if flat.itemsize <= 2:
        every = np.arange(256**flat.itemsize).astype(f"u{flat.itemsize}").view(flat.dtype)
        label_table = np.searchsorted(edges, every, side="right").astype(labels.dtype)
        level_table = _codes(levels[label_table])
        codes, out = _codes(flat), _codes(quantized)

        def label(part: slice) -> None:
            valid = mask[part]
            kernels.label_codes(
                codes[part], valid, label_table, level_table, kept_out, labels[part], out[part]
            )

    else:
        n_padded = 2 ** max(1, len(edges).bit_length()) - 1
        last = edges[-1:] if len(edges) else flat[:1]
        padded = np.append(edges, np.repeat(last, n_padded - len(edges)))

        def label(part: slice) -> None:
            valid = mask[part]
            kernels.label_values(
                flat[part], valid, padded, levels, kept_out, labels[part], quantized[part]
            )

    in_threads(
        label,
        [slice(start, start + BLOCK_PIXELS) for start in range(0, len(flat), BLOCK_PIXELS)],
    )
