"""What a report page tells of a grid: JSON values, which the page shows as text."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import numpy as np
from affine import Affine
from rasterio.crs import CRS

from geoindex.__version__ import __version__
from geoindex.grid import IndexGrid
from geoindex.grids.compared import Compared
from geoindex.report.command import clean_facts
from geoindex.report.patches import close_pairs, patches_of

__all__ = ["grid_facts"]


def grid_facts(grid: IndexGrid, compared: Compared | None) -> dict[str, Any]:
    """Facts about a grid, by the names that ``web/data.js`` describes.

    Parameters
    ----------
    grid : IndexGrid
    compared : Compared or None
        What its pixels were compared with, if it tells.

    Returns
    -------
    dict
        JSON values.
    """
    palette, areas = grid.palette, grid.areas()
    counts = areas.pixels[0]
    rows, cols = grid.shape
    n_classes = len(palette)
    clean = grid.provenance.get("clean") or {}
    entries = None if compared is None else compared.entries()
    inks = set(clean.get("ink", ()))
    if entries is not None:
        inks = {entry["class"] for row, entry in enumerate(entries) if row in inks}
    roles = palette.roles or ("",) * n_classes
    transform = grid.transform
    return {
        "version": __version__,
        "hash": _hash(grid),
        "rows": rows,
        "cols": cols,
        "bits": 8 * np.asarray(grid.indices).dtype.itemsize,
        "nodata": grid.nodata,
        "nodataPixels": rows * cols - int(counts.sum()),
        "transform": None if transform is None else list(transform)[:6],
        "crs": None if grid.crs is None else _crs_name(grid.crs),
        **_lengths(grid.crs, transform),
        "areas": None if areas.areas is None else areas.areas[0].tolist(),
        "areaUnit": areas.unit,
        "paletteName": palette.name or "",
        "paletteHash": palette.sha256,
        "colors": palette.colors.tolist(),
        "shown": palette.shown.tolist(),
        "names": list(palette.names or ("",) * n_classes),
        "values": None if palette.values is None else list(palette.values),
        "roles": ["ink" if row in inks else _role(role) for row, role in enumerate(roles)],
        "counts": counts.tolist(),
        "patches": patches_of(grid),
        "close": close_pairs(palette, counts),
        "hidden": [list(pair) for pair in palette.duplicates().items()],
        "offset": _offset(grid),
        "isWhole": compared is not None and not (entries and clean.get("hatch")),
        "entries": entries,
        "metric": grid.provenance.get("metric", "rgb"),
        "clean": clean_facts(clean) if clean else None,
        "done": _done(grid),
    }


def _offset(grid: IndexGrid) -> list[int] | None:
    """Column and row of the image that the grid begins at; None if it does not tell."""
    if grid.provenance.get("map_box"):
        return None
    return list(grid.provenance.get("box") or (0, 0))[:2]


def _role(text: str) -> str:
    """Role of a class: unit, ink or paper."""
    role = text.strip().lower()
    return role if role in ("ink", "paper") else "unit"


def _lengths(crs: CRS | None, transform: Affine | None) -> dict[str, Any]:
    """Width of a pixel, and the meters or the name of the unit of X and Y."""
    if transform is None:
        return {"pixel": None, "meters": None, "unit": "px"}
    width = float(np.hypot(transform.a, transform.d))
    if crs is None or crs.is_geographic:
        return {"pixel": width, "meters": None, "unit": "units" if crs is None else "°"}
    return {"pixel": width, "meters": float(crs.linear_units_factor[1]), "unit": "m"}


def _crs_name(crs: CRS) -> str:
    """Find authority and code, or the name in the WKT of a CRS that has none."""
    text = str(crs.to_string())
    named = re.match(r'\w+\["([^"]+)"', text)
    return named[1] if named is not None else text


def _hash(grid: IndexGrid) -> str:
    """SHA-256 of pixels and classes, by which the page knows its own edits again."""
    digest = hashlib.sha256(repr((grid.shape, grid.palette.names)).encode())
    digest.update(grid.palette.colors.tobytes())
    for _, band in grid.bands():
        digest.update(np.ascontiguousarray(band).data)
    return digest.hexdigest()


def _done(grid: IndexGrid) -> list[list[str]]:
    """How the grid was made, as pairs of texts."""
    made = dict(grid.provenance)
    clean = made.pop("clean", None)
    for key in ("palette", "palette_sha256", "rows", "row_classes", "survey"):
        made.pop(key, None)
    facts = [[key.replace("_", " "), _text(value)] for key, value in made.items() if value]
    if clean:
        shown = {key: value for key, value in clean.items() if value not in (None, [], False)}
        facts += [[f"recovery: {key.replace('_', ' ')}", _text(shown[key])] for key in shown]
    return facts


def _text(value: Any) -> str:
    """Text of an option, shortened where it is a long list."""
    text = str(value) if not isinstance(value, list) else ", ".join(map(str, value))
    return text if len(text) <= 100 else text[:99] + "…"
