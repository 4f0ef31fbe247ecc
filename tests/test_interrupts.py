"""Interrupts are not mistaken for file errors, and keep nothing locked."""

from __future__ import annotations

import contextlib
import sys
from itertools import count
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import pytest
import rasterio
from rasterio.errors import EnvError

from geoindex.batch.job import Job, Task, convert_sheet
from geoindex.errors import ImageError, interrupts_first
from geoindex.files import locks
from geoindex.images.drivers import read_errors
from geoindex.indexing.options import GridLayout, ImageMapping
from tests.support.damage import interrupted
from tests.support.sheets import PALETTE, make_sheets


class BrokenEnv:
    """A GDAL environment that fails to close after an interrupt, as rasterio's may."""

    def __init__(self, **_options: object) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if error is not None and not isinstance(error, Exception):
            raise EnvError("No GDAL environment exists")


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_is_not_a_damaged_file(
    monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    monkeypatch.setattr(rasterio, "Env", BrokenEnv)
    with pytest.raises(kind), read_errors(Path("map.png")):
        raise kind


def test_damage_is_still_an_error() -> None:
    with pytest.raises(ImageError, match=r"map\.png: is damaged"), read_errors(Path("map.png")):
        raise EnvError("No GDAL environment exists")


def test_errors_after_an_interrupt_that_was_dealt_with() -> None:
    with pytest.raises(ValueError, match="wrong"):  # noqa: PT012  the interrupt is part of it
        try:
            raise KeyboardInterrupt  # noqa: TRY301  as it comes anywhere
        except KeyboardInterrupt:
            with interrupts_first():
                raise ValueError("wrong") from None


def test_a_batch_ends_where_a_sheet_hides_an_interrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_sheets(tmp_path, ["map.png"])
    monkeypatch.setattr("geoindex.batch.job.convert_image", interrupted)
    task = Task(number=0, source=str(tmp_path / "map.png"), target=str(tmp_path / "map.tif"))
    with pytest.raises(KeyboardInterrupt):
        convert_sheet(Job(mapping=ImageMapping.of(PALETTE), layout=GridLayout()), task)


def test_no_interrupt_keeps_a_folder_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cleaning up after the interrupt takes the lock again, and would wait for ever."""
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0)
    places = (locks.__file__, contextlib.__file__)
    for stop in count(1):
        left = stop

        def trace(frame: FrameType, event: str, _: object) -> Any:
            nonlocal left
            if frame.f_code.co_filename not in places:
                return None
            frame.f_trace_opcodes = True
            left -= event == "opcode"
            if left == 0:
                left = -1
                raise KeyboardInterrupt
            return trace

        try:
            sys.settrace(trace)
            with locks.folder_lock(tmp_path):
                pass
        except KeyboardInterrupt:
            sys.settrace(None)
            # The interrupt is still being handled, so nothing of it was collected.
            with locks.folder_lock(tmp_path):
                pass
        else:
            break
        finally:
            sys.settrace(None)
    assert stop > 100
