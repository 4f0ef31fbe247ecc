"""QGIS projects and layer definitions, which hold several layers."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from geoindex import Palette, load_palette
from geoindex.errors import OptionError, PaletteError
from geoindex.palettes.styles import qgis
from tests.support.qgis_styles import categories, plain, read, symbol


def map_layer(name: str, color: str, geometry: str = "Polygon") -> str:
    style = categories(("4", "a"), symbols=[symbol(plain(color))])
    return (
        f'<maplayer type="vector" geometry="{geometry}"><id>{name}_1</id>'
        f"<layername>{name}</layername>{style}</maplayer>"
    )


RASTER = (
    '<maplayer type="raster"><id>r1</id><layername>lithology</layername><pipe>'
    '<rasterrenderer type="paletted"><colorPalette>'
    '<paletteEntry value="3" color="#010203" label="schist"/></colorPalette></rasterrenderer>'
    "</pipe></maplayer>"
)
RAMP = (
    '<maplayer type="raster"><id>r2</id><layername>heights</layername><pipe>'
    '<rasterrenderer type="singlebandpseudocolor"><colorrampshader colorRampType="INTERPOLATED"/>'
    "</rasterrenderer></pipe></maplayer>"
)


def project(*layers: str) -> str:
    return (
        f"<qgis projectname='x' version='3.34'>{'<x/>' * 2000}"
        f"<projectlayers>{''.join(layers)}</projectlayers></qgis>"
    )


def archive(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return target.getvalue()


def test_projects_and_layer_definitions(tmp_path: Path) -> None:
    one = project(map_layer("units", "1,2,3,255"), map_layer("roads", "4,5,6", "Line"), RAMP)
    (tmp_path / "one.qgs").write_text(one, encoding="utf-8")
    (tmp_path / "one.qgz").write_bytes(archive(("one.qgs", one.encode()), ("one.qgd", b"x")))
    definition = (
        f"<qlr><layer-tree-group/><maplayers>{map_layer('units', '1,2,3')}</maplayers></qlr>"
    )
    (tmp_path / "one.qlr").write_text(definition, encoding="utf-8")
    for suffix in ("qgs", "qgz", "qlr"):
        found = load_palette(tmp_path / f"one.{suffix}")
        assert found == Palette([[1, 2, 3]], ["a"], name="units", values=[4])


def test_one_layer_of_a_project_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "many.qgz"
    many = project(map_layer("units", "1,2,3"), map_layer("soils", "4,5,6"), RASTER)
    path.write_bytes(archive(("many.qgs", many.encode())))
    with pytest.raises(PaletteError, match=r"3 layers with classes; .*: units, soils, lithology$"):
        load_palette(path)
    assert load_palette(path, layer="soils").colors.tolist() == [[4, 5, 6]]
    assert load_palette(path, layer="units_1").colors.tolist() == [[1, 2, 3]]
    raster = load_palette(path, layer="lithology")
    assert raster == Palette([[1, 2, 3]], ["schist"], name="lithology", values=[3])
    with pytest.raises(PaletteError, match=r"holds no layer 'soil'; it holds: units, soils"):
        load_palette(path, layer="soil")


def test_layer_needs_a_file_with_layers(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"geology\.qml: has no map layers; leave out layer="):
        read(tmp_path, categories(("1", "a"), symbols=[symbol(plain("1,2,3"))]), layer="units")
    for name in ("windows-256", "tab20"):
        with pytest.raises(OptionError, match=f"{name}: has no map layers"):
            load_palette(name, layer="units")


def test_archives_that_are_damaged_or_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "p.qgz"
    content = project(map_layer("units", "1,2,3"))
    good = archive(("p.qgs", content.encode()))
    path.write_bytes(good[: len(good) // 2])
    with pytest.raises(PaletteError, match=r"p\.qgz: is a damaged archive"):
        load_palette(path)
    path.write_bytes(good[:60] + bytes(20) + good[80:])
    with pytest.raises(PaletteError, match=r"p\.qgz: is a damaged archive"):
        load_palette(path)
    path.write_bytes(archive(("a.qgs", b"<qgis/>"), ("b.qgs", b"<qgis/>")))
    with pytest.raises(PaletteError, match=r"must hold one \.qgs project, found 2"):
        load_palette(path)
    monkeypatch.setattr(qgis, "LARGEST_PROJECT", len(content) - 1)
    path.write_bytes(good)
    with pytest.raises(PaletteError, match="holds a project larger than"):
        load_palette(path)
