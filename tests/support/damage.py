"""Damage as caused by broken copies and bad disks, and by interrupts."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable

from hypothesis import strategies as st

from geoindex.errors import ImageError

PEAK_BYTES = 1e9


@st.composite
def damage(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A function that changes, removes, repeats or inserts bytes."""
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["set", "cut", "end", "double", "insert"]),
                st.floats(0, 1),
                st.integers(1, 40),
                st.binary(min_size=1, max_size=8),
            ),
            min_size=1,
            max_size=4,
        )
    )

    def apply(content: bytes) -> bytes:
        for kind, share, length, data in steps:
            at = int(share * len(content))
            if kind == "set":
                content = content[:at] + data + content[at + len(data) :]
            elif kind == "cut":
                content = content[:at] + content[at + length :]
            elif kind == "end":
                content = content[:at]
            elif kind == "double":
                content = content[:at] + content[at : at + length] * 2 + content[at + length :]
            else:
                content = content[:at] + data + content[at:]
        return content

    return apply


def interrupted(*_arguments: object, **_options: object) -> None:
    """Hide an interrupt behind a file error, as libraries do."""
    try:
        raise KeyboardInterrupt
    finally:
        raise ImageError("map.png: is damaged")


def peak_memory() -> float:
    """Largest memory of this process so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * unit
