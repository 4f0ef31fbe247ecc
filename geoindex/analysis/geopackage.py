"""GeoPackages of polygons with their style, by the OGC's standard 1.2.

SQLite comes with Python. The library that writes the other formats imports pandas, which takes
longer than all else that a small map needs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.palettes.styles.qgis_polygons import format_polygon_style

if TYPE_CHECKING:
    from rasterio.crs import CRS

    from geoindex.analysis.polygons import ClassPolygons

__all__ = ["write_geopackage"]

System = tuple[str, int, str, int, str, str]

SAME_TIME = "1970-01-01T00:00:00.000Z"
"""Time of writing that a GeoPackage tells: the same polygons give the same bytes."""

OWN_SYSTEM, NO_SYSTEM = 100_000, 99_999
"""Numbers of a reference system without an EPSG code, and of none: those that GDAL gives."""

UNKNOWN = (
    'LOCAL_CS["Undefined SRS",LOCAL_DATUM["unknown",32767],UNIT["unknown",0],'
    'AXIS["Easting",EAST],AXIS["Northing",NORTH]]'
)

TABLES = """
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10200;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30), update_time DATETIME);
"""
"""The last is the one in which QGIS keeps styles. It takes no NULL for catalog and schema."""

INDEX = ("gpkg_rtree_index", "http://www.geopackage.org/spec120/#extension_rtree", "write-only")

BOX = "NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)"

TRIGGERS = """
CREATE TRIGGER {begin}_insert" AFTER INSERT ON {table}
WHEN (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN INSERT OR REPLACE INTO {tree} VALUES ({box}); END;
CREATE TRIGGER {begin}_update1" AFTER UPDATE OF geom ON {table}
WHEN OLD.fid = NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN INSERT OR REPLACE INTO {tree} VALUES ({box}); END;
CREATE TRIGGER {begin}_update2" AFTER UPDATE OF geom ON {table}
WHEN OLD.fid = NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
BEGIN DELETE FROM {tree} WHERE id = OLD.fid; END;
CREATE TRIGGER {begin}_update3" AFTER UPDATE ON {table}
WHEN OLD.fid != NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN DELETE FROM {tree} WHERE id = OLD.fid;
INSERT OR REPLACE INTO {tree} VALUES ({box}); END;
CREATE TRIGGER {begin}_update4" AFTER UPDATE ON {table}
WHEN OLD.fid != NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
BEGIN DELETE FROM {tree} WHERE id IN (OLD.fid, NEW.fid); END;
CREATE TRIGGER {begin}_delete" AFTER DELETE ON {table} WHEN OLD.geom NOT NULL
BEGIN DELETE FROM {tree} WHERE id = OLD.fid; END;
"""
"""They keep the spatial index right when programs change the table, as the standard has them."""


def write_geopackage(polygons: ClassPolygons, path: Path, layer: str) -> None:
    """Write a GeoPackage of one layer, with an R-tree as its spatial index and a style for QGIS.

    Parameters
    ----------
    polygons : ClassPolygons
    path : Path
        Written in place; there is no such file.
    layer : str
        Name of the layer.
    """
    import shapely

    columns = polygons.columns()
    system = _system(polygons.crs)
    bounds = shapely.bounds(polygons.geometry)
    whole = [*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist()]
    kind = shapely.GeometryType(shapely.get_type_id(polygons.geometry[0])).name
    kinds = ", ".join(f"{_quoted(name)} {_kind(values)}" for name, values in columns.items())
    table, tree = _quoted(layer), _quoted(f"rtree_{layer}_geom")
    numbers = range(1, len(polygons.geometry) + 1)
    features = zip(
        numbers,
        _blobs(polygons.geometry, bounds, system[1]),
        *(values.tolist() for values in columns.values()),
        strict=True,
    )
    contents = [
        (layer, "features", layer, "", SAME_TIME, *whole, system[1]),
        ("layer_styles", "attributes", "layer_styles", "", SAME_TIME, *[None] * 5),
    ]
    style = (1, "", "", layer, "geom", layer, _style(polygons), "", 1, "", "", "", SAME_TIME)
    rows: dict[str, Iterable[tuple[Any, ...]]] = {
        "gpkg_spatial_ref_sys": _systems(system),
        "gpkg_contents": contents,
        "gpkg_geometry_columns": [(layer, "geom", kind, system[1], 0, 0)],
        "gpkg_extensions": [(layer, "geom", *INDEX)],
        "layer_styles": [style],
        table: features,
        tree: zip(numbers, *bounds[:, [0, 2, 1, 3]].T.tolist(), strict=True),
    }
    with closing(sqlite3.connect(path)) as file:
        file.executescript(TABLES)
        file.execute(
            f"CREATE TABLE {table} "
            f"(fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom {kind}, {kinds})"
        )
        file.execute(f"CREATE VIRTUAL TABLE {tree} USING rtree(id, minx, maxx, miny, maxy)")
        for name, added in rows.items():
            _insert(file, name, added)
        # Commits what is above.
        file.executescript(TRIGGERS.format(table=table, tree=tree, begin=tree[:-1], box=BOX))


def _quoted(name: str) -> str:
    """Name of a table or column."""
    return '"' + name.replace('"', '""') + '"'


def _kind(values: NDArray[Any]) -> str:
    """Type of a column."""
    return {"i": "MEDIUMINT", "f": "REAL", "O": "TEXT"}[values.dtype.kind]


def _insert(file: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Add rows to a table, of which there is one at least."""
    left = iter(rows)
    first = next(left)
    places = ", ".join("?" * len(first))
    command = f"INSERT INTO {table} VALUES ({places})"  # noqa: S608  # quoted
    file.executemany(command, chain([first], left))


def _blobs(geometry: NDArray[Any], bounds: NDArray[np.float64], number: int) -> Iterator[bytes]:
    """Geometries as the standard has them: a header with their bounds before the WKB."""
    import shapely

    kinds = [
        ("magic", "S2"),
        ("version", "u1"),
        ("flags", "u1"),
        ("srs", "<i4"),
        ("box", "<f8", 4),
    ]
    headers = np.zeros(len(geometry), kinds)
    headers["magic"] = b"GP"
    headers["flags"] = 0b11  # bounds of X and Y, little-endian
    headers["srs"] = number
    headers["box"] = bounds[:, [0, 2, 1, 3]]
    for header, shape in zip(headers, geometry, strict=True):
        yield header.tobytes() + shapely.to_wkb(shape, byte_order=1)


def _style(polygons: ClassPolygons) -> str:
    """Style in the colors of the classes."""
    classes = np.unique(polygons.classes).tolist()
    return format_polygon_style(polygons.palette, classes, "index").decode()


def _system(crs: CRS | None) -> System:
    """Row of a reference system."""
    if crs is None:
        return "Undefined SRS", NO_SYSTEM, "GDAL", NO_SYSTEM, UNKNOWN, ""
    from rasterio.errors import CRSError

    try:
        wkt = crs.to_wkt()
    except CRSError:  # newer than the standard, but read by GDAL
        wkt = crs.to_wkt(version="WKT2_2019")
    name = wkt.split('"')[1]
    code = crs.to_epsg(confidence_threshold=100)
    if code is None:
        return name, OWN_SYSTEM, "NONE", OWN_SYSTEM, wkt, ""
    return name, code, "EPSG", code, wkt, ""


def _systems(system: System) -> list[System]:
    """Rows of reference systems: the standard wants three beside that of the layer."""
    from rasterio.crs import CRS

    rows = [
        ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", ""),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", ""),
        _system(CRS.from_epsg(4326)),
        system,
    ]
    return list({row[1]: row for row in rows}.values())
