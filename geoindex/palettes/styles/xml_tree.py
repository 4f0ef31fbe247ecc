"""XML that is not trusted: no entities, no external references, bounded nesting."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from geoindex.palettes.entries import Request

__all__ = ["DEEPEST", "child", "format_xml", "local", "parse_xml"]

DEEPEST = 32
"""Most levels of symbols within symbols, or rules within rules; real styles have three."""


def parse_xml(content: bytes, request: Request) -> ET.Element:
    """Root element of a document.

    Raises
    ------
    PaletteError
        The XML is damaged, has entities or refers to other files; the message names the line.
    """
    try:
        root: ET.Element = fromstring(content)
    except ET.ParseError as error:
        line, _ = error.position
        raise request.error(f"is damaged XML ({error})", line) from None
    except DefusedXmlException as error:
        raise request.error(f"holds XML that is not safe to read ({error})") from None
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
    """XML with a declaration and line breaks."""
    ET.indent(root, " ")
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"
