"""The notebooks run from top to bottom and are committed with small outputs."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert [path.name for path in NOTEBOOKS if path.name.startswith("01")] == [
        "01-index-a-map.ipynb"
    ]


NUMBER = re.compile(r"\d[\d,]*\.?\d*")

ROOM = 0.02
"""Relative difference of numbers that other versions of libraries may make, in file sizes too."""


def texts(notebook: Any) -> list[str]:
    """What each cell prints and shows as text."""
    found = []
    for cell in notebook.cells:
        parts = [
            output.get("text") or output.get("data", {}).get("text/plain", "")
            for output in cell.get("outputs", [])
        ]
        # What is printed may come in several pieces. The size of a figure in pixels is a matter
        # of the backend.
        found.append("".join(part for part in parts if not part.startswith("<Figure")))
    return found


def pictures(notebook: Any) -> list[np.ndarray]:
    """Figures of the cells."""
    return [
        np.array(Image.open(io.BytesIO(base64.b64decode(data[kind]))).convert("RGB"))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for data in [output.get("data", {})]
        for kind in ("image/png", "image/jpeg")
        if kind in data
    ]


def assert_same_text(found: str, kept: str) -> None:
    assert NUMBER.sub("0", found) == NUMBER.sub("0", kept)
    for one, other in zip(NUMBER.findall(found), NUMBER.findall(kept), strict=True):
        value = float(other.replace(",", ""))
        assert float(one.replace(",", "")) == pytest.approx(value, rel=ROOM), (found, kept)


@pytest.mark.slow
# The kernel's own libraries warn of their future; the notebook's warnings are errors below.
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_runs_and_its_outputs_are_up_to_date(path: Path) -> None:
    kept = nbformat.read(path, as_version=4)
    notebook = nbformat.read(path, as_version=4)
    # Cells that fail raise here.
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": path.parent}}).execute()
    printed = [
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stderr"
    ]
    assert printed == []
    for found, expected in zip(texts(notebook), texts(kept), strict=True):
        assert_same_text(found, expected)
    for drawn, expected in zip(pictures(notebook), pictures(kept), strict=True):
        rows, cols, _ = np.minimum(drawn.shape, expected.shape)
        assert np.abs(np.subtract(drawn.shape, expected.shape)).max() <= 8
        # Fonts differ, so does where a figure puts its axes by a pixel.
        coarse = [
            picture[: rows // 8 * 8, : cols // 8 * 8]
            .reshape(rows // 8, 8, cols // 8, 8, 3)
            .mean(axis=(1, 3))
            for picture in (drawn, expected)
        ]
        assert np.abs(coarse[0] - coarse[1]).mean() < 8


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_uses_public_names_alone(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert not re.findall(r"^\s*(?:from|import) geoindex\.", code, flags=re.MULTILINE)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_is_committed_small_and_with_outputs(path: Path) -> None:
    assert path.stat().st_size < 600_000
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert any(cell.outputs for cell in code)
