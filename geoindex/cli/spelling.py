"""Messages of the library, which name arguments, as the command line spells them.

``scale='byte'`` is ``--scale byte`` to a user of a command that has this option, and
``overwrite=True`` is ``--overwrite``. The library knows the arguments only.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from geoindex.errors import GeoindexError

__all__ = ["naming_options", "option_text"]

ARGUMENT = re.compile(
    r"""(?<![\w./=-])([a-z][a-z_]*)=(?:('[^']*'|"[^"]*"|\([^()]*\)|-?[\w.#]*\w)(?!\w|\()|(?![^\s,;:.)]|\.\.\.))"""
)
"""An argument and its value, if there is one."""

OTHER_NAMES = {"format": "grid_format"}
"""Arguments whose options have another name."""


def option_text(message: str, context: click.Context | None) -> str:
    """Replace the arguments in a message by the options of the command that runs.

    Parameters
    ----------
    message : str
    context : click.Context or None
        That of the command. What the user typed stays as it is.

    Examples
    --------
    >>> import click
    >>> command = click.Command("convert", params=[click.Option(["--scale"])])
    >>> option_text("set scale='byte' or axis=0", click.Context(command))
    'set --scale byte or axis=0'
    """
    if context is None:
        return message
    typed = sorted({text for text in _texts(context.params.values()) if "=" in text}, key=len)
    pieces = re.split(f"({'|'.join(map(re.escape, reversed(typed)))})", message) if typed else None

    def spelled(found: re.Match[str]) -> str:
        return _spelled(found, context.command)

    if pieces is None:
        return ARGUMENT.sub(spelled, message)
    return "".join(piece if piece in typed else ARGUMENT.sub(spelled, piece) for piece in pieces)


def naming_options(command: click.Command) -> click.Command:
    """Make the errors of a command name its options; the same command."""
    callback = command.callback
    if callback is None or hasattr(callback, "names_options"):
        return command

    @wraps(callback)
    def run(*args: Any, **options: Any) -> Any:
        try:
            return callback(*args, **options)
        except GeoindexError as error:
            context = click.get_current_context(silent=True)
            error.args = (option_text(str(error), context), *error.args[1:])
            raise

    run.names_options = True  # type: ignore[attr-defined]  # a command is looked up again
    command.callback = run
    return command


def _spelled(found: re.Match[str], command: click.Command) -> str:
    """Spell an argument as an option, if the command has it."""
    name, value = found[1], found[2] or ""
    option = _option(OTHER_NAMES.get(name, name), command) or _option(name, command)
    if option is None or value == "None":
        return found[0]
    long = next(name for name in option.opts if name.startswith("--"))
    if value in ("True", "False") and option.is_flag:
        if value == "True":
            return long
        return max(option.secondary_opts, key=len) if option.secondary_opts else found[0]
    if value.startswith("("):
        parts = [part.strip().strip("'\"") for part in value[1:-1].split(",") if part.strip()]
        if option.multiple:
            return " ".join(f"{long} {part}" for part in parts)
        value = (" " if option.nargs > 1 else ",").join(parts)
    elif value[:1] in ("'", '"'):
        value = shlex.quote(value[1:-1])
    return f"{long} {value}".rstrip()


def _option(name: str, command: click.Command) -> click.Option | None:
    """Find the option of a command for an argument of the library."""
    long = "--" + name.replace("_", "-")
    options = [param for param in command.params if isinstance(param, click.Option)]
    return next((one for one in options if one.name == name or long in one.opts), None)


def _texts(values: Iterable[Any]) -> Iterable[str]:
    """Yield the texts among the values of parameters."""
    for value in values:
        if isinstance(value, str | Path):
            yield str(value)
        elif isinstance(value, list | tuple):
            yield from _texts(value)
