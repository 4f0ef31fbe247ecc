"""The option ``--max-memory``, which every command has."""

from __future__ import annotations

import os

import click

from geoindex.errors import OptionError
from geoindex.files.memory import VARIABLE, parse_size

__all__ = ["with_memory_option"]

HELP = (
    "Refuse to use more memory than this, such as 4GB or 500MB; none for no limit.  "
    f"[default: {VARIABLE}, or three quarters of the memory of the machine or its container]"
)


def with_memory_option(command: click.Command) -> click.Command:
    """Give a command the option; the same command."""
    names = {name for param in command.params for name in param.opts}
    if not isinstance(command, click.Group) and "--max-memory" not in names:
        # Before --help, where click adds it.
        command.params.append(
            click.Option(
                ["--max-memory"], metavar="SIZE", expose_value=False, callback=_set, help=HELP
            )
        )
    return command


def _set(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """Keep to the limit, here and in worker processes."""
    if text is not None:
        try:
            parse_size(text, "--max-memory")
        except OptionError as error:
            raise click.BadParameter(str(error)) from None
        os.environ[VARIABLE] = text
    return text
