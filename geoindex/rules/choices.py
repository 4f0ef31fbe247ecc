"""Refusing options that are none of the choices, or numbers out of range."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np

from geoindex.errors import OptionError

__all__ = ["check_choice", "check_integer", "is_whole"]


def check_choice(name: str, value: Any, choices: Any) -> None:
    """Refuse a value that is none of the choices.

    Parameters
    ----------
    name : str
        Of the option, for the message.
    value : object
    choices : typing.Literal
        The type of the option.

    Raises
    ------
    OptionError
        The message names the choices.
    """
    known = get_args(choices)
    if value not in known:
        raise OptionError(f"unknown {name} {value!r}; known: {', '.join(known)}")


def check_integer(name: str, value: Any, least: int, most: int) -> None:
    """Refuse what is no integer within a range.

    Parameters
    ----------
    name : str
        Of the option, for the message.
    value : object
        Integers of numpy are welcome, booleans are not.
    least, most : int
        The range, both included.

    Raises
    ------
    OptionError
        Another type, or out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise OptionError(f"{name} must be an integer, found {value!r}")
    if not least <= value <= most:
        raise OptionError(f"{name} must lie within {least:,}..{most:,}, found {value:,}")


def is_whole(value: Any) -> bool:
    """Tell whether a value is a whole number, of whatever type: 255, 255.0, numpy's."""
    try:
        return bool(int(value) == value)
    except (OverflowError, TypeError, ValueError):
        return False
