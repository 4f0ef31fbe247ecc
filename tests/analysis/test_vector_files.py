"""Files of polygons, read back by GDAL and by the style's other reader."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from affine import Affine
from rasterio.crs import CRS

from geoindex import IndexGrid, Palette, grid_polygons, load_palette, write_polygons
from geoindex.errors import GeoindexWarning, OptionError, OutputError
from tests.support.command_line import invoke
from tests.support.programs import output_of

VALIDATOR = Path("/usr/lib/python3/dist-packages/osgeo_utils/samples/validate_gpkg.py")

PALETTE = Palette(
    ["tan", "khaki", "gray"], names=['Till & "sand"', "Löss <silt>", "Rock"], values=[7, 5, 3]
)


@pytest.fixture
def grid():
    y, x = np.mgrid[:40, :60]
    indices = np.where((x - 30) ** 2 + (y - 20) ** 2 < 200, 1, 0).astype(np.uint8)
    indices[:4, :9] = 255
    return IndexGrid(
        indices=indices,
        palette=PALETTE,
        nodata=255,
        transform=Affine(10, 0, 400_000, 0, -10, 7_000_000),
        crs=CRS.from_epsg(3067),
    )


@pytest.mark.parametrize("dissolve", [False, True])
@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "fgb", "shp", "parquet"])
def test_files_are_read_back(tmp_path, grid, suffix, dissolve):
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / f"units.{suffix}"
    write_polygons(grid, path, dissolve=dissolve)
    if suffix == "parquet":
        found = geopandas.read_parquet(path)
    else:
        found = geopandas.read_file(path, layer="units")
    # Features of .fgb are in the order of its spatial index.
    found = found.sort_values("index", ignore_index=True)
    expected = grid_polygons(grid, dissolve=dissolve)
    assert list(found.columns) == ["index", "value", "name", "color", "km2", "geometry"]
    for column in ("index", "value", "name", "color"):
        assert found[column].tolist() == expected[column].tolist()
    assert found["km2"].tolist() == pytest.approx(expected["km2"].tolist(), rel=1e-12)
    assert found.crs.to_epsg(min_confidence=20) == 3067  # what GDAL 3.8 reads of a .prj
    assert shapely.coverage_is_valid(found.geometry.to_numpy())
    assert found.geometry.area.tolist() == pytest.approx(expected.geometry.area.tolist())
    left = {".shp", ".shx", ".dbf", ".prj", ".cpg"} if suffix == "shp" else {f".{suffix}"}
    assert {file.suffix for file in tmp_path.iterdir()} == left


def test_the_same_polygons_are_the_same_bytes(tmp_path, grid):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_polygons(grid, tmp_path / name / "units.gpkg")
    assert (tmp_path / "a/units.gpkg").read_bytes() == (tmp_path / "b/units.gpkg").read_bytes()


def test_a_geopackage_has_its_style(tmp_path, grid):
    path = tmp_path / "map.gpkg"
    names = [PALETTE.names[0], "Löss\ufffe", "Rock"]  # a character that XML has no place for
    palette = PALETTE.replace(names=names, show=["red", "", ""])
    write_polygons(replace(grid, palette=palette), path, layer="units of the map")
    assert "units of the map" in pyogrio.list_layers(path)[:, 0]
    with sqlite3.connect(path) as file:
        ((catalog, schema, table, column, qml, default),) = file.execute(
            "SELECT f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleQML, "
            "useAsDefault FROM layer_styles"
        )
        ((geometry_column,),) = file.execute("SELECT column_name FROM gpkg_geometry_columns")
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    file.close()
    assert (catalog, schema, table, default) == ("", "", "units of the map", 1)
    assert column == geometry_column
    (tmp_path / "style.qml").write_text(qml, encoding="utf-8")
    style = load_palette(tmp_path / "style.qml")
    # The classes that occur, then the outline.
    assert style.names[:2] == (names[0], "Löss?")
    assert style.colors[:2].tolist() == palette.shown[:2].tolist()
    assert style.colors[0].tolist() == [255, 0, 0]
    assert 'attr="index"' in qml


def test_gdal_reads_the_geopackage(tmp_path, grid):
    path = tmp_path / "units.gpkg"
    write_polygons(grid, path)
    text = output_of("ogrinfo", "-so", path, "units")
    assert "Geometry: Polygon" in text
    assert "Feature Count: 2" in text
    assert "ETRS89 / TM35FIN" in text
    # And back, as the documentation has it.
    back = tmp_path / "back.tif"
    write_polygons(grid, tmp_path / "exact.gpkg", exact=True)
    place = ("-te", 400_000, 6_999_600, 400_600, 7_000_000, "-ts", 60, 40)
    output_of(
        *("gdal_rasterize", "-q", "-a", "index", "-ot", "Byte", "-a_nodata", "255"),
        *("-init", "255", "-l", "exact", *place, tmp_path / "exact.gpkg", back),
    )
    import rasterio

    with rasterio.open(back) as file:
        np.testing.assert_array_equal(file.read(1), grid.indices)


@pytest.mark.parametrize(
    "crs", [None, "EPSG:4326", "EPSG:2263", "ESRI:54009", "+proj=lcc +lat_1=60"]
)
def test_a_geopackage_keeps_the_standard_and_its_index(tmp_path, grid, crs):
    path, layer = tmp_path / "units.gpkg", 'units "A"'
    wanted = None if crs is None else CRS.from_string(crs)
    place = Affine(0.01, 0, 24, 0, -0.01, 60) if crs == "EPSG:4326" else grid.transform
    write_polygons(replace(grid, crs=wanted, transform=place), path, layer=layer)
    found = geopandas.read_file(path, layer=layer)
    if wanted is None:  # which GDAL before 3.9 takes for a system of its own
        assert found.crs is None or found.crs.name == "Undefined SRS"
    else:
        assert CRS.from_wkt(found.crs.to_wkt()) == wanted
    if VALIDATOR.exists():  # GDAL's test of what the standard requires
        output_of("/usr/bin/python3", VALIDATOR, "--extra", path)
    # GDAL uses the index, and its triggers keep that right when a feature goes.
    first = found.geometry.bounds.iloc[0].tolist()
    assert len(geopandas.read_file(path, layer=layer, bbox=tuple(first))) == 2
    output_of("ogrinfo", "-q", path, "-sql", 'DELETE FROM "units ""A""" WHERE fid = 1')
    with closing(sqlite3.connect(path)) as file:
        (left,) = file.execute('SELECT * FROM "rtree_units ""A""_geom"')
    assert left == pytest.approx([2, *found.geometry.bounds.iloc[1].to_numpy()[[0, 2, 1, 3]]])


def test_what_cannot_be_written_is_refused(tmp_path, grid):
    with pytest.raises(OutputError, match=r"x\.txt: polygons are written as \.gpkg, .* \.parquet"):
        write_polygons(grid, tmp_path / "x.txt")
    with pytest.raises(OptionError, match=r"x\.shp: has no named layers; leave out layer="):
        write_polygons(grid, tmp_path / "x.shp", layer="units")
    with pytest.raises(OptionError, match="cannot have a layer 'layer_styles'; give another"):
        write_polygons(grid, tmp_path / "layer_styles.gpkg")
    with pytest.raises(OptionError, match=r"name of the layer '\\udcff' contains half a surr"):
        write_polygons(grid, tmp_path / "x.fgb", layer="\udcff")
    long = PALETTE.replace(names=["ä" * 128, "b", "c"])
    with pytest.raises(OutputError, match=r"holds at most 254 bytes of a name.*\.gpkg instead"):
        write_polygons(replace(grid, palette=long), tmp_path / "x.shp")
    (tmp_path / "x.gpkg").write_text("old")
    with pytest.raises(OutputError, match="exists already; give overwrite=True"):
        write_polygons(grid, tmp_path / "x.gpkg")
    assert [file.name for file in tmp_path.iterdir()] == ["x.gpkg"]
    write_polygons(grid, tmp_path / "x.gpkg", overwrite=True)
    assert len(pyogrio.read_dataframe(tmp_path / "x.gpkg", layer="x")) == 2


@pytest.mark.parametrize(
    ("suffix", "crs", "taken_for"),
    [
        ("geojson", None, r"that there is no .* EPSG:4326 \(longitudes and latitudes\)"),
        ("geojson", "+proj=utm +zone=33 +datum=WGS84 +units=km", ".* PROJCS.* EPSG:4326"),
        ("fgb", "+proj=utm +zone=33 +datum=WGS84 +units=km", ".* PROJCS.* EPSG:32633;"),
        ("shp", "EPSG:4978", ".* EPSG:4978, .* no reference system"),
    ],
)
def test_another_reference_system_is_warned_of(tmp_path, grid, suffix, crs, taken_for):
    """GDAL leaves out what a format has no place for, or takes UTM in kilometers for meters."""
    system = None if crs is None else CRS.from_string(crs)
    path = tmp_path / f"x.{suffix}"
    with pytest.warns(GeoindexWarning, match=rf"x\.{suffix}: .* cannot hold {taken_for}"):
        write_polygons(replace(grid, crs=system), path)
    assert path.exists()


def test_a_failed_file_leaves_the_old_one(tmp_path, grid, monkeypatch):
    path = tmp_path / "units.shp"
    write_polygons(grid, path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def fail(*_arguments, **_options):
        raise pyogrio.errors.DataSourceError("no space left on device")

    monkeypatch.setattr(pyogrio.raw, "write", fail)
    with pytest.raises(OutputError, match=r"units\.shp: cannot be written.*no space left"):
        write_polygons(grid, path, dissolve=True, overwrite=True)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_the_command(tmp_path, grid):
    grid.save(tmp_path / "grid.tif")
    arguments = ("polygons", tmp_path / "grid.tif", "-o", tmp_path / "units.gpkg")
    result = invoke(*arguments, "--dissolve", "--exact", "--layer", "rocks", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert (answer["features"], answer["classes"], answer["unit"]) == (2, 2, "km2")
    read = pyogrio.read_dataframe(tmp_path / "units.gpkg", layer="rocks")
    pixels = [(grid.indices == row).sum() / 1e4 for row in (0, 1)]
    assert read["km2"].tolist() == pytest.approx(pixels)
    again = invoke(*arguments)
    assert (again.exit_code, "exists already" in str(again.exception)) == (1, True)
    result = invoke(*arguments, "--overwrite", "--min-area", 0.1)
    assert result.output.endswith("units.gpkg: 1 features of 1 classes\n")


def test_blanks_at_the_end_of_names(tmp_path, grid):
    names = ["clay ", *(grid.palette.names or ())[1:]]
    blank = replace(grid, palette=grid.palette.replace(names=names))
    with pytest.warns(GeoindexWarning, match=r"x\.shp: .*, such as 'clay '; \.gpkg keeps them"):
        write_polygons(blank, tmp_path / "x.shp")
    write_polygons(blank, tmp_path / "x.gpkg")
    found = [
        set(geopandas.read_file(tmp_path / name, **layer)["name"])
        for name, layer in (("x.shp", {}), ("x.gpkg", {"layer": "x"}))
    ]
    assert "clay" in found[0]
    assert "clay " in found[1]


def test_paths_that_sqlite_does_not_open(tmp_path, grid):
    """The longest path is written, by whatever name its scratch file has."""
    folder = tmp_path
    while len(str(folder)) < 400:
        folder /= "d" * 50
    folder.mkdir(parents=True)
    for length in (470, 471):
        path = folder / ("u" * (length - len(str(folder)) - 6) + ".gpkg")
        assert len(str(path)) == length
        if length == 470:
            write_polygons(grid, path)
            continue
        with pytest.raises(OutputError, match=r"path of 471 bytes, and a GeoPackage .* takes 470"):
            write_polygons(grid, path)
        assert not path.exists()
