"""Files for the commands to work on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import Palette
from tests.support.command_line import forked_by


@pytest.fixture(scope="package", autouse=True)
def _forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fork commands from a process that has imported everything, where processes can be forked."""
    if not hasattr(os, "fork"):
        yield
        return
    from tests.support.forks import fork_server

    with fork_server(tmp_path_factory.mktemp("forks")) as server, forked_by(server):
        yield


@pytest.fixture
def folder(tmp_path: Path, rgba: np.ndarray, legend: Palette) -> Path:
    """A folder with map.png, its world file and legend.csv."""
    Image.fromarray(rgba).save(tmp_path / "map.png")
    (tmp_path / "map.pgw").write_text("5\n0\n0\n-5\n1002.5\n1997.5\n")
    legend.save(tmp_path / "legend.csv")
    return tmp_path
