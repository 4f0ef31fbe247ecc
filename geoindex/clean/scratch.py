"""Memory that tiles work in, one after the other."""

from __future__ import annotations

import threading
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["Scratch"]


class Scratch(threading.local):
    """Arrays that each thread keeps for its next tile.

    The system clears memory page by page before it hands it out, which took a tenth of the time
    where every tile asked anew.
    """

    def __init__(self) -> None:
        self._kept: dict[str, NDArray[Any]] = {}

    def empty(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Give an array that is not initialized, and whose memory the last one of `name` had.

        Parameters
        ----------
        name : str
            What for; two arrays in use at the same time have two names.
        shape : tuple of int
        dtype : dtype-like

        Returns
        -------
        ndarray
        """
        n_bytes = prod(shape) * np.dtype(dtype).itemsize
        kept = self._kept.get(name)
        if kept is None or kept.size < n_bytes:
            kept = self._kept[name] = np.empty(n_bytes, np.uint8)
        return kept[:n_bytes].view(dtype).reshape(shape)
