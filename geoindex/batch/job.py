"""The conversion of one sheet, the same in this process, in others and on a cluster."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from geoindex.errors import GeoindexError, interrupts_first
from geoindex.files.json_text import dump_json
from geoindex.indexing.convert import convert_image
from geoindex.indexing.convert_values import ValueReport
from geoindex.indexing.options import GridLayout, ImageMapping
from geoindex.indexing.report import ConversionReport
from geoindex.palettes.json_file import palette_to_json

__all__ = ["Chunk", "Job", "Outcome", "Runner", "SheetJob", "SheetReport", "Task", "convert_sheet"]

BEHIND = (".json", ".aux.xml", ".legend.csv")
"""What the names of sidecars and legends add to that of the grid."""

INSTEAD = (".pgw", ".prj", ".odct", ".legend.csv", ".import.txt")
"""What stands in place of its suffix in those of world files, CRS and what belongs to horizons."""


SheetReport = ConversionReport | ValueReport
"""What was done with a sheet."""


class SheetJob(Protocol):
    """What a batch does with every sheet; sent to a process once."""

    def settings(self, suffix: str) -> dict[str, Any]:
        """All that determines the bytes of a grid, apart from its source, as JSON values."""

    def digest(self, settings: dict[str, Any]) -> str:
        """Digest of all settings."""

    @property
    def styles(self) -> tuple[str, ...]:
        """Suffixes of styles that are written beside a grid."""

    def convert(self, source: str, target: Path) -> SheetReport:
        """Convert a sheet; a file that is there is replaced."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """The settings that all sheets of a batch share; sent to a process once."""

    mapping: ImageMapping
    """How pixels become classes, with the table of a cube."""

    layout: GridLayout
    """How the grids are written."""

    def settings(self, suffix: str) -> dict[str, Any]:
        """All that determines the bytes of a grid, apart from its source, as JSON values."""
        layout = self.layout
        crs, tiles = (
            (None, None) if layout.place is None else (layout.place.crs, layout.place.tiles)
        )
        numbers = {key: getattr(layout.numbering, key) for key in ("first", "nodata", "dtype")}
        return {
            "format": layout.format,
            "suffix": suffix,
            "values": layout.numbering.values,
            "cog": layout.cog,
            **({"styles": list(self.styles)} if self.styles else {}),
            **{key: value for key, value in numbers.items() if value is not None},
            **({} if tiles is None else {"tiles": tiles}),
            **({} if crs is None else {"crs": crs.to_wkt()}),
            **self.mapping.provenance,
        }

    @property
    def styles(self) -> tuple[str, ...]:
        """Suffixes of styles that are written beside a grid."""
        return tuple(f".{style}" for style in dict.fromkeys(self.layout.styles))

    def digest(self, settings: dict[str, Any]) -> str:
        """Digest of the settings and of the whole palette."""
        content = {"settings": settings, "palette": palette_to_json(self.mapping.palette)}
        return hashlib.sha256(dump_json(content).encode()).hexdigest()

    def convert(self, source: str, target: Path) -> ConversionReport:
        """Convert a sheet; a file that is there is replaced."""
        return convert_image(source, target, self.mapping, self.layout, overwrite=True)


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

    report: SheetReport | None = None
    """Of a sheet that was converted."""

    files: dict[str, int] = field(default_factory=dict)
    """Bytes of its grid and of the files beside it, by their names."""

    reason: str = ""
    """Why the sheet was not converted."""


Chunk = list[Task]
"""Tasks that are sent together."""

Runner = Callable[[SheetJob, Iterable[Chunk]], Generator[Outcome]]
"""Does tasks and yields their outcomes in any order; draws chunks only as needed."""


def convert_sheet(job: SheetJob, task: Task) -> Outcome:
    """Convert a sheet; an error becomes its outcome."""
    target = Path(task.target)
    try:
        with interrupts_first():
            target.parent.mkdir(parents=True, exist_ok=True)
            report = job.convert(task.source, target)
            files = _files_of(target, job.styles)
    except GeoindexError as error:
        return Outcome(number=task.number, reason=str(error))
    except MemoryError:
        reason = f"{task.source}: out of memory; use fewer jobs"
        return Outcome(number=task.number, reason=reason)
    except Exception as error:  # noqa: BLE001  a bad sheet must not stop the rest
        text = " ".join(str(error).split())
        reason = f"{task.source}: {type(error).__name__}: {text}"
        return Outcome(number=task.number, reason=reason)
    return Outcome(number=task.number, report=report, files=files)


def _files_of(target: Path, styles: tuple[str, ...]) -> dict[str, int]:
    """Bytes of a grid and of what is read with it: legend, sidecars, world file, CRS, styles."""
    beside = [target.with_name(target.name + suffix) for suffix in BEHIND]
    beside += [target.with_suffix(suffix) for suffix in (*INSTEAD, *styles)]
    sizes = {target.name: target.stat().st_size}
    for path in beside:
        with suppress(FileNotFoundError):
            sizes[path.name] = path.stat().st_size
    return sizes
