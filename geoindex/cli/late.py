"""Commands that are imported when they are called; importing all would take a second."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from geoindex.cli.memory import with_memory_option
from geoindex.cli.spelling import naming_options
from geoindex.color.startup import collection_paused
from geoindex.rules.suggestions import did_you_mean

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
            known = super().get_command(ctx, cmd_name)
            return None if known is None else naming_options(with_memory_option(known))
        module, attribute = self._lazy[cmd_name][0].split(":")
        with collection_paused():
            command: click.Command = getattr(import_module(module), attribute)
        return naming_options(with_memory_option(command))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; say which one was probably meant."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            hint = did_you_mean(name, self.list_commands(ctx))
            ctx.fail(f"no such command {name!r}{hint}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of commands without importing them."""
        return [
            CompletionItem(name, help=line)
            for name, (_, line) in self._lazy.items()
            if name.startswith(incomplete)
        ] or super().shell_complete(ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        rows = [(name, line) for name, (_, line) in self._lazy.items()]
        for name in super().list_commands(ctx):
            command = super().get_command(ctx, name)
            if command is not None:
                rows.append((name, command.get_short_help_str()))
        with formatter.section("Commands"):
            formatter.write_dl(rows)
