"""Cost of importing, public names, and the README."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import geoindex


def python(code: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return result.stdout


def test_import_loads_nothing_heavy() -> None:
    code = "import sys, json, geoindex; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(python(code)))
    assert not loaded & {"matplotlib", "sklearn", "xarray", "numba", "rasterio", "scipy"}


def test_the_list_of_palettes_loads_no_numpy() -> None:
    code = (
        "import sys, json; from geoindex.cli.app import cli\n"
        "cli.main(['palette', 'list', '--json'], standalone_mode=False)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert "numpy" not in json.loads(python(code).splitlines()[-1])


def test_indexing_loads_no_plotting_and_no_learning() -> None:
    code = (
        "import sys, json, numpy, geoindex\n"
        "geoindex.index_image(numpy.zeros((2, 2, 3), 'u1'), 'windows-256')\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert not set(json.loads(python(code))) & {"matplotlib", "sklearn", "xarray"}


def test_a_geopackage_needs_no_pandas(tmp_path: Path) -> None:
    path = str(tmp_path / "units.gpkg")
    code = (
        "import sys, json, numpy, geoindex\n"
        "grid = geoindex.index_image(numpy.zeros((2, 2, 3), 'u1'), 'windows-256')\n"
        f"geoindex.write_polygons(grid, {path!r})\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert not set(json.loads(python(code))) & {"pandas", "geopandas", "pyogrio", "pyarrow"}


@pytest.mark.parametrize(
    ("command", "not_needed"),
    [
        ("palette", {"numba", "rasterio", "affine", "geoindex.grid", "geoindex.grids"}),
        ("info", {"numba", "geoindex.clean", "geoindex.learn", "geoindex.indexing"}),
        # The processes that convert load kernels, the one that hands out sheets does not.
        ("batch", {"numba", "sklearn"}),
    ],
)
def test_commands_load_only_what_they_need(command: str, not_needed: set[str]) -> None:
    code = f"import sys, json, geoindex.cli.{command}; print(json.dumps(sorted(sys.modules)))"
    assert not set(json.loads(python(code))) & not_needed


def test_import_adds_only_itself_and_its_version_to_numpy() -> None:
    """Counts modules, not seconds: the count is the same on every machine."""
    code = (
        "import sys, importlib, typing, numpy; before = set(sys.modules); import geoindex; "
        "print(*sorted(set(sys.modules) - before))"
    )
    assert python(code).split() == ["geoindex", "geoindex.__version__"]


def test_every_public_name_resolves_and_stays_itself() -> None:
    for name in geoindex.__all__:
        assert getattr(geoindex, name) is not None
    assert callable(geoindex.convert)
    assert callable(geoindex.nearest)
    assert set(geoindex.__all__) <= set(dir(geoindex))


def test_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(geoindex, "quantise")


def test_readme_and_reference_list_the_public_names(repository: Path) -> None:
    names = sorted(set(geoindex.__all__) - {"__version__"})
    readme = (repository / "README.md").read_text(encoding="utf-8")
    table = readme.split("<!-- names -->")[1]
    assert sorted(re.findall(r"^\| `(\w+)", table, flags=re.MULTILINE)) == names
    reference = (repository / "docs" / "site" / "api.rst").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^   (\w+)$", reference, flags=re.MULTILINE)) == names


def test_site_lists_every_guide(repository: Path) -> None:
    contents = (repository / "docs" / "site" / "guides.md").read_text(encoding="utf-8")
    listed = re.findall(r"^/docs/(\w+)$", contents, flags=re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in (repository / "docs").glob("*.md"))


TOP = {
    ".ci", ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE",
    "Makefile", "README.md", "SECURITY.md", "benchmarks", "data", "docs", "eslint.config.mjs",
    "geoindex", "notebooks", "package.json", "pyproject.toml", "qgis", "tests", "tsconfig.json",
}  # fmt: skip
"""What may lie at the top of the repository."""

LARGEST_FILE = 1_000_000


def test_no_scratch_files_are_tracked(repository: Path) -> None:
    """What a run leaves behind is not added by mistake: known names at the top, and no data."""
    command = ["git", "ls-files", "-z"]
    if shutil.which("git") is None or not (repository / ".git").exists():
        pytest.skip("no git, or no repository")
    listed = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    names = [name for name in listed.stdout.split("\0") if (repository / name).is_file()]
    assert {Path(name).parts[0] for name in names} - TOP == set()
    large = [name for name in names if (repository / name).stat().st_size > LARGEST_FILE]
    assert large == []


@pytest.mark.slow
def test_works_where_no_cache_can_be_written(repository: Path, tmp_path: Path) -> None:
    """The cache folders of package and home are files, so numba cannot write its cache."""
    blocked = tmp_path / "file"
    blocked.touch()
    package = tmp_path / "geoindex"
    shutil.copytree(repository / "geoindex", package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (package, package / "color"):
        (folder / "__pycache__").touch()
    code = (
        "import geoindex; print(geoindex.__file__);"
        "print(geoindex.nearest([[9, 9, 9]], geoindex.Palette([[255, 0, 0], [0, 0, 0]])))"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(blocked),
        "XDG_CACHE_HOME": str(blocked),
        "LOCALAPPDATA": str(blocked),
    }
    environment.pop("NUMBA_CACHE_DIR", None)
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stderr == ""
    assert result.stdout.split() == [str(package / "__init__.py"), "[1]"]
