"""Ctrl-C that is never lost.

A ``KeyboardInterrupt`` that rises in a callback from compiled code, such as an error handler of
GDAL or a finalizer, is printed and forgotten by Python; the work would go on to its end.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Any

__all__ = ["listen", "stop_if_interrupted"]

_interrupts: list[int] = []


def listen() -> None:
    """Take note of Ctrl-C from now on, beside what Python does, unless it is to be ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _note)
        sys.unraisablehook = _show_others


def stop_if_interrupted() -> None:
    """Raise what was lost; long work calls this now and then.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C was pressed.
    """
    if _interrupts:
        raise KeyboardInterrupt


def _note(number: int, frame: FrameType | None) -> None:
    _interrupts.append(number)
    signal.default_int_handler(number, frame)


def _show_others(lost: Any) -> None:
    """Print a lost exception unless it is Ctrl-C, which is told of in the end."""
    if not isinstance(lost.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
