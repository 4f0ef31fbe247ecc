"""Damaged palette files end in a palette or a GeoindexError."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoindex.errors import GeoindexError
from geoindex.palettes.entries import Request
from geoindex.palettes.formats import FORMATS, PaletteFormat
from tests.support.damage import damage
from tests.support.palettes import VALUED


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.key)
@settings(max_examples=150)
@given(change=damage())
def test_damaged_palettes(known: PaletteFormat, change: Callable[[bytes], bytes]) -> None:
    content = change(known.write(VALUED))
    with contextlib.suppress(GeoindexError):
        assert 1 <= len(known.read(content, Request(where="p"))) <= 65_535


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.key)
@given(content=st.binary(max_size=300))
def test_junk_palettes(known: PaletteFormat, content: bytes) -> None:
    with contextlib.suppress(GeoindexError):
        known.read(content, Request(where="p", n_colors=5))
