"""Independent brute-force answers."""

from __future__ import annotations

import numpy as np


def brute_force(pixels: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """Lowest row of the nearest color, by comparing with every color in int64."""
    flat = pixels[..., :3].reshape(-1, 3).astype(np.int64)
    distinct, inverse = np.unique(flat, axis=0, return_inverse=True)
    rows = np.concatenate(
        [
            ((part[:, np.newaxis] - colors.astype(np.int64)) ** 2).sum(axis=-1).argmin(axis=1)
            for part in np.array_split(distinct, max(1, len(distinct) // 512))
        ]
    )
    return rows[inverse.reshape(-1)].reshape(pixels.shape[:-1])
