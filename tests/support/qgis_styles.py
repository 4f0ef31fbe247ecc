"""Styles of vector layers as QGIS writes them."""

from __future__ import annotations

from pathlib import Path

from geoindex import Palette, load_palette

INK = "35,35,35,255"


def layer(kind: str = "SimpleFill", inner: str = "", *, attributes: str = "", **found: str) -> str:
    """A symbol layer as QGIS 3.26 and later write it."""
    options = "".join(
        f'<Option name="{key}" type="QString" value="{value}"/>' for key, value in found.items()
    )
    return (
        f'<layer class="{kind}" {attributes}><Option type="Map">{options}</Option>{inner}</layer>'
    )


def plain(color: str, outline: str = "no") -> str:
    style = "no" if outline == "no" else "solid"
    return layer(color=color, outline_color=outline, outline_style=style, style="solid")


def symbol(*layers: str, name: int | str = 0, kind: str = "fill", alpha: str = "1") -> str:
    inner = "".join(layers)
    return f'<symbol name="{name}" type="{kind}" alpha="{alpha}">{inner}</symbol>'


def renderer(kind: str, classes: str, *symbols: str) -> str:
    return (
        f'<renderer-v2 type="{kind}" attr="code">{classes}<symbols>{"".join(symbols)}</symbols>'
        "</renderer-v2>"
    )


def categories(*found: tuple[str, str], symbols: list[str], extra: str = "") -> str:
    items = "".join(
        f'<category symbol="{row}" value="{value}" label="{label}" render="true"/>'
        for row, (value, label) in enumerate(found)
    )
    return renderer("categorizedSymbol", f"<categories>{items}{extra}</categories>", *symbols)


def read(path: Path, body: str, *, root: str = "qgis", **options: str) -> Palette:
    path = path / "geology.qml"
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    path.write_text(f'{doctype}<{root} version="3.34">{body}</{root}>', encoding="utf-8")
    return load_palette(path, **options)
