"""The one way to numba and to a compiled kernel: GIL released, machine code cached if possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from geoindex.startup import collection_paused

with collection_paused():
    from numba import njit, types
    from numba.extending import intrinsic

__all__ = ["compiled", "trailing_zeros", "types"]

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(
    signatures: Any = None, *, fastmath: frozenset[str] = frozenset()
) -> Callable[[Function], Function]:
    """Compile a function with numba.

    Parameters
    ----------
    signatures : numba signature or list of them, optional
        Compiled when the module is imported; without them a helper is compiled into the
        kernels that call it.
    fastmath : frozenset of str
        What the compiler may take for granted of floats, by LLVM's names.

    Returns
    -------
    callable
        The decorator. Where neither the package's folder nor the user's cache folder can be
        written, the code is compiled in every process instead of cached.
    """
    options: dict[str, Any] = {"nogil": True, "fastmath": set(fastmath)}

    def decorate(function: Function) -> Function:
        # The first kernel makes numba import all that it can compile.
        with collection_paused():
            try:
                return njit(signatures, cache=True, **options)(function)  # type: ignore[no-any-return]  # numba has none
            except (RuntimeError, OSError):
                return njit(signatures, **options)(function)  # type: ignore[no-any-return]  # numba has none

    return decorate


def _trailing_zeros(_typing_context: Any, _word: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        # For 0 the result is undefined.
        return builder.cttz(arguments[0], context.get_constant(types.boolean, True))

    return types.int64(types.uint64), generate


trailing_zeros: Callable[[np.uint64], int] = intrinsic(_trailing_zeros)  # type: ignore[assignment]  # numba's own type takes no call
"""Zeros below the lowest bit of a uint64 that is not 0, for which numba has no name.

One instruction: shifts and a multiplication in its place make the counting of a map's colors an
eighth slower."""
