"""Commands that are imported when they are called; importing all would take a second."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from geoindex.color.startup import collection_paused

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """A group that knows only the names and one-line help of its commands.

    Parameters
    ----------
    lazy : dict
        Name of each command to ``"module:attribute"`` and its one-line help.
    """

    def __init__(self, *args: Any, lazy: dict[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, lazy ones first."""
        return [*self._lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if it does not exist."""
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        module, attribute = self._lazy[cmd_name][0].split(":")
        with collection_paused():
            command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        rows = [(name, line) for name, (_, line) in self._lazy.items()]
        for name in super().list_commands(ctx):
            command = super().get_command(ctx, name)
            if command is not None:
                rows.append((name, command.get_short_help_str()))
        with formatter.section("Commands"):
            formatter.write_dl(rows)
