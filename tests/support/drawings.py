"""Maps and legends drawn with known colors."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont


def draw_map(scale: int = 8) -> np.ndarray:
    """Two units, a disk and a thin line, drawn large and downsampled to soften the edges."""
    image = Image.new("RGB", (200 * scale, 120 * scale), (250, 250, 240))
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 0), (150 * scale, 0), (90 * scale, 120 * scale), (0, 700)], (120, 60, 30))
    draw.ellipse([60 * scale, 30 * scale, 120 * scale, 90 * scale], (30, 160, 200))
    draw.line([(0, 100 * scale), (200 * scale, 20 * scale)], (0, 0, 0), width=2 * scale)
    return np.array(image.resize((200, 120), Image.Resampling.BOX))


LEGEND_COLORS = [
    (204, 204, 204),
    (104, 104, 104),
    (159, 170, 217),
    (93, 137, 68),
    (56, 168, 0),
    (255, 255, 255),
    (230, 203, 203),
]
"""Colors of the swatches that `draw_legend` draws."""

FINE = 4


def draw_legend(
    *,
    frame: bool = True,
    gap: int = 8,
    columns: int = 1,
    size: tuple[int, int] = (36, 18),
    paper: tuple[int, int, int] = (255, 255, 255),
    codes: bool = False,
    hatched: tuple[int, ...] = (),
    outer: bool = False,
    colors: list[tuple[int, int, int]] = LEGEND_COLORS,
) -> Image.Image:
    """Draw a legend at four times its size and downsample it to soften the edges."""
    width, height = size
    rows = -(-len(colors) // columns)
    shape = ((20 + columns * (width + 150)), 36 + rows * (height + gap))
    picture = Image.new("RGB", (shape[0] * FINE, shape[1] * FINE), paper)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=12 * FINE)
    if outer:
        draw.rectangle([8, 8, shape[0] * FINE - 9, shape[1] * FINE - 9], outline=0, width=FINE)
    for i, color in enumerate(colors):
        left = (12 + i // rows * (width + 150)) * FINE + 1
        top = (14 + i % rows * (height + gap)) * FINE + 2
        right, bottom = left + width * FINE, top + height * FINE
        draw.rectangle([left, top, right, bottom], fill=color)
        if i in hatched:
            for start in range(left - height * FINE, right, 6 * FINE):
                for y in range(top, bottom):
                    x = start + y - top
                    if left <= x <= right - FINE:
                        draw.line([x, y, x + FINE, y], fill=0)
        if frame:
            draw.rectangle([left, top, right, bottom], outline=0, width=FINE)
        if codes:
            draw.text((left + 8 * FINE, top + FINE), "Qal", fill=0, font=font)
        draw.text((right + 8 * FINE, top + FINE), f"{i} Gabbro BDO III", fill=0, font=font)
    return picture.resize(shape, Image.Resampling.BOX)
