"""How much memory may be used, and refusing what needs more before it is taken."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from geoindex.errors import GeoindexError, OptionError

__all__ = ["UNLIMITED", "VARIABLE", "check_memory", "most_memory", "parse_size", "size_text"]

VARIABLE = "GEOINDEX_MAX_MEMORY"
"""Environment variable with the most memory, which worker processes inherit."""

SHARE = 0.75
"""Of the memory of the machine, or of the control group, by default."""

SIZE = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*([kmgt]?)(i?)b?\s*", re.IGNORECASE | re.ASCII)

POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}

UNLIMITED = "none"
"""What the variable holds where there is no limit."""


def most_memory() -> int | None:
    """Bytes that may be used: of the environment variable, or by default; None if all.

    Raises
    ------
    OptionError
        The variable is no size.
    """
    text = os.environ.get(VARIABLE)
    return _default() if text is None else parse_size(text, VARIABLE)


def parse_size(text: str, name: str = "max_memory") -> int | None:
    """Bytes of a size such as ``4GB``, ``500 MB`` or ``2GiB``; None of ``none``.

    Raises
    ------
    OptionError
        It is no size above zero.

    Examples
    --------
    >>> parse_size("1.5GB")
    1500000000
    """
    if text.strip().lower() == UNLIMITED:
        return None
    match = SIZE.fullmatch(text)
    size = 0
    if match is not None:
        base = 1024 if match[3] else 1000
        size = int(float(match[1]) * base ** POWERS[match[2].lower()])
    if size < 1:
        raise OptionError(f"{name} must be a size such as 4GB or 500MB, or none; found {text!r}")
    return size


def check_memory(
    n_bytes: float, where: object, *, error: type[GeoindexError], instead: str = ""
) -> None:
    """Refuse what does not fit into the memory that may be used.

    Parameters
    ----------
    n_bytes : float
        What is about to be taken.
    where : object
        What it is for: the name of a file, or a few words.
    error : type of GeoindexError
        Class of the error.
    instead : str
        What to do with less memory, such as ``"geoindex.convert reads it block by block"``.

    Raises
    ------
    GeoindexError
        It is more than may be used; the message names both.
    """
    most = most_memory()
    if most is None or n_bytes <= most:
        return
    raise error(
        f"{where} needs about {size_text(n_bytes)} of memory, and {size_text(most)} may be used; "
        f"{instead + ', or ' if instead else ''}allow more with {VARIABLE}"
    )


def size_text(n_bytes: float) -> str:
    """Short text of a size.

    Examples
    --------
    >>> size_text(4.3e9), size_text(25e6)
    ('4.3 GB', '25 MB')
    """
    if n_bytes >= 999.5e6:
        return f"{n_bytes / 1e9:,.1f} GB"
    return f"{max(1, round(n_bytes / 1e6))} MB"


@cache
def _default() -> int | None:
    """Most memory by default."""
    known = [*_of_machine(), *_of_groups(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup"))]
    return int(SHARE * min(known)) if known else None


def _of_machine() -> Iterator[int]:
    """Memory of the machine, and of a limit on this process."""
    if hasattr(os, "sysconf") and {"SC_PHYS_PAGES", "SC_PAGE_SIZE"} <= os.sysconf_names.keys():
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        import resource
    except ImportError:  # Windows
        return
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY:
        yield limit


def _of_groups(own: Path, top: Path) -> Iterator[int]:
    """Limits of the control groups of this process, of either version."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, kinds, name = line.split(":", 2)
        if kinds == "":
            root, file = top, "memory.max"
        elif "memory" in kinds.split(","):
            root, file = top / "memory", "memory.limit_in_bytes"
        else:
            continue
        # A container may see its own group at the top.
        group = root / name.lstrip("/")
        for folder in (group, *group.parents):
            try:
                text = (folder / file).read_text().strip()
            except OSError:
                text = ""
            # The first version writes a number beyond all memory for no limit.
            if text.isdecimal():
                yield int(text)
            if folder == root:
                break
