"""The zip of the plugin, as QGIS and plugins.qgis.org want it."""

from __future__ import annotations

import configparser
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import geoindex


@pytest.fixture(scope="session")
def make_zip(module: Callable[[str], ModuleType]) -> ModuleType:
    """``qgis/make_zip.py``."""
    return module("make_zip")


def test_zip_holds_the_plugin_alone_and_has_the_same_bytes(
    repository: Path, tmp_path: Path
) -> None:
    script = repository / "qgis" / "make_zip.py"
    for folder in ("a", "b"):
        command = [sys.executable, str(script), folder]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    paths = [tmp_path / folder / "geoindex_qgis.zip" for folder in ("a", "b")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    plugin = repository / "qgis" / "geoindex_qgis"
    names = {
        path.relative_to(plugin.parent).as_posix()
        for path in plugin.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    with zipfile.ZipFile(paths[0]) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {*names, "geoindex_qgis/LICENSE"}
        assert archive.read("geoindex_qgis/LICENSE") == (repository / "LICENSE").read_bytes()
        icons = [name for name in names if name.endswith(".svg")]
        assert {ET.fromstring(archive.read(name)).get("viewBox") for name in icons} == {
            "0 0 24 24"
        }


def test_metadata_is_that_of_the_project(repository: Path, make_zip: ModuleType) -> None:
    content = make_zip.plugin_files()["geoindex_qgis/metadata.txt"].decode()
    metadata = configparser.ConfigParser()
    metadata.read_string(content)
    general = metadata["general"]
    with (repository / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert general["version"] == geoindex.__version__
    assert general["description"] == project["description"]
    assert general["author"] == project["authors"][0]["name"]
    assert general["hasProcessingProvider"] == "yes"  # qgis_process asks for it
    assert "example.org" not in content


def test_what_the_site_would_refuse(make_zip: ModuleType) -> None:
    files = make_zip.plugin_files()
    # Addresses that the project does not have yet; none is made up.
    unknown = {f"metadata.txt has no {name}" for name in ("email", "tracker", "repository")}
    assert set(make_zip.problems(files)) <= unknown
    metadata = "geoindex_qgis/metadata.txt"
    files[metadata] = files[metadata].replace(b"author=", b"tracker=soon\nauthor=a/b ")
    del files["geoindex_qgis/LICENSE"]
    assert {
        "tracker is no web address: soon",
        "author has a slash",
        "LICENSE is missing",
    } <= set(make_zip.problems(files))
