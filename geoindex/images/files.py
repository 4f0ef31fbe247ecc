"""The only place that reads the pixels of image files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from dataclasses import replace
from functools import cached_property, partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import MaskFlags
from rasterio.windows import Window

from geoindex.color.pixels import PixelRule, Pixels, as_pixels
from geoindex.errors import GridError, ImageError, OptionError
from geoindex.files.small_files import check_unchanged, file_state
from geoindex.images.bands import band_layout, blocks_apart
from geoindex.images.blocks import plan_regions
from geoindex.images.collar import Collar, collar_blocks, find_collar
from geoindex.images.drivers import check_dataset, open_raster, own_file, read_errors
from geoindex.images.file_scale import find_scale, inverted, scaled
from geoindex.images.headers import whole_reason
from geoindex.images.held import check_held
from geoindex.images.place import GivenPlace, place_of
from geoindex.images.raster_image import RasterImage
from geoindex.images.stray_bytes import Strictness
from geoindex.images.turn import Turn, turn_of
from geoindex.rules.box import Region, moved_points, moved_transform, region_of

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

Read = TypeVar("Read")

__all__ = [
    "MapImage",
    "RasterImage",
    "Region",
    "open_image",
    "read_image",
]


class MapImage:
    """An open image file, or dataset, whose pixels can be read as a whole or in parts.

    Returned by :func:`open_image`.
    """

    def __init__(
        self,
        source: DatasetReader,
        rule: PixelRule,
        place: GivenPlace | None,
        *,
        file: Path | None,
        reopen: Callable[[], AbstractContextManager[DatasetReader]] | None,
    ) -> None:
        """Take an open dataset.

        `file` is the file whose header tells what GDAL does not, `reopen` opens the dataset for
        another thread. A dataset of the caller's has none, and is taken as GDAL shows it.
        """
        self._source = source
        self._file = file
        self._state = None if file is None else file_state(file)
        self._reopen = reopen
        self.name = str(file or source.name)
        self._layout = band_layout(source, file, rule)
        beside = None if self.is_borrowed else file
        own = place_of(source, beside)
        is_placed = own.transform is not None or bool(own.gcps)
        self._turn = Turn() if is_placed or beside is None else turn_of(source, beside)
        self._rule = rule
        self._is_asked = rule.scale is None
        if rule.scale is None:
            scale = find_scale(source, self._layout, self.name, has_mask=self._has_mask)
            self._rule = replace(rule, scale=scale)
        try:
            self.transform, self.crs, self.gcps = own.completed(place, self._whole_shape, file)
            self._part = region_of(
                self._whole_shape, self.transform, box=rule.box, map_box=rule.map_box
            )
        except (GridError, ImageError, OptionError) as error:
            raise type(error)(f"{self.name}: {error}") from None
        if self._part is not None:
            self.transform = moved_transform(self.transform, self._part)
            self.gcps = moved_points(self.gcps, self._part)
        self._strictness = Strictness(file if self.driver == "JPEG" else None)
        self._collar: Collar | None = None
        for color in rule.collar_rgbs:
            self._collar = self._find_collar(color)

    @property
    def corner(self) -> tuple[int, int]:
        """Row and column of the whole image where this part begins."""
        if self._part is None:
            return 0, 0
        rows, cols = self._part
        return rows.start, cols.start

    @property
    def is_borrowed(self) -> bool:
        """Whether the caller opened the dataset, so that no other thread may read it."""
        return self._reopen is None

    @property
    def driver(self) -> str:
        """GDAL driver that reads the image."""
        return str(self._source.driver)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns that are read."""
        if self._part is None:
            return self._whole_shape
        rows, cols = self._part
        return rows.stop - rows.start, cols.stop - cols.start

    @property
    def _whole_shape(self) -> tuple[int, int]:
        """Rows and columns of the whole image as shown."""
        return self._turn.shape(self._source.shape)

    @property
    def block_shape(self) -> tuple[int, int]:
        """Rows and columns of the blocks in which the file is decoded."""
        return self.shape if self.held_whole else self._source.block_shapes[0]

    @property
    def n_bytes(self) -> int:
        """Size of all decoded pixels."""
        rows, cols = self._whole_shape
        return int(rows * cols * self._source.count * np.dtype(self._source.dtypes[0]).itemsize)

    @cached_property
    def held_whole(self) -> str | None:
        """Why the file can only be decoded as a whole, or None if it can be in blocks."""
        reason = whole_reason(self.driver, self._file)
        return reason or ("this picture is to be turned" if self._turn else None)

    @property
    def is_plain(self) -> bool:
        """Whether the pixels are one band of integers that nothing declares to be gray."""
        layout, dtype = self._layout, np.dtype(self._source.dtypes[0])
        is_one = len(layout.colors) == 1 and layout.table is None and layout.full is None
        is_integer = dtype.kind in "iu" and dtype != np.uint16
        return self._is_asked and is_one and is_integer and not layout.inverted

    @property
    def blocks_apart(self) -> bool:
        """Whether blocks can be decoded independently, so that several readers pay off."""
        if self.is_borrowed or self.held_whole is not None:
            return False
        return blocks_apart(self._source, self._file)

    @contextmanager
    def reopened(self) -> Iterator[MapImage]:
        """Open the file again for another thread.

        Yields
        ------
        MapImage
        """
        if self._reopen is None:
            raise AssertionError("a dataset of the caller's is read by one thread")
        with self._reopen() as source:
            other = copy(self)
            other._source = source
            yield other

    def check_unchanged(self) -> None:
        """Raise an ImageError if the file has changed since it was opened."""
        if self._file is not None:
            check_unchanged(self._file, self._state, error=ImageError)

    def read(self, region: Region | None = None) -> Pixels:
        """Read the pixels of the image or of a part of it.

        Parameters
        ----------
        region : tuple of two slices, optional
            Rows and columns, each with a start and a stop.

        Raises
        ------
        ImageError
            A value that is no color, or damage.
        """
        window = self._window(region)
        pixels = self._checked(lambda: self._read(window))
        if self._collar is None:
            return pixels
        rows, cols = self.shape
        return self._collar.apply(pixels, region or (slice(0, rows), slice(0, cols)))

    def _find_collar(self, color: tuple[int, int, int]) -> Collar:
        """Find the pixels of a color that are joined to the border; this reads the whole image."""
        regions = plan_regions(self.shape, self.block_shape, whole_rows=True)
        with nullcontext(self) if self.is_borrowed else self.reopened() as image:
            blocks = ((region[0].start, image.read(region)) for region in regions)
            return find_collar(collar_blocks(blocks, color, self._rule), self.shape)

    def _checked(self, read: Callable[[], Read]) -> Read:
        """Read something; retry if stray bytes that libjpeg skips were the only error."""
        try:
            with read_errors(self.name, is_strict=self._strictness.is_on):
                return read()
        except ImageError as error:
            self._strictness.after(error)
        with read_errors(self.name, is_strict=False):
            return read()

    def _read(self, window: Window | None) -> Pixels:
        layout = self._layout
        # All bands in one call: if memory is short, each call decodes the blocks again.
        wanted = [*layout.colors, *([] if layout.alpha is None else [layout.alpha])]
        bands = self._turn.bands(self._source.read(wanted, window=window))
        valid = self._mask(window)
        if layout.table is not None:
            return self._expanded(layout.table, bands, valid)
        values = scaled(bands, layout.full, self._rule.depth)
        alpha = None
        if layout.alpha is not None:
            values, alpha = values[:-1], values[-1]
        if layout.inverted:
            values = inverted(values, self._rule.scale)
        if len(values) == 1:
            colors = np.broadcast_to(values[0][..., np.newaxis], (*values[0].shape, 3))
        else:
            colors = np.moveaxis(values, 0, -1)
        try:
            return as_pixels(
                colors, self._rule, alpha=alpha, valid=valid, premultiplied=layout.premultiplied
            )
        except ImageError as error:
            raise ImageError(f"{self.name}: {error}") from None

    def _expanded(
        self, table: NDArray[np.uint8], bands: NDArray[Any], valid: NDArray[np.uint8] | None
    ) -> Pixels:
        """Pixels of palette indices, maybe with an alpha band."""
        colors = as_pixels(table, self._rule)
        if colors.valid is not None and not colors.valid.all():
            opaque = colors.valid[bands[0]]
            valid = opaque if valid is None else np.minimum(valid, opaque)
        if len(bands) == 2:
            if self._rule.background is not None:
                pixels = np.concatenate([table[..., :3][bands[0]], bands[1][..., None]], axis=-1)
                return as_pixels(pixels, self._rule, valid=valid)
            opaque = (bands[1] >= self._rule.threshold).view(np.uint8)
            valid = opaque if valid is None else np.where(valid, opaque, np.uint8(0))
        return Pixels(table=colors.colors, codes=bands[0], valid=valid)

    def read_values(self) -> tuple[NDArray[Any], NDArray[np.uint8] | None]:
        """Read the values of a one-band image, such as gray levels or heights.

        Returns
        -------
        values : ndarray, shape (rows, cols)
            In the dtype of the file, or float64 by the scale and offset of the band.
        valid : ndarray of uint8, shape (rows, cols), or None
            0 where a pixel has no value: nodata, mask or alpha of the file; NaN is left.

        Raises
        ------
        ImageError
            The image has colors.
        """
        return self._checked(self._read_values)

    def _read_values(self) -> tuple[NDArray[Any], NDArray[np.uint8] | None]:
        layout, source = self._layout, self._source
        if layout.table is not None or len(layout.colors) != 1:
            found = "a color table" if layout.table is not None else "three bands of color"
            raise ImageError(f"{self.name}: has {found}; one band of numbers is needed")
        check_held(self, whole=True)
        window = self._window(None)
        values = self._turn.bands(source.read(list(layout.colors), window=window))[0]
        if layout.inverted and values.dtype.kind == "u":
            full = layout.full or np.iinfo(values.dtype).max
            values = values.dtype.type(full) - values
        factor, offset = (pair[layout.colors[0] - 1] for pair in (source.scales, source.offsets))
        if (factor, offset) != (1.0, 0.0):
            values = values * factor + offset
        valid = self._mask(window)
        if layout.alpha is not None:
            opaque = self._turn.bands(source.read([layout.alpha], window=window))[0] != 0
            valid = opaque.view(np.uint8)
        self.check_unchanged()
        return values, valid

    def _window(self, region: Region | None) -> Window | None:
        """Window of the file for a region of the image; None for the whole file."""
        if region is None:
            if self._part is None:
                return None
            region = slice(0, self.shape[0]), slice(0, self.shape[1])
        if self._part is not None:
            (above, left), (row, col) = (part.start for part in self._part), region
            region = (
                slice(row.start + above, row.stop + above),
                slice(col.start + left, col.stop + left),
            )
        return self._turn.window(region, self._whole_shape)

    @property
    def _has_mask(self) -> bool:
        """Whether the file has a nodata value or a mask other than an alpha band."""
        return self._layout.alpha is None and any(
            flags != [MaskFlags.all_valid] for flags in self._source.mask_flag_enums
        )

    def _mask(self, window: Window | None) -> NDArray[np.uint8] | None:
        """Mask from nodata value or mask band; 0 is nodata."""
        if self._rule.alpha == "strip" or not self._has_mask:
            return None
        mask = self._source.dataset_mask(window=window)
        turned: NDArray[np.uint8] = self._turn.bands(mask[np.newaxis])[0]
        return turned


@contextmanager
def open_image(
    image: str | PathLike[str] | DatasetReader,
    rule: PixelRule | None = None,
    place: GivenPlace | None = None,
    *,
    gdal: bool = False,
) -> Iterator[MapImage]:
    """Open an image file to read its pixels as a whole or in parts.

    Parameters
    ----------
    image : path-like or open rasterio dataset
        PNG, JPEG, TIFF, WebP, GIF, BMP or JPEG 2000. A world file, ``.prj`` and ``.aux.xml``
        beside it are read too. A dataset, also a ``WarpedVRT``, may be of any kind; it is taken
        as GDAL shows it, and read by the thread that iterates.
    rule : PixelRule, optional
        Which part to read, and how to treat transparency, scale and depth.
    place : GivenPlace, optional
        Where the image lies, if it does not tell.
    gdal : bool
        Whether a file may be of any kind that GDAL opens, which may follow it to other files.

    Yields
    ------
    MapImage

    Raises
    ------
    MissingFileError
        There is no such file.
    OptionError
        The box is not inside the image.
    ImageError
        The file is damaged, or its pixels are of a kind that would be misread.
    """
    rule = rule or PixelRule()
    if isinstance(image, str | PathLike):
        reopen = partial(open_raster, image, gdal=gdal)
        with reopen() as source:
            file = own_file(source, image) if gdal else Path(image)
            yield MapImage(source, rule, place, file=file, reopen=reopen)
        return
    check_dataset(image)
    with read_errors(image.name):
        borrowed = MapImage(image, rule, place, file=own_file(image, image.name), reopen=None)
    yield borrowed


def read_image(path: str | PathLike[str], rule: PixelRule | None = None) -> RasterImage:
    """Read an image file as a whole; see :func:`open_image`."""
    with open_image(path, rule) as image:
        check_held(image, whole=True)
        try:
            pixels = image.read()
            image.check_unchanged()
        except MemoryError as error:
            rows, cols = image.shape
            problem = f"{cols} x {rows} pixels do not fit into memory"
            raise ImageError(f"{path}: {problem}; geoindex.convert reads it in blocks") from error
        return RasterImage(
            pixels=pixels, transform=image.transform, crs=image.crs, gcps=image.gcps
        )
