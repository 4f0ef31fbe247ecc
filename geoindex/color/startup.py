"""A faster start of programs."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["collection_paused", "load_array_functions"]


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pause garbage collection.

    Imports leave hardly any garbage, but collecting takes an eighth of the time of large ones.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def load_array_functions() -> None:
    """Let numba load its array functions without scipy.linalg.

    Call this before anything is compiled. numba imports that module, in a tenth of a second, only
    to see whether it is there. No kernel here does linear algebra; for kernels of others numba
    checks again when they call it.
    """
    # Names inside numba may change; then it loads everything as usual.
    with suppress(ImportError, AttributeError):
        from numba.np import linalg

        check = linalg.ensure_blas
        linalg.ensure_blas = lambda: None
        try:
            from numba.np import arraymath
        finally:
            linalg.ensure_blas = check
        arraymath.ensure_blas = check  # type: ignore[attr-defined]  # imported there
