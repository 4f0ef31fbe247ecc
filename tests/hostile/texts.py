"""Surveys, horizons and configurations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from geoindex import Survey
from geoindex.errors import GeoindexError
from tests.hostile.case import Case, every_truncation, holding, horizon
from tests.support.surveys import F3, json_form

BEGIN = "dTect V7.0\nSurvey Info\n2024-01-01T00:00:00Z\n!\n"


def has_all_lines(survey: Survey) -> bool:
    """Numbers take no memory before something is put on them."""
    return len(survey.inlines) == 4_000_000_001


def survey_cases() -> Iterator[Case]:
    changes = {
        "range beyond": ("100`750`1", "-2000000000`2000000000`1"),
        "range of nan": ("100`750`1", "nan`750`1"),
        "step of 0": ("100`750`1", "100`750`0"),
        "step below 0": ("100`750`1", "100`750`-1"),
        "range of 5,000 digits": ("100`750`1", "1" * 5000 + "`750`1"),
        "no plane": ("598408.2476`-0.6980137931`24.99024752", "0`0`0"),
        "endless plane": ("598408.2476`-0.6980137931`24.99024752", "1e308`1e308`1e308"),
        "other points": ("629122.546655175", "0"),
        "points of words": ("750/1250`(629122.546655175,6090463.1688065)", "a/b`(c,d)"),
        "points of 80 kB": ("750/1250", "1/" * 40_000),
        "points of blanks": ("750/1250", " " * 80_000),
        "unknown CRS": ("EPSG`23031", "EPSG`99999999"),
        "CRS of a file": ("EPSG`23031", "/etc/passwd"),
        "CRS of brackets": ("EPSG`23031", "[" * 5000),
    }
    for kind, (old, new) in changes.items():
        assert old in F3
        content = F3.replace(old, new)
        right = has_all_lines if kind == "range beyond" else None
        yield Case(f"survey: {kind}", holding("a.survey", content), "a.survey", right)
    texts = {
        "colons": BEGIN + ":" * 900_000,
        "blanks": BEGIN + "x" + " " * 900_000 + "y\n",
        "quotes": BEGIN + "In-line range: " + "`" * 900_000,
        "1 MB of keys": BEGIN + "".join(f"k{n}: 1\n" for n in range(80_000)),
        "no text": bytes(range(256)) * 100,
        "2 MB": BEGIN + "x" * 2_000_000,
        "NUL": F3.replace("Survey Info", "Survey\0Info"),
    }
    for kind, text in texts.items():
        yield Case(f"survey: {kind}", holding("a.survey", text), "a.survey")
    deep: Any = 1
    for _ in range(500):
        deep = {"a": deep}
    for kind, content in {
        "nesting": deep,
        "lists": [[[]]],
        "ranges of text": json_form() | {"In-line range": "abc"},
        "ranges of objects": json_form() | {"In-line range": {"a": 1}},
        "points of numbers": json_form() | {"Set Point": [1, 2, 3]},
    }.items():
        text = json.dumps(content)
        yield Case(f"survey JSON: {kind}", holding("a.survey", text), "a.survey",
                   right=lambda survey: survey.shape == (651, 951))  # fmt: skip
    yield Case("survey JSON: brackets", holding("a.survey", '{"a":' * 100_000), "a.survey")
    yield every_truncation("a.survey", F3.encode(), Survey.open, is_text=True)


def horizon_cases() -> Iterator[Case]:
    texts = {
        "lines far apart": "1\t1\t0\t0\n2000000000\t2000000000\t0\t1\n1\t2\t0\t0\n2\t1\t0\t0\n",
        "lines beyond integers": "1e30\t1\t0\t0\n2\t1\t0\t0\n",
        "lines of nan": "nan\t1\t0\t0\n",
        "one line of 5 MB": "1 " * 2_500_000,
        "a word of 1 MB": "1\t1\t0\t" + "9" * 1_000_000 + "\n",
        "no numbers": "a b c d\n" * 1000,
        "a header of 1 MB": "# " + '"a" ' * 250_000 + "\n1\t1\t0\t0\n",
        "titles twice": '# "Inline"\t"Inline"\t"Z"\t"A"\n1\t1\t0\t0\n',
        "an open quote": '"' + "x" * 100_000,
        "NUL": "1\t1\t0\t\0\n",
        "values beyond": "1\t1\t0\t7\n1\t2\t0\t1e300\n2\t1\t0\t0\n",
        "nothing": "",
        "comments": "#\n" * 300_000,
        "rows of many lengths": "".join("1\t" * (n % 7 + 3) + "\n" for n in range(1000)),
        "binary": bytes(range(256)) * 100,
    }
    for kind, text in texts.items():
        yield Case(f"horizon: {kind}", holding("a.dat", text), "a.dat", opened_by=horizon)


def configured(path: Path) -> Any:
    """Run a command with a configuration."""
    from geoindex.cli.app import cli

    line = ["convert", "none.png", "-o", "none.tif", "-p", "windows-256", "--config", str(path)]
    result = CliRunner().invoke(cli, line)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if result.exit_code == 2:
        # A usage error names the option, not the file.
        raise GeoindexError(f"{path.name}: {' '.join(result.output.split())[-300:]}")
    return result.output


def configuration_cases() -> Iterator[Case]:
    for kind, text in {
        "nesting": "a = " + "[" * 100_000,
        "nested keys": ".".join("a" * 5000) + " = 1",
        "table": "[palette]\na = 1\n",
        "digits": "jobs = " + "9" * 5000,
        "unknown": "__class__ = 1\n",
        "a command": 'palette = "$(touch /tmp/x)"\nmetric = "`id`"\n',
        "no text": b"\xff\xfe\0",
        "NUL": 'palette = "a\0b"\n',
        "a list for a text": 'metric = ["rgb", "lab"]\n',
        "nan": "max-distance = nan\n",
        "help": "help = true\n",
        "itself": 'config = "a.toml"\n',
    }.items():
        # What is no number reaches the library, which knows the option alone.
        refused = "max_distance" if kind == "nan" else "a.toml"
        yield Case(f"TOML: {kind}", holding("a.toml", text), refused, opened_by=configured)


def cases() -> Iterator[Case]:
    """All texts."""
    yield from survey_cases()
    yield from horizon_cases()
    yield from configuration_cases()
