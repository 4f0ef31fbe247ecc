"""Files of an output are old, new or none, and never those of two writers.

Every moment of a save and every race is tried in tests/grids/test_saves.py.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import IndexGrid, Survey, open_grid, write_horizon
from geoindex.errors import OutputError
from tests.support.saves import NEWS, OLD, Stop, same, stopping
from tests.support.silence import Case, Refused, check, command, table

SURVEY = Survey(inlines=(1, 12), crosslines=(1, 9), x=(100, 0, 10), y=(200, 10, 0))


def save(grid: IndexGrid, name: str, *, overwrite: bool = False) -> None:
    """Save a grid, as a horizon if the name says so."""
    if name.endswith(".dat"):
        write_horizon(on_survey(grid), SURVEY, name, header=True, overwrite=overwrite)
    else:
        grid.save(name, overwrite=overwrite)


def on_survey(grid: IndexGrid) -> IndexGrid:
    return IndexGrid(
        indices=grid.indices, palette=grid.palette, nodata=255, transform=SURVEY.transform
    )


def full_disk() -> None:
    raise OSError(28, "No space left on device")


def old_or_new(name: str, moment: int) -> bool:
    """Whether all files are old, or all new, after a disk that is full at some moment."""
    save(OLD, name)
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    with suppress(OutputError), stopping(Stop(moment, full_disk)):
        save(NEWS[0], name, overwrite=True)
        return same(open_grid(name), NEWS[0], Path(name).suffix)
    return before == {path.name: path.read_bytes() for path in Path().iterdir()}


def mixed(name: str, companion: str) -> object:
    """Open a grid beside which one file is that of another grid."""
    save(OLD, name)
    Path("other").mkdir()
    NEWS[0].save(Path("other") / name)
    (Path("other") / companion).replace(companion)
    return open_grid(name)


def killed(name: str, companion: str) -> object:
    """Open a grid whose writer was killed before its companion took its place."""
    save(OLD, name)
    Path(companion).unlink()
    Path(f".{name}.part").mkdir()
    return open_grid(name)


def race(save_one: Callable[[int], None]) -> list[int]:
    """Exit codes of two processes that write one target."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=save_one, args=(number,)) for number in (0, 1)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return sorted(process.exitcode or 0 for process in processes)


def save_one(number: int, name: str) -> None:
    """Save one of two grids, with exit code 1 if there is one already."""
    with suppress(OutputError):
        (OLD, NEWS[0])[number].save(name)
        sys.exit(0)
    sys.exit(1)


def section_that_is_there() -> str:
    """A section whose target is there is refused before its picture is looked for."""
    Path("s.sgy").write_text("old")
    place = ["--start", 0, 0, "--end", 10, 0, "--top", 0, "--bottom", 1, "-p", "tab20"]
    return command("section", "missing.png", "-o", "s.sgy", *place)


def both_ways(name: str) -> bool:
    """Whether a PNG that is written over another has its own place."""
    Image.fromarray(np.zeros((3, 3), np.uint8)).save("x.png")
    save(OLD, name)
    save(NEWS[0], name, overwrite=True)
    found = open_grid(name)
    return (found.transform, found.crs) == (NEWS[0].transform, NEWS[0].crs)


CASES = [
    *(
        Case(
            f"a full disk at moment {moment} of writing {name}",
            lambda n=name, m=moment: old_or_new(n, m),
            True,
            "the two grids",
        )
        for name in ("m.asc", "m.irap", "m.zmap", "m.grd", "m.cps3", "m.png", "m.npy", "m.dat")
        for moment in (2, 9, 12)
    ),
    *(
        Case(
            f"{companion} of another grid beside {name}",
            lambda n=name, c=companion: mixed(n, c),
            Refused("was written with another grid|was written for other cells"),
            "the checksum",
        )
        for name, companion in [
            *(("m.asc", file) for file in ("m.asc", "m.asc.legend.csv", "m.prj")),
            ("m.irap", "m.irap.legend.csv"),
            ("m.npy", "m.npy.json"),
        ]
    ),
    *(
        Case(
            f"a writer of {name} was killed",
            lambda n=name, c=companion: killed(n, c),
            Refused(
                rf"{companion} is missing \(its files are being written, or .* write it again"
            ),
            "the grid alone has no classes",
        )
        for name, companion in {"m.asc": "m.asc.legend.csv", "m.npy": "m.npy.json"}.items()
    ),
    *(
        Case(
            f"two processes and {name}",
            lambda n=name: race(lambda number: save_one(number, n)),
            [0, 1],
            "only one can be there",
        )
        for name in ("r.png", "r.tif", "r.asc", "r.npy")
    ),
    *(
        Case(f"{name} over another", lambda n=name: both_ways(n), True, "the grid that was saved")
        for name in ("m.png", "m.tif", "m.npy", "m.asc")
    ),
    Case(
        "a section whose target is there",
        section_that_is_there,
        Refused(r"s\.sgy: exists already"),
        "the old file",
    ),
]


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@table(CASES)
def test_outputs(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(case, tmp_path, monkeypatch)
