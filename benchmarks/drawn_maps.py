"""Geological maps with a known answer, drawn as a GIS draws them.

Each map is drawn on a grid of `SUB` x `SUB` subpixels per pixel. The picture is their mean; the
true class is the unit that covers most of a pixel, also under ink. `SUB` is odd, so two units
never share a pixel equally.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numba import njit
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]

SUB = 5
BLACK, RED = (0, 0, 0), (227, 26, 28)
INKS = (BLACK, RED)
CONTACT = 1.25
"""Width of the contacts in pixels."""

DARKEST, BRIGHTEST = 0.68, 1.05
"""Range of the hillshade."""

UNLINED = 255
"""No contact is drawn between a unit and a dyke without outline."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnMap:
    """Pictures of one map and its answer."""

    colors: Bytes
    """Palette, shape (n_units + 2, 3): the units, then black and red ink."""

    truth: Bytes
    """The unit of each pixel, shape (rows, cols)."""

    thin: Mask
    """Pixels whose unit is a dyke or a lens."""

    pictures: dict[str, Bytes]
    """Picture of each variant, shape (rows, cols, 3)."""

    @property
    def n_units(self) -> int:
        """Units of the palette, without the inks."""
        return len(self.colors) - len(INKS)

    @property
    def inks(self) -> tuple[int, ...]:
        """Palette rows of the inks."""
        return tuple(range(self.n_units, len(self.colors)))


def draw_map(
    seed: int,
    *,
    n_units: int = 24,
    n_regions: int = 160,
    shape: tuple[int, int] = (700, 900),
    variants: tuple[str, ...] | None = None,
) -> DrawnMap:
    """Draw the map of a seed.

    Parameters
    ----------
    seed : int
    n_units, n_regions : int
        Colors of the legend, and areas that they are given to.
    shape : tuple of int
        Rows and columns of the pictures.
    variants : tuple of str, optional
        Keys of `VARIANTS`; all by default.

    Returns
    -------
    DrawnMap
    """
    rng = np.random.default_rng(seed)
    colors = unit_colors(rng, n_units)
    regions = curved_regions(rng, n_regions, shape)
    units = region_units(rng, n_regions, n_units)[regions]
    bodies = np.zeros(units.shape, np.uint8)
    add_lenses(rng, units, bodies, n_units)
    add_dykes(rng, units, bodies, n_units)
    sheet = Sheet(
        units=units,
        contacts=contact_lines(units, bodies),
        labels=text_mask(rng, shape),
        faults=fault_lines(rng, shape),
        colors=np.vstack([colors, np.array(INKS, np.uint8)]),
        shade=hillshade(rng, shape),
    )
    truth = majority(units, n_units)
    covered = bodies.reshape(shape[0], SUB, shape[1], SUB) > 0
    chosen = VARIANTS if variants is None else {name: VARIANTS[name] for name in variants}
    return DrawnMap(
        colors=sheet.colors,
        truth=truth,
        thin=covered.sum(axis=(1, 3)) > SUB * SUB // 2,
        pictures={name: draw(sheet) for name, draw in chosen.items()},
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """What is drawn, on the fine grid."""

    units: Bytes
    contacts: Mask
    labels: Mask
    faults: Mask
    colors: Bytes
    shade: Floats
    """Brightness of each pixel, shape (rows, cols)."""

    def picture(self, *, contacts: bool = False, overprint: bool = False) -> Floats:
        """Mean color of each pixel, floats of 0..255."""
        drawn = self.units.copy()
        if contacts:
            drawn[self.contacts] = len(self.colors) - 2
        if overprint:
            drawn[self.faults] = len(self.colors) - 1
            drawn[self.labels] = len(self.colors) - 2
        rows, cols = drawn.shape[0] // SUB, drawn.shape[1] // SUB
        image = np.empty((rows, cols, 3))
        for channel in range(3):
            fine = self.colors[drawn, channel].reshape(rows, SUB, cols, SUB)
            image[..., channel] = fine.sum(axis=(1, 3), dtype=np.uint32) / SUB**2
        return image

    def shaded(self, image: Floats) -> Floats:
        """Multiply by the hillshade."""
        return np.minimum(image * self.shade[..., None], 255)


def to_bytes(image: Floats) -> Bytes:
    """Round half up."""
    return np.floor(image + 0.5).astype(np.uint8)


def jpeg(image: Bytes, quality: int = 85) -> Bytes:
    """Write and read a JPEG with the defaults of most programs (chroma at half resolution)."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.array(Image.open(buffer))


VARIANTS: dict[str, Callable[[Sheet], Bytes]] = {
    "anti-aliased edges": lambda sheet: to_bytes(sheet.picture()),
    "+ black contacts": lambda sheet: to_bytes(sheet.picture(contacts=True)),
    "+ labels and red faults": lambda sheet: to_bytes(
        sheet.picture(contacts=True, overprint=True)
    ),
    "edges + JPEG": lambda sheet: jpeg(to_bytes(sheet.picture())),
    "edges + hillshade": lambda sheet: to_bytes(sheet.shaded(sheet.picture())),
    "all together": lambda sheet: jpeg(
        to_bytes(sheet.shaded(sheet.picture(contacts=True, overprint=True)))
    ),
}
"""The rows of the table."""

SHADED = ("edges + hillshade", "all together")
"""Variants under a hillshade."""


def unit_colors(rng: np.random.Generator, n_units: int) -> Bytes:
    """Colors of map units: apart from each other, from the inks, and in any shade."""
    chosen: list[Floats] = []
    apart = 34.0
    while len(chosen) < n_units:
        apart *= 0.9995
        color = np.floor(rng.uniform(70, 256, 3))
        others = [*chosen, np.array(RED, float)]
        if np.linalg.norm(color) < 190:
            continue
        if all(color_gap(color, other) > apart for other in others):
            chosen.append(color)
    return np.array(chosen, np.uint8)


def color_gap(one: Floats, other: Floats) -> float:
    """Least distance of two colors, each in any shade."""
    low, high = DARKEST / BRIGHTEST, BRIGHTEST / DARKEST
    factor = np.clip(one @ other / (other @ other), low, high)
    return float(np.linalg.norm(one - factor * other))


def region_units(rng: np.random.Generator, n_regions: int, n_units: int) -> Bytes:
    """Draw the unit of each region: each at least once, some much more often than others."""
    share = 0.9 ** np.arange(n_units)
    first = np.arange(n_units)[:n_regions]
    rest = rng.choice(n_units, max(0, n_regions - n_units), p=share / share.sum())
    return rng.permutation(np.concatenate([first, rest])).astype(np.uint8)


class Waves:
    """A smooth random field of about unit variance: a sum of plane waves."""

    def __init__(self, rng: np.random.Generator, wavelength: float, waves: int = 12) -> None:
        angle = rng.uniform(0, 2 * np.pi, waves)
        number = 2 * np.pi / (wavelength * rng.uniform(0.6, 1.7, waves))
        self.kx, self.ky = number * np.cos(angle), number * np.sin(angle)
        self.phase = rng.uniform(0, 2 * np.pi, waves)

    def __call__(self, x: Floats, y: Floats) -> Floats:
        """Return the field on the grid of columns `x` and rows `y`."""
        across = np.multiply.outer(self.kx, x)
        down = np.multiply.outer(y, self.ky) + self.phase
        field = np.hstack([np.sin(down), np.cos(down)]) @ np.vstack(
            [np.cos(across), np.sin(across)]
        )
        return field * np.sqrt(2 / len(self.phase))


def fine_axes(shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """Columns and rows of the subpixels, in pixels."""
    rows, cols = shape
    return (np.arange(cols * SUB) + 0.5) / SUB, (np.arange(rows * SUB) + 0.5) / SUB


def curved_regions(
    rng: np.random.Generator, n_regions: int, shape: tuple[int, int]
) -> NDArray[np.int64]:
    """Find the region of each subpixel: the nearest of random points, on a warped plane."""
    x, y = fine_axes(shape)
    points = rng.uniform((0, 0), (shape[1], shape[0]), (n_regions, 2))
    dx = 9 * Waves(rng, 150)(x, y) + 2 * Waves(rng, 45)(x, y)
    dy = 9 * Waves(rng, 150)(x, y) + 2 * Waves(rng, 45)(x, y)
    return nearest_point(
        (x[None, :] + dx).astype(np.float32),
        (y[:, None] + dy).astype(np.float32),
        points.astype(np.float32),
    )


@njit(cache=True)
def nearest_point(
    px: NDArray[np.float32], py: NDArray[np.float32], points: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Row of the point nearest to each place."""
    nearest = np.empty(px.shape, np.int64)
    for row in range(px.shape[0]):
        for col in range(px.shape[1]):
            least, place = np.float32(np.inf), 0
            for i in range(len(points)):
                dx, dy = px[row, col] - points[i, 0], py[row, col] - points[i, 1]
                squared = dx * dx + dy * dy
                if squared < least:
                    least, place = squared, i
            nearest[row, col] = place
    return nearest


def add_lenses(rng: np.random.Generator, units: Bytes, bodies: Bytes, n_units: int) -> None:
    """Draw small lenses, 5 to 9 pixels thick, with contacts around them."""
    rows, cols = units.shape[0] // SUB, units.shape[1] // SUB
    for _ in range(how_many(10, (rows, cols))):
        center = rng.uniform((30, 30), (cols - 30, rows - 30))
        length, thickness = rng.uniform(14, 30), rng.uniform(2.5, 4.5)
        angle = rng.uniform(0, np.pi)
        place, x, y = window(units.shape, center, length + 2)
        along = (x - center[0]) * np.cos(angle) + (y - center[1]) * np.sin(angle)
        across = (y - center[1]) * np.cos(angle) - (x - center[0]) * np.sin(angle)
        inside = (along / length) ** 2 + (across / thickness) ** 2 < 1
        units[place][inside] = rng.integers(n_units)
        bodies[place][inside] = 1


def add_dykes(rng: np.random.Generator, units: Bytes, bodies: Bytes, n_units: int) -> None:
    """Draw bent dykes, 3 to 5 pixels wide, half of them with contacts along them."""
    shape = (units.shape[0] // SUB, units.shape[1] // SUB)
    widths = (3.0, 3.0, 3.5, 4.0, 4.0, 5.0)
    for number in range(how_many(len(widths), shape)):
        width = widths[number % len(widths)]
        mask = np.zeros(units.shape, bool)
        stroke(mask, bent_line(rng, shape, rng.uniform(120, 260)), width)
        units[mask] = rng.integers(n_units)
        bodies[mask] = UNLINED if number % 2 else 1


def how_many(number: int, shape: tuple[int, int]) -> int:
    """Scale a number of things on a map of 700 x 900 pixels to another size."""
    return max(2, round(number * shape[0] * shape[1] / 630_000))


def window(
    shape: tuple[int, ...], center: Floats, reach: float
) -> tuple[tuple[slice, slice], Floats, Floats]:
    """Subpixels around a place: their slices, columns and rows in pixels."""
    low = np.maximum(np.floor((center - reach) * SUB), 0).astype(int)
    high = np.minimum(np.ceil((center + reach) * SUB), (shape[1], shape[0])).astype(int)
    x, y = (np.arange(low[0], high[0]) + 0.5) / SUB, (np.arange(low[1], high[1]) + 0.5) / SUB
    return (slice(low[1], high[1]), slice(low[0], high[0])), x[None, :], y[:, None]


def bent_line(rng: np.random.Generator, shape: tuple[int, int], length: float) -> Floats:
    """Points in pixels along a line that bends slowly; shape (n, 2)."""
    start = rng.uniform((60, 60), (shape[1] - 60, shape[0] - 60))
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.06, int(length / 4)))
    steps = 4 * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    return start + np.concatenate([[(0, 0)], np.cumsum(steps, axis=0)])


def stroke(mask: Mask, points: Floats, width: float) -> None:
    """Mark the subpixels nearer to a line than half of `width`, both in pixels."""
    rows, cols = mask.shape[0] // SUB, mask.shape[1] // SUB
    for start, end in itertools.pairwise(points):
        middle, reach = (start + end) / 2, np.linalg.norm(end - start) / 2 + width
        if not (-reach < middle[0] < cols + reach and -reach < middle[1] < rows + reach):
            continue
        place, x, y = window(mask.shape, middle, reach)
        step = end - start
        along = ((x - start[0]) * step[0] + (y - start[1]) * step[1]) / (step @ step)
        along = np.clip(along, 0, 1)
        gap = np.hypot(x - start[0] - along * step[0], y - start[1] - along * step[1])
        mask[place] |= gap < width / 2


def contact_lines(units: Bytes, bodies: Bytes) -> Mask:
    """Lines along the contacts of units."""
    from scipy.ndimage import distance_transform_edt

    lined = bodies != UNLINED
    right = (units[:, 1:] != units[:, :-1]) & lined[:, 1:] & lined[:, :-1]
    below = (units[1:] != units[:-1]) & lined[1:] & lined[:-1]
    edge = np.zeros(units.shape, bool)
    edge[:, 1:] |= right
    edge[:, :-1] |= right
    edge[1:] |= below
    edge[:-1] |= below
    # The edge subpixels themselves lie half a subpixel beside the contact.
    return distance_transform_edt(~edge) + 0.5 <= CONTACT / 2 * SUB


def fault_lines(rng: np.random.Generator, shape: tuple[int, int]) -> Mask:
    """Red faults, 2 to 3 pixels wide."""
    mask = np.zeros((shape[0] * SUB, shape[1] * SUB), bool)
    for _ in range(how_many(6, shape)):
        line = bent_line(rng, shape, rng.uniform(200, 600))
        stroke(mask, line, rng.uniform(2, 3))
    return mask


def text_mask(rng: np.random.Generator, shape: tuple[int, int]) -> Mask:
    """Labels, 10 to 17 pixels high."""
    rows, cols = shape
    canvas = Image.new("L", (cols * SUB, rows * SUB), 0)
    pen = ImageDraw.Draw(canvas)
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    words = ("Qtz", "gn", "Amf", "52", "gr", "Gb", "K-12", "Bas", "38", "Dol", "Px", "Kvs")
    for number in range(how_many(60, shape)):
        face = "DejaVuSans-Bold.ttf" if number % 3 == 0 else "DejaVuSans.ttf"
        font = ImageFont.truetype(str(folder / face), int(rng.integers(10, 18)) * SUB)
        place = rng.uniform((0, 0), (cols - 30, rows - 20)) * SUB
        pen.text(tuple(place), words[rng.integers(len(words))], fill=255, font=font)
    return np.array(canvas) > 127


def hillshade(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Brightness of each pixel, smooth, spread over the whole range; shape (rows, cols)."""
    rows, cols = shape
    x, y = np.arange(cols) + 0.5, np.arange(rows) + 0.5
    field = Waves(rng, 220)(x, y) + 0.5 * Waves(rng, 90)(x, y)
    low, high = field.min(), field.max()
    return DARKEST + (BRIGHTEST - DARKEST) * (field - low) / (high - low)


def majority(units: Bytes, n_units: int) -> Bytes:
    """Find the unit of most subpixels of every pixel, the lowest where several have as many."""
    rows, cols = units.shape[0] // SUB, units.shape[1] // SUB
    return count_majority(units, rows, cols, n_units)


@njit(cache=True)
def count_majority(units: Bytes, rows: int, cols: int, n_units: int) -> Bytes:
    """Loop of :func:`majority`."""
    truth = np.empty((rows, cols), np.uint8)
    counts = np.zeros(n_units, np.int64)
    for row in range(rows):
        for col in range(cols):
            counts[:] = 0
            for i in range(SUB):
                for j in range(SUB):
                    counts[units[row * SUB + i, col * SUB + j]] += 1
            truth[row, col] = np.argmax(counts)
    return truth
