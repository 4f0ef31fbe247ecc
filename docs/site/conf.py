"""Sphinx: the site of README, guides, notebooks and references (``make docs``).

The source folder is the repository, so links between guides, notebooks and code hold on the site
as they do in the repository.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from sphinx.application import Sphinx

from geoindex import __version__
from geoindex.cli.app import cli

project = "geoindex"
author = "The geoindex developers"
project_copyright = author
release = version = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
]
root_doc = "README"
include_patterns = [
    "*.md",
    "docs/**",
    "notebooks/*.ipynb",
    "benchmarks/README.md",
    "data/README.md",
]
exclude_patterns = ["docs/site/templates"]
templates_path = [str(Path(__file__).parent / "templates")]

nb_execution_mode = "off"  # the tests run them and compare what they print
myst_heading_anchors = 4
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say them in words
autodoc_member_order = "bysource"
numpydoc_show_class_members = False  # autodoc lists them

html_theme = "pydata_sphinx_theme"
html_title = f"geoindex {release}"
html_additional_pages = {"index": "index.html"}
html_sidebars = {name: [] for name in (root_doc, "docs/site/command_line")}
html_copy_source = False
html_show_sourcelink = False

CONTENTS = """
```{toctree}
:hidden:

docs/site/guides
docs/site/notebooks
docs/site/api
docs/site/command_line
docs/site/development
```
"""


WIDTH: dict[str, Any] = {"terminal_width": 76}
"""Of help texts, in characters."""


def add_contents(_app: Sphinx, name: str, content: list[str]) -> None:
    """Add what readers of the repository have otherwise: a table of contents, the help."""
    if name == root_doc:
        content[0] += CONTENTS
    elif name == "docs/site/command_line":
        content[0] += "".join(help_texts(click.Context(cli, info_name="geoindex", **WIDTH)))


def help_texts(context: click.Context) -> Iterator[str]:
    """Help of a command and of those below it, each under its heading."""
    command = context.command
    level = context.command_path.count(" ") + 2
    text = command.get_help(context)
    yield f"\n{'#' * level} {context.command_path}\n\n```text\n{text}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from help_texts(click.Context(child, context, info_name=name, **WIDTH))


def setup(app: Sphinx) -> None:
    """Let Sphinx call :func:`add_contents` for each page."""
    app.connect("source-read", add_contents)
