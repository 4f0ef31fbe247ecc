"""Fuzz the parsers, guided by coverage: ``python -m tests.fuzz [--seconds N] [TARGET]...``.

Each target runs in a process of its own, from its seeds and the corpus in the repository. Prints
a table of executions and findings; the files of findings are kept in ``fuzz-findings``, and the
exit code is 1 if there are any. A finding becomes a test in ``tests/hostile``. ``--keep`` puts
what was found to take a parser new ways into the corpus.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

from geoindex.color.compiling import KERNEL_MODULES
from geoindex.errors import GeoindexError, GeoindexWarning

FINDINGS = Path("fuzz-findings")

LONGEST_SECONDS = 10
"""Of one file; the promise is 2 seconds, without instruments and others at work."""

MOST_MEGABYTES = 2000

LONGEST_FILE = 4096

PARSERS = [
    "geoindex.batch.manifest", "geoindex.cli.config", "geoindex.files", "geoindex.grids",
    "geoindex.images", "geoindex.opendtect", "geoindex.palette", "geoindex.palettes",
    "geoindex.rules", "geoindex.survey", "geoindex.values", "tomllib",
]  # fmt: skip
"""What coverage is taken of."""


def fuzz(name: str, seconds: int, place: Path) -> None:
    """Fuzz one target in this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=PARSERS, exclude=list(KERNEL_MODULES)):
        from tests.fuzz.corpus import load_corpus
        from tests.fuzz.targets import targets
    target = targets()[name]
    corpus = place / "corpus"
    corpus.mkdir()
    for number, content in enumerate([*target.seeds, *load_corpus(name)]):
        (corpus / f"{number}").write_bytes(content)
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", GeoindexWarning)
    known: set[str] = set()

    def once(content: bytes) -> None:
        try:
            target.read(content)
        except GeoindexError:
            pass
        except Exception as error:  # noqa: BLE001  what is to be found
            frames = traceback.extract_tb(error.__traceback__)
            ours = [frame for frame in frames if "geoindex" in Path(frame.filename).parts]
            where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
            kind = f"{type(error).__name__} in {where}"
            if kind not in known:
                known.add(kind)
                (place / f"finding-{len(known)}").write_bytes(content)
                with (place / "findings.jsonl").open("a") as file:
                    file.write(json.dumps([kind, str(error)[:300]]) + "\n")

    options = {
        "max_total_time": seconds, "timeout": LONGEST_SECONDS, "rss_limit_mb": MOST_MEGABYTES,
        "max_len": LONGEST_FILE, "len_control": 10, "print_final_stats": 1,
        "artifact_prefix": f"{place}/",
    }  # fmt: skip
    lines = [f"-{key}={value}" for key, value in options.items()]
    atheris.Setup([sys.argv[0], *lines, str(corpus)], once)
    atheris.Fuzz()


def run(name: str, seconds: int, place: Path) -> tuple[int, int, list[str]]:
    """Fuzz one target in a process; return executions, branches that were taken, and findings."""
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fuzz",
            "--seconds",
            str(seconds),
            "--inside",
            str(place),
            name,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(place)},
        check=False,
    )
    said = result.stderr.decode(errors="replace")
    executions = re.findall(r"^stat::number_of_executed_units: *(\d+)", said, re.MULTILINE)
    covered = re.findall(r"^#\d+\t.* cov: (\d+)", said, re.MULTILINE)
    findings = []
    if (place / "findings.jsonl").is_file():
        for line in (place / "findings.jsonl").read_text().splitlines():
            kind, text = json.loads(line)
            findings.append(f"{kind}: {text}")
    stopped = [
        path.name
        for path in place.glob("*-*")
        if path.name.startswith(("timeout", "oom", "crash"))
    ]
    findings += stopped
    if result.returncode and not stopped:
        findings.append(f"ended by {result.returncode}: {said[-2000:]}")
    return int(executions[-1]) if executions else 0, int(covered[-1]) if covered else 0, findings


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the targets that were named, by default all."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=20, help="for each target")
    parser.add_argument("--keep", action="store_true", help="add to the corpus")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("targets", nargs="*")
    given = parser.parse_args()
    if given.inside:
        fuzz(given.targets[0], given.seconds, Path(given.inside))
    from tests.fuzz.corpus import save_corpus
    from tests.fuzz.targets import targets

    unknown = set(given.targets).difference(targets())
    if unknown:
        parser.error(f"no such targets: {sorted(unknown)}; there are {', '.join(targets())}")
    memory = Path("/dev/shm")
    total, n_found = 0, 0
    tell("| target | executions | branches | findings |\n| --- | ---: | ---: | ---: |")
    for name in given.targets or targets():
        with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as top:
            place = Path(top)
            executions, covered, findings = run(name, given.seconds, place)
            tell(f"| {name} | {executions:,} | {covered:,} | {len(findings)} |")
            for finding in findings:
                tell(f"  {finding}")
            for path in place.iterdir():
                if path.is_file() and "-" in path.name:
                    FINDINGS.mkdir(exist_ok=True)
                    (FINDINGS / f"{name}-{path.name}").write_bytes(path.read_bytes())
            if given.keep:
                save_corpus(name, [path.read_bytes() for path in (place / "corpus").iterdir()])
        total, n_found = total + executions, n_found + len(findings)
    tell(f"{total:,} executions, {n_found} findings")
    return int(n_found > 0)


if __name__ == "__main__":
    sys.exit(main())
