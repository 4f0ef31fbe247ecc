"""Images that are written to, cut, replaced or removed while they are read."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex.images.blocks import BLOCK_PIXELS
from tests.faults.state import files_in, hidden_in, put
from tests.support.forks import Forks

SHAPE = (3000, 1200)
"""Several blocks, so that the second may be of another image than the first."""

FORMATS = {"png": {}, "tif": {"compression": "raw"}, "jpg": {"quality": 90}, "bmp": {}}


def rewrite(path: Path, other: Path) -> None:
    """As programs save: the same file, other bytes."""
    with path.open("r+b") as file:
        file.write(other.read_bytes())


def cut(path: Path, other: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def replace(path: Path, other: Path) -> None:
    aside = path.with_name("aside")
    aside.write_bytes(other.read_bytes())
    aside.replace(path)


def remove(path: Path, other: Path) -> None:
    path.unlink()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert SHAPE[0] * SHAPE[1] > BLOCK_PIXELS
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(3)
    small = rng.integers(0, 4, (SHAPE[0] // 10, SHAPE[1] // 10))
    colors = np.array([[20, 20, 20], [230, 60, 20], [250, 240, 200], [90, 160, 70]], np.uint8)
    for number in (1, 2):
        picture = colors[np.kron((small + number) % 4, np.ones((10, 10), np.int64))]
        for suffix, options in FORMATS.items():
            Image.fromarray(picture).save(folder / f"{number}.{suffix}", **options)
    return folder


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("change", [rewrite, cut, replace, remove])
def test_a_source_that_changes(
    suffix: str,
    change: Callable[[Path, Path], None],
    pictures: Path,
    inputs: Path,
    forks: Forks,
    work: Path,
    rounds: int,
) -> None:
    first, second = (pictures / f"{number}.{suffix}" for number in (1, 2))
    source = work.parent / f"map.{suffix}"
    line = ["convert", source, "-p", inputs / "legend1.csv", "-o", "out.npy"]
    results = []
    for picture in (first, second):
        replace(source, picture)
        started = time.perf_counter()
        assert forks.run([*line, "--overwrite"], work)[0] == 0
        seconds = time.perf_counter() - started
        results.append(files_in(work))
    dice = random.Random(suffix + change.__name__)
    for _ in range(2 * rounds):
        put(work, {})
        replace(source, first)
        child = forks.start(line, work)
        time.sleep(dice.uniform(0, seconds))
        change(source, second)
        code, _, errors = child.wait()
        found = files_in(work)
        assert not hidden_in(work)
        if code == 0:
            # All of it was read before the change, or after.
            assert found in results
            continue
        assert (code, found) == (1, {})
        said = [part for part in errors.splitlines() if not part.startswith("Warning: ")]
        assert len(said) == 1, errors
        assert said[0].startswith(f"Error: {source}: "), errors
        reasons = ("changed while it was read", "damaged or cut short", "no such file", "cannot")
        assert any(reason in said[0] for reason in reasons), errors
