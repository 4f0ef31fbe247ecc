"""The one way to numba and to a compiled kernel: GIL released, machine code kept if possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from geoindex.color.startup import collection_paused

with collection_paused():
    from numba import njit, types
    from numba.extending import is_jitted

    from geoindex.color.machine_code import keep_machine_code

__all__ = ["compiled", "types"]

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
        written, the code is compiled in every process instead of kept.
    """
    eager = [] if signatures is None else signatures
    eager = eager if isinstance(eager, list) else [eager]

    def decorate(function: Function) -> Function:
        # The first kernel makes numba import all that it can compile.
        with collection_paused():
            kernel: Any = njit(nogil=True, fastmath=set(fastmath))(function)
            # NUMBA_DISABLE_JIT leaves the function as it is.
            if is_jitted(kernel):
                keep_machine_code(kernel)
                for signature in eager:
                    kernel.compile(signature)
                kernel.disable_compile(bool(eager))
        return kernel  # type: ignore[no-any-return]  # numba has no types

    return decorate
