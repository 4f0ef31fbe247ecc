"""The HTML file: its own script, style and data, and a policy that allows nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from geoindex.errors import OutputError, seen

__all__ = ["SCRIPTS", "check_page_suffix", "digest_of", "page_part", "write_page"]

SCRIPTS = (
    "data.js",
    "tiles.js",
    "dom.js",
    "view.js",
    "drawing.js",
    "pointer.js",
    "editor.js",
    "export.js",
    "colors.js",
    "inspector.js",
    "legend.js",
    "forms.js",
    "done.js",
    "finish.js",
    "frame.js",
    "start.js",
)
"""Scripts of the page, each of which uses those before it."""


def check_page_suffix(path: Path) -> None:
    """Raise OutputError unless a page is named as one, which files beside a grid never are."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise OutputError(f"{path}: a page is written as .html; name it so")


def write_page(
    path: Path, title: str, facts: dict[str, Any], blocks: Iterable[tuple[str, bytes]]
) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
    title : str
        Title of the window; any text.
    facts : dict
        JSON values for the scripts; texts in it may hold anything.
    blocks : iterable of tuple
        Name and content of each block of bytes.
    """
    style = f"\n{page_part('report.css')}\n"
    script = "\n" + "\n".join(page_part(name) for name in SCRIPTS) + "\n"
    policy = (
        f"default-src 'none'; script-src {digest_of(script)}; style-src {digest_of(style)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    with path.open("w", encoding="utf-8", newline="\n") as page:
        page.write(
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n'
            f"<title>{html.escape(seen(title))} - geoindex</title>\n"
            f"<style>{style}</style>\n</head>\n<body>\n{page_part('report.html')}\n"
            f'<script type="application/json" id="facts">{_json(facts)}</script>\n'
        )
        for name, content in blocks:
            text = base64.b64encode(content).decode("ascii")
            page.write(f'<script type="application/octet-stream" id="{name}">{text}</script>\n')
        page.write(f"<script>{script}</script>\n</body>\n</html>\n")


def page_part(name: str) -> str:
    """Read a file of the page, with the line ends that its digest is made of."""
    text = files("geoindex.report").joinpath("web", name).read_text(encoding="utf-8")
    return "\n".join(text.splitlines())


def digest_of(text: str) -> str:
    """Make the source expression of a Content-Security-Policy for an inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(facts: dict[str, Any]) -> str:
    """JSON that no HTML parser reads as the end of its element."""
    text = json.dumps(facts, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
