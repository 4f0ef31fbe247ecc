"""Change code and see whether tests notice: ``python -m tests.support.mutants [GROUP]...``.

cosmic-ray makes the mutants; a sample of them that a seed determines is tried, each with the tests
of its module only that take no more than seconds, in a process forked from one that has imported
what they need of others. The code is that of a copy, which compiles only the kernels that a
mutant changes. Prints the survivors, and how many of each group were killed so far, then all.
Constants in annotations and decorators are left alone.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import os
import random
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

EXCHANGE = "geoindex/grids/exchange"

COLOR_TESTS = [f"tests/{name}.py" for name in (
    "color/test_merged", "color/test_spaces", "color/test_histogram", "color/test_metrics",
    "color/test_nearest", "color/test_noise", "color/test_few_colors", "indexing/test_merge",
)]  # fmt: skip

GROUPS: dict[str, tuple[list[str], list[str]]] = {
    "palette": (
        ["geoindex/palette.py"], ["tests/test_palette.py", "tests/palettes/test_edits.py"],
    ),
    "grid": (
        ["geoindex/grid.py", "geoindex/class_array.py"],
        ["tests/test_grid.py", "tests/grids/test_class_values.py"],
    ),
    "survey": (
        ["geoindex/survey.py"],
        ["tests/test_survey.py", "tests/opendtect/test_survey_file.py"],
    ),
    "scale": (["geoindex/rules/scale.py"], ["tests/rules/test_scale.py"]),
    "color": (
        [f"geoindex/color/{name}.py" for name in (
            "few_colors", "histogram", "mapper", "merged", "metrics", "spaces",
        )],
        COLOR_TESTS,
    ),
    "color kernels": (
        [f"geoindex/color/{name}.py" for name in (
            "ciede2000", "ciede2000_cells", "counting_kernels", "full_depth", "metric_cells",
            "metric_kernels", "rgb_kernels", "scattered",
        )],
        COLOR_TESTS,
    ),
    "pixels": (
        [f"geoindex/color/{name}.py" for name in ("alpha", "dask", "pixels", "threads")],
        [f"tests/{name}.py" for name in (
            "color/test_nearest", "images/test_oddities", "images/test_scale_of_integers",
            "images/test_blocks", "indexing/test_dask_arrays",
        )],
    ),
    "places of grids": (
        [f"{EXCHANGE}/{name}.py" for name in (
            "cps3", "esri", "grass", "irap", "lattice", "surfer6", "surfer6_binary", "surfer7",
            "zmap",
        )],
        [f"tests/grids/{name}.py" for name in (
            "test_exchange_headers", "test_exchange_places", "test_irap", "test_grids_as_they_are",
            "test_exchange_errors", "test_exchange",
        )],
    ),
}  # fmt: skip
"""Modules, and the tests that should notice."""

OTHERS = (
    "affine", "click.testing", "hypothesis.strategies", "matplotlib.figure", "numba", "PIL.Image",
    "pytest", "rasterio", "scipy.ndimage", "segyio", "xarray", "xtgeo",
)  # fmt: skip
"""Libraries that are imported once."""

OPTIONS = [
    "-q", "-x", "-m", "not slow and not faults", "-p", "no:cacheprovider",
    "--hypothesis-profile=mutants",
    # What is imported already cannot be rewritten, which pytest warns of.
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
]  # fmt: skip

MOST_TIMES = 5
"""A mutant whose tests take so many times their processor time counts as killed."""


MEMORY = 6 * 2**30
"""Address space of the tests: a mutant may ask for any amount."""


@dataclass(frozen=True)
class Mutant:
    """A change of one place in a file."""

    path: Path
    operator: str
    occurrence: int


def mutants(path: Path) -> Iterator[Mutant]:
    """All mutants of a module."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    source = path.read_text("utf-8")
    kept = set(_left_alone(source))
    nodes = list(ast_nodes(get_ast(source)))
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments() or name == "core/NoOp":
            continue
        places = (start for node in nodes for start, _ in operator().mutation_positions(node))
        for occurrence, (line, _) in enumerate(places):
            if line not in kept:
                yield Mutant(path, name, occurrence)


def _left_alone(source: str) -> Iterator[int]:
    """Lines of annotations and decorators, which change nothing, or all."""
    for node in ast.walk(ast.parse(source)):
        parts: list[ast.expr | None] = []
        if isinstance(node, ast.FunctionDef):
            parts = [*node.decorator_list, node.returns]
        elif isinstance(node, ast.arg | ast.AnnAssign) and not getattr(node, "value", None):
            parts = [node.annotation]
        for part in parts:
            if part is not None:
                yield from range(part.lineno, (part.end_lineno or part.lineno) + 1)


def mutated(mutant: Mutant) -> str | None:
    """Code of a mutant; None if it is the same, or no code."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = mutant.path.read_text("utf-8")
    code = mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)
    try:
        # 1.7e38 + 1 is the same number.
        same = code is None or ast.dump(ast.parse(code)) == ast.dump(ast.parse(source))
    except SyntaxError:  # the star before keyword-only arguments is taken for a product
        return None
    return None if same else str(code)


def passes(tests: list[str], seconds: int) -> bool:
    """Whether tests pass in a fork of this process, within some seconds of processor time."""
    pid = os.fork()
    if pid == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        with Path(os.devnull).open("w") as nowhere:
            for number in (1, 2):
                os.dup2(nowhere.fileno(), number)
            import pytest

            code = 3
            with suppress(BaseException):
                code = int(pytest.main([*OPTIONS, *tests]))
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def try_group(name: str, number: int, seed: int) -> tuple[int, int]:
    """Try a sample of a group; print survivors; return how many were killed, and tried."""
    modules, tests = GROUPS[name]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    if not passes(tests, 3600):
        raise SystemExit(f"{name}: the tests fail without any change")
    took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    kept = {path: path.read_bytes() for path in Path("geoindex").rglob("*.nbc")}
    every = [mutant for module in modules for mutant in mutants(Path(module))]
    random.Random(seed).shuffle(every)
    killed = tried = 0
    for mutant in every:
        if tried == number:
            break
        code, source = mutated(mutant), mutant.path.read_text("utf-8")
        if code is None:
            continue
        tried += 1
        try:
            mutant.path.write_text(code, "utf-8")
            survived = passes(tests, int(MOST_TIMES * took) + 10)
        finally:
            mutant.path.write_text(source, "utf-8")
        # Machine code of changed kernels replaces theirs.
        for path, machine_code in kept.items():
            if not path.exists():
                path.write_bytes(machine_code)
        killed += not survived
        if survived:
            lines = difflib.unified_diff(
                source.splitlines(),
                code.splitlines(),
                str(mutant.path),
                "survived",
                n=0,
                lineterm="",
            )
            sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.write(f"{name}: {killed} of {tried} killed\n")
        sys.stdout.flush()
    return killed, tried


def main() -> None:
    """Try some of each group that was named, by default of all."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.mutants")
    parser.add_argument("--number", type=int, default=40, help="mutants of each group")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []])
    given = parser.parse_args()
    for library in OTHERS:
        importlib.import_module(library)
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory() as top:
        copy = Path(top) / "copy"
        copy.mkdir()
        for name in ("geoindex", "tests", "data"):
            shutil.copytree(ROOT / name, copy / name)
        shutil.copy(ROOT / "pyproject.toml", copy)
        os.chdir(copy)
        # Not the code and tests that this process is of.
        sys.path[:] = [str(copy), *(place for place in sys.path if place not in ("", str(ROOT)))]
        for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
            del sys.modules[name]
        rows = []
        for group in given.groups or GROUPS:
            killed, tried = try_group(group, given.number, given.seed)
            rows.append(f"| {group} | {tried} | {killed} | {killed / max(tried, 1):.0%} |")
        sys.stdout.write("| code | mutants | killed | share |\n| --- | ---: | ---: | ---: |\n")
        sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
