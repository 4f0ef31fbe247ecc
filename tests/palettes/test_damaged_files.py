"""Damaged palette files give a palette or a GeoindexError."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoindex.errors import GeoindexError, GeoindexWarning
from geoindex.palettes.entries import Request
from geoindex.palettes.formats import FORMATS, PaletteFormat, format_named
from tests.support.damage import damage
from tests.support.palettes import STYLES, TABLES, VALUED

# What is left out or guessed of damaged files is told, too.
pytestmark = pytest.mark.filterwarnings("ignore::geoindex.errors.GeoindexWarning")

WRITTEN = [known for known in FORMATS if known.write is not None]


@pytest.mark.parametrize("key", TABLES)
@settings(max_examples=200)
@given(change=damage())
def test_damaged_tables(key: str, change: Callable[[bytes], bytes]) -> None:
    known = format_named(key)
    assert known.read(TABLES[key], Request(where="p")).names == ("Gneiss", "Till")
    with contextlib.suppress(GeoindexError):
        assert len(known.read(change(TABLES[key]), Request(where="p"))) >= 1


@pytest.mark.parametrize("known", WRITTEN, ids=lambda known: known.key)
@settings(max_examples=150)
@given(change=damage())
def test_damaged_palettes(known: PaletteFormat, change: Callable[[bytes], bytes]) -> None:
    content = change(known.write(VALUED))
    with contextlib.suppress(GeoindexError):
        assert 1 <= len(known.read(content, Request(where="p"))) <= 65_535


@pytest.mark.parametrize("key", STYLES)
@settings(max_examples=300)
@given(change=damage())
def test_damaged_styles(key: str, change: Callable[[bytes], bytes]) -> None:
    known = format_named(key)
    with pytest.warns(GeoindexWarning) if key != "sld" else contextlib.nullcontext():
        assert known.read(STYLES[key], Request(where="p")).names[0] == "Gneiss"
    with warnings.catch_warnings(), contextlib.suppress(GeoindexError):
        warnings.simplefilter("ignore", GeoindexWarning)
        assert len(known.read(change(STYLES[key]), Request(where="p"))) >= 1


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.key)
@given(content=st.binary(max_size=300))
def test_junk_palettes(known: PaletteFormat, content: bytes) -> None:
    with contextlib.suppress(GeoindexError):
        known.read(content, Request(where="p", n_colors=5))
