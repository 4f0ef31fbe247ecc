"""Floats as the shortest text from which they come back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["texts_of_values"]


def texts_of_values(
    values: NDArray[np.float32], null: str
) -> tuple[NDArray[np.uint32], list[bytes]]:
    """Make the text of each distinct value, and tell which one is where.

    Parameters
    ----------
    values : ndarray of float32, any shape
    null : str
        Text of NaN.

    Returns
    -------
    codes : ndarray of uint32, same shape
    texts : list of bytes
        By code.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex.files.number_text import texts_of_values
    >>> codes, texts = texts_of_values(np.float32([2.5, 0.1, np.nan, 2.5]), "1e30")
    >>> codes.tolist(), texts
    ([1, 0, 2, 1], [b'0.1', b'2.5', b'1e30'])
    """
    distinct, codes = np.unique(values, return_inverse=True)
    texts: list[bytes] = distinct.astype("S").tolist()
    if np.isnan(distinct[-1]):
        texts[-1] = null.encode()
    return codes.reshape(values.shape).astype(np.uint32), texts
