"""Suggestions for unknown names."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["did_you_mean"]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Hint for the end of a message: ``"; did you mean 'x'?"``, or nothing.

    Examples
    --------
    >>> from geoindex.rules.suggestions import did_you_mean
    >>> did_you_mean("windos-256", ["web-safe-216", "windows-256"])
    "; did you mean 'windows-256'?"
    >>> did_you_mean("peat", ["windows-256"])
    ''
    """
    spelled = {name.casefold(): name for name in known if name}
    close = get_close_matches(word.casefold(), spelled, n=1)
    return f"; did you mean {spelled[close[0]]!r}?" if close else ""
