"""Checks of options: one of several choices, an integer in a range."""

from __future__ import annotations

from numbers import Real
from typing import Any, get_args

import numpy as np

from geoindex.errors import OptionError

__all__ = ["check_choice", "check_integer", "check_not_negative", "is_whole"]


def check_choice(name: str, value: Any, choices: Any) -> None:
    """Raise an error if a value is not one of the choices.

    Parameters
    ----------
    name : str
        Name of the option, for the message.
    value : object
    choices : typing.Literal
        Type of the option.

    Raises
    ------
    OptionError
        The message lists the choices.
    """
    known = get_args(choices)
    if not isinstance(value, str) or value not in known:
        raise OptionError(f"unknown {name} {value!r}; known: {', '.join(known)}")


def check_integer(name: str, value: Any, least: int, most: int) -> None:
    """Raise an error if a value is not an integer in a range.

    Parameters
    ----------
    name : str
        Name of the option, for the message.
    value : object
        NumPy integers are accepted, booleans are not.
    least, most : int
        Range, both ends included.

    Raises
    ------
    OptionError
        The value has another type or is out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise OptionError(f"{name} must be an integer, found {value!r}")
    if not least <= value <= most:
        raise OptionError(f"{name} must lie within {least:,}..{most:,}, found {value:,}")


def check_not_negative(name: str, value: Any) -> None:
    """Raise OptionError unless a value is a number, 0 or more, that may be infinite."""
    is_number = isinstance(value, Real)
    if not is_number or not value >= 0:
        raise OptionError(f"{name} must be 0 or more, found {value!r}")


def is_whole(value: Any) -> bool:
    """Whether a value of any type is a whole number: 255, 255.0, np.uint8(255)."""
    try:
        return bool(int(value) == value)
    except (OverflowError, TypeError, ValueError):
        return False
