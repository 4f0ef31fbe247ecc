"""Files for the commands to work on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import Palette


@pytest.fixture
def folder(tmp_path: Path, rgba: np.ndarray, legend: Palette) -> Path:
    """A folder with map.png, its world file and legend.csv."""
    Image.fromarray(rgba).save(tmp_path / "map.png")
    (tmp_path / "map.pgw").write_text("5\n0\n0\n-5\n1002.5\n1997.5\n")
    legend.save(tmp_path / "legend.csv")
    return tmp_path
