"""Tables that are printed, or written as CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from geoindex.errors import OutputError
from geoindex.files.json_text import dump_json
from geoindex.files.whole_files import write_whole
from geoindex.rules.paths import path_of

__all__ = ["check_table_target", "write_table"]

Row = Mapping[str, Any]

SUFFIXES = (".csv", ".json")


def check_table_target(path: str | PathLike[str]) -> Path:
    """Path of a table; raises OutputError for an unknown suffix."""
    target = path_of(path)
    if target.suffix.lower() not in SUFFIXES:
        raise OutputError(f"{target}: a table is written as {' or '.join(SUFFIXES)}")
    return target


def write_table(
    path: str | PathLike[str], rows: Sequence[Row], content: Mapping[str, Any], *, overwrite: bool
) -> None:
    """Write rows as CSV, or the whole content as JSON, by the suffix of the path."""
    target = check_table_target(path)
    if target.suffix.lower() == ".json":
        text = dump_json(dict(content), indent=2) + "\n"
    else:
        text = _csv(rows)
    write_whole(target, text.encode(), overwrite=overwrite)


def _csv(rows: Sequence[Row]) -> str:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()
