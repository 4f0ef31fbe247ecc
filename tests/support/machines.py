"""Run tests as on five other machines: ``python -m tests.support.machines [PYTEST ARGUMENT]...``.

Each has last bits of its own (:mod:`tests.support.shake`), a number of threads, instructions that
numpy and BLAS may use, a hash seed, a time zone and a locale; kernels are compiled for processors
without wide instructions. Ends with 0 if the tests pass on all.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import numpy as np

from geoindex.color.threads import n_cores

WIDE = " ".join(np.show_config("dicts")["SIMD Extensions"].get("found", []))
"""Instructions that numpy uses here beyond those that it needs."""

COMMON = {"NUMBA_CPU_NAME": "generic"}
# All x86-64 processors can do what Prescott and Nehalem can; on others BLAS disregards the names.
# A locale that is not installed counts as "C".
MACHINES: list[tuple[int, dict[str, str]]] = [  # threads, environment variables
    (
        1,
        {
            "NPY_DISABLE_CPU_FEATURES": WIDE,
            "OPENBLAS_CORETYPE": "Prescott",
            "PYTHONHASHSEED": "0",
            "TZ": "Pacific/Apia",
            "LC_ALL": "C",
        },
    ),
    (4, {"PYTHONHASHSEED": "1", "TZ": "America/St_Johns", "LC_ALL": "de_DE"}),
    (
        1,
        {
            "OPENBLAS_CORETYPE": "Nehalem",
            "PYTHONHASHSEED": "2",
            "TZ": "Asia/Kathmandu",
            "LC_ALL": "tr_TR.UTF-8",
        },
    ),
    (
        4,
        {
            "NPY_DISABLE_CPU_FEATURES": WIDE,
            "PYTHONHASHSEED": "3",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
        },
    ),
    (
        2,
        {
            "OPENBLAS_CORETYPE": "Prescott",
            "PYTHONHASHSEED": "4",
            "TZ": "Europe/Dublin",
            "LC_ALL": "ja_JP.eucJP",
        },
    ),
]


def run(seed: int, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run pytest on a machine; return what it printed."""
    n_threads, variables = MACHINES[seed]
    options = ["-p", "tests.support.shake", f"--shake-seed={seed}", f"--shake-threads={n_threads}"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, *arguments],
        env=os.environ | COMMON | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def main(arguments: list[str]) -> int:
    """Run pytest once for each machine, also where another one fails."""
    failed = []
    with ThreadPoolExecutor(n_cores()) as pool:
        runs = pool.map(run, range(len(MACHINES)), repeat(arguments))
        for seed, (machine, result) in enumerate(zip(MACHINES, runs, strict=True)):
            n_threads, variables = machine
            sys.stdout.write(
                f"machine {seed}: {n_threads} threads, {variables}\n{result.stdout}\n"
            )
            sys.stdout.flush()
            if result.returncode != 0:
                failed.append(seed)
    sys.stdout.write(f"failed on machines {failed}\n" if failed else "passed on all machines\n")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
