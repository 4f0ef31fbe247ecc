"""Finding and running the geoindex command from the plugin."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import psutil
import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are scripts")


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of an environment with the command, which nothing names."""
    monkeypatch.delenv("GEOINDEX_COMMAND", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    path = tmp_path / "env" / "bin" / "geoindex"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return tmp_path / "env"


@pytest.mark.parametrize("named", ["", "/", "/bin/geoindex"])
def test_environment_or_command_can_be_named(
    command: ModuleType, environment: Path, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = str(environment / "bin" / "geoindex")
    assert command.find_command(str(environment) + named) == found
    monkeypatch.setenv("GEOINDEX_COMMAND", f"{environment}{named}")
    assert command.find_command("/another") == found


@pytest.mark.parametrize("place", ["PATH", "HOME"])
def test_command_is_found_by_itself(
    command: ModuleType, environment: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = environment / "bin"
    if place == "HOME":
        folder = Path(os.environ["HOME"]) / ".local" / "bin"
        folder.parent.mkdir(parents=True)
        (environment / "bin").rename(folder)
    else:
        monkeypatch.setenv("PATH", str(folder))
    assert command.find_command() == str(folder / "geoindex")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("named", "text"), [("", "not found; install"), ("/x", "/x: there is no")]
)
def test_no_command_says_what_to_do(command: ModuleType, named: str, text: str) -> None:
    with pytest.raises(command.CommandError, match=f"{text}.* Options > Processing"):
        command.find_command(named)


def test_variables_of_qgis_do_not_reach_the_command(
    command: ModuleType, program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PROJ_LIB", "GDAL_DATA", "LD_LIBRARY_PATH"):
        monkeypatch.setenv(name, "/qgis")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/kept")
    seen = ast.literal_eval(command.run_command(program("print(dict(os.environ))"), []))
    assert not set(seen) & command.FOREIGN
    assert (seen["NUMBA_CACHE_DIR"], seen["PYTHONUTF8"]) == ("/kept", "1")
    windows = {"OSGEO4W_ROOT": "C:\\QGIS", "PATH": "c:\\qgis\\bin;D:\\x"}
    assert command.clean_environment(windows)["PATH"] == "D:\\x"


def test_output_progress_and_messages(command: ModuleType, program: Callable[[str], str]) -> None:
    path = program(
        "print(sys.argv[1:], 'Ä' * 100_000)\n"
        "print('progress 3', 'Warning: progress 5', 'progress 97', sep='\\n', file=sys.stderr)"
    )
    percents, messages = [], []
    output = command.run_command(
        path, ["a b", 1], on_progress=percents.append, on_message=messages.append
    )
    assert output == f"['a b', '1'] {'Ä' * 100_000}\n"
    assert (percents, messages) == ([3.0, 97.0], ["Warning: progress 5"])


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "print('Warning: x\\nError: a.tif: no such file', file=sys.stderr); sys.exit(1)",
            "^a.tif",
        ),
        ("sys.exit(3)", "geoindex ended with code 3"),
    ],
)
def test_failure_is_the_last_line(
    command: ModuleType, program: Callable[[str], str], code: str, message: str
) -> None:
    with pytest.raises(command.CommandError, match=message):
        command.run_command(program(code), [])


def test_program_that_cannot_start(command: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(command.CommandError, match="cannot be started"):
        command.run_command(str(tmp_path), [])


def test_cancel_ends_the_command_and_its_processes(
    command: ModuleType, program: Callable[[str], str], tmp_path: Path
) -> None:
    path = program(
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(tmp_path / 'pids')!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "print('progress 1', file=sys.stderr, flush=True)\n"
        "time.sleep(60)"
    )
    seen: list[float] = []
    with pytest.raises(command.CanceledError):
        command.run_command(path, [], is_canceled=lambda: bool(seen), on_progress=seen.append)
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    running = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    _, alive = psutil.wait_procs(running, timeout=10)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def test_options_are_split_like_a_command_line(command: ModuleType) -> None:
    text = r'--gdal  --ink "red, dark" --name="C:\a b" -q'
    expected = ["--gdal", "--ink", "red, dark", r"--name=C:\a b", "-q"]
    assert command.split_options(text) == expected
    assert command.split_options(" ") == []


def test_every_module_is_of_the_oldest_python(repository: Path) -> None:
    paths = list((repository / "qgis" / "geoindex_qgis").glob("*.py"))
    assert len(paths) > 5
    for path in paths:
        code = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
        assert ast.unparse(code.body[1]) == "from __future__ import annotations"
