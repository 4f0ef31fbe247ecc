"""A pytest plug-in that makes the functions of numpy and math err as they do on other machines.

Processors and their libraries differ in the last bits of roots, powers, angles and sums, and
solvers even more. With ``-p tests.support.shake --shake-seed N`` the package calls functions whose
results are off by up to two units in the last place: as on any machine, always by the same for the
same result; another N is another machine. ``--shake-threads N`` sets the number of threads.

What is shaken are the functions of `numpy`, `numpy.linalg` and `math` named below, where modules
of the package call them by ``np.``, ``np.linalg.`` and ``math.``, and `numpy.linalg` also while
they are imported. Other libraries and the tests are left alone, and so is what no machine gets
wrong: functions that round correctly (sqrt) or add in one order everywhere (mean).

Not within reach are the operators ``@`` and ``**``, methods of arrays such as ``.mean()``, and
compiled kernels, whose modules stay as they are; for those, there are other instructions
(:mod:`tests.support.machines`). Solvers of scipy are not in use.
"""

from __future__ import annotations

import functools
import importlib
import math
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import geoindex
from geoindex.color.threads import limit_threads

MATH = (
    "acos asin atan atan2 cbrt cos cosh dist exp exp2 expm1 hypot log log10 log1p log2 pow sin "
    "sinh sumprod tan tanh"
)
NUMPY = (
    "arccos arcsin arctan arctan2 cbrt corrcoef cos cosh cov dot einsum exp exp2 expm1 "
    "float_power hypot inner interp log log10 log1p log2 matmul polyfit power sin sinh tan tanh "
    "tensordot vdot"
)
MOST_UNITS = 2


def shaken(result: Any, seed: int) -> Any:
    """The result with its floats moved by up to two units in the last place.

    The number of units follows from the value itself. Zeros and what is not finite or no float64
    stay; in tuples each part is shaken.
    """
    if isinstance(result, tuple):
        parts = [shaken(part, seed) for part in result]
        return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
    if not isinstance(result, float | np.ndarray) or np.asarray(result).dtype != np.float64:
        return result
    values = np.asarray(result)
    bits = values.reshape(-1).view(np.int64)
    mixed = bits.astype(np.uint64) + np.uint64(seed)
    # The mixing steps of splitmix64 (Steele et al. 2014).
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    units = (mixed % np.uint64(2 * MOST_UNITS + 1)).astype(np.int64) - MOST_UNITS
    tiny, huge = np.finfo(float).tiny * 4, np.finfo(float).max / 4
    size = np.abs(values.reshape(-1))
    moved = np.where((size > tiny) & (size < huge), bits + units, bits).view(np.float64)
    moved = moved.reshape(values.shape)
    return moved if isinstance(result, np.ndarray) else type(result)(moved)


def shaking(function: Callable[..., Any], seed: int) -> Callable[..., Any]:
    """The function with shaken results."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return shaken(function(*args, **kwargs), seed)

    return call


class Shaking(ModuleType):
    """A module, some functions of which are shaken."""

    def __init__(self, module: ModuleType, names: list[str], seed: int) -> None:
        super().__init__(module.__name__)
        self._module = module
        for name in names:
            if hasattr(module, name):
                setattr(self, name, shaking(getattr(module, name), seed))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def shake_package(seed: int) -> None:
    """Import all of the package, and give its modules shaken functions in place of exact ones."""
    solvers = [name for name in np.linalg.__all__ if callable(getattr(np.linalg, name))]
    solvers = [name for name in solvers if not isinstance(getattr(np.linalg, name), type)]
    linalg, numpy = Shaking(np.linalg, solvers, seed), Shaking(np, NUMPY.split(), seed)
    numpy.linalg = linalg
    replaced = {"np": numpy, "math": Shaking(math, MATH.split(), seed)}
    with pytest.MonkeyPatch.context() as importing:
        for name in solvers:
            importing.setattr(np.linalg, name, getattr(linalg, name))
        modules = [
            importlib.import_module(info.name)
            for info in pkgutil.walk_packages(geoindex.__path__, "geoindex.")
            if not info.name.endswith("__main__")
        ]
    for module in [geoindex, *modules]:
        # numba must find its own functions in a kernel.
        if "compiled" not in vars(module):
            vars(module).update({n: new for n, new in replaced.items() if n in vars(module)})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shake-seed", type=int, help="shake the last bits as on machine N")
    parser.addoption("--shake-threads", type=int, help="number of threads")


def pytest_configure(config: pytest.Config) -> None:
    if (n_threads := config.getoption("--shake-threads")) is not None:
        limit_threads(n_threads)
    if (seed := config.getoption("--shake-seed")) is not None:
        shake_package(seed)


def pytest_report_header(config: pytest.Config) -> str:
    options = ("--shake-seed", "--shake-threads")
    return ", ".join(f"{name[2:]} {config.getoption(name)}" for name in options)
