"""Files that a fuzzer found to take a parser new ways, an archive for each target."""

from __future__ import annotations

import zipfile
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"

MOST_FILES, MOST_BYTES = 60, 4_000
"""Of a target in the repository; a fuzzer finds the rest again in seconds."""


def load_corpus(name: str) -> list[bytes]:
    """Files of a target."""
    path = CORPUS / f"{name}.zip"
    if not path.is_file():
        return []
    with zipfile.ZipFile(path) as archive:
        return [archive.read(member) for member in archive.namelist()]


def save_corpus(name: str, contents: list[bytes]) -> None:
    """Keep some of the files, evenly by their length."""
    found = sorted(
        {one for one in contents if 0 < len(one) <= MOST_BYTES}, key=lambda o: (len(o), o)
    )
    step = max(1, -(-len(found) // MOST_FILES))
    CORPUS.mkdir(exist_ok=True)
    with zipfile.ZipFile(CORPUS / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(found[::step]):
            archive.writestr(zipfile.ZipInfo(f"{number:03}"), content, zipfile.ZIP_DEFLATED)
