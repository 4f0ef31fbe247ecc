"""An emulation of how OpendTect 6 to 8 color a value in the 3D scene.

Written from a description of its source (MapperTask, the texture of 255 levels, the lookup in a
color table), in the same float32; it shares no code with the package.
"""

from __future__ import annotations

import re

import numpy as np

Table = tuple[int, np.ndarray, np.ndarray]
"""Number of segments (-1: variable), positions, colors."""


def read_table(text: str) -> Table:
    """Parse a color table."""
    segments = int(re.search(r"^\d+\.Nr segments:\s*(-?\d+)", text, re.MULTILINE).group(1))
    markers = re.findall(r"^\d+\.Value-Color\.\d+:\s*(.+)$", text, re.MULTILINE)
    fields = np.array([marker.split("`") for marker in markers]).astype(float)
    return segments, fields[:, 0].astype(np.float32), fields[:, 1:4]


def shown(value: float, table: Table, low: float, high: float) -> tuple[int, ...]:
    """Color of a value when the range is set to `low` and `high`."""
    share = (np.float32(value) - np.float32(low)) / (np.float32(high) - np.float32(low))
    share = np.clip(share, np.float32(0), np.float32(1))
    level = int(min(np.float32(255) * share, np.float32(254.1)))
    return _table_color(np.float32(level) / np.float32(254), table)


def _table_color(place: np.float32, table: Table) -> tuple[int, ...]:
    segments, positions, colors = table
    below = int(np.flatnonzero(positions <= place + 1e-10)[-1])
    if segments == -1 or below == len(positions) - 1:
        return tuple(int(channel) for channel in colors[below])
    assert segments == 0
    between = (place - positions[below]) / (positions[below + 1] - positions[below])
    mixed = colors[below] * (1 - between) + colors[below + 1] * between
    return tuple(int(channel) for channel in np.floor(mixed + 0.5))
