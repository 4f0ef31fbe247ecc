"""The state of a batch while it runs: what is done, skipped, failed and still to do."""

from __future__ import annotations

import os
import shutil
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from geoindex.batch.job import Chunk, Outcome, SheetReport, Task
from geoindex.batch.manifest import Manifest
from geoindex.batch.report import BatchReport, FailedSheet, SkippedSheet
from geoindex.batch.sheets import FolderListings, Sheet, target_problems
from geoindex.color.threads import Progress
from geoindex.errors import GeoindexWarning, OutputError
from geoindex.palette import Palette

__all__ = ["Batch"]

FULL_DISK = 2**20
"""A disk with fewer free bytes is full."""


@dataclass
class Batch:
    """The state of a batch while it runs."""

    folder: Path
    manifest: Manifest
    digest: str
    progress: Progress | None
    sheets: list[Sheet] = field(default_factory=list)
    signatures: dict[int, list[list[str | int]]] = field(default_factory=dict)
    done: dict[int, SheetReport] = field(default_factory=dict)
    skipped: list[SkippedSheet] = field(default_factory=list)
    failed: dict[int, FailedSheet] = field(default_factory=dict)
    without_source: tuple[str, ...] = ()
    pruned: bool = False
    again: set[int] = field(default_factory=set)
    started: float = field(default_factory=time.perf_counter)

    def plan(
        self, sheets: list[Sheet], *, resume: bool, overwrite: bool, is_far: bool
    ) -> list[Task]:
        """Skip what is done and note what cannot be done; return the rest.

        Parameters
        ----------
        sheets : list of Sheet
        resume, overwrite : bool
            As in :func:`geoindex.convert_many`.
        is_far : bool
            Whether the tasks leave this machine, so that their paths must be absolute.
        """
        # Grids among the sources are not sources.
        self.sheets = [sheet for sheet in sheets if not self.manifest.is_grid(sheet.source)]
        problems = target_problems(self.sheets, self.folder)
        listings = FolderListings()
        tasks = []
        for number, sheet in enumerate(self.sheets):
            target = self.folder / sheet.name
            problem = problems.get(str(sheet.source))
            if problem is None and not overwrite:
                problem = self._occupied(sheet)
            if problem is not None:
                self._fail(number, problem)
                continue
            try:
                signature = listings.signature(sheet.source)
            except OSError as error:
                self._fail(number, f"{sheet.source}: cannot be read: {error.strerror}")
                continue
            if resume and self.manifest.is_made(
                sheet.name, sheet.source_place, signature, self.digest
            ):
                self.skipped.append(SkippedSheet(source=str(sheet.source), target=str(target)))
                continue
            self.signatures[number] = signature
            if resume and self.manifest.was_made(sheet.name):
                self.again.add(number)
            paths = [path.absolute() if is_far else path for path in (sheet.source, target)]
            tasks.append(Task(number=number, source=str(paths[0]), target=str(paths[1])))
        return tasks

    def _occupied(self, sheet: Sheet) -> str | None:
        """Why the name of a grid is taken, if it is."""
        target = self.folder / sheet.name
        if self.manifest.is_foreign(sheet.name):
            return f"{target}: exists already and was not made by a batch; use overwrite=True"
        other = self.manifest.other_source(sheet.name, sheet.source_place)
        if other is None:
            return None
        return (
            f"{target}: was made from another image, {os.path.normpath(self.folder / other)}; "
            "choose another output folder, or use overwrite=True"
        )

    def warn_of_palettes(self, palette: Palette) -> None:
        """Warn if grids of another palette stay in the folder, where a number is another class."""
        names = {sheet.name for sheet in self.sheets}
        others = self.manifest.other_palettes(names, palette.sha256)
        if others:
            warnings.warn(
                f"{self.folder}: {len(others):,} grids, such as {others[0]}, were made with "
                "another palette, so that the same number is another class; use an output folder "
                "for each palette",
                GeoindexWarning,
                stacklevel=3,
            )

    def note_without_source(self, *, prune: bool) -> None:
        """Find the grids whose image is gone, and remove them if that is wanted."""
        found = self.manifest.without_source()
        if prune:
            for name in found:
                self.manifest.remove(name)
        self.without_source = tuple(str(self.folder / name) for name in found)
        self.pruned = prune

    def begun(self, tasks: list[Task], size: int) -> Iterator[Chunk]:
        """Yield chunks of tasks, each recorded as begun when it is drawn."""
        remaining = iter(tasks)
        while chunk := list(islice(remaining, size)):
            sheets = [self.sheets[task.number] for task in chunk]
            self.manifest.begin({sheet.name: sheet.source_place for sheet in sheets})
            yield chunk

    def collect(self, outcomes: Iterator[Outcome], *, n_tasks: int, fail_fast: bool) -> None:
        """Record outcomes as they arrive.

        Raises
        ------
        OutputError
            The disk is full, so no other sheet could be written either.
        """
        self._tell(0, n_tasks)
        for finished, outcome in enumerate(outcomes, start=1):
            number = outcome.number
            sheet = self.sheets[number]
            if outcome.report is None:
                self._fail(number, outcome.reason)
                self._check_disk()
            else:
                signature = self.signatures.pop(number)
                self.manifest.finish(
                    sheet.name, sheet.source_place, signature, self.digest, outcome.files
                )
                self.done[number] = replace(
                    outcome.report,
                    source=str(sheet.source),
                    target=str(self.folder / sheet.name),
                )
            self._tell(finished, n_tasks)
            if fail_fast and self.failed:
                return

    def report(self) -> BatchReport:
        """Sum up."""
        return BatchReport(
            folder=str(self.folder),
            done=tuple(self.done[number] for number in sorted(self.done)),
            skipped=tuple(self.skipped),
            failed=tuple(self.failed[number] for number in sorted(self.failed)),
            n_sheets=len(self.sheets),
            n_again=len(self.again & self.done.keys()),
            seconds=time.perf_counter() - self.started,
            without_source=self.without_source,
            pruned=self.pruned,
        )

    def _fail(self, number: int, reason: str) -> None:
        sheet = self.sheets[number]
        self.failed[number] = FailedSheet(
            source=str(sheet.source), target=str(self.folder / sheet.name), reason=reason
        )

    def _check_disk(self) -> None:
        if shutil.disk_usage(self.folder).free < FULL_DISK:
            raise OutputError(
                f"{self.folder}: the disk is full after {len(self.done):,} sheets; free some "
                "space and run the same command again to continue"
            )

    def _tell(self, finished: int, n_tasks: int) -> None:
        if self.progress is not None:
            self.progress(finished, n_tasks)
