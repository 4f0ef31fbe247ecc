"""Printed legends with a known answer, drawn and then scanned.

A legend is drawn `FINE` times as large, turned, reduced and then made a scan: paper tone, uneven
light, blur, noise and JPEG.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from drawn_names import HEADINGS, name_of, wrapped
from drawn_swatches import FINE, Color, Entry, Style, draw_swatch, font
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Bytes = NDArray[np.uint8]
Place = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class DrawnSwatch:
    """A swatch and what a reader should find."""

    color: Color
    """As the picture shows it, with the tone and the light of the paper."""

    ink: Color
    """As it is on white paper in even light."""

    middle: tuple[float, float]
    """x and y in pixels of the picture."""

    size: tuple[float, float]
    """Width and height in pixels, before the picture is turned."""

    patterned: bool
    name: str
    heading: str | None


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnLegend:
    """Picture of a legend and its answer."""

    picture: Bytes
    swatches: tuple[DrawnSwatch, ...]
    tilt: float
    x_height: int
    language: str
    touching: bool
    framed: bool


def draw_legend(
    seed: int,
    *,
    tilt: float | None = None,
    x_height: int | None = None,
    language: str | None = None,
    side: str = "right",
    scanned: bool = True,
) -> DrawnLegend:
    """Draw the legend of a seed.

    Parameters
    ----------
    seed : int
    tilt : float, optional
        Degrees by which it is turned; 0, 1, 2 or 3 to either side by default.
    x_height : int, optional
        Height of an x in pixels; 9, 11 or 14 by default.
    language : str, optional
        ``"en"``, ``"de"``, ``"fr"`` or ``"es"``.
    side : {"right", "left", "below"}
        Where names stand.
    scanned : bool
        Whether the picture is a scan or as a program draws it.
    """
    rng = np.random.default_rng(seed)
    style = style_of(rng, x_height, language, side)
    turn = float(rng.choice([-1, 1])) * float(rng.integers(0, 4)) if tilt is None else tilt
    entries, drawing = drawn(rng, style)
    picture, place = turned(drawing, turn)
    tone = paper_of(rng, picture.shape) if scanned else np.full(picture.shape, 255.0)
    swatches = tuple(_answer(entry, place, tone) for entry in entries)
    if scanned:
        picture = scan(rng, picture, tone)
    return DrawnLegend(
        picture=picture,
        swatches=swatches,
        tilt=turn,
        x_height=style.x_height,
        language=style.language,
        touching=style.touching,
        framed=style.framed,
    )


def _answer(entry: Entry, place: Place, tone: NDArray[np.float64]) -> DrawnSwatch:
    left, top, right, bottom = entry.box
    x, y = place((left + right) / 2, (top + bottom) / 2)
    shown = np.array(entry.ink) * tone[int(y), int(x)] / 255
    red, green, blue = (int(value) for value in shown.round())
    return DrawnSwatch(
        color=(red, green, blue),
        ink=entry.ink,
        middle=(x, y),
        size=(right - left, bottom - top),
        patterned=entry.patterned,
        name=entry.name,
        heading=entry.heading,
    )


def style_of(
    rng: np.random.Generator, x_height: int | None, language: str | None, side: str
) -> Style:
    """How a legend looks."""
    x = int(rng.choice([9, 11, 14]))
    words = str(rng.choice(["en", "de", "fr", "es"]))
    x = x if x_height is None else x_height
    framed = bool(rng.random() < 0.7)
    touching = bool(rng.random() < 0.4) and side != "below"
    return Style(
        x_height=x,
        language=words if language is None else language,
        touching=touching,
        framed=framed,
        frame_width=float(rng.uniform(0.8, 2.0)),
        frame_color=(0, 0, 0) if rng.random() < 0.7 else (90, 90, 90),
        width=x * float(rng.uniform(3.5, 7.0)),
        height=x * float(rng.uniform(1.8, 3.0)),
        uneven=bool(rng.random() < 0.3),
        gap=x * float(rng.uniform(0.5, 1.6)),
        columns=int(rng.integers(1, 4)),
        codes=bool(rng.random() < 0.5),
        patterns=bool(rng.random() < 0.6),
        headings=bool(rng.random() < 0.6),
        middle=bool(rng.random() < 0.6),
        outer=bool(rng.random() < 0.2),
        title=bool(rng.random() < 0.5),
        side=side,
    )


def unit_colors(rng: np.random.Generator, number: int, *, white: bool) -> list[Color]:
    """Tints at least 16 levels apart from each other and, without a frame, from the paper."""
    colors: list[NDArray[np.int64]] = [np.array([255, 255, 255])]
    while len(colors) <= number:
        strength = rng.uniform(0.15, 0.75)
        tint = 255 - strength * rng.integers(0, 256, 3)
        color = tint.round().astype(np.int64)
        if min(np.abs(color - other).max() for other in colors) >= 16:
            colors.append(color)
    found = [(int(r), int(g), int(b)) for r, g, b in colors[1:]]
    if white and rng.random() < 0.3:
        found[int(rng.integers(number))] = (255, 255, 255)
    return found


def drawn(rng: np.random.Generator, style: Style) -> tuple[list[Entry], Image.Image]:
    """Draw a legend; boxes are in pixels of the picture."""
    number = int(rng.integers(5, 46))
    columns = max(min(style.columns, number // 3), -(-number // 18), 1)
    colors = unit_colors(rng, number, white=style.framed)
    margin = 2.5 * style.x_height
    layout = Layout(
        style=style,
        margin=margin,
        most=style.x_height * float(rng.uniform(11, 20)),
        x=margin,
        top=margin,
    )
    if style.title:
        layout.texts.append((margin, margin, "LEGEND  1 : 100 000", "Sans-Bold"))
        layout.top += 2 * style.lead
    per_column = -(-number // columns)
    for column in range(columns):
        layout.add_column(rng, colors[column * per_column : (column + 1) * per_column])
    shape = (int(layout.x + margin), int(layout.widest + margin))
    drawing = Image.new("RGB", (shape[0] * FINE, shape[1] * FINE), (255, 255, 255))
    draw = ImageDraw.Draw(drawing)
    if style.outer:
        edge = style.x_height * FINE // 2
        draw.rectangle(
            [edge, edge, drawing.width - edge, drawing.height - edge], outline=0, width=FINE
        )
    for entry in layout.entries:
        draw_swatch(rng, drawing, entry, style)
    for left, upper, line, kind in layout.texts:
        # The line's x-height lies in the middle of its lead.
        base = (upper + style.lead / 2 + style.x_height / 2) * FINE
        letters = font(style.font_size * FINE, kind)
        draw.text((left * FINE, base), line, fill=(20, 20, 20), font=letters, anchor="ls")
    return layout.entries, drawing


@dataclass(kw_only=True)
class Layout:
    """Swatches and lines of text as they are added, column by column."""

    style: Style
    margin: float
    most: float
    x: float
    top: float
    widest: float = 0.0
    entries: list[Entry] = field(default_factory=list)
    texts: list[tuple[float, float, str, str]] = field(default_factory=list)

    def add_column(self, rng: np.random.Generator, colors: Sequence[Color]) -> None:
        """Add the swatches of these colors, with names and headings."""
        style, y, right = self.style, self.top, 0.0
        heading = None
        for place, color in enumerate(colors):
            if style.headings and (place == 0 or rng.random() < 0.12):
                heading = str(rng.choice(HEADINGS[style.language]))
                y += 0 if place == 0 else 0.9 * style.lead
                self.texts.append((self.x, y, heading, "Sans-Bold"))
                bold = font(style.font_size * FINE, "Sans-Bold")
                right = max(right, self.x + bold.getlength(heading) / FINE)
                y += style.lead + 0.7 * style.x_height
            y, end = self._add_entry(rng, y, color, heading)
            right = max(right, end)
        self.widest = max(self.widest, y)
        self.x = right + 3 * style.x_height

    def _add_entry(
        self, rng: np.random.Generator, y: float, color: Color, heading: str | None
    ) -> tuple[float, float]:
        """Add a swatch; where the next one begins and where the name ends."""
        style, letters = self.style, font(self.style.font_size * FINE)
        name = name_of(rng, style.language)
        text = wrapped(name, lambda words: letters.getlength(words) / FINE <= self.most)
        block = len(text) * style.lead
        high = max(style.height, block + 0.2 * style.lead) if style.touching else style.height
        if style.uneven:
            high *= float(rng.choice([1.0, 1.0, 1.4]))
        below = style.side == "below"
        if style.middle and not below and not style.touching:
            y += max(0.0, (block - high) / 2)
        space = 1.2 * style.x_height
        # A word may be longer than the lines should be.
        x = self.x + (1.6 * self.most + space if style.side == "left" else 0)
        box = (x, y, x + style.width, y + high)
        start = y + (high - block) / 2 if style.middle else y
        start = box[3] + 0.2 * style.lead if below else start
        end = box[2]
        for row, line in enumerate(text):
            width = letters.getlength(line) / FINE
            left = {"right": box[2] + space, "left": x - space - width, "below": x}[style.side]
            self.texts.append((left, start + row * style.lead, line, "Sans"))
            end = max(end, left + width)
        patterned = style.patterns and bool(rng.random() < 0.3)
        self.entries.append(
            Entry(box=box, ink=color, patterned=patterned, name=name, heading=heading)
        )
        if style.touching:
            return y + high, end
        return max(y + high, start + block) + style.gap, end


def turned(drawing: Image.Image, tilt: float) -> tuple[Bytes, Place]:
    """Turn a drawing and reduce it; also where its points lie then."""
    angle = np.radians(tilt)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    wide, high = drawing.width / FINE, drawing.height / FINE
    cols = int(np.ceil(abs(wide * cos) + abs(high * sin)))
    rows = int(np.ceil(abs(wide * sin) + abs(high * cos)))
    image = drawing
    if tilt:
        # From turned to drawn, about the middle, on the fine grid.
        cx, cy = cols * FINE / 2, rows * FINE / 2
        bx, by = drawing.width / 2, drawing.height / 2
        back = (cos, sin, bx - cos * cx - sin * cy, -sin, cos, by + sin * cx - cos * cy)
        image = drawing.transform(
            (cols * FINE, rows * FINE),
            Image.Transform.AFFINE,
            back,
            Image.Resampling.BILINEAR,
            fillcolor=(255, 255, 255),
        )

    def place(x: float, y: float) -> tuple[float, float]:
        dx, dy = x - wide / 2, y - high / 2
        return cols / 2 + cos * dx - sin * dy, rows / 2 + sin * dx + cos * dy

    return np.array(image.resize((cols, rows), Image.Resampling.BOX)), place


def paper_of(rng: np.random.Generator, shape: Sequence[int]) -> NDArray[np.float64]:
    """Color of the bare paper: its tone, and light that is uneven by up to 12 %."""
    tone = np.array([255, 255, 255]) - rng.uniform(0, 1, 3) * np.array([18, 22, 45])
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    x, y = x / shape[1] - 0.5, y / shape[0] - 0.5
    across, down, bowl = rng.uniform(-0.06, 0.06, 3)
    light = 1 + across * x + down * y + bowl * (x * x + y * y)
    return np.clip(tone * (light / light.max())[..., np.newaxis], 0, 255)


def scan(rng: np.random.Generator, picture: Bytes, tone: NDArray[np.float64]) -> Bytes:
    """Paper, blur, noise and JPEG 80."""
    lit = Image.fromarray((picture * (tone / 255)).round().astype(np.uint8))
    soft = np.array(lit.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 0.9)))), float)
    noisy = soft + rng.normal(0, float(rng.uniform(0.5, 3.0)), soft.shape)
    memory = io.BytesIO()
    Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8)).save(memory, "JPEG", quality=80)
    return np.array(Image.open(memory).convert("RGB"))
