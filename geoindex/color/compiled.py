"""The one way to compile a kernel: GIL released, machine code cached where that is possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

__all__ = ["compiled"]

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(signatures: Any = None) -> Callable[[Function], Function]:
    """Compile a function with numba.

    Parameters
    ----------
    signatures : numba signature or list of them, optional
        Compiled when the module is imported; without them a helper is compiled into the
        kernels that call it.

    Returns
    -------
    callable
        The decorator. Where neither the package's folder nor the user's cache folder can be
        written, the code is compiled in every process instead of cached.
    """

    def decorate(function: Function) -> Function:
        try:
            return njit(signatures, nogil=True, cache=True)(function)  # type: ignore[no-any-return]
        except (RuntimeError, OSError):
            return njit(signatures, nogil=True)(function)  # type: ignore[no-any-return]

    return decorate
