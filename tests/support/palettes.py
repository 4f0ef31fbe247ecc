"""Palettes shared by several tests."""

from __future__ import annotations

from pathlib import Path

from geoindex import Palette

INK_PALETTE = Palette(
    [[0, 0, 0], [230, 203, 203], [95, 178, 210], [76, 174, 29]],
    names=["Contacts", "Gneiss", "Lake", "Basalt"],
    roles=["ink", "unit", "unit", "unit"],
)

VALUED = Palette(
    [[0, 0, 0], [230, 60, 20], [250, 240, 200]], ["Ink", "Granite", "Sand"], values=[3, 101, 7]
)


def save_project(path: Path, **layers: Palette) -> None:
    """Write a QGIS project with a paletted raster layer for each palette."""
    content = "".join(
        f"<maplayer type='raster'><layername>{name}</layername><pipe><rasterrenderer "
        "type='paletted'><colorPalette>"
        + "".join(
            f"<paletteEntry value='{row}' color='#{bytes(color).hex()}' label='{name} {row}'/>"
            for row, color in enumerate(palette.colors)
        )
        + "</colorPalette></rasterrenderer></pipe></maplayer>"
        for name, palette in layers.items()
    )
    project = f"<qgis version='3.34'><projectlayers>{content}</projectlayers></qgis>"
    path.write_text(project, encoding="utf-8")
