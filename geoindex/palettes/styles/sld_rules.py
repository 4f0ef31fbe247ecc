"""Rules of Styled Layer Descriptors as classes, their symbolizers as coats of color."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from geoindex.errors import PaletteError
from geoindex.palettes.entries import Request, hex_color, number
from geoindex.palettes.styles.classes import Coat, Notes, StyleClass
from geoindex.palettes.styles.xml_tree import child, local

__all__ = ["read_rules"]

Kind = Literal["fill", "pattern", "line"]

# SLD's default colors of a fill and a stroke.
DEFAULTS = {"fill": "#808080", "stroke": "#000000"}


def read_rules(style: ET.Element, request: Request, notes: Notes) -> list[StyleClass]:
    """Classes of the rules of a style in their order.

    A rule is drawn over an earlier one of the same filter and scales.

    Raises
    ------
    PaletteError
        A color that is none; the message names the rule.
    """
    found: dict[tuple[object, ...], StyleClass] = {}
    parts = [item for item in style.iter() if local(item) == "FeatureTypeStyle"]
    rules = [item for part in parts for item in part if local(item) == "Rule"]
    for row, rule in enumerate(rules):
        read = _Rule(request=request, notes=notes, rule=rule)
        if not read.draws:
            continue
        key = _filter_key(rule) or (row,)
        coats = read.coats()
        if key in found:
            found[key] = replace(found[key], coats=[*found[key].coats, *coats])
        else:
            found[key] = StyleClass(
                name=read.name or read.value,
                value=read.value,
                is_rest=read.is_rest,
                coats=coats,
            )
    return list(found.values())


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """One rule, and the notes on it."""

    request: Request
    notes: Notes
    rule: ET.Element

    @property
    def name(self) -> str:
        """Title, or else name."""
        description = child(self.rule, "Description")
        titles = [] if description is None else [child(description, "Title")]
        for item in (*titles, child(self.rule, "Title"), child(self.rule, "Name")):
            # A title may come in several languages; its own text is the default.
            text = "" if item is None else (item.text or "").strip()
            if text:
                return " ".join(text.split())
        return ""

    @property
    def value(self) -> str:
        """Literal of a filter that is one PropertyIsEqualTo, or ""."""
        condition = child(self.rule, "Filter")
        tests = [] if condition is None else list(condition)
        if len(tests) != 1 or local(tests[0]) != "PropertyIsEqualTo":
            return ""
        names = [child(tests[0], name) for name in ("PropertyName", "ValueReference")]
        literal = child(tests[0], "Literal")
        if literal is None or names == [None, None]:
            return ""
        return (literal.text or "").strip()

    @property
    def is_rest(self) -> bool:
        """Whether it draws what no other rule draws; QGIS writes this as a test for null."""
        return any(local(item) in ("ElseFilter", "PropertyIsNull") for item in self.rule.iter())

    @property
    def draws(self) -> bool:
        """Whether it has a symbolizer that draws more than text."""
        kinds = ("PolygonSymbolizer", "LineSymbolizer", "PointSymbolizer")
        return any(local(item) in kinds for item in self.rule)

    def coats(self) -> list[Coat]:
        """Coats of its symbolizers from bottom to top."""
        coats: list[Coat] = []
        for symbolizer in self.rule:
            kind = local(symbolizer)
            if kind == "PolygonSymbolizer":
                coats += self._fill(symbolizer) + self._stroke(symbolizer)
            elif kind == "LineSymbolizer":
                coats += self._stroke(symbolizer)
            elif kind == "PointSymbolizer":
                coats += self._graphic(symbolizer, "line")
        return coats

    def _fill(self, symbolizer: ET.Element) -> list[Coat]:
        """Fill of a polygon: a color, or a pattern of graphics."""
        fill = child(symbolizer, "Fill")
        if fill is None:
            return []
        pattern = child(fill, "GraphicFill")
        if pattern is not None:
            return self._graphic(pattern, "pattern")
        return self._colored(fill, "fill", "fill")

    def _stroke(self, symbolizer: ET.Element) -> list[Coat]:
        """Stroke of a line or outline: a color, or graphics along it."""
        stroke = child(symbolizer, "Stroke")
        if stroke is None:
            return []
        for name in ("GraphicStroke", "GraphicFill"):
            graphic = child(stroke, name)
            if graphic is not None:
                return self._graphic(graphic, "line")
        return self._colored(stroke, "stroke", "line")

    def _graphic(self, parent: ET.Element, kind: Kind) -> list[Coat]:
        """Colors of the marks of a graphic."""
        coats: list[Coat] = []
        for graphic in (item for item in parent if local(item) == "Graphic"):
            opacity = self._opacity(_plain(child(graphic, "Opacity")))
            for mark in graphic:
                if local(mark) == "ExternalGraphic":
                    self.notes.add(
                        "pictures have colors that the style does not tell", self._label
                    )
                for part in mark if local(mark) == "Mark" else ():
                    if local(part) in ("Fill", "Stroke"):
                        coats += self._colored(part, local(part).lower(), kind, opacity)
        return coats

    def _colored(
        self, element: ET.Element, key: str, kind: Kind, opacity: float = 1.0
    ) -> list[Coat]:
        """Coat of a fill or stroke; none if the data decide its color."""
        parameters = dict(_parameters(element))
        if None in (parameters.get(key, ""), parameters.get(f"{key}-opacity", "")):
            self.notes.add("fills and lines whose color the data define are left out", self._label)
            return []
        text = parameters.get(key) or DEFAULTS[key]
        opacity *= self._opacity(parameters.get(f"{key}-opacity"))
        try:
            return [Coat(color=hex_color(text, self.request), opacity=opacity, kind=kind)]
        except PaletteError:
            raise self._error(f"{text[:40]!r} is not #rrggbb") from None

    def _opacity(self, text: str | None) -> float:
        """Opacity of a parameter, 1 where it is missing."""
        value = number(text) if text else 1
        if value is None or not 0 <= value <= 1:
            raise self._error(f"the opacity {(text or '')[:40]!r} is not within 0..1")
        return float(value)

    @property
    def _label(self) -> str:
        """Name for messages."""
        return self.name or self.value

    def _error(self, reason: str) -> PaletteError:
        """Error that names the rule."""
        return self.request.error(f"rule {self._label!r}: {reason}")


def _parameters(element: ET.Element) -> Iterator[tuple[str, str | None]]:
    """Name and text of parameters, None where the text must be computed."""
    for item in element:
        if local(item) in ("CssParameter", "SvgParameter"):
            yield item.get("name", ""), _plain(item)


def _plain(element: ET.Element | None) -> str | None:
    """Text of an element or of the only literal in it, None where it must be computed."""
    if element is None:
        return ""
    parts = list(element)
    if not parts:
        return (element.text or "").strip()
    if len(parts) == 1 and local(parts[0]) == "Literal" and not list(parts[0]):
        return (parts[0].text or "").strip()
    return None


def _filter_key(rule: ET.Element) -> tuple[object, ...]:
    """Filter and scales of a rule in a comparable form; () without a filter."""
    condition = child(rule, "Filter")
    if condition is None:
        return ()
    scales = [child(rule, f"{end}ScaleDenominator") for end in ("Min", "Max")]
    parts = [*condition.iter(), *(scale for scale in scales if scale is not None)]
    return tuple((local(item), (item.text or "").strip()) for item in parts)
