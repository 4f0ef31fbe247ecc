"""Rows of the tables in tests/silence: an input, its right answer, and whose answer that is."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geoindex.errors import GeoindexError, GeoindexWarning
from tests.support.command_line import invoke

__all__ = ["Case", "Refused", "Said", "check", "command", "table"]


@dataclass(frozen=True)
class Refused:
    """The right answer is an error of one line that matches."""

    message: str


@dataclass(frozen=True)
class Said:
    """The right answer is a value, and a warning of one line that matches."""

    message: str
    value: Any = None


@dataclass(frozen=True)
class Case:
    """One thing that was once wrong in silence."""

    what: str
    ask: Callable[[], Any]
    """Runs in a folder that holds `files`; makes what else it needs there."""

    right: Any
    """A value, :class:`Refused` or :class:`Said`."""

    source: str
    """From whom the right answer is."""

    files: Mapping[str, str | bytes] = field(default_factory=dict)


def table(cases: list[Case]) -> pytest.MarkDecorator:
    """Parametrize a test by the rows of a table."""
    return pytest.mark.parametrize("case", cases, ids=[case.what for case in cases])


def check(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask what a case asks, and compare with the right answer."""
    monkeypatch.chdir(folder)
    for name, content in case.files.items():
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", GeoindexWarning)
        if isinstance(case.right, Refused):
            with pytest.raises(GeoindexError, match=case.right.message) as caught:
                case.ask()
            assert "\n" not in str(caught.value)
            return
        found = case.ask()
    said = [str(one.message) for one in seen if issubclass(one.category, GeoindexWarning)]
    wanted = case.right
    if isinstance(case.right, Said):
        assert any(re.search(case.right.message, one) for one in said), said
        assert not any("\n" in one for one in said)
        if case.right.value is None:
            return
        wanted = case.right.value
    else:
        assert not said
    assert plain(found) == plain(wanted)


def command(*arguments: object) -> str:
    """What a command prints, its warnings too; an error is raised."""
    result = invoke(*arguments)
    if isinstance(result.exception, GeoindexError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def plain(value: Any) -> Any:
    """Values of Python, for arrays and tuples in them too."""
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return os.fspath(value) if isinstance(value, Path) else value
