"""Everything that writers need to know of a grid except its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.grid import IndexGrid
from geoindex.grids.class_values import (
    ClassValues,
    FileNumbering,
    check_class_values,
    class_values,
)
from geoindex.palette import Palette
from geoindex.palettes.json_file import palette_to_json
from geoindex.rules.indices import IndexArray
from geoindex.values.grid import ValueGrid
from geoindex.values.ramp import Ramp
from geoindex.values.scale import ValueScale

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.control import GroundControlPoint
    from rasterio.crs import CRS

__all__ = ["FileHeader", "GridHeader", "ValueHeader"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FileHeader:
    """Common part of the headers of classes and values: georeference and storage."""

    shape: tuple[int, int]
    """Rows and columns."""

    transform: Affine | None
    """Of pixel corners, or None."""

    crs: CRS | None
    """Of `transform` or `gcps`, or None."""

    gcps: tuple[GroundControlPoint, ...]
    """Ground control points in place of a transform."""

    provenance: dict[str, Any]
    """How the grid was made; JSON values."""

    cog: bool = False
    """Whether a GeoTIFF is cloud-optimized, with overviews."""

    creation: dict[str, str] = field(default_factory=dict)
    """Creation options of a GeoTIFF that were asked for, by GDAL's names in lower case."""

    @property
    def pixel_dtype(self) -> np.dtype[Any]:
        """Type of the written pixels."""
        raise NotImplementedError

    @property
    def pixel_nodata(self) -> float | None:
        """Nodata among the written pixels."""
        raise NotImplementedError

    @property
    def color_table(self) -> Mapping[int, tuple[int, int, int]] | None:
        """Color of each written pixel value; None where image files have no color table."""
        return None

    @property
    def unit(self) -> str | None:
        """Unit of the written pixels."""
        return None

    @property
    def tag_fields(self) -> dict[str, Any]:
        """What the tag of an image file holds beside place and provenance; JSON values."""
        raise NotImplementedError

    @property
    def sidecar_fields(self) -> dict[str, Any]:
        """What a sidecar holds beside place, provenance and pixel type; JSON values."""
        raise NotImplementedError

    def pixels(self, cells: NDArray[Any]) -> NDArray[Any]:
        """Pixels to write for the cells of the grid."""
        return cells


@dataclass(frozen=True, kw_only=True, eq=False)
class GridHeader(FileHeader):
    """Everything about a grid of classes but its indices, and how to write it."""

    dtype: np.dtype[np.uint8 | np.uint16]
    """Of the indices."""

    palette: Palette
    """What the indices point into."""

    nodata: int | None
    """Index of nodata, or None."""

    numbering: FileNumbering = field(default_factory=FileNumbering)
    """How the file numbers classes and nodata."""

    def __post_init__(self) -> None:
        if self.numbering.values:
            check_class_values(self.palette)
        object.__setattr__(self, "palette", self.numbering.numbered(self.palette))

    @classmethod
    def of(cls, grid: IndexGrid, numbering: FileNumbering | None = None) -> GridHeader:
        """Take the header of a grid in memory."""
        return cls(
            shape=grid.shape,
            dtype=grid.indices.dtype,
            palette=grid.palette,
            nodata=grid.nodata,
            transform=grid.transform,
            crs=grid.crs,
            gcps=grid.gcps,
            provenance=dict(grid.provenance),
            numbering=numbering or FileNumbering(),
        )

    def grid(self, indices: IndexArray) -> IndexGrid:
        """Grid of this header and its indices."""
        return IndexGrid(
            indices=indices,
            palette=self.palette,
            nodata=self.nodata,
            transform=self.transform,
            crs=self.crs,
            gcps=self.gcps,
            provenance=self.provenance,
        )

    @property
    def values(self) -> bool:
        """Whether class values are written in place of palette rows."""
        is_asked = self.numbering.values or self.numbering.first is not None
        return is_asked and self.palette.values is not None

    @cached_property
    def classes(self) -> ClassValues | None:
        """What is written in place of the indices, or None."""
        if self.numbering.is_plain:
            return None
        return class_values(
            self.pixel_values,
            has_nodata=self.nodata is not None,
            nodata=self.numbering.nodata,
            dtype=self.numbering.dtype,
        )

    @property
    def pixel_dtype(self) -> np.dtype[Any]:
        """Type of the written pixels."""
        return self.dtype if self.classes is None else self.classes.table.dtype

    @property
    def has_color_table(self) -> bool:
        """Whether image files have a color table for the written pixels."""
        return self.pixel_dtype.name in ("uint8", "uint16")

    @property
    def pixel_nodata(self) -> int | None:
        """Nodata among the written pixels."""
        return self.nodata if self.classes is None else self.classes.nodata

    @property
    def pixel_values(self) -> tuple[int, ...] | range:
        """Written value of each palette row."""
        values = self.palette.values
        return values if self.values and values is not None else range(len(self.palette))

    @property
    def color_table(self) -> Mapping[int, tuple[int, int, int]] | None:
        """Color of each written pixel value; None where image files have no color table."""
        if not self.has_color_table:
            return None
        return _color_table(self.palette, tuple(self.pixel_values))

    @property
    def tag_fields(self) -> dict[str, Any]:
        """What the tag of an image file holds beside place and provenance; JSON values."""
        palette = self.palette
        # A color table has what is shown.
        has_colors = self.has_color_table and palette.show is None
        return {
            "n_colors": len(palette),
            "palette_name": palette.name,
            "names": palette.names,
            "values": palette.values,
            "roles": palette.roles,
            "class_values": self.values,
            **palette.edits,
            **({} if has_colors else {"colors": palette.colors.tolist()}),
        }

    @property
    def sidecar_fields(self) -> dict[str, Any]:
        """What a sidecar holds beside place, provenance and pixel type; JSON values."""
        return {
            "nodata": self.pixel_nodata,
            "class_values": self.values,
            "palette": palette_to_json(self.palette),
        }

    def pixels(self, cells: IndexArray) -> NDArray[Any]:
        """Pixels to write for indices."""
        return cells if self.classes is None else self.classes.of(cells)


# The sheets of a batch share it.
@lru_cache(maxsize=4)
def _color_table(palette: Palette, values: tuple[int, ...]) -> Mapping[int, tuple[int, int, int]]:
    colors = palette.shown.tolist()
    return {
        value: (red, green, blue) for value, (red, green, blue) in zip(values, colors, strict=True)
    }


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueHeader(FileHeader):
    """Everything about a grid of values but the values."""

    value_unit: str | None
    """Unit of the values, or None."""

    ramp: Ramp | None
    """Colors of the picture that the values were read from, or None."""

    scale: ValueScale | None
    """Values along the ramp, or None."""

    @classmethod
    def of(cls, grid: ValueGrid) -> ValueHeader:
        """Take the header of a grid in memory."""
        return cls(
            shape=grid.shape,
            transform=grid.transform,
            crs=grid.crs,
            gcps=grid.gcps,
            provenance=dict(grid.provenance),
            value_unit=grid.unit,
            ramp=grid.ramp,
            scale=grid.scale,
        )

    def grid(self, values: NDArray[np.float32]) -> ValueGrid:
        """Grid of this header and its values."""
        return ValueGrid(
            values=values,
            transform=self.transform,
            crs=self.crs,
            gcps=self.gcps,
            unit=self.value_unit,
            ramp=self.ramp,
            scale=self.scale,
            provenance=self.provenance,
        )

    @property
    def pixel_dtype(self) -> np.dtype[Any]:
        """Type of the written pixels."""
        return np.dtype(np.float32)

    @property
    def pixel_nodata(self) -> float:
        """Nodata among the written pixels."""
        return float("nan")

    @property
    def unit(self) -> str | None:
        """Unit of the written pixels."""
        return self.value_unit

    @property
    def tag_fields(self) -> dict[str, Any]:
        """What the tag of an image file holds beside place and provenance; JSON values."""
        return {
            "unit": self.value_unit,
            "ramp": None if self.ramp is None else self.ramp.to_dict(),
            "scale": None if self.scale is None else self.scale.to_dict(),
        }

    @property
    def sidecar_fields(self) -> dict[str, Any]:
        """What a sidecar holds beside place, provenance and pixel type; JSON values."""
        return self.tag_fields
