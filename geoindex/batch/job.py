"""The conversion of one sheet, the same in this process, in others and on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

from geoindex.errors import GeoindexError, interrupts_first
from geoindex.indexing.convert import convert_image
from geoindex.indexing.options import GridLayout, ImageMapping
from geoindex.indexing.report import ConversionReport

__all__ = ["Chunk", "Job", "Outcome", "Runner", "Task", "convert_sheet"]


@dataclass(frozen=True, kw_only=True)
class Job:
    """The settings that all sheets of a batch share; sent to a process once."""

    mapping: ImageMapping
    """How pixels become classes, with the table of a cube."""

    layout: GridLayout
    """How the grids are written."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One sheet."""

    number: int
    """Its place in the list of sheets."""

    source: str
    """The image file."""

    target: str
    """The grid file."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of a task."""

    number: int
    """That of the task."""

    report: ConversionReport | None = None
    """Of a sheet that was converted."""

    size: int = 0
    """Bytes of its grid file."""

    reason: str = ""
    """Why the sheet was not converted."""


Chunk = list[Task]
"""Tasks that are sent together."""

Runner = Callable[[Job, Iterable[Chunk]], Generator[Outcome]]
"""Does tasks and yields their outcomes in any order; draws chunks only as needed."""


def convert_sheet(job: Job, task: Task) -> Outcome:
    """Convert a sheet; an error becomes its outcome.

    Parameters
    ----------
    job : Job
    task : Task

    Returns
    -------
    Outcome
    """
    target = Path(task.target)
    try:
        with interrupts_first():
            target.parent.mkdir(parents=True, exist_ok=True)
            report = convert_image(task.source, target, job.mapping, job.layout, overwrite=True)
            size = target.stat().st_size
    except GeoindexError as error:
        return Outcome(number=task.number, reason=str(error))
    except MemoryError:
        reason = f"{task.source}: out of memory; use fewer jobs"
        return Outcome(number=task.number, reason=reason)
    except Exception as error:  # noqa: BLE001  a bad sheet must not stop the rest
        text = " ".join(str(error).split())
        reason = f"{task.source}: {type(error).__name__}: {text}"
        return Outcome(number=task.number, reason=reason)
    return Outcome(number=task.number, report=report, size=size)
