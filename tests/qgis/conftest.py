"""Modules of the plugin, and what its algorithms did in QGIS."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

collect_ignore = ["in_qgis.py"]  # for another Python

PLUGINS = Path(__file__).resolve().parents[2] / "qgis"


@pytest.fixture(scope="session")
def module() -> Callable[[str], ModuleType]:
    """Import a module of the folder ``qgis/``; only those without QGIS can be."""

    def load(name: str) -> ModuleType:
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(str(PLUGINS))
            return importlib.import_module(name)

    return load


@pytest.fixture(scope="session")
def command(module: Callable[[str], ModuleType]) -> ModuleType:
    """``geoindex_qgis.command``."""
    return module("geoindex_qgis.command")


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], str]:
    """Write a program that runs Python statements; return its path."""

    def write(code: str) -> str:
        path = tmp_path / "program"
        path.write_text(f"#!{sys.executable}\nimport os, subprocess, sys, time\n{code}\n")
        path.chmod(0o755)
        return str(path)

    return write
