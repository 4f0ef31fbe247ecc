"""How drawn legends look: style, fonts, and swatches with patterns and codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image, ImageDraw, ImageFont

Box = tuple[float, float, float, float]
Color = tuple[int, int, int]

FINE = 4
"""Drawn pixels along each side of a pixel of the picture."""

X_HEIGHT = 0.547
"""Height of an x of DejaVu Sans, in the size of the font."""

CODES = ("Qal", "Tm", "g2", "Ks", "Jl", "Pz1", "m", "gn", "Qt", "v3", "Cg", "al")


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a legend is laid out; lengths in pixels of the picture."""

    x_height: int
    language: str
    touching: bool
    framed: bool
    frame_width: float
    frame_color: Color
    width: float
    height: float
    uneven: bool
    gap: float
    columns: int
    codes: bool
    patterns: bool
    headings: bool
    middle: bool
    outer: bool
    title: bool
    side: str
    """Where names stand: right, left or below."""

    @property
    def lead(self) -> float:
        """From line to line."""
        return 2.1 * self.x_height

    @property
    def font_size(self) -> float:
        """Size of the font."""
        return self.x_height / X_HEIGHT


@dataclass(kw_only=True)
class Entry:
    """A swatch on the fine drawing."""

    box: Box
    ink: Color
    patterned: bool
    name: str
    heading: str | None = None


@cache
def font(size: float, kind: str = "Sans") -> ImageFont.FreeTypeFont:
    """DejaVu as it comes with matplotlib, at a size in drawn pixels."""
    path = Path(mpl.get_data_path()) / "fonts" / "ttf" / f"DejaVu{kind}.ttf"
    return ImageFont.truetype(str(path), size)


def draw_swatch(
    rng: np.random.Generator, drawing: Image.Image, entry: Entry, style: Style
) -> None:
    """Ground, pattern, code and frame."""
    left, top, right, bottom = (round(edge * FINE) for edge in entry.box)
    tile = Image.new("RGB", (right - left, bottom - top), entry.ink)
    if entry.patterned:
        draw_pattern(rng, tile, style)
    if style.codes and rng.random() < 0.7:
        code = str(rng.choice(CODES))
        size = 0.8 * style.x_height / X_HEIGHT * FINE
        ImageDraw.Draw(tile).text(
            (tile.width / 2, tile.height / 2),
            code,
            fill=(20, 20, 20),
            font=font(size),
            anchor="mm",
        )
    drawing.paste(tile, (left, top))
    if style.framed:
        half = style.frame_width * FINE / 2
        ImageDraw.Draw(drawing).rectangle(
            [left - half, top - half, right + half, bottom + half],
            outline=style.frame_color,
            width=round(2 * half),
        )


def _marks_on(rng: np.random.Generator, ground: Color) -> Color:
    """Black, gray or brown that stands out from a ground."""
    tone = int(rng.choice([0, 60, 110]))
    ink = (tone, tone, tone) if rng.random() < 0.7 else (150, 60, 40)
    if abs(np.mean(ground) - np.mean(ink)) >= 55:
        return ink
    return (0, 0, 0) if np.mean(ground) >= 80 else (240, 240, 240)


def draw_pattern(rng: np.random.Generator, tile: Image.Image, style: Style) -> None:
    """Draw marks all over a swatch, as they are printed for rocks."""
    step = int(style.x_height * FINE * rng.uniform(0.6, 1.1))
    pen = max(2, round(FINE * rng.uniform(0.7, 1.4)))
    ink = _marks_on(rng, tile.getpixel((0, 0)))
    kind = str(rng.choice(["lines", "dashes", "crosses", "dots", "bricks", "rules", "vees"]))
    if kind in {"lines", "rules", "bricks"}:
        for line in _long_lines(rng, kind, tile.size, step):
            ImageDraw.Draw(tile).line(line, fill=ink, width=pen)
    else:
        _draw_marks(ImageDraw.Draw(tile), kind, tile.size, step, pen, ink)


def _long_lines(
    rng: np.random.Generator, kind: str, size: tuple[int, int], step: int
) -> Iterator[tuple[int, int, int, int]]:
    """Hatching, rules and bricks."""
    width, height = size
    if kind == "lines":
        lean = int(rng.choice([-1, 1]))
        for start in range(-height, width + height, step):
            yield start, 0, start + lean * height, height
        return
    for row, y in enumerate(range(step // 2 if kind == "rules" else 0, height, step)):
        yield 0, y, width, y
        if kind == "bricks":
            for x in range(step * (row % 2), width, 2 * step):
                yield x, y, x, y + step


def _draw_marks(
    draw: ImageDraw.ImageDraw, kind: str, size: tuple[int, int], step: int, pen: int, ink: Color
) -> None:
    """Dots, dashes, crosses and vees in rows."""
    width, height = size
    arm = step // 3
    for row, y in enumerate(range(step // 2, height, step)):
        for x in range(step // 2 + (row % 2) * step // 2, width, step):
            if kind == "dots":
                draw.ellipse([x - pen, y - pen, x + pen, y + pen], fill=ink)
            elif kind == "vees":
                draw.line([x - arm, y - arm, x, y + arm, x + arm, y - arm], fill=ink, width=pen)
            else:
                draw.line([x - arm, y, x + arm, y], fill=ink, width=pen)
                if kind == "crosses":
                    draw.line([x, y - arm, x, y + arm], fill=ink, width=pen)
