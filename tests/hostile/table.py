"""All hostile files."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile import beside, grids, images, palettes, texts
from tests.hostile.case import Case


def cases() -> Iterator[Case]:
    """All cases, in a fixed order."""
    for module in (images, beside, palettes, grids, texts):
        yield from module.cases()
