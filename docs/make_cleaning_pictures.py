"""Draw the pictures of cleaning.md: the same cut-out after each step.

python docs/make_cleaning_pictures.py [--out DIR]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from geoindex import Clean, IndexGrid, clean_grid, index_image, load_palette, open_grid
from geoindex.images.files import read_image

DOCS = Path(__file__).resolve().parent
DATA = DOCS.parent / "data"
CUT = (slice(330, 450), slice(640, 800))  # contacts, gabbro hatching, a label and a dyke
SCAN_CUT = (slice(80, 560), slice(220, 860))
DPI = 110

Bytes = NDArray[np.uint8]


def panels(path: Path, pictures: dict[str, Bytes]) -> None:
    """Save pictures side by side, three a row, pixels as squares."""
    rows = -(-len(pictures) // 3)
    figure = Figure(figsize=(10.5, 2.95 * rows), layout="constrained")
    axes = figure.subplots(rows, 3, squeeze=False).ravel()
    for ax in axes:
        ax.set_axis_off()
    for ax, (title, picture) in zip(axes, pictures.items(), strict=False):
        ax.imshow(picture, interpolation="nearest")
        ax.set_title(title, fontsize=10)
    figure.savefig(path, dpi=DPI, metadata={"Software": None})


def steps(picture: Bytes) -> dict[str, Bytes]:
    """Draw edges, ink and speckle, what they changed, and how sure that is."""
    palette = load_palette(DATA / "sample_palette.csv")
    grid = index_image(picture, palette)

    def cut(shown: IndexGrid) -> Bytes:
        return shown.to_rgb()[CUT]

    soft = clean_grid(grid, Clean(ink=(), speckle=0), image=picture)
    filled = clean_grid(grid, Clean(speckle=0), image=picture)
    whole = clean_grid(grid, Clean(), image=picture)
    truth = open_grid(DATA / "sample_map_classes.tif").indices[CUT]
    return {
        "the map": picture[CUT],
        "nearest color": cut(grid),
        "edges alone": cut(soft.grid),
        "edges and ink": cut(filled.grid),
        "edges, ink and speckle": cut(whole.grid),
        "the truth": palette.colors[truth],
        "changed: edges blue, ink red": cut(whole.changes()),
        "confidence": cut(whole.confidence_grid()),
    }


def shade(picture: Bytes) -> dict[str, Bytes]:
    """Draw the same cut-out under a hillshade."""
    palette = load_palette(DATA / "sample_palette.csv")
    rows, cols = picture.shape[:2]
    y, x = np.mgrid[:rows, :cols]
    light = 0.865 + 0.185 * np.sin(x / 13 + y / 29) * np.cos(y / 17)
    dark = np.minimum(np.floor(picture * light[..., None] + 0.5), 255).astype(np.uint8)
    return {
        "under a hillshade of 0.68 to 1.05": dark[CUT],
        "nearest color": index_image(dark, palette).to_rgb()[CUT],
        "metric shaded, all steps": index_image(
            dark, palette, metric="shaded", clean=True
        ).to_rgb()[CUT],
    }


def hatch() -> dict[str, Bytes]:
    """Draw white lines on purple, and the class of the hatching."""
    palette = load_palette(DATA / "sample_palette.csv")
    gabbro, ochre = palette.colors[15], palette.colors[6]
    y, x = np.mgrid[:120, :160]
    across = (x + y) % 9 < 3
    body = (x - 75) ** 2 / 3600 + (y - 60) ** 2 / 1600 < 1
    drawn = np.where((body & across)[..., None], 255, np.where(body[..., None], gabbro, ochre))
    drawn = drawn.astype(np.uint8)
    options = Clean(ink="black", hatch="White hatching and halo+Gabbro=Komatiite", hatch_gap=8)
    return {
        "white lines on a unit": drawn,
        "nearest color": index_image(drawn, palette).to_rgb(),
        "as a hatching: a class of its own": index_image(drawn, palette, clean=options).to_rgb(),
    }


def scan() -> dict[str, Bytes]:
    """Draw the scan of a printed sheet, the class of each pixel alone, and the units found."""
    sheet = DATA / "sample_print.jpg"
    palette = load_palette(DATA / "sample_palette.csv")
    return {
        "the scan": read_image(sheet).colors[SCAN_CUT],
        "nearest color of its legend": index_image(sheet, palette).to_rgb()[SCAN_CUT],
        "geoindex convert, without a palette": index_image(sheet).to_rgb()[SCAN_CUT],
    }


def main() -> None:
    """Draw all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=DOCS / "images")
    folder = parser.parse_args().out
    picture = np.ascontiguousarray(read_image(DATA / "sample_map.png").colors)
    panels(folder / "cleaning-steps.png", steps(picture))
    panels(folder / "cleaning-shade.png", shade(picture))
    panels(folder / "cleaning-hatch.png", hatch())
    panels(folder / "cleaning-scan.png", scan())


if __name__ == "__main__":
    main()
