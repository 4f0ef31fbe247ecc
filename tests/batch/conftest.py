"""The sheets that tests of batches share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.sheets import make_folders


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    """Four sheets in nested folders, and files that are not sheets."""
    folder = tmp_path / "maps"
    make_folders(folder)
    return folder
