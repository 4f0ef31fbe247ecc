"""Machine code of kernels kept on disk, under a stamp of all that was compiled into it.

numba keeps machine code for as long as the file of the kernel stays as it is. But the helpers that
a kernel calls and the constants that it names are compiled into it, wherever they come from. So
here the stamp is taken of those: of the byte code of a kernel and of all helpers that it reaches,
and of the values of their constants. numba still says in which folder the code is kept, and tells
signatures and processors apart.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import numba
import numpy as np
from numba.core.caching import FunctionCache
from numba.core.runtime import nrt
from numba.core.serialize import dumps
from numba.core.types import Type
from numba.extending import is_jitted

from geoindex.color.compiling import tell_compiled, tell_compiling, tell_not_kept
from geoindex.color.startup import load_array_functions
from geoindex.files.whole_files import atomic_output

__all__ = ["folder_of", "is_kept", "keep_machine_code", "stamp_of"]

PYTHON = f"py{sys.version_info.major}{sys.version_info.minor}{getattr(sys, 'abiflags', '')}"


def keep_machine_code(kernel: Any) -> None:
    """Let a kernel keep its machine code where a folder for it can be written.

    Parameters
    ----------
    kernel : numba dispatcher
        Not compiled yet.
    """
    try:
        kernel.enable_caching()
    except RuntimeError:  # no such folder
        tell_not_kept()
        return
    kept = kernel._cache
    kept.__class__ = _KeptCode
    kept._cache_file = _CodeFiles(Path(kept.cache_path), kernel)


def folder_of(kernel: Any) -> Path | None:
    """Folder in which the machine code of a kernel is kept; None if it cannot be."""
    kept = getattr(kernel, "_cache", None)
    files = getattr(kept, "_cache_file", None)
    return Path(kept.cache_path) if kept is not None and isinstance(files, _CodeFiles) else None


def is_kept(kernel: Any) -> bool:
    """Whether machine code of a kernel as it is now is on disk, for any signature."""
    files = getattr(getattr(kernel, "_cache", None), "_cache_file", None)
    return isinstance(files, _CodeFiles) and files.has_any()


class _KeptCode(FunctionCache):
    """Loads machine code without all that numba can compile, which takes an eighth of a second."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load the code of a signature; None where it has to be compiled."""
        _name_runtime()
        kept = self._load_overload(sig, target_context)  # type: ignore[no-untyped-call]  # numba's
        if kept is None:
            load_array_functions()
        return kept


@cache
def _name_runtime() -> None:
    """Let kept code find numba's runtime, without compiling the part that it has inside already.

    That takes 25 ms and, for LLVM, 20 MB. numba does it before it compiles anything.
    """
    runtime: Any = nrt  # whose names numba does not export
    for name, address in runtime._nrt.c_helpers.items():
        runtime.ll.add_symbol(name if name.startswith("_") else f"NRT_{name}", address)


class _CodeFiles:
    """What numba asks for machine code: a file for each signature and processor, and no index.

    So processes that compile at the same time cannot mix up each other's files.
    """

    def __init__(self, folder: Path, kernel: Any) -> None:
        self._folder, self._kernel = folder, kernel
        function = kernel.py_func
        module = function.__module__.rpartition(".")[2]
        name = function.__qualname__.replace("<", "").replace(">", "")  # "<locals>"
        self._name = f"{module}.{name}-"

    def load(self, key: Any) -> Any:
        """Read the code of a signature and processor; None where there is none to be read."""
        # A damaged file is as good as none.
        with suppress(OSError, EOFError, pickle.UnpicklingError):
            return pickle.loads(self._path(key).read_bytes())  # noqa: S301  # written by `save`
        tell_compiling(self._name.rstrip("-"))
        return None

    def save(self, key: Any, code: Any) -> None:
        """Keep code, and remove that of other stamps."""
        tell_compiled()
        path = self._path(key)
        # What cannot be kept is compiled again in the next process.
        try:
            with atomic_output(path, overwrite=True) as file:
                file.write_bytes(dumps(code))  # type: ignore[no-untyped-call]  # numba has none
            self._remove_others(path)
        except OSError:
            tell_not_kept()

    def has_any(self) -> bool:
        """Whether there is code under the stamp."""
        return any(self._folder.glob(f"{self._name}{self._stamp[:16]}-*.{PYTHON}.nbc"))

    def flush(self) -> None:
        """Forget all code, where the kernel is to be compiled anew."""
        self._remove_others(None)

    def _path(self, key: Any) -> Path:
        key = _digest(repr(key))
        return self._folder / f"{self._name}{self._stamp[:16]}-{key[:16]}.{PYTHON}.nbc"

    # A helper may be defined after its caller, so the stamp waits until there is something to
    # compile.
    @cached_property
    def _stamp(self) -> str:
        return stamp_of(self._kernel)

    def _remove_others(self, path: Path | None) -> None:
        """Remove all code of the kernel, numba's own too, but that under the stamp of `path`."""
        own = None if path is None else path.name.rpartition("-")[0]
        for file in self._folder.iterdir():
            # Files that are being written begin with a point.
            kept = file.name.removeprefix(".")
            ours = kept.startswith(self._name) and f".{PYTHON}." in kept
            if ours and (own is None or not kept.startswith(own)):
                # Another process may have removed it, or, on Windows, be reading it.
                with suppress(OSError):
                    file.unlink()


def stamp_of(kernel: Any) -> str:
    """Digest of all that is compiled into a kernel.

    Parameters
    ----------
    kernel : numba dispatcher
        A compiled function; the helpers that it calls must be defined.

    Returns
    -------
    str
        Hexadecimal. It changes with the code of the kernel and of each helper that it reaches,
        with the constants that they name, the compiler's options and numba's version.

    Raises
    ------
    TypeError
        A kernel names a value that cannot be told from another one.
    """
    reached: dict[Any, str] = {}
    waiting = [kernel]
    while waiting:
        function = waiting.pop()
        if function not in reached:
            reached[function], helpers = _own_part(function)
            waiting.extend(helpers)
    return _digest(repr((numba.__version__, list(reached.values()))))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# A helper is part of many kernels.
@cache
def _own_part(kernel: Any) -> tuple[str, list[Any]]:
    """Describe what a function adds to a stamp, and find the helpers that it names."""
    function = kernel.py_func
    names = dict.fromkeys(_names(function.__code__))
    values = {name: function.__globals__[name] for name in names if name in function.__globals__}
    cells = function.__closure__ or ()
    values.update(
        zip(function.__code__.co_freevars, (c.cell_contents for c in cells), strict=True)
    )
    helpers = [value for value in values.values() if is_jitted(value)]
    constants = {name: _describe(value) for name, value in values.items()}
    options = sorted((name, _describe(value)) for name, value in kernel.targetoptions.items())
    defaults = _describe(function.__defaults__)
    return repr((_describe(function.__code__), constants, options, defaults)), helpers


def _names(code: CodeType) -> Iterator[str]:
    """Names that code and the functions inside it use, attributes among them."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


_PLAIN = (int, float, complex, str, bytes, slice)
_ARRAYS = (np.ndarray, np.generic)
_SETS = (set, frozenset)


def _describe(value: Any) -> str:
    """Text that is the same in every process, and another one for another value."""
    if value is None or isinstance(value, _PLAIN):
        text = repr(value)
    elif isinstance(value, _ARRAYS):
        text = repr((value.dtype.descr, value.shape, value.tobytes()))
    elif isinstance(value, tuple):
        text = repr([_describe(part) for part in value])
    elif isinstance(value, _SETS):
        text = repr(sorted(_describe(part) for part in value))
    elif isinstance(value, CodeType):
        parts = (value.co_argcount, value.co_varnames, value.co_names, value.co_consts)
        text = repr((value.co_code, _describe(parts)))
    elif isinstance(value, type) and hasattr(value, "_fields"):
        text = repr((value.__qualname__, value._fields))
    elif Type in type(value).__mro__:  # isinstance() takes a millisecond for this one
        text = repr(value)
    else:
        text = _name_of(value)
    return text


def _name_of(value: Any) -> str:
    """Name of a helper, or of what numpy, numba and the standard library define."""
    module = isinstance(value, ModuleType)
    home = value.__name__ if module else str(getattr(value, "__module__", ""))
    own = home.split(".")[0] == __name__.split(".")[0]
    # A helper's code is another part of the stamp.
    if is_jitted(value) or ((module or callable(value)) and not own):
        return f"{home}.{getattr(value, '__name__', '')}"
    raise TypeError(
        f"a compiled function names {value!r}, whose changes cannot be seen; let it name "
        "constants and compiled functions"
    )
