"""Georeference of images: world files, projections and control points, embedded or in sidecars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from PIL import Image
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS

from geoindex import Palette, index_image, open_grid
from geoindex.errors import ImageError
from geoindex.images.files import read_image
from tests.support.rasters import NORTH_UP, noise, write_tif


@pytest.mark.parametrize(
    ("image", "world"),
    [
        ("map.png", "map.pngw"),
        ("map.png", "map.wld"),
        ("map.jpg", "map.jpgw"),
        ("map.tif", "map.tifw"),
        ("map.gif", "map.gfw"),
        ("map.bmp", "map.bpw"),
        ("map.webp", "map.wld"),
        ("map.webp", "map.wpw"),
        ("map.jp2", "map.j2w"),
    ],
)
def test_world_files_of_every_naming(tmp_path: Path, image: str, world: str) -> None:
    Image.fromarray(noise(40, 50, 3)).save(tmp_path / image)
    (tmp_path / world).write_text("5.0\n0\n0\n-5.0\n1002.5\n1997.5\n")
    assert read_image(tmp_path / image).transform == Affine(5, 0, 1000, 0, -5, 2000)


@pytest.mark.parametrize("esri", [False, True])
def test_prj_beside_a_world_file(tmp_path: Path, esri: bool) -> None:
    crs = CRS.from_epsg(23031)
    Image.fromarray(noise(4, 5, 3)).save(tmp_path / "map.png")
    (tmp_path / "map.pgw").write_text("5.0\n0\n0\n-5.0\n1002.5\n1997.5\n")
    (tmp_path / "map.prj").write_text(crs.to_wkt(version="WKT1_ESRI" if esri else "WKT2_2019"))
    assert read_image(tmp_path / "map.png").crs == crs
    (tmp_path / "map.prj").write_text("somewhere in the north")
    with pytest.raises(ImageError, match=r"map\.prj: is not a coordinate reference system"):
        read_image(tmp_path / "map.png")


def test_a_grid_of_another_program_lies_where_its_image_does(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1, 1]], np.uint8), mode="P")
    image.putpalette([0, 0, 0, 255, 255, 0])
    image.save(tmp_path / "map.png")
    (tmp_path / "map.pgw").write_text("5\n0\n0\n-5\n102.5\n897.5\n")
    (tmp_path / "map.prj").write_text(CRS.from_epsg(2393).to_wkt())
    grid, picture = open_grid(tmp_path / "map.png"), read_image(tmp_path / "map.png")
    assert grid.transform == picture.transform == Affine(5, 0, 100, 0, -5, 900)
    assert grid.crs == picture.crs == CRS.from_epsg(2393)


def test_aux_xml_places_an_image(tmp_path: Path) -> None:
    Image.fromarray(noise(4, 5, 3)).save(tmp_path / "map.png")
    (tmp_path / "map.png.aux.xml").write_text(
        f"<PAMDataset><SRS>{CRS.from_epsg(23031).to_wkt()}</SRS>"
        "<GeoTransform>1000, 4, 3, 2000, 3, -4</GeoTransform></PAMDataset>".replace('"', "&quot;")
    )
    raster = read_image(tmp_path / "map.png")
    assert raster.transform == Affine(4, 3, 1000, 3, -4, 2000)
    assert raster.crs.to_epsg() == 23031


@pytest.mark.parametrize("suffix", ["npy", "tif"])
def test_ground_control_points_travel_through(tmp_path: Path, suffix: str) -> None:
    gcps = [
        GroundControlPoint(row=row, col=col, x=1000.25 + col, y=2000.5 - 3 * row, z=7.0)
        for row, col in ((0.0, 0.0), (0.0, 5.0), (4.0, 0.0), (4.5, 5.5))
    ]
    write_tif(tmp_path / "map.tif", noise(3, 4, 5), gcps=gcps, crs="EPSG:23031")
    grid = index_image(tmp_path / "map.tif", Palette([[0, 0, 0], [255, 255, 255]]))
    assert grid.transform is None
    grid.save(tmp_path / f"grid.{suffix}")
    opened = open_grid(tmp_path / f"grid.{suffix}")
    assert opened.transform is None
    assert opened.crs.to_epsg() == 23031
    places = [(gcp.row, gcp.col, gcp.x, gcp.y, gcp.z) for gcp in gcps]
    assert [(gcp.row, gcp.col, gcp.x, gcp.y, gcp.z) for gcp in opened.gcps] == places


ROTATED = Affine(4.0, 3.0, 1000.0, 3.0, -4.0, 2000.0)


@pytest.mark.parametrize("transform", [NORTH_UP, ROTATED])
def test_georeference_of_geotiff(tmp_path: Path, transform: Affine) -> None:
    write_tif(tmp_path / "map.tif", noise(3, 4, 5), transform=transform, crs="EPSG:23031")
    raster = read_image(tmp_path / "map.tif")
    assert raster.transform == transform
    assert raster.crs.to_epsg() == 23031


@pytest.mark.parametrize(
    ("image", "world"), [("map.png", "map.pgw"), ("map.jpg", "map.jgw"), ("map.tif", "map.tfw")]
)
def test_world_file_names_the_pixel_center(tmp_path: Path, image: str, world: str) -> None:
    Image.fromarray(noise(4, 5, 3)).save(tmp_path / image)
    (tmp_path / world).write_text("5.0\n0\n0\n-5.0\n1002.5\n1997.5\n")
    assert read_image(tmp_path / image).transform == NORTH_UP
