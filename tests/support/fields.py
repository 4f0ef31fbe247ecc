"""Known fields, and pictures of them as matplotlib draws them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

LEVELS = np.linspace(0.1, 0.9, 6)


def smooth_field(shape: tuple[int, int] = (160, 220), seed: int = 1, noise: float = 0.0) -> Any:
    """Hills from 0 to 1."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=shape), min(shape) / 10)
    field = (field - field.min()) / (field.max() - field.min())
    return np.clip(field + noise * rng.normal(size=shape), 0, 1)


def drawn(field: Any, cmap: Any = "viridis", *, rounds: bool = False, ink: bool = False) -> Any:
    """Picture of a field over the range 0 to 1, uint8 of shape (rows, cols, 3).

    `rounds` draws by pcolormesh, which rounds colors; imshow drops their fractions. `ink` adds
    contours, a label and grid lines.
    """
    import matplotlib.pyplot as plt

    rows, cols = field.shape
    figure = plt.figure(figsize=(cols / 100, rows / 100), dpi=100)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.axis("off")
    if rounds:
        edges = np.arange(cols + 1), np.arange(rows + 1)
        ax.pcolormesh(*edges, field, cmap=cmap, vmin=0, vmax=1)
    else:
        extent = (0, cols, rows, 0)
        ax.imshow(field, cmap=cmap, vmin=0, vmax=1, aspect="auto", extent=extent)
    if ink:
        centers = np.arange(cols) + 0.5, np.arange(rows) + 0.5
        lines = ax.contour(*centers, field, levels=LEVELS, colors="k", linewidths=1)
        ax.clabel(lines, fontsize=7)
        ax.text(cols / 3, rows / 2, "Anomaly", fontsize=10)
        ax.axvline(cols / 4, color="k", lw=0.5)
    ax.set_xlim(0, cols)
    ax.set_ylim(rows, 0)
    picture = rasterized(figure)
    plt.close(figure)
    assert picture.shape == (rows, cols, 3)
    return picture


def rasterized(figure: Any) -> Any:
    """Pixels of a figure as savefig writes them."""
    stream = io.BytesIO()
    figure.savefig(stream, dpi=100, format="png")
    stream.seek(0)
    return np.asarray(Image.open(stream).convert("RGB"))


def as_jpeg(picture: Any, quality: int) -> Any:
    """Picture after JPEG."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "jpeg", quality=quality)
    stream.seek(0)
    return np.asarray(Image.open(stream))


def colored(field: Any, stops: Sequence[float], colors: Any, *, add: float = 0.5) -> Any:
    """Picture of a field by a ramp between stops; bytes are floors of the colors plus `add`."""
    table = np.asarray(colors, dtype=np.float64)
    channels = [np.interp(field, stops, table[:, channel]) for channel in range(3)]
    return np.floor(np.stack(channels, axis=-1) + add).astype(np.uint8)
