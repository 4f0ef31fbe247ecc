"""Files of polygons: GeoPackage with its style, GeoJSON, FlatGeobuf, Shapefile and GeoParquet."""

from __future__ import annotations

import os
import sqlite3
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geoindex.analysis.geopackage import write_geopackage
from geoindex.analysis.polygons import ClassPolygons, class_polygons, polygon_frame
from geoindex.analysis.vector import vector_library
from geoindex.color.threads import Progress
from geoindex.errors import GeoindexWarning, OptionError, OutputError
from geoindex.files.targets import check_target
from geoindex.files.whole_files import output_set
from geoindex.grid import IndexGrid
from geoindex.rules.paths import path_of
from geoindex.rules.texts import check_text

if TYPE_CHECKING:
    from rasterio.crs import CRS

__all__ = ["check_vector_target", "save_polygons", "write_polygons"]


@dataclass(frozen=True)
class VectorFormat:
    """A file format of polygons."""

    write: Callable[[ClassPolygons, Path, str], None]
    """Writes a file with a layer of a name."""

    library: str | None
    """What it needs beside Shapely."""

    has_layer: bool
    """Whether the layer has a name of its own."""

    companions: tuple[str, ...] = ()
    """Suffixes of files that are read together with it, in place of its own."""

    attached: tuple[str, ...] = ()
    """The same, added to its name."""


def _write_parquet(polygons: ClassPolygons, path: Path, _layer: str) -> None:
    """Write a file with GeoPandas."""
    polygon_frame(polygons).to_parquet(path)


def _writer(driver: str) -> Callable[[ClassPolygons, Path, str], None]:
    """Writer of a format by GDAL."""

    def write(polygons: ClassPolygons, path: Path, layer: str) -> None:
        import shapely

        pyogrio = vector_library("pyogrio")
        columns, crs = polygons.columns(), polygons.crs
        with warnings.catch_warnings():
            # A grid without a reference system has none on purpose.
            warnings.filterwarnings("ignore", "'crs' was not provided", UserWarning)
            pyogrio.raw.write(
                path,
                geometry=shapely.to_wkb(polygons.geometry),
                field_data=list(columns.values()),
                fields=np.array(list(columns), object),
                geometry_type=polygons.geometry[0].geom_type,
                crs=None if crs is None else crs.to_wkt(version="WKT2_2019"),
                driver=driver,
                layer=layer,
                encoding="UTF-8",
            )

    return write


FORMATS = {
    # A journal of an old file would be played back into the new one.
    ".gpkg": VectorFormat(write_geopackage, None, True, attached=("-wal", "-shm", "-journal")),
    ".geojson": VectorFormat(_writer("GeoJSON"), "pyogrio", True),
    ".fgb": VectorFormat(_writer("FlatGeobuf"), "pyogrio", True),
    ".shp": VectorFormat(
        _writer("ESRI Shapefile"),
        "pyogrio",
        False,
        (".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx"),
    ),
    ".parquet": VectorFormat(_write_parquet, "pyarrow", False),
}

LONGEST_SQLITE_PATH = 470
"""Bytes of an absolute path; SQLite opens 504, of which the name of a scratch file takes some."""

LONGEST_SHP_TEXT = 254
"""Bytes of a text in a Shapefile."""

TAKEN_LAYERS = ("gpkg_", "rtree_", "sqlite_", "layer_styles")
"""Beginnings of table names that a GeoPackage needs for itself."""


def write_polygons(
    grid: IndexGrid,
    path: str | PathLike[str],
    *,
    dissolve: bool = False,
    exact: bool = False,
    min_area: float = 0,
    layer: str | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write the classes of a grid as polygons; needs ``geoindex-raster[vector]``.

    Parameters
    ----------
    grid : IndexGrid
    path : path-like
        ``.gpkg``, with a style in the colors of the classes that QGIS applies by itself,
        ``.geojson``, ``.fgb``, ``.shp`` or ``.parquet``.
    dissolve, exact, min_area, progress
        As in :func:`geoindex.grid_polygons`.
    layer : str, optional
        Name of the layer, by default that of the file; for ``.gpkg``, ``.geojson`` and ``.fgb``.
    overwrite : bool
        Replace an existing file.

    Raises
    ------
    OutputError
        The suffix is another one, the file exists, or it cannot be written.
    OptionError
        The format has no layers, or the name is taken; `min_area` is negative or too large.
    GridError
        The grid has no polygons; see :func:`geoindex.grid_polygons`.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import IndexGrid, Palette, write_polygons
    >>> grid = IndexGrid(indices=np.eye(4, dtype=np.uint8), palette=Palette(["tan", "khaki"]))
    >>> path = getfixture("tmp_path") / "units.gpkg"
    >>> write_polygons(grid, path)
    >>> path.exists()
    True
    """
    check_vector_target(path, layer, overwrite=overwrite)
    polygons = class_polygons(
        grid, dissolve=dissolve, exact=exact, min_area=min_area, progress=progress
    )
    save_polygons(polygons, path, layer=layer, overwrite=overwrite)


def check_vector_target(
    path: str | PathLike[str], layer: str | None, *, overwrite: bool
) -> VectorFormat:
    """Format of a file of polygons; refuses one that could not be written."""
    target = path_of(path)
    known = FORMATS.get(target.suffix.lower())
    if known is None:
        *first, last = FORMATS
        raise OutputError(f"{target}: polygons are written as {', '.join(first)} or {last}")
    check_target(target, overwrite=overwrite)
    if layer is not None and not known.has_layer:
        raise OptionError(f"{target}: has no named layers; leave out layer=")
    name = target.stem if layer is None else layer
    if known.has_layer:
        check_text(name, f"{target}: the name of the layer", OptionError)
    length = len(os.fsencode(os.path.abspath(target)))  # noqa: PTH100  links are kept
    if known.write is write_geopackage and length > LONGEST_SQLITE_PATH:
        raise OutputError(
            f"{target}: has a path of {length} bytes, and a GeoPackage is written by SQLite, "
            f"which takes {LONGEST_SQLITE_PATH}; choose a shorter one, or .geojson"
        )
    if known.write is write_geopackage and (not name or name.lower().startswith(TAKEN_LAYERS)):
        raise OptionError(
            f"{target}: a GeoPackage cannot have a layer {name!r}; give another layer="
        )
    if known.library is not None:
        vector_library(known.library)
    return known


def save_polygons(
    polygons: ClassPolygons, path: str | PathLike[str], *, layer: str | None, overwrite: bool
) -> None:
    """Write polygons to a file; see :func:`write_polygons`."""
    target = path_of(path)
    known = check_vector_target(target, layer, overwrite=overwrite)
    _check_names(polygons, target)
    others = {suffix: target.with_suffix(suffix) for suffix in known.companions}
    attached = [target.with_name(target.name + suffix) for suffix in known.attached]
    with output_set(target, [*others.values(), *attached], overwrite=overwrite) as files:
        # Drivers look at the suffix.
        scratch = files.scratch().with_suffix(target.suffix.lower())
        try:
            known.write(polygons, scratch, layer or target.stem)
        except (RuntimeError, ValueError, sqlite3.Error) as error:  # the first two are GDAL's
            hint = "" if "PROJ" in str(error) else "; is the disk full?"
            raise OutputError(f"{target}: cannot be written: {error}{hint}") from error
        if known.library == "pyogrio":
            _check_system(polygons.crs, scratch, target)
        scratch.rename(files.target)
        for suffix, place in others.items():
            if scratch.with_suffix(suffix).exists():
                scratch.with_suffix(suffix).rename(files[place])


def _check_names(polygons: ClassPolygons, target: Path) -> None:
    """Refuse names that a format would cut; warn of those that it changes."""
    if target.suffix.lower() == ".shp":
        names = polygons.palette.names or ()
        cut = [name for name in names if name != name.rstrip(" ")]
        if cut:
            warnings.warn(
                f"{target}: a Shapefile drops blanks at the end of names, such as "
                f"{cut[0][-40:]!r}; .gpkg keeps them",
                GeoindexWarning,
                stacklevel=4,
            )
        for name in names:
            if len(name.encode()) > LONGEST_SHP_TEXT:
                raise OutputError(
                    f"{target}: a Shapefile holds at most {LONGEST_SHP_TEXT} bytes of a name, "
                    f"which {name[:40]!r}... exceeds; write .gpkg instead"
                )


def _check_system(given: CRS | None, written: Path, target: Path) -> None:
    """Warn if programs take the coordinates for those of another reference system."""
    from rasterio.crs import CRS

    text = vector_library("pyogrio").read_info(written)["crs"]
    found = None if text is None else CRS.from_user_input(text)
    if not _is_same(found, given):
        lost = "that there is no reference system" if given is None else _system_name(given)
        warnings.warn(
            f"{target}: the format cannot hold {lost}, and programs take the coordinates for "
            f"those of {_system_name(found)}; .gpkg has no such limits",
            GeoindexWarning,
            stacklevel=4,
        )


def _is_same(one: CRS | None, other: CRS | None) -> bool:
    """Whether two reference systems are the same, by whatever name."""
    import pyproj

    if one is None or other is None or one == other:
        return one == other
    first, second = (pyproj.CRS.from_wkt(crs.to_wkt(version="WKT2_2019")) for crs in (one, other))
    return bool(first.equals(second, ignore_axis_order=True))


def _system_name(crs: CRS | None) -> str:
    """Name of a reference system in a message."""
    if crs is None:
        return "no reference system"
    name = f"the reference system {crs.to_string()[:60]}"
    return name + " (longitudes and latitudes)" if crs.is_geographic else name
