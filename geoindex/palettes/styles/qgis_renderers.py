"""Renderers of QGIS vector layers as classes: categories, ranges, rules, a single symbol."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from geoindex.palettes.entries import Request, number
from geoindex.palettes.styles.classes import Coat, Notes, StyleClass
from geoindex.palettes.styles.qgis_symbols import SymbolReader
from geoindex.palettes.styles.xml_tree import DEEPEST

__all__ = ["read_renderer"]

WRAPPERS = (
    "invertedPolygonRenderer",
    "mergedFeatureRenderer",
    "pointCluster",
    "pointDisplacement",
)
"""Renderers that wrap another one."""

ONE_VALUE = re.compile(r"""\s*(?:"[^"]+"|\w+)\s*=\s*'?([^'"=<>\s]+)'?\s*$""")
"""A filter such as ``"code" = 101``."""


def read_renderer(
    renderer: ET.Element, request: Request, notes: Notes, *, opacity: float, layer: str
) -> list[StyleClass]:
    """Classes of a renderer in their order.

    Parameters
    ----------
    renderer : Element
        ``renderer-v2``.
    request : Request
        Names the file in errors.
    notes : Notes
        Where doubts are kept.
    opacity : float
        Opacity of the map layer.
    layer : str
        Name of the map layer, for a class that has none.

    Raises
    ------
    PaletteError
        A renderer without classes, or a damaged one.
    """
    kind = renderer.get("type", "")
    for _ in range(DEEPEST):
        inner = renderer.find("renderer-v2")
        if kind not in WRAPPERS or inner is None:
            break
        renderer, kind = inner, inner.get("type", "")
    symbols = {symbol.get("name", ""): symbol for symbol in renderer.iterfind("symbols/symbol")}
    reader = _Renderer(request=request, notes=notes, symbols=symbols, opacity=opacity)
    if kind == "categorizedSymbol":
        return reader.categories(renderer.findall("categories/category"))
    if kind == "graduatedSymbol":
        return reader.ranges(renderer.findall("ranges/range"))
    if kind == "RuleRenderer":
        root = renderer.find("rules")
        return [] if root is None else reader.rules(root, (), 0)
    if kind == "singleSymbol":
        return [reader.drawn(layer, next(iter(symbols), ""))]
    raise request.error(f"is the style of a renderer that has no classes ({kind[:40]})")


@dataclass(frozen=True, kw_only=True)
class _Renderer:
    """The symbols of a renderer and their reader."""

    request: Request
    notes: Notes
    symbols: Mapping[str, ET.Element]
    opacity: float

    def categories(self, found: Sequence[ET.Element]) -> list[StyleClass]:
        """Classes of the categories that are drawn."""
        classes = []
        for category in found:
            value = category.get("value", "")
            several = category.findall("val")
            if several:
                value = ", ".join(part.get("value", "") for part in several)
            name = category.get("label", "") or value
            if self._is_hidden(category, name):
                continue
            classes.append(
                self.drawn(
                    name,
                    category.get("symbol", ""),
                    value=value,
                    is_rest=not value and not several,
                )
            )
        return classes

    def ranges(self, found: Sequence[ET.Element]) -> list[StyleClass]:
        """Classes of the ranges that are drawn."""
        classes = []
        for item in found:
            limits = [self._limit(item.get(key, "")) for key in ("lower", "upper")]
            name = item.get("label", "") or " - ".join(limits)
            if not self._is_hidden(item, name):
                classes.append(self.drawn(name, item.get("symbol", "")))
        return classes

    def rules(self, parent: ET.Element, below: tuple[Coat, ...], depth: int) -> list[StyleClass]:
        """Classes of the active rules within a rule.

        A rule is drawn over its parent, and over an earlier rule of the same filter.
        """
        if depth > DEEPEST:
            raise self.request.error("its rules are nested too deeply")
        classes: list[StyleClass] = []
        places: dict[tuple[str | None, ...], int] = {}
        for rule in parent.findall("rule"):
            text = rule.get("filter", "")
            name = rule.get("label", "") or text
            if rule.get("checkstate", "1") == "0":
                self.notes.add("rules that are switched off are left out", name)
                continue
            own: list[Coat] = []
            if "symbol" in rule.attrib:
                own = self._coats(name, rule.get("symbol", ""))
            inner = self.rules(rule, (*below, *own), depth + 1)
            key = (text, rule.get("scalemindenom"), rule.get("scalemaxdenom"))
            if text and key in places and not inner:
                before = classes[places[key]]
                classes[places[key]] = replace(before, coats=[*before.coats, *own])
            elif "symbol" in rule.attrib and not _has_else(rule):
                places[key] = len(classes)
                value = ONE_VALUE.match(text)
                classes.append(
                    StyleClass(
                        name=name,
                        value=value[1] if value else "",
                        is_rest=text == "ELSE",
                        coats=[*below, *own],
                        opacity=self.opacity,
                    )
                )
            classes += inner
        return classes

    def drawn(
        self, name: str, symbol: str, *, value: str = "", is_rest: bool = False
    ) -> StyleClass:
        """Class that a symbol draws."""
        coats = self._coats(name, symbol)
        return StyleClass(
            name=name, value=value, is_rest=is_rest, coats=coats, opacity=self.opacity
        )

    def _coats(self, name: str, symbol: str) -> list[Coat]:
        """Coats of the symbol of a class."""
        if symbol not in self.symbols:
            raise self.request.error(f"class {name!r}: there is no symbol {symbol!r}")
        return SymbolReader(self.request, self.notes, name).coats(self.symbols[symbol])

    def _limit(self, text: str) -> str:
        """Limit of a range without the zeros that QGIS appends."""
        value = number(text)
        if value is None:
            raise self.request.error(f"{text[:40]!r} is not the limit of a range")
        return f"{value:g}"

    def _is_hidden(self, item: ET.Element, name: str) -> bool:
        """Whether a category or range is switched off."""
        if item.get("render", "true") != "false":
            return False
        self.notes.add("classes that are switched off are left out", name)
        return True


def _has_else(rule: ET.Element) -> bool:
    """Whether what no other rule within a rule draws is drawn by one, so that it is not seen."""
    return any(
        child.get("filter") == "ELSE" and child.get("checkstate", "1") != "0"
        for child in rule.findall("rule")
    )
