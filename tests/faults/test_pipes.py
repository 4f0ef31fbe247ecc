"""Standard output that is read slowly, not at all, or cannot be written."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.faults.state import files_in, hidden_in
from tests.support.command_line import environment


def start(*arguments: object, cwd: Path, **streams: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "geoindex", *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        text=True,
        stderr=subprocess.PIPE,
        **streams,
    )


def test_a_stalled_pipe(work: Path) -> None:
    """More than a pipe holds comes out whole in the end."""
    process = start("palette", "show", "windows-256", "--json", cwd=work, stdout=subprocess.PIPE)
    time.sleep(2)
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert len(json.loads(out)["colors"]) == 256


def test_a_closed_pipe(inputs: Path, work: Path) -> None:
    """What was written is whole, and nothing is said to nobody."""
    line = ["convert", inputs / "map.png", "-p", inputs / "legend1.csv", "-o", "out.tif", "--json"]
    with start(*line, cwd=work, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert (process.stderr.read(), process.wait(60)) == ("", 1)
    assert set(files_in(work)) == {"out.tif", "out.tif.aux.xml"}
    assert not hidden_in(work)


def test_a_full_output(inputs: Path, work: Path) -> None:
    with Path("/dev/full").open("w") as full:
        process = start("info", inputs / "grid1.tif", cwd=work, stdout=full)
        errors = process.communicate(timeout=60)[1]
    assert (process.returncode, errors) == (1, "Error: No space left on device\n")
