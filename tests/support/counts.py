"""How much the tests of docs/reliability.md try; ``python -m tests.support.counts``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.faults.commands import commands

ROOT = Path(__file__).parents[2]

HOSTILE = {
    "images": "images",
    "beside": "files beside images",
    "palettes": "palettes, styles, color cubes",
    "grids": "grids, sidecars, legends",
    "texts": "surveys, horizons, configurations",
}


def hostile() -> Iterator[tuple[str, int]]:
    """Cases of hostile files by kind."""
    # Where they would lead to; nothing is opened.
    os.environ.setdefault("CANARY", "canary")
    os.environ.setdefault("CANARY_ADDRESS", "address")
    from tests.hostile import beside, grids, images, palettes, texts

    for module in (images, beside, palettes, grids, texts):
        name = module.__name__.rpartition(".")[2]
        yield HOSTILE[name], sum(1 for _ in module.cases())


def fuzzed() -> tuple[int, int]:
    """Parsers that are fuzzed, and files of their corpus."""
    from tests.fuzz.corpus import load_corpus
    from tests.fuzz.targets import targets

    found = targets()
    return len(found), sum(len(load_corpus(name)) for name in found)


def collected(*arguments: str) -> int:
    """Number of tests that pytest finds."""
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-qq", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    lines = [line.rpartition(":")[2] for line in result.stdout.splitlines() if ".py: " in line]
    return sum(map(int, lines))


def main() -> None:
    """Print the table."""
    n_targets, n_files = fuzzed()
    rows = [
        ("commands and formats that are killed, interrupted and run out of space",
         sum(1 for _ in commands())),
        ("tests of faults", collected("-m", "faults", "tests/faults")),
        *((f"hostile files: {kind}", number) for kind, number in hostile()),
        ("parsers that are fuzzed", n_targets),
        ("files from which fuzzing begins", n_files),
    ]  # fmt: skip
    sys.stdout.write("| what | number |\n| --- | ---: |\n")
    for what, number in rows:
        sys.stdout.write(f"| {what} | {number:,} |\n")


if __name__ == "__main__":
    main()
