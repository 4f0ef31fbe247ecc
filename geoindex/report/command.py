"""The command line that makes a grid again, by what the grid tells of how it was made."""

from __future__ import annotations

from typing import Any

from affine import Affine

from geoindex.clean import Clean
from geoindex.grid import IndexGrid
from geoindex.images.files import MapImage

__all__ = ["clean_facts", "option_words"]

USUAL: dict[str, Any] = {
    "metric": "rgb",
    "alpha": "mask",
    "depth": "8bit",
    "scale": None,
    "max_distance": None,
    "translucent": "keep",
    "nodata_color": None,
    "tolerance": 0,
}
"""What the options of one value are if they are left out."""

CLEAN_NUMBERS = ("speckle", "connectivity", "hatch_gap", "reach")


def option_words(grid: IndexGrid, image: MapImage) -> list[str]:
    """Options of ``geoindex convert`` that make the grid again, but for palette and recovery.

    Parameters
    ----------
    grid : IndexGrid
    image : MapImage
        Its image, which says its own place.
    """
    made = grid.provenance
    words: list[str] = []
    for key, usual in USUAL.items():
        value = made.get(key)
        if value is not None and value != usual:
            text = f"#{bytes(value).hex()}" if isinstance(value, list) else str(value)
            words += [_option(key), text]
    if made.get("gdal"):
        words.append("--gdal")
    if made.get("bands"):
        words += ["--bands", ",".join(map(str, made["bands"]))]
    for color in made.get("collar", ()):
        words += ["--collar", f"#{bytes(color).hex()}"]
    for key in ("box", "map_box"):
        if made.get(key):
            words += [_option(key), *map(str, made[key])]
    return words + _place_words(grid, image)


def clean_facts(clean: dict[str, Any]) -> dict[str, Any]:
    """Options of class recovery for the page and its command; inks and hatchings can change.

    Parameters
    ----------
    clean : dict
        From the provenance of the grid.
    """
    usual = Clean()
    words = []
    if not clean.get("edges", True):
        words.append("--no-edges")
    for name in CLEAN_NUMBERS:
        if clean.get(name, getattr(usual, name)) != getattr(usual, name):
            words += [_option(name), str(clean[name])]
    if clean.get("recovery", {}).get("by") == "blend":
        words += ["--shade", "blend"]
    if clean.get("recovery", {}).get("by") in ("dither", "scan"):
        words.append(f"--{clean['recovery']['by']}")
    return {
        "words": words,
        "shade": bool(clean.get("shade")),
        "inkColors": clean.get("ink_colors", []),
        "hatch": clean.get("hatch", []),
    }


def _place_words(grid: IndexGrid, image: MapImage) -> list[str]:
    """Options for the place, as far as the image does not say it."""
    words: list[str] = []
    if image.transform is None and not image.gcps:
        # The grid may be a part of the image; its place is given of the whole.
        above, left = image.corner
        if grid.transform is not None:
            whole = grid.transform @ Affine.translation(-left, -above)
            words += ["--transform", *_texts(list(whole)[:6])]
        for point in grid.gcps:
            words += ["--gcp", *_texts([point.col + left, point.row + above, point.x, point.y])]
    if grid.crs is not None and grid.crs != image.crs:
        words += ["--crs", grid.crs.to_string()]
    return words


def _texts(numbers: list[float]) -> list[str]:
    """Numbers with all their digits."""
    return [repr(float(number)) for number in numbers]


def _option(name: str) -> str:
    """Name of an argument on the command line."""
    return f"--{name.replace('_', '-')}"
