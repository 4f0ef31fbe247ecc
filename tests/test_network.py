"""geoindex calls nobody: no module needs a socket to be imported, or imports what calls others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import python

IMPORT_ALL = """
import importlib, pkgutil, sys

def forbid(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.")):
        raise RuntimeError(f"{event} {arguments}")

sys.addaudithook(forbid)
import geoindex
names = [module.name for module in pkgutil.walk_packages(geoindex.__path__, "geoindex.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""

NETWORK = {
    "aiohttp", "asyncio", "boto3", "ftplib", "fsspec", "http", "httpx", "imaplib",
    "multiprocessing.connection",
    "poplib", "requests", "smtplib", "socket", "socketserver", "ssl", "telnetlib", "urllib",
    "urllib3", "webbrowser", "xmlrpc",
}  # fmt: skip


def test_every_module_is_imported_without_a_socket() -> None:
    result = python("-c", IMPORT_ALL)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > 200


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module)


@pytest.mark.parametrize("root", ["geoindex", "qgis"])
def test_no_module_imports_what_calls_others(repository: Path, root: str) -> None:
    found = {
        f"{path.relative_to(repository)}: {name}"
        for path in (repository / root).rglob("*.py")
        for name in imported(path)
        if name in NETWORK or name.partition(".")[0] in NETWORK
    }
    assert found == set()
