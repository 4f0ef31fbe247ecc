"""Damaged OpendTect files give a result or a GeoindexError."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoindex import IndexGrid, Palette, Survey, read_horizon
from geoindex.errors import GeoindexError
from geoindex.opendtect.survey_file import parse_survey
from tests.support.damage import damage
from tests.support.surveys import F3, KEVITSA, json_form

SURVEYS = {"F3": F3, "Kevitsa": KEVITSA, "JSON": json.dumps(json_form())}

HORIZONS = {
    "lines": "10\t105\t0\t2\n10\t107\t0\t1e30\n12\t105\t0\t0\n",
    "titles": '# "X" "Y" "Z" "Geology"\n# - - -\n1020.5 2042.5 0 1\n1000.00 1000.00 0 2\n',
    "numbered": "# 1: Inline\n# 2: Crossline\n# 3: Z\n# 4: Map\n10 105 648.6 1\n11 105 1e30 0\n",
    "names": '"Top 4"\t10\t105\t0\t1\n"Top 4"\t11\t106\t0\t2\n',
    "both": "1000.25 2000.50 1 1 0 2\n1010.25 2000.50 1 2 0 2\n1000.25 2010.50 2 1 0 2\n",
}
PALETTE = Palette([[0, 0, 0], [100, 0, 0], [0, 200, 0]])
SURVEY = Survey(inlines=(1, 20), crosslines=(1, 20), x=(1000, 0, 10), y=(2000, 10, 0))


@pytest.mark.parametrize("name", SURVEYS)
@settings(max_examples=300)
@given(change=damage())
def test_damaged_surveys(name: str, change: Callable[[bytes], bytes]) -> None:
    text = change(SURVEYS[name].encode()).decode("latin-1")
    with contextlib.suppress(GeoindexError):
        survey = parse_survey(text, "p")
        assert np.isfinite(survey.corners).all()


@given(text=st.text(max_size=200))
def test_junk_surveys(text: str) -> None:
    for head in ("", "{", "dTect V7\nSurvey Info\nnow\n!\n"):
        with contextlib.suppress(GeoindexError):
            parse_survey(head + text, "p")


@pytest.mark.filterwarnings(
    "ignore:.*are taken for inline and crossline", "ignore:.*its last column is taken"
)
@pytest.mark.parametrize("name", HORIZONS)
@settings(max_examples=150)
@given(change=damage())
def test_damaged_horizons(
    tmp_path_factory: pytest.TempPathFactory, name: str, change: Callable[[bytes], bytes]
) -> None:
    path = tmp_path_factory.getbasetemp() / f"{name}.dat"
    path.write_bytes(change(HORIZONS[name].encode()))
    for survey in (None, SURVEY):
        with contextlib.suppress(GeoindexError):
            grid = read_horizon(path, palette=PALETTE, survey=survey)
            assert isinstance(grid, IndexGrid)
            assert grid.indices.size < 1e6


@given(content=st.binary(max_size=200))
def test_junk_horizons(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "junk.dat"
    path.write_bytes(content)
    with contextlib.suppress(GeoindexError):
        read_horizon(path, palette=PALETTE, survey=SURVEY)
