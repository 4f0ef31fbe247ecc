"""The built-in palettes as files; loads nothing heavy."""

from __future__ import annotations

from pathlib import Path

__all__ = ["builtin_content", "builtin_note", "builtin_palettes", "builtin_size"]

FOLDER = Path(__file__).with_name("builtin")


def builtin_palettes() -> list[str]:
    """Names of the built-in palettes.

    Returns
    -------
    list of str
        Sorted; pass one to :func:`load_palette`.

    Examples
    --------
    >>> from geoindex import builtin_palettes
    >>> "windows-256" in builtin_palettes()
    True
    """
    return sorted(path.stem for path in FOLDER.glob("*.csv"))


def builtin_content(name: str) -> bytes:
    """Content of the file of a built-in palette, a delimited table."""
    return (FOLDER / f"{name}.csv").read_bytes()


def builtin_note(name: str) -> str:
    """Describe a built-in palette by the first words of its file."""
    lines = [line.removeprefix("#").strip() for line in _lines(name) if line[:1] == "#"]
    note, _, _ = " ".join(lines).partition(" Source: ")
    return note


def builtin_size(name: str) -> int:
    """Count the colors of a built-in palette: a row each below the header."""
    return sum(line[:1] != "#" for line in _lines(name)) - 1


def _lines(name: str) -> list[str]:
    return builtin_content(name).decode().splitlines()
