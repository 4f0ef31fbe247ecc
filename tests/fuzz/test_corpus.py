"""Files that reach far into each parser are read or refused, without any other error."""

from __future__ import annotations

import contextlib
import warnings

import pytest

from geoindex.errors import GeoindexError, GeoindexWarning
from tests.fuzz.corpus import load_corpus
from tests.fuzz.targets import Target, targets

TARGETS = targets()


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_seeds_are_read(target: Target) -> None:
    """A target that refuses everything would find nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeoindexWarning)
        for seed in target.seeds:
            if not target.ends:
                target.read(seed)
                continue
            with pytest.raises(GeoindexError, match=target.ends):
                target.read(seed)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_corpus(target: Target) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeoindexWarning)
        for content in load_corpus(target.name):
            with contextlib.suppress(GeoindexError):
                target.read(content)
