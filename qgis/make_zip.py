"""Write the QGIS plugin as a zip: ``python qgis/make_zip.py [FOLDER]``, the same bytes each time.

The rules are those of plugins.qgis.org, as far as they can be checked without the web.
"""

from __future__ import annotations

import configparser
import re
import sys
import tomllib
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = "geoindex_qgis"
CONTENT = ("*.py", "metadata.txt", "icon.svg", "icons/*.svg")
REQUIRED = (
    "name",
    "description",
    "version",
    "qgisMinimumVersion",
    "author",
    "email",
    "about",
    "tracker",
    "repository",
)
LINKS = ("homepage", "tracker", "repository")
LARGEST_BYTES = 25_000_000
EPOCH = (1980, 1, 1, 0, 0, 0)


def plugin_files() -> dict[str, bytes]:
    """Content of the files of the plugin by their names in the zip, in order."""
    folder = HERE / PACKAGE
    paths = sorted(path for pattern in CONTENT for path in folder.glob(pattern))
    files = {path.relative_to(HERE).as_posix(): _lines(path) for path in paths}
    files[f"{PACKAGE}/LICENSE"] = _lines(HERE.parent / "LICENSE")
    files[f"{PACKAGE}/metadata.txt"] += project_links().encode()
    return dict(sorted(files.items()))


def project_links() -> str:
    """Lines of metadata.txt that the project's own metadata has: addresses, if there are any."""
    with (HERE.parent / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    urls = {name.lower(): url for name, url in project.get("urls", {}).items()}
    facts = {
        "email": project["authors"][0].get("email"),
        "homepage": urls.get("homepage"),
        "tracker": urls.get("issues"),
        "repository": urls.get("repository"),
    }
    return "".join(f"{name}={text}\n" for name, text in facts.items() if text)


def problems(files: dict[str, bytes]) -> list[str]:
    """List what plugins.qgis.org would refuse."""
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.optionxform = str  # type: ignore[assignment,method-assign]  # as its docs say
    metadata.read_string(files[f"{PACKAGE}/metadata.txt"].decode())
    general = metadata["general"]
    found = [f"metadata.txt has no {name}" for name in REQUIRED if not general.get(name)]
    found += [
        f"{name} is no web address: {general[name]}"
        for name in LINKS
        if name in general and not re.match(r"https?://[^/]+", general[name])
    ]
    if "/" in general["author"]:
        found.append("author has a slash")
    needed = ["__init__.py", "metadata.txt", "LICENSE", general["icon"]]
    found += [f"{name} is missing" for name in needed if f"{PACKAGE}/{name}" not in files]
    if sum(map(len, files.values())) > LARGEST_BYTES:
        found.append("the files are larger than 25 MB")
    return found


def write_zip(target: Path) -> None:
    """Write the zip."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in plugin_files().items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, on every machine
            entry.external_attr = 0o644 << 16
            # Compressed bytes would depend on the version of zlib.
            archive.writestr(entry, content, zipfile.ZIP_STORED)


def _lines(path: Path) -> bytes:
    """Content with the line ends of the repository."""
    return path.read_bytes().replace(b"\r\n", b"\n")


def main() -> None:
    """Write the zip; say what is missing for plugins.qgis.org."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("dist")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{PACKAGE}.zip"
    write_zip(target)
    print(f"{target}: {target.stat().st_size:,} bytes; install it in QGIS from this file")
    for problem in problems(plugin_files()):
        print(f"  plugins.qgis.org would refuse it: {problem}")


if __name__ == "__main__":
    main()
