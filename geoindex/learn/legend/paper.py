"""A scanned legend made straight and its paper white."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geoindex.learn.legend.swatches import Box

__all__ = ["Sheet", "noise_of", "straightened", "tilt_of", "whitened"]

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]

CELL = 24
"""Side of the cells in which the color of the paper is looked for, in pixels of a half picture."""

LARGEST_TILT = 6.0
"""Degrees up to which a tilt is looked for."""

LEAST_TILT = 0.08
"""Degrees below which a picture is left as it is: 1.4 pixels in 1,000."""

UPRIGHT = 0.99
"""Part of the best agreement of edges that makes a picture upright as it is."""

LEAST_GRADIENT = 6.0
"""Change across an edge, in gray levels per pixel, from which it counts for the tilt."""

MOST_EDGES = 300_000
"""Points of edges that are enough for the tilt."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """A picture turned upright."""

    pixels: Picture
    """Upright, shape (rows, cols, 3)."""

    flat: Picture
    """The same with white paper."""

    back: tuple[float, float, float, float, float, float]
    """From upright to given: x' = a x + b y + c, y' = d x + e y + f."""

    def given(self, x: float, y: float) -> tuple[float, float]:
        """Where an upright point lies in the picture as given."""
        a, b, c, d, e, f = self.back
        return a * x + b * y + c, d * x + e * y + f

    def given_box(self, box: Box) -> Box:
        """Box in the picture as given around an upright box."""
        left, top, right, bottom = box
        corners = [self.given(x, y) for x in (left, right) for y in (top, bottom)]
        x, y = zip(*corners, strict=True)
        return round(min(x)), round(min(y)), round(max(x)), round(max(y))


def straightened(picture: Picture, tilt: float) -> Sheet:
    """Turn a picture by its tilt and make its paper white.

    Parameters
    ----------
    picture : ndarray of uint8, shape (rows, cols, 3)
    tilt : float
        Degrees by which its lines fall to the right.
    """
    flat = whitened(picture)
    rows, cols, _ = picture.shape
    if abs(tilt) < LEAST_TILT:
        return Sheet(pixels=picture, flat=flat, back=(1, 0, 0, 0, 1, 0))
    cos, sin = float(np.cos(np.radians(tilt))), float(np.sin(np.radians(tilt)))
    wide = int(np.ceil(cols * cos + rows * abs(sin)))
    high = int(np.ceil(cols * abs(sin) + rows * cos))
    x, y = (cols - cos * wide + sin * high) / 2, (rows - sin * wide - cos * high) / 2
    back = (cos, -sin, x, sin, cos, y)
    around = tuple(int(value) for value in np.median(picture[flat.min(axis=-1) > 245], axis=0))
    turned = [
        np.asarray(
            Image.fromarray(one).transform(
                (wide, high), Image.Transform.AFFINE, back, Image.Resampling.BICUBIC,
                fillcolor=fill,
            )
        )
        for one, fill in ((picture, around), (flat, (255, 255, 255)))
    ]  # fmt: skip
    return Sheet(pixels=turned[0], flat=turned[1], back=back)


def whitened(picture: Picture) -> Picture:
    """Divide a picture by the color of its bare paper.

    The paper is a quadratic surface through the brightest common color of many cells, without
    those cells that agree with no surface, which are colored.
    """
    rows, cols, _ = picture.shape
    half = _halved(picture)
    down, across = (max(1, side // CELL) for side in half.shape[:2])
    top = np.percentile(half.mean(axis=-1), 95)
    places, colors = [], []
    for row in np.array_split(np.arange(half.shape[0]), down):
        for col in np.array_split(np.arange(half.shape[1]), across):
            cell = half[row[0] : row[-1] + 1, col[0] : col[-1] + 1].reshape(-1, 3)
            light = cell.mean(axis=-1)
            bright = np.percentile(light, 80)
            near = cell[np.abs(light - bright) < 4]
            if bright >= 0.72 * top and len(near) >= 0.25 * len(cell):
                places.append((col.mean() / half.shape[1] - 0.5, row.mean() / half.shape[0] - 0.5))
                colors.append(np.median(near, axis=0))
    surface = _surface(np.array(places).reshape(-1, 2), np.array(colors).reshape(-1, 3), top)
    x = (np.arange(cols, dtype=np.float32) + 0.5) / cols - 0.5
    y = (np.arange(rows, dtype=np.float32)[:, np.newaxis] + 0.5) / rows - 0.5
    flat = np.empty_like(picture)
    for channel, (c, cx, cy, cxx, cxy, cyy) in enumerate(surface.astype(np.float32).T):
        paper = c + cx * x + cy * y + cxx * x * x + cxy * x * y + cyy * y * y
        light = picture[..., channel] / np.clip(paper, 1, 255) * 255
        flat[..., channel] = np.clip(light + 0.5, 0, 255)
    return flat


def _halved(picture: Picture) -> Floats:
    """Means of 2 x 2 pixels."""
    rows, cols = (max(1, side // 2 * 2) for side in picture.shape[:2])
    if min(picture.shape[:2]) < 2:
        return picture.astype(np.float32)
    even = picture[:rows, :cols].astype(np.float32)
    half: Floats = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    half /= 4
    return half


def _surface(
    places: NDArray[np.float64], colors: NDArray[np.float64], top: float
) -> NDArray[np.float64]:
    """Coefficients of 1, x, y, x2, xy and y2 for each channel, shape (6, 3)."""
    constant = np.zeros((6, 3))
    if not len(colors):
        constant[0] = top
        return constant
    light = colors.mean(axis=-1)
    start = np.median(colors[light >= np.percentile(light, 60)], axis=0)
    x, y = places.T
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    keep = np.abs(colors - start).max(axis=-1) < 40
    found = constant
    found[0] = start
    for tolerance in (25, 14, 9, 7):
        if keep.sum() < 12:
            constant[0] = start
            return constant
        found = np.linalg.lstsq(terms[keep], colors[keep], rcond=None)[0]
        keep = np.abs(terms @ found - colors).max(axis=-1) < tolerance
    return found if keep.sum() >= 12 else constant


def noise_of(flat: Picture) -> float:
    """Estimate the noise in gray levels from second differences along rows."""
    gray = flat.mean(axis=-1, dtype=np.float32)
    bend = np.abs(gray[:, 2:] - 2 * gray[:, 1:-1] + gray[:, :-2])
    return max(0.5, 1.4826 * float(np.median(bend)) / 6**0.5) if bend.size else 0.5


def tilt_of(picture: Picture) -> float:
    """Degrees by which the lines of a picture fall to the right.

    At the right angle, the points of its edges fall together: swatches and lines of text stand
    above each other.
    """
    from scipy.ndimage import gaussian_filter

    gray = gaussian_filter(picture.mean(axis=-1, dtype=np.float32), 0.8)
    upright, level = _edge_points(gray), _edge_points(gray.T)[:, [1, 0, 2]]
    if len(upright) + len(level) < 20:
        return 0.0
    angles, best = np.arange(-LARGEST_TILT, LARGEST_TILT + 0.01, 0.2), 0.0
    for step in (0.05, 0.01, None):
        agreements = [_agreement(upright, level, angle) for angle in angles]
        best = float(angles[np.argmax(agreements)])
        if step is not None:
            angles = best + step * np.arange(-5, 6)
    # What a program drew, and JPEG saved, is not tilted.
    return 0.0 if _agreement(upright, level, 0.0) >= UPRIGHT * max(agreements) else best


def _edge_points(gray: Floats) -> NDArray[np.float64]:
    """x, y and weight of the points of upright edges, x in parts of a pixel."""
    if min(gray.shape) < 5:
        return np.zeros((0, 3))
    across = np.abs(gray[1:-1, 2:] - gray[1:-1, :-2])
    along = np.abs(gray[2:, 1:-1] - gray[:-2, 1:-1])
    middle = across[:, 1:-1]
    peak = (middle > across[:, :-2]) & (middle >= across[:, 2:])
    y, x = np.nonzero(peak & (middle > 2 * LEAST_GRADIENT) & (middle > 4 * along[:, 1:-1]))
    before, here, after = across[y, x], across[y, x + 1], across[y, x + 2]
    shift = (after - before) / (2 * (2 * here - before - after))
    points = np.stack([x + 2 + shift, y + 1.0, np.minimum(here, 60)], axis=-1).astype(np.float64)
    return points[:: max(1, -(-len(points) // MOST_EDGES))]


def _agreement(upright: NDArray[np.float64], level: NDArray[np.float64], angle: float) -> float:
    """How much the points of edges fall together when they are turned by an angle."""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    total = 0.0
    for places, weight in (
        (upright[:, 0] * cos + upright[:, 1] * sin, upright[:, 2]),
        (level[:, 1] * cos - level[:, 0] * sin, level[:, 2]),
    ):
        if len(places):
            bins = np.floor((places - places.min()) * 3).astype(np.int64)
            counts = np.bincount(bins, weight)
            total += float((counts * np.convolve(counts, (1, 2, 3, 2, 1), "same")).sum())
    return total
