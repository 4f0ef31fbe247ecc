"""The one way to numba and to a compiled kernel: GIL released, machine code kept if possible."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Literal, TypeVar

import numpy as np

from geoindex.color.compiling import KERNEL_MODULES
from geoindex.color.startup import collection_paused
from geoindex.errors import OptionError

try:
    with collection_paused():
        from numba import njit, types
        from numba.core.registry import CPUDispatcher
        from numba.core.sigutils import normalize_signature
        from numba.core.typing.templates import signature as signature_of

        from geoindex.color.machine_code import is_kept, keep_machine_code
except ValueError as error:
    raise OptionError(
        f"numba cannot be loaded ({error}); look at the environment variables NUMBA_..."
    ) from error

__all__ = ["compile_module", "compiled", "count_missing", "types"]

Function = TypeVar("Function", bound=Callable[..., Any])


class _OnDemand(CPUDispatcher):
    """A kernel that compiles, or loads, a declared signature when it is first called for.

    Compiling all of them on import takes most of the time of a first run, and most are not used.
    """

    _can_compile = True
    """Hides numba's own flag, which stays off: what is not declared is never compiled."""

    def declare(self, signatures: list[Any]) -> None:
        """State what may be compiled."""
        self._declared = [
            signature_of(returned, *arguments)  # type: ignore[no-untyped-call]  # numba has no types
            for arguments, returned in map(normalize_signature, signatures)
        ]
        by_position = zip(*(one.args for one in self._declared), strict=True)
        self._telling = [at for at, kinds in enumerate(by_position) if len(set(kinds)) > 1]
        self._ready: set[Any] = set()

    def __call__(self, *arguments: Any) -> Any:
        """Run the kernel."""
        # Looking at all arguments took 7 % of the time of maps of 16 million pixels.
        key = tuple([_kind(arguments[at]) for at in self._telling])
        if key not in self._ready:
            with collection_paused():
                self.compile(self._fitting([self.typeof_pyval(one) for one in arguments]))
            self._ready.add(key)
        return super().__call__(*arguments)

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Resolve a call by another kernel."""
        return super().get_call_template(self._fitting(args).args, kws)

    def _fitting(self, arguments: Any) -> Any:
        """Find the declared signature that numba would choose if all were compiled."""
        found = self.typingctx.resolve_overload(  # type: ignore[no-untyped-call]  # as above
            self.py_func, self._declared, tuple(arguments), {}, unsafe_casting=True
        )
        if found is None:
            raise TypeError(f"{self.py_func.__name__} is not declared for {arguments}")
        return found


def _kind(argument: Any) -> Any:
    """Tell apart what may need another signature."""
    if isinstance(argument, np.ndarray):
        return argument.dtype, argument.ndim, argument.flags.num
    return type(argument)


class _Helper(CPUDispatcher):
    """A function for kernels, compiled once for all constants that they call it with."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Resolve a call by a kernel."""
        return super().get_call_template(tuple(map(types.unliteral, args)), kws)


def compile_module(module: ModuleType) -> None:
    """Compile all declared signatures of the kernels of a module that are not on disk."""
    for kernel in vars(module).values():
        if isinstance(kernel, _OnDemand) and kernel.py_func.__module__ == module.__name__:
            for declared in kernel._declared:
                kernel.compile(declared)


def count_missing() -> int:
    """Count the functions of the imported kernel modules that are neither compiled nor on disk.

    Returns
    -------
    int
        Some of them may never be called for.
    """
    modules = [sys.modules[name] for name in KERNEL_MODULES if name in sys.modules]
    return sum(
        isinstance(kernel, CPUDispatcher)
        and kernel.py_func.__module__ == module.__name__
        and not kernel.overloads
        and not is_kept(kernel)
        for module in modules
        for kernel in vars(module).values()
    )


def compiled(
    signatures: Any = None,
    *,
    fastmath: frozenset[str] = frozenset(),
    error_model: Literal["python", "numpy"] = "python",
) -> Callable[[Function], Function]:
    """Compile a function with numba.

    Parameters
    ----------
    signatures : numba signature or list of them, optional
        Each is compiled when it is first called for; without them a helper is compiled into the
        kernels that call it.
    fastmath : frozenset of str
        What the compiler may take for granted of floats, by LLVM's names.
    error_model : {"python", "numpy"}
        Whether a division by zero raises, which keeps a loop from doing several numbers at a
        time, or gives infinity.

    Returns
    -------
    callable
        The decorator. Where neither the package's folder nor the user's cache folder can be
        written, the code is compiled in every process instead of kept.
    """
    declared = signatures if isinstance(signatures, list | None) else [signatures]

    def decorate(function: Function) -> Function:
        # The first kernel makes numba import all that it can compile.
        with collection_paused():
            made: Any = njit(nogil=True, fastmath=set(fastmath), error_model=error_model)(function)
        # NUMBA_DISABLE_JIT leaves the function as it is.
        if isinstance(made, CPUDispatcher):
            keep_machine_code(made)
            _prepare(made, declared)
        return made  # type: ignore[no-any-return]  # numba has no types

    return decorate


def _prepare(kernel: Any, declared: list[Any] | None) -> None:
    kernel._can_compile = declared is None
    kernel.__class__ = _Helper if declared is None else _OnDemand
    if declared is not None:
        kernel.declare(declared)
