"""File to file: a picture with a color ramp in, a grid of values out, and a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from geoindex.color.pixels import PixelRule
from geoindex.color.threads import Progress
from geoindex.errors import ImageError, OptionError
from geoindex.files.targets import check_targets
from geoindex.grids.disk_space import check_space
from geoindex.grids.headers import ValueHeader
from geoindex.grids.value_files import value_opener
from geoindex.images.files import open_image
from geoindex.indexing.value_stream import value_blocks
from geoindex.indexing.values import find_ramp, read_values, value_provenance
from geoindex.rules.paths import path_of
from geoindex.rules.texts import check_text
from geoindex.values.ramp import Ramp
from geoindex.values.reading import ReadingReport, ValueOptions
from geoindex.values.scale import ScaleKind, Ticks

if TYPE_CHECKING:
    from rasterio.crs import CRS

__all__ = ["ValueReport", "convert_values"]


@dataclass(frozen=True, kw_only=True)
class ValueReport:
    """What :func:`convert_values` wrote."""

    source: str
    """The picture."""

    target: str
    """The grid."""

    shape: tuple[int, int]
    """Rows and columns."""

    valid_share: float
    """Share of the pixels that have a value, 0 to 1."""

    filled_share: float
    """Share of the pixels whose value was filled in."""

    unit: str | None
    """Unit of the values."""

    is_placed: bool
    """Whether the picture has a place on the map."""

    reading: ReadingReport
    """How the colors lie on the ramp."""

    def to_dict(self) -> dict[str, Any]:
        """All fields, for JSON."""
        return asdict(self)


def convert_values(
    src: str | PathLike[str],
    dst: str | PathLike[str],
    ramp: Ramp | str | PathLike[str] | None = None,
    limits: Sequence[float] | None = None,
    *,
    bar: Sequence[float] | Literal["find"] | None = None,
    scale: ScaleKind = "linear",
    ticks: Ticks | None = None,
    unit: str | None = None,
    crs: CRS | None = None,
    rule: PixelRule | None = None,
    overwrite: bool = False,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
    progress: Progress | None = None,
    **reading: Any,
) -> ValueReport:
    """Read the values of a picture file and write them to a grid file, block by block.

    Memory does not grow with the image, unless the ramp has the same colors twice, or its color
    bar is to be found.

    Parameters
    ----------
    src, dst : path-like
        The picture, and the grid, whose suffix picks the format (:meth:`ValueGrid.save`).
    ramp, limits, bar, scale, ticks, unit
        As in :func:`geoindex.image_values`.
    crs : rasterio.crs.CRS, optional
        Coordinate reference system of the map, in place of the image's own.
    rule : PixelRule, optional
        How pixels are read as colors.
    overwrite : bool
        Replace a file that exists.
    format : str, optional
        Key of a grid format.
    progress : callable, optional
        Called with the number of pixels done and their total.
    **reading
        Other fields of :class:`geoindex.values.reading.ValueOptions` but `band`.

    Raises
    ------
    GeoindexError
        A child of it: what is wrong, in which file, what to do.
    """
    check_text(unit, "unit", OptionError)
    rule = rule or PixelRule()
    target = path_of(dst, "dst")
    opener = value_opener(target, format)
    check_targets([target], path_of(src, "src"), overwrite=overwrite)
    loaded, found, values = find_ramp(src, rule, ramp, bar, limits, ticks, scale)
    options = ValueOptions(ramp=loaded, bar=found, scale=values, **reading)
    read = read_values(src, rule, options)
    with open_image(src, rule) as image:
        if crs is not None and image.transform is None and not image.gcps:
            raise ImageError(
                f"{src}: has no world file, transform or control points, so crs= has "
                "nothing to refer to"
            )
        header = ValueHeader(
            shape=image.shape,
            transform=image.transform,
            crs=crs or image.crs,
            gcps=image.gcps,
            provenance=value_provenance(read),
            value_unit=unit,
            ramp=loaded,
            scale=options.scale,
        )
        check_space(target, header)
        n_valid = n_filled = 0
        with opener(target, header, overwrite=overwrite) as writer:
            for block in value_blocks(image, read.mapper, progress):
                n_valid += int(np.count_nonzero(~np.isnan(block.values)))
                n_filled += 0 if block.filled is None else int(np.count_nonzero(block.filled))
                writer.write(block.values, (block.rows, slice(0, image.shape[1])))
        n_pixels = image.shape[0] * image.shape[1]
        return ValueReport(
            source=str(src),
            target=str(target),
            shape=image.shape,
            valid_share=n_valid / n_pixels,
            filled_share=n_filled / n_pixels,
            unit=unit,
            is_placed=image.transform is not None or bool(image.gcps),
            reading=read.report,
        )
