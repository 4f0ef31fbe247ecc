"""Several options added to a command at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

__all__ = ["add_options"]

Command = Callable[..., None]


def add_options(command: Command, options: Iterable[Callable[[Command], Command]]) -> Command:
    """Add options, which ``--help`` lists in their order."""
    for option in reversed(list(options)):
        command = option(command)
    return command
