"""The engine of a batch: sheets are found, shared among processes, and recorded when done."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import closing
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from geoindex.batch.job import Chunk, Outcome, Runner, SheetJob, convert_sheet
from geoindex.batch.manifest import open_manifest
from geoindex.batch.processes import run_in_processes
from geoindex.batch.report import BatchReport
from geoindex.batch.sheets import find_sheets, named_sheets
from geoindex.batch.state import Batch
from geoindex.color.threads import Progress, n_cores
from geoindex.errors import BatchError, OptionError
from geoindex.files.whole_files import make_folder
from geoindex.grids.formats import GridFormat
from geoindex.palette import Palette

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["chunk_size", "run_batch", "suffix_of"]

LARGEST_CHUNK = 16
"""Most tasks sent to a process, or to a worker of a cluster, at once."""


def run_batch(
    job: SheetJob,
    srcs: str | PathLike[str] | Iterable[str | PathLike[str]],
    folder: Path,
    suffix: str,
    *,
    jobs: int | None,
    resume: bool,
    overwrite: bool,
    fail_fast: bool,
    name: str | None,
    prune: bool,
    progress: Progress | None,
    client: Client | None,
    any_suffix: bool = False,
    palette: Palette | None = None,
) -> BatchReport:
    """Do a job on many image files.

    Parameters
    ----------
    job : SheetJob
    srcs, jobs, resume, overwrite, fail_fast, name, prune, progress, client
        As in :func:`geoindex.convert_many`.
    folder : Path
        Of the grids.
    suffix : str
        Of the grids, with the dot.
    any_suffix : bool
        Whether globs match files of any suffix.
    palette : Palette, optional
        The classes of the grids, to warn of grids of another one.
    """
    if jobs is not None and jobs < 1:
        raise OptionError(f"jobs must be 1 or more, found {jobs}")
    settings = job.settings(suffix)
    sheets = find_sheets(srcs, folder, suffix, any_suffix=any_suffix)
    if name is not None:
        sheets = named_sheets(sheets, name)
    make_folder(folder)
    with open_manifest(folder) as manifest:
        batch = Batch(folder, manifest, job.digest(settings), progress)
        tasks = batch.plan(sheets, resume=resume, overwrite=overwrite, is_far=client is not None)
        if palette is not None:
            batch.warn_of_palettes(palette)
        batch.note_without_source(prune=prune)
        if tasks and not (fail_fast and batch.failed):
            manifest.start(settings, batch.digest)
            run, n_processes = _runner(jobs, len(tasks), client)
            chunks = batch.begun(tasks, chunk_size(len(tasks), n_processes))
            with closing(run(job, chunks)) as outcomes:
                batch.collect(outcomes, n_tasks=len(tasks), fail_fast=fail_fast)
    return batch.report()


def chunk_size(n_tasks: int, n_processes: int) -> int:
    """Tasks to send at once: few messages, but no process has much left at the end."""
    return min(LARGEST_CHUNK, max(1, n_tasks // (8 * n_processes)))


def _runner(jobs: int | None, n_tasks: int, client: Client | None) -> tuple[Runner, int]:
    """Choose the runner; return it with the number of sheets that it does at a time."""
    if client is not None:
        try:
            from geoindex.batch.cluster import n_threads, run_on_cluster
        except ImportError as error:
            raise BatchError("a client needs Dask; install geoindex-raster[dask]") from error
        return run_on_cluster(client), max(1, n_threads(client))
    n_processes = min(jobs or n_cores(), n_tasks)
    if n_processes == 1:
        return _run_here, 1
    return run_in_processes(n_processes), n_processes


def _run_here(job: SheetJob, chunks: Iterable[Chunk]) -> Generator[Outcome]:
    """Do the tasks in this process."""
    for chunk in chunks:
        for task in chunk:
            yield convert_sheet(job, task)


def suffix_of(name: str, grid_format: GridFormat) -> str:
    """Suffix that a name of a format stands for, with the dot."""
    suffix = "." + name.lower().removeprefix(".")
    return suffix if suffix in grid_format.suffixes else grid_format.suffixes[0]
