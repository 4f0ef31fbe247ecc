r"""The keyed text format of OpendTect's surveys, color tables and settings.

Line 1 is ``dTect V<version>``, line 2 the type of the file, line 3 a time stamp, and ``!`` ends
the header and every paragraph of ``Key: value`` lines. ``\`` escapes the next character of a key
or list, and backquotes separate list items: see OpendTect's ``src/Basic/ascstream.cc``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["KeyedText", "format_keyed", "is_keyed", "parse_keyed", "split_list"]

PARAGRAPH = "!"
LIST_ITEM = re.compile(r"((?:[^`\\]|\\.|\\$)*)(?:`|$)", re.DOTALL)


@dataclass(frozen=True)
class KeyedText:
    """A file of keyed text."""

    kind: str
    """File type, such as ``Survey Info``."""

    values: Mapping[str, str]
    """Value of each key in all paragraphs; the last one counts."""

    lines: Mapping[str, int]
    """Line of each key, counted from 1."""


def is_keyed(text: str) -> bool:
    """Whether text starts like an OpendTect file."""
    return text.lstrip("\ufeff").startswith("dTect")


def parse_keyed(text: str, *, paragraphs: int | None = None) -> KeyedText:
    """Read keyed text.

    Parameters
    ----------
    text : str
        Content of the file.
    paragraphs : int, optional
        Number of paragraphs to read after the header; the rest may be a comment.

    Returns
    -------
    KeyedText
        Its kind is "" if line 2 is missing.
    """
    lines = text.lstrip("\ufeff").splitlines()
    kind = lines[1].strip().removesuffix("file").strip() if len(lines) > 1 else ""
    head = next((at for at, line in enumerate(lines) if line.startswith(PARAGRAPH)), len(lines))
    values: dict[str, str] = {}
    places: dict[str, int] = {}
    seen = 0
    for place, line in enumerate(lines[head + 1 :], start=head + 2):
        if line.startswith(PARAGRAPH):
            seen += 1
            if seen == paragraphs:
                break
        elif line.strip() and not line.startswith("--"):
            key, value = _key_and_value(line)
            values[key] = value
            places[key] = place
    return KeyedText(kind, values, places)


def format_keyed(kind: str, entries: Iterable[tuple[str, str]], *, version: str) -> str:
    """Write keyed text of one paragraph.

    Parameters
    ----------
    kind : str
        File type.
    entries : iterable of two str
        Keys and values.
    version : str
        OpendTect version, such as ``"7.0"``.

    Returns
    -------
    str
        The time stamp is fixed, so that the same content gives the same bytes; readers ignore
        it.
    """
    head = [f"dTect V{version}", kind, "2026-01-01T00:00:00Z", PARAGRAPH]
    return "\n".join([*head, *(f"{key}: {value}" for key, value in entries), PARAGRAPH, ""])


def split_list(value: str) -> list[str]:
    r"""Items of a list.

    Examples
    --------
    >>> split_list("100`750`1")
    ['100', '750', '1']
    >>> split_list(r"a\`b`c")
    ['a`b', 'c']
    """
    items = [match.group(1) for match in LIST_ITEM.finditer(value)]
    # The end of the text matches once more if the last item ends there.
    if len(items) > 1 and value and not value.endswith("`"):
        items.pop()
    return [re.sub(r"\\(.)", r"\1", item) if "\\" in item else item for item in items]


def _key_and_value(line: str) -> tuple[str, str]:
    """Split at the first unescaped colon; a line without one is a key."""
    match = re.match(r"(.(?:[^:\\]|\\.)*):(.*)$", line, re.DOTALL)
    if match is None:
        return line.strip(), ""
    key, value = match.groups()
    return key.replace("\\:", ":").strip(), value.replace("#-NL-#", "\n").strip()
