"""Geological maps with a known answer, as printing, scanning and old formats leave them.

The regions and contacts are those of `drawn_maps`. Over them comes what a printed sheet has: a
topographic base in gray, brown and blue, words and patterns; then the scanner's blur, uneven light
and noise, and JPEG. Or the units lie half transparent over a gray hillshade, or are reduced to a
few colors or to dots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from drawn_maps import (
    BLACK,
    SUB,
    Bytes,
    Floats,
    Mask,
    Waves,
    add_dykes,
    add_lenses,
    bent_line,
    contact_lines,
    curved_regions,
    fine_axes,
    how_many,
    jpeg,
    majority,
    region_units,
    stroke,
    to_bytes,
    unit_colors,
)
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

BROWN, BLUE = (150, 95, 45), (60, 120, 205)

OVERPRINT = {"gray": (0.45, 0.45, 0.45), "brown": (0.75, 0.55, 0.36), "blue": (0.40, 0.62, 0.88)}
"""What is left of the color of a unit under each ink of the topographic base."""

BLUR, UNEVEN, NOISE, QUALITY = 0.7, 0.05, 4.0, 75
"""What a scanner does: standard deviation of its blur in pixels, largest deviation of its light,
standard deviation of its noise in levels, and the quality of its JPEG."""

OPACITY, FLAT = 0.6, 180
"""Opacity of units over a hillshade, and the gray of flat land in it."""

SCREEN = 2.618
"""Pixels between the dots of a halftone."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PrintedMap:
    """A picture of a map, the palette that goes with it, and its answer."""

    picture: Bytes
    """Shape (rows, cols, 3)."""

    colors: Bytes
    """Palette: the units, then the inks that the palette of such a map would have."""

    n_units: int

    truth: Bytes
    """The unit of each pixel, also under ink; shape (rows, cols)."""

    tied: Mask
    """Pixels that two units cover alike; no answer to them is wrong."""

    thin: Mask
    """Pixels whose unit is a dyke or a lens."""

    @property
    def inks(self) -> tuple[int, ...]:
        """Palette rows of the inks."""
        return tuple(range(self.n_units, len(self.colors)))

    def share_right(self, answer: NDArray[np.integer]) -> float:
        """Share of the pixels without ties that an answer has right."""
        return float((answer == self.truth)[~self.tied].mean())


def print_map(
    seed: int, variants: Iterable[str] | None = None, **options: Any
) -> dict[str, PrintedMap]:
    """Print the map of a seed.

    Parameters
    ----------
    seed : int
    variants : iterable of str, optional
        Keys of `VARIANTS`; all by default. A variant is the same whatever others are drawn.
    **options
        As :func:`engrave` takes them.

    Returns
    -------
    dict of str to PrintedMap
    """
    plate = engrave(seed, **options)
    return {name: plate.print(name) for name in variants or VARIANTS}


def engrave(
    seed: int,
    *,
    n_units: int = 24,
    n_regions: int = 160,
    shape: tuple[int, int] = (700, 900),
    thin_units: bool = False,
) -> Plate:
    """Draw the regions and contacts of a seed, which all variants are printed from.

    Parameters
    ----------
    seed : int
    n_units, n_regions : int
        Colors of the legend, and areas that they are given to.
    shape : tuple of int
        Rows and columns of the pictures.
    thin_units : bool
        Whether there are dykes of 3 to 5 pixels and lenses of 5 to 9, too.

    Returns
    -------
    Plate
    """
    rng = np.random.default_rng(seed)
    colors = unit_colors(rng, n_units)
    regions = curved_regions(rng, n_regions, shape)
    units = region_units(rng, n_regions, n_units)[regions]
    bodies = np.zeros(units.shape, np.uint8)
    if thin_units:
        add_lenses(rng, units, bodies, n_units)
        add_dykes(rng, units, bodies, n_units)
    covered = bodies.reshape(shape[0], SUB, shape[1], SUB) > 0
    return Plate(
        seed=seed,
        colors=colors,
        units=units,
        contacts=contact_lines(units, bodies),
        shape=shape,
        truth=majority(units, n_units),
        tied=ties(units, n_units),
        thin=covered.sum(axis=(1, 3)) > SUB * SUB // 2,
    )


Printed = tuple[Bytes, tuple[tuple[int, int, int], ...], Bytes]
"""A picture, its inks, and the colors of its units."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Plate:
    """What is printed, on the fine grid, and its answer."""

    seed: int
    colors: Bytes
    """Of the units, shape (n_units, 3)."""

    units: Bytes
    contacts: Mask
    shape: tuple[int, int]
    truth: Bytes
    tied: Mask
    thin: Mask

    def print(self, variant: str) -> PrintedMap:
        """Print a variant."""
        picture, inks, legend = VARIANTS[variant](self)
        return PrintedMap(
            picture=picture,
            colors=np.vstack([legend, np.array(inks, np.uint8).reshape(-1, 3)]),
            n_units=len(self.colors),
            truth=self.truth,
            tied=self.tied,
            thin=self.thin,
        )

    @cached_property
    def contours(self) -> Mask:
        """Contours of a smooth relief, 0.8 pixels wide."""
        field = Waves(self.rng("relief"), 300)(*fine_axes(self.shape)).astype(np.float32)
        down, across = np.gradient(field)
        field /= 0.25
        slope = np.hypot(down, across) / 0.25
        return np.abs(field - np.round(field)) < 0.4 * SUB * np.maximum(slope, 1e-6)

    def rng(self, what: str) -> np.random.Generator:
        """Random numbers for one thing that is drawn."""
        return np.random.default_rng([self.seed, *what.encode()])

    def picture(
        self,
        *,
        cover: Iterable[tuple[Mask, tuple[int, int, int]]] = (),
        multiply: Iterable[tuple[Mask, tuple[float, float, float]]] = (),
        colors: Bytes | None = None,
    ) -> Floats:
        """Mean color of each pixel, floats of 0..255, with contacts.

        `cover` lists masks of opaque inks and their colors, `multiply` masks of transparent ones
        and what they leave of the color under them.
        """
        rows, cols = self.shape
        units = self.colors if colors is None else colors
        image = np.empty((rows, cols, 3))
        cover, multiply = list(cover), list(multiply)
        for channel in range(3):
            fine = units[self.units, channel].astype(np.float32)
            for mask, ink in cover:
                fine[mask] = ink[channel]
            for mask, left in multiply:
                fine[mask] *= left[channel]
            fine[self.contacts] = BLACK[channel]
            image[..., channel] = means(fine)
        return image


def scanned(image: Floats, rng: np.random.Generator, quality: int = QUALITY) -> Bytes:
    """Blur, light unevenly, add noise, and write and read a JPEG."""
    from scipy.ndimage import gaussian_filter

    rows, cols = image.shape[:2]
    field = Waves(rng, 500)(np.arange(cols) + 0.5, np.arange(rows) + 0.5)
    light = 1 + UNEVEN * field / np.abs(field).max()
    lit = gaussian_filter(image, (BLUR, BLUR, 0)) * light[..., None]
    noisy = lit + rng.normal(0, NOISE, lit.shape)
    return jpeg(to_bytes(np.clip(noisy, 0, 255)), quality)


def scan(plate: Plate) -> Printed:
    """Scan a map of tints and contacts."""
    return scanned(plate.picture(), plate.rng("scan")), (BLACK,), plate.colors


def printed(plate: Plate, lines: int = 500) -> Printed:
    """Print a topographic base, words and patterns on the tints, and scan them."""
    gray = base_lines(plate, lines) | words(plate) | patterns(plate)
    inks = {"gray": gray, "brown": plate.contours, "blue": rivers(plate)}
    image = plate.picture(multiply=[(mask, OVERPRINT[name]) for name, mask in inks.items()])
    return scanned(image, plate.rng(f"scan {lines}")), (BLACK,), plate.colors


def inked(plate: Plate) -> Printed:
    """Export a map with contours and rivers as opaque ink."""
    cover = [(plate.contours, BROWN), (rivers(plate), BLUE)]
    return to_bytes(plate.picture(cover=cover)), (BLACK, BROWN, BLUE), plate.colors


def blended(plate: Plate) -> Printed:
    """Lay half transparent units over a gray hillshade; the legend lies over flat land."""
    rows, cols = plate.shape
    x, y = np.arange(cols) + 0.5, np.arange(rows) + 0.5
    rng = plate.rng("hillshade")
    field = Waves(rng, 220)(x, y) + 0.5 * Waves(rng, 90)(x, y) + 0.3 * Waves(rng, 25)(x, y)
    shade = np.clip(FLAT + 28 * field, 20, 250)
    image = OPACITY * plate.picture() + (1 - OPACITY) * shade[..., None]
    legend = to_bytes(OPACITY * plate.colors + (1 - OPACITY) * FLAT)
    ink = round((1 - OPACITY) * FLAT)
    return to_bytes(image), ((ink, ink, ink),), legend


def dithered(plate: Plate) -> Printed:
    """Diffuse errors (Floyd and Steinberg) to half of the units' colors and black."""
    palette = Image.new("P", (1, 1))
    palette.putpalette(half_of_colors(plate).ravel().tolist())
    image = Image.fromarray(to_bytes(plate.picture()))
    dots = image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    return np.array(dots.convert("RGB")), (BLACK,), plate.colors


def dithered_by_order(plate: Plate) -> Printed:
    """Dither by a matrix of 8 x 8 thresholds, to half of the units' colors and black."""
    colors = half_of_colors(plate).astype(np.float64)
    matrix = np.zeros((1, 1))
    for _ in range(3):
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    rows, cols = plate.shape
    tiled = np.tile((matrix + 0.5) / 64 - 0.5, (-(-rows // 8), -(-cols // 8)))[:rows, :cols]
    gaps = np.linalg.norm(colors[:, None] - colors[None], axis=2)
    np.fill_diagonal(gaps, np.inf)
    moved = plate.picture() + np.median(gaps.min(axis=1)) * tiled[..., None]
    far = ((moved[..., None, :] - colors) ** 2).sum(axis=-1)
    return colors[far.argmin(axis=-1)].astype(np.uint8), (BLACK,), plate.colors


def halftone(plate: Plate) -> Printed:
    """Print dots of cyan, magenta and yellow, each at its own angle, and scan them."""
    x, y = fine_axes(plate.shape)
    image = np.empty((*plate.shape, 3))
    for channel, angle in enumerate(np.deg2rad((15, 75, 0))):
        along = 2 * np.pi / SCREEN * (x[None] * np.cos(angle) + y[:, None] * np.sin(angle))
        across = 2 * np.pi / SCREEN * (y[:, None] * np.cos(angle) - x[None] * np.sin(angle))
        dots = (np.cos(along) + np.cos(across)).astype(np.float32)
        # Thresholds by rank, so that a tint prints dots of exactly its share of the area.
        ranks = np.linspace(0, 1, 2001)
        share = 1 - plate.colors[:, channel] / 255
        least = np.quantile(dots[::7, ::7], ranks)
        bare = dots < np.interp(1 - share, ranks, least).astype(np.float32)[plate.units]
        bare &= ~plate.contacts
        image[..., channel] = 255 * means(bare.astype(np.float32))
    return scanned(image, plate.rng("halftone")), (BLACK,), plate.colors


VARIANTS: dict[str, Callable[[Plate], Printed]] = {
    "scan": scan,
    "printed": printed,
    "printed-fine": lambda plate: printed(plate, 220),
    "jpeg-60": lambda plate: (jpeg(to_bytes(plate.picture()), 60), (BLACK,), plate.colors),
    "inked": inked,
    "blend": blended,
    "dithered": dithered,
    "dithered-ordered": dithered_by_order,
    "halftone": halftone,
}


def base_lines(plate: Plate, number: int) -> Mask:
    """Wandering lines of a topographic base, half a pixel to a pixel wide."""
    rng, mask = plate.rng("lines"), np.zeros(plate.units.shape, bool)
    for _ in range(how_many(number, plate.shape)):
        line = bent_line(rng, plate.shape, rng.uniform(80, 240))
        stroke(mask, line, rng.uniform(0.5, 1.0))
    return mask


def rivers(plate: Plate) -> Mask:
    """Rivers, 1 to 2 pixels wide."""
    rng, mask = plate.rng("rivers"), np.zeros(plate.units.shape, bool)
    for _ in range(how_many(14, plate.shape)):
        line = bent_line(rng, plate.shape, rng.uniform(200, 600))
        stroke(mask, line, rng.uniform(1, 2))
    return mask


def words(plate: Plate) -> Mask:
    """Names and numbers, 7 to 14 pixels high."""
    rng, (rows, cols) = plate.rng("words"), plate.shape
    canvas = Image.new("L", (cols * SUB, rows * SUB), 0)
    pen = ImageDraw.Draw(canvas)
    face = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    names = ("Berg", "Nygard", "412", "Sjoen", "Vik", "Hall", "1036", "Elv", "Tind", "Myr", "Dal")
    for _ in range(how_many(260, plate.shape)):
        font = ImageFont.truetype(str(face), int(rng.integers(7, 15)) * SUB)
        place = rng.uniform((0, 0), (cols - 30, rows - 15)) * SUB
        pen.text(tuple(place), names[rng.integers(len(names))], fill=255, font=font)
    return np.array(canvas) > 127


def patterns(plate: Plate) -> Mask:
    """Diagonal lines, 7 pixels apart, over three units."""
    chosen = plate.rng("patterns").choice(len(plate.colors), 3, replace=False)
    x, y = fine_axes(plate.shape)
    across = (x[None] + y[:, None]) / np.sqrt(2)
    return np.isin(plate.units, chosen) & (across % 7 < 0.8)


def half_of_colors(plate: Plate) -> Bytes:
    """Every other unit's color, and black."""
    return np.vstack([plate.colors[::2], np.array([BLACK], np.uint8)])


def means(fine: NDArray[np.float32]) -> Floats:
    """Mean over the subpixels of each pixel."""
    rows, cols = fine.shape[0] // SUB, fine.shape[1] // SUB
    return fine.reshape(rows, SUB, cols, SUB).mean(axis=(1, 3), dtype=np.float64)


def ties(units: Bytes, n_units: int) -> Mask:
    """Pixels that their two largest units cover alike."""
    rows, cols = units.shape[0] // SUB, units.shape[1] // SUB
    parts = units.reshape(rows, SUB, cols, SUB)
    mixed = np.ptp(parts, axis=(1, 3)) > 0
    cells = parts.transpose(0, 2, 1, 3)[mixed].reshape(-1, SUB * SUB)
    counts = np.stack([(cells == unit).sum(axis=1) for unit in range(n_units)], axis=1)
    counts.sort(axis=1)
    tied = np.zeros((rows, cols), bool)
    tied[mixed] = counts[:, -1] == counts[:, -2]
    return tied
