"""XML that is not trusted: no entities, no external references, bounded nesting."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from geoindex.palettes.entries import Request

__all__ = ["DEEPEST", "child", "format_xml", "local", "parse_xml"]

DEEPEST = 32
"""Most levels of symbols within symbols, or rules within rules; real styles have three."""

MOST_ELEMENTS = 2_000_000
"""Largest number of elements; a project of 64 MB has about 800,000."""

MOST_LEVELS = 1_000

NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML cannot hold."""


class _OversizeError(ValueError):
    """A document that needs far more memory than its size suggests."""


class _BoundedBuilder(ET.TreeBuilder):
    """Builds a tree of limited size and depth."""

    def __init__(self) -> None:
        super().__init__()
        self._count = self._level = 0

    def start(self, tag: Any, attrs: Any, /) -> Any:
        self._count += 1
        self._level += 1
        if self._count > MOST_ELEMENTS or self._level > MOST_LEVELS:
            raise _OversizeError
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Any:
        self._level -= 1
        return super().end(tag)


def parse_xml(content: bytes, request: Request) -> ET.Element:
    """Root element of a document.

    Raises
    ------
    PaletteError
        The XML is damaged, too large, has entities or refers to other files.
    """
    parser = DefusedXMLParser(target=_BoundedBuilder())
    try:
        parser.feed(content)
        root: ET.Element = parser.close()
    except ET.ParseError as error:
        line, _ = error.position
        raise request.error(f"is damaged XML ({error})", line) from None
    except DefusedXmlException as error:
        raise request.error(f"holds unsafe XML ({error})") from None
    except _OversizeError:
        raise request.error(
            f"has more than {MOST_ELEMENTS:,} elements or {MOST_LEVELS:,} levels"
        ) from None
    except (ValueError, LookupError) as error:
        raise request.error(f"is XML in an unknown encoding ({error})") from None
    return root


def local(element: ET.Element) -> str:
    """Name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def child(element: ET.Element, name: str) -> ET.Element | None:
    """First child of a name, whatever its namespace."""
    return next((item for item in element if local(item) == name), None)


def format_xml(root: ET.Element) -> bytes:
    """XML with a declaration and line breaks; what XML cannot hold becomes a question mark."""
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="unicode")
    # No program reads a file with control characters, which class names may contain.
    text = NO_XML.sub("?", text)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n".encode()
