"""Resolved options: how pixels become classes, and classes a file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from geoindex.__version__ import __version__
from geoindex.clean import Clean, Plan
from geoindex.color.mapper import ColorMapper
from geoindex.color.merged import warn_of
from geoindex.color.metrics import Metric
from geoindex.color.pixels import PixelRule
from geoindex.errors import OptionError, PaletteError
from geoindex.grids.class_values import FileNumbering
from geoindex.grids.styles import Style
from geoindex.images.place import GivenPlace
from geoindex.indexing.own_units import OwnUnits, find_own_units, is_auto
from geoindex.learn.match import match_palette
from geoindex.palette import Palette
from geoindex.palettes.json_file import palette_to_json
from geoindex.palettes.load import load_palette
from geoindex.palettes.mapper import load_mapper
from geoindex.palettes.merge import Merge, MergedRows, merge_rows, repeated_value_text
from geoindex.rules.indices import IndexArray, IndexType

if TYPE_CHECKING:
    from geoindex.clean.sample import Read
    from geoindex.clean.strips import BandCleaner

__all__ = ["GridLayout", "ImageMapping"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageMapping:
    """How the pixels of an image become classes."""

    mapper: ColorMapper
    """Palette, metric and largest distance."""

    rule: PixelRule
    """How pixels are read as colors."""

    gdal: bool = False
    """Whether image files may be of any kind that GDAL opens."""

    plan: Plan | None = None
    """Steps of class recovery, or None."""

    own: OwnUnits | None = None
    """The image's own units, if its palette came from it."""

    merged: MergedRows | None = None
    """Classes that have several palette rows; None if each row is a class."""

    @classmethod
    def of(
        cls,
        palette: Palette | ColorMapper | str | PathLike[str] | None,
        rule: PixelRule | None = None,
        *,
        image: Any = None,
        channel_axis: int | None = None,
        metric: Metric = "rgb",
        max_distance: float | None = None,
        gdal: bool = False,
        units: Palette | ArrayLike | str | PathLike[str] | None = None,
        merge: Merge | None = None,
        clean: Clean | bool | None = None,
        values: bool = False,
    ) -> ImageMapping:
        """Resolve the options of :func:`geoindex.index_image`, which explains them.

        `image` is looked at for its own units if `palette` is None or "auto". With `values`, class
        values are to be written, so rows with the same value are one class.

        Raises
        ------
        GeoindexError
            An unknown choice, a value out of range, a palette or units that cannot be read,
            or more units than the palette has colors.
        """
        rule = rule or PixelRule()
        own = None
        if palette is None or is_auto(palette):
            own = _own_units(image, rule, units, channel_axis=channel_axis, gdal=gdal)
            palette, clean = own.palette, own.clean_with(clean)
        mapper = _keep_apart(units, load_mapper(palette, metric, max_distance))
        plan = _clean_plan(clean, mapper)
        if plan is not None and plan.ink_colors:
            mapper = ColorMapper(
                plan.palette, metric=mapper.metric, max_distance=mapper.max_distance
            )
        rows = mapper.palette if plan is None else plan.classes
        merged = merge_rows(rows, merge, values=values, paper=True)
        text = repeated_value_text(rows if merged is None else merged.palette)
        warn_of([] if text is None else [text], stacklevel=3)
        return cls(mapper=mapper, rule=rule, gdal=gdal, plan=plan, own=own, merged=merged)

    @property
    def palette(self) -> Palette:
        """The classes; the mapper may know inks and further colors beside them."""
        if self.merged is not None:
            return self.merged.palette
        return self.mapper.palette if self.plan is None else self.plan.classes

    def classes_of(self, rows: IndexArray) -> IndexArray:
        """Classes of the palette rows that the mapper, or class recovery, has found."""
        return rows if self.merged is None else self.merged.of(rows)

    def class_type(self, row_type: IndexType) -> IndexType:
        """Dtype of :meth:`classes_of` rows of a dtype."""
        return row_type if self.merged is None else self.merged.index_type

    @property
    def provenance(self) -> dict[str, Any]:
        """How a grid was made; no time and no path, so that the same input gives the same bytes.

        JSON values.
        """
        rule, mapper = self.rule, self.mapper
        translucent: Any = rule.translucent
        if not isinstance(translucent, str):
            translucent = np.asarray(translucent).tolist()
        made: dict[str, Any] = {
            "software": f"geoindex {__version__}",
            "metric": mapper.metric,
            "max_distance": mapper.max_distance,
            "alpha": rule.alpha,
            "translucent": translucent,
            "scale": rule.scale,
            "depth": rule.depth,
            "palette": self.palette.name,
            "palette_sha256": self.palette.sha256,
        }
        made |= _chosen(rule)
        if self.gdal:
            made["gdal"] = True
        if mapper.units is not None and mapper.rows is not None:
            made["units_sha256"] = mapper.units.sha256
            made["unit_rows"] = mapper.rows.tolist()
        if self.merged is not None and len(self.merged.rows) > len(self.merged.palette):
            made["rows"] = palette_to_json(self.merged.rows)
            made["row_classes"] = self.merged.classes.tolist()
        if self.merged is not None and self.merged.paper:
            made["paper"] = list(self.merged.paper)
        if self.plan is not None:
            made["clean"] = self.plan.to_dict()
        return made

    def seen(self, shape: tuple[int, int], read: Read) -> ImageMapping:
        """Find out what kind of picture an image is, if its classes are to be recovered.

        Parameters
        ----------
        shape : tuple of int
            Rows and columns of the image.
        read : callable
            Reads a part of it.
        """
        if self.plan is None:
            return self
        # Hillshade, dithering or a scan leave hardly a pixel within the largest distance.
        options = self.plan.options
        is_asked = options.shade == "blend" or options.dither or options.scan
        exported = self.mapper.max_distance is not None and not is_asked
        return replace(self, plan=self.plan.seen(shape, read, exported=exported))

    def cleaner(self, shape: tuple[int, int]) -> BandCleaner | None:
        """Prepare class recovery of a file of this shape, if requested."""
        if self.plan is None:
            return None
        # Loading the compiled steps takes as long as mapping a map.
        from geoindex.clean.strips import BandCleaner

        return BandCleaner(shape, self.plan)


@dataclass(frozen=True, kw_only=True)
class GridLayout:
    """How a grid is written to a file."""

    format: str | None = None
    """Key of the format, if the suffix would select another one."""

    numbering: FileNumbering = field(default_factory=FileNumbering)
    """How the file numbers classes and nodata."""

    cog: bool = False
    """Whether a GeoTIFF is laid out for the cloud, with overviews."""

    creation: dict[str, str] = field(default_factory=dict)
    """Creation options of a GeoTIFF."""

    styles: tuple[Style, ...] = ()
    """Styles to write beside it."""

    place: GivenPlace | None = None
    """Georeference for images without one, or a CRS to replace their own."""


def _chosen(rule: PixelRule) -> dict[str, Any]:
    """List the options by which a rule selects pixels, as JSON values."""
    made: dict[str, Any] = {}
    for name in ("bands", "box", "map_box"):
        if (listed := getattr(rule, name)) is not None:
            made[name] = list(listed)
    if rule.nodata_rgb is not None:
        made["nodata_color"] = list(rule.nodata_rgb)
    if rule.collar_rgbs:
        made["collar"] = [list(color) for color in rule.collar_rgbs]
    if rule.tolerance:
        made["tolerance"] = rule.tolerance
    return made


def _own_units(
    image: Any, rule: PixelRule, units: object, *, channel_axis: int | None, gdal: bool
) -> OwnUnits:
    """Find the units of an image without a palette."""
    if image is None or units is not None:
        raise PaletteError(
            "no palette is given, and without one only geoindex.convert and index_image find the "
            "units of the map themselves, without units=; pass a palette, such as that of "
            "geoindex.learn_palette(map, method='units')"
        )
    return find_own_units(image, rule, channel_axis=channel_axis, gdal=gdal)


def _keep_apart(
    units: Palette | ArrayLike | str | PathLike[str] | None, mapper: ColorMapper
) -> ColorMapper:
    """Make a mapper that gives each unit of a map a different index, if there are units."""
    if units is None:
        return mapper
    if isinstance(units, str | PathLike):
        units = load_palette(units)
    match = match_palette(units, mapper.palette, metric=mapper.metric)
    return match.mapper(mapper.max_distance)


def _clean_plan(clean: Clean | bool | None, mapper: ColorMapper) -> Plan | None:
    """Resolve the option of class recovery; True stands for the defaults."""
    if clean is None or clean is False:
        return None
    if clean is not True and not isinstance(clean, Clean):
        raise OptionError(f"clean must be True or a geoindex.Clean of steps, found {clean!r}")
    if mapper.units is not None:
        raise OptionError(
            "clean looks for the palette's colors in the map, and with units= the map has other "
            "colors; pass the units as the palette instead"
        )
    return (Clean() if clean is True else clean).plan(mapper.palette, mapper.metric)
