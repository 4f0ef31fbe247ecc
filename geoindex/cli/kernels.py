"""The line that tells of kernels being compiled, which a first run waits for."""

from __future__ import annotations

import sys

import click

from geoindex.cli.messages import echo_warning
from geoindex.color.compiling import Listener

__all__ = ["CompilingLine"]


class CompilingLine(Listener):
    """A line on the terminal for kernels that are compiled, and one warning if they are lost."""

    def __init__(self) -> None:
        self._number = 0
        self._warned = False

    def compiling(self, name: str) -> None:
        """Show how many kernels have been compiled so far."""
        self._number += 1
        if sys.stderr.isatty():
            from geoindex.color.compiled import count_missing

            # The one that is being compiled is among the missing.
            about = max(self._number, self._number - 1 + count_missing())
            text = f"compiling kernels, once: {self._number} of about {about}, {name}"
            click.echo(f"\r\x1b[K{text[:78]}", err=True, nl=False)

    def compiled(self) -> None:
        """Take the line away, so that nothing is printed behind it."""
        if sys.stderr.isatty():
            click.echo("\r\x1b[K", err=True, nl=False)

    def not_kept(self) -> None:
        """Warn once."""
        if not self._warned:
            self._warned = True
            echo_warning(
                "compiled kernels cannot be kept, so every run compiles them again; make the "
                "folder of the package writable, or name a folder in NUMBA_CACHE_DIR"
            )
