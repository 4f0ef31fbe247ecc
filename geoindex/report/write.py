"""A map and its grid as one HTML file."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.pixels import Pixels
from geoindex.color.threads import Progress
from geoindex.errors import GridError, ImageError, OptionError
from geoindex.files.whole_files import atomic_output, check_target
from geoindex.grid import IndexGrid
from geoindex.grids.formats import open_grid
from geoindex.images.blocks import plan_regions, read_ahead
from geoindex.images.files import MapImage, open_image
from geoindex.images.grid_rule import rule_of_grid
from geoindex.indexing.report import ConversionReport
from geoindex.report.command import option_words
from geoindex.report.facts import compared_palette, grid_facts
from geoindex.report.map_colors import NumberedColors, fit_of
from geoindex.report.page import write_page
from geoindex.report.pyramid import (
    TILE,
    ClassPyramid,
    ColorPyramid,
    Pyramid,
    base64_size,
    planes,
    shapes_of,
)
from geoindex.rules.scale import round_colors

__all__ = ["DEFAULT_MEGABYTES", "write_report"]

DEFAULT_MEGABYTES = 20.0

PAGE_BYTES = 200_000
"""Room for scripts and style, and for the tags around the tiles."""

KINDS = {"g": "grid", "s": "map", "w": "changes", "c": "confidence"}
"""Letters of the pyramids, first what must not be missing."""


def write_report(
    image: str | PathLike[str],
    grid: IndexGrid | str | PathLike[str],
    path: str | PathLike[str],
    *,
    changes: IndexGrid | str | PathLike[str] | None = None,
    confidence: IndexGrid | str | PathLike[str] | None = None,
    conversion: ConversionReport | None = None,
    max_size: float = DEFAULT_MEGABYTES,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write a page that shows a map beside its grid, and in which the legend can be finished.

    The page is one HTML file for any modern browser; it needs no network and no server.

    Parameters
    ----------
    image : path-like
        The map image that the grid was made of, as :func:`geoindex.convert` takes it.
    grid : IndexGrid or path-like
        The grid, or its file.
    path : path-like
        The page, ``.html``.
    changes, confidence : IndexGrid or path-like, optional
        Grids that class recovery wrote beside the grid (``convert(changes=..., confidence=...)``).
    conversion : ConversionReport, optional
        What :func:`geoindex.convert` returned: merged colors and other warnings for the page.
    max_size : float
        Largest size of the page in megabytes (10 ** 6 bytes). Of large maps the finest levels are
        left out, first those of confidence, changes and map; the page tells what is missing.
    overwrite : bool
        Replace a file that exists.
    progress : callable, optional
        Called with the number of pixels done and their total.

    Raises
    ------
    ImageError
        The image has another size than the grid.
    GridError
        A grid cannot be read, or has another size.
    OptionError
        `max_size` is too small for the page.
    OutputError
        The file exists, or cannot be written.

    Examples
    --------
    >>> from geoindex import index_image, write_report
    >>> grid = index_image("data/sample_map.png", "data/sample_palette.csv")
    >>> write_report("data/sample_map.png", grid, "report.html")  # doctest: +SKIP
    """
    target = Path(path)
    check_target(target, overwrite=overwrite)
    opened = _opened(grid)
    beside = {"w": changes, "c": confidence}
    extras = {kind: _extra(one, kind, opened) for kind, one in beside.items() if one is not None}
    limit = int(max_size * 1e6) - PAGE_BYTES
    pyramids: dict[str, Pyramid] = {}
    for kind, one in {"g": opened, **extras}.items():
        pyramids[kind] = ClassPyramid(kind, opened.shape, limit)
        for _, band in one.bands():
            pyramids[kind].add(np.asarray(band))
    colors = NumberedColors()
    with open_image(image, rule_of_grid(opened)) as source:
        if source.shape != opened.shape:
            raise ImageError(
                f"{image}: has {source.shape[1]} x {source.shape[0]} pixels and the grid "
                f"{opened.shape[1]} x {opened.shape[0]}; give the image that it was made of"
            )
        pyramids["s"] = _map_pyramid(source, colors, limit, progress)
        words = option_words(opened, source)
    facts = {
        "title": Path(image).name,
        "source": str(image),
        "options": words,
        "tile": TILE,
        "levels": shapes_of(opened.shape),
        "maxSize": max_size,
        **grid_facts(opened),
        **_conversion_facts(conversion, extras),
    }
    blocks = _color_blocks(colors, opened, facts)
    spent = sum(base64_size(len(block)) for _, block in blocks)
    plan = _plan(pyramids, limit - spent - len(str(facts)))
    facts.update(finest=plan.finest, left=plan.left)
    if plan.finest.get("s") != 0:
        blocks = [block for block in blocks if block[0] != "distance"]
    if "g" not in plan.finest:
        raise OptionError(
            f"max_size={max_size:g} (--max-size) is too small for this map; allow "
            f"{_least(pyramids['g'], spent):.1f} MB or more"
        )

    def content() -> Iterator[tuple[str, bytes]]:
        yield from blocks
        for kind, finest in plan.finest.items():
            yield from pyramids[kind].tiles(finest)

    with atomic_output(target, overwrite=overwrite) as scratch:
        write_page(scratch, str(facts["title"]), facts, content())


def _opened(grid: IndexGrid | str | PathLike[str]) -> IndexGrid:
    """Grid in memory."""
    return grid.compute() if isinstance(grid, IndexGrid) else open_grid(grid)


def _extra(one: IndexGrid | str | PathLike[str], kind: str, grid: IndexGrid) -> IndexGrid:
    """Open a grid of class recovery, which must have the size of the grid."""
    opened = _opened(one)
    if opened.shape != grid.shape:
        raise GridError(
            f"the grid of {KINDS[kind]} has {opened.shape[1]} x {opened.shape[0]} pixels and the "
            f"grid {grid.shape[1]} x {grid.shape[0]}; give those that were written together"
        )
    return opened


def _map_pyramid(
    source: MapImage, colors: NumberedColors, limit: int, progress: Progress | None
) -> ColorPyramid:
    """Read the image from top to bottom, numbering its colors."""
    pyramid = ColorPyramid("s", source.shape, limit)
    regions = plan_regions(source.shape, source.block_shape, whole_rows=True)
    with read_ahead(source, regions) as parts:
        for (rows, _), pixels in parts:
            rgba = _rgba(pixels)
            numbers = colors.number(rgba[..., :3], pixels.valid, rows.start)
            if numbers is None:
                pyramid.levels[0].is_dropped = True
            else:
                pyramid.numbers.add(numbers)
            pyramid.add(rgba)
            if progress is not None:
                progress(rows.stop * source.shape[1], source.shape[0] * source.shape[1])
    return pyramid


def _rgba(pixels: Pixels) -> NDArray[np.uint8]:
    """Colors with an alpha of 0 where a pixel has none, else 255."""
    rgba = np.empty((*pixels.shape, 4), dtype=np.uint8)
    rgba[..., :3] = round_colors(pixels.colors)
    rgba[..., 3] = 255
    if pixels.valid is not None:
        rgba[..., 3][pixels.valid == 0] = 0
    return rgba


def _color_blocks(
    colors: NumberedColors, grid: IndexGrid, facts: dict[str, Any]
) -> list[tuple[str, bytes]]:
    """Make the blocks of the colors of the map, and add to the facts how well they fit."""
    facts["fit"], facts["nColors"] = None, None
    if not colors.is_complete:
        return []
    facts["nColors"] = len(colors.colors)
    blocks = [("colors", zlib.compress(colors.colors.tobytes(), 9))]
    compared = compared_palette(grid)
    if compared is None:
        return blocks
    fit = fit_of(colors, compared, facts["metric"])
    near, distance = fit.pop("near"), fit.pop("distance")
    facts["fit"] = fit
    near_block = planes(near, 2)
    return [*blocks, ("near", near_block), ("distance", zlib.compress(distance.tobytes(), 9))]


def _conversion_facts(
    conversion: ConversionReport | None, extras: dict[str, IndexGrid]
) -> dict[str, Any]:
    """Facts that only a conversion, or its changes, can tell."""
    changed = None
    if "w" in extras:
        changed = extras["w"].counts().tolist()
    merged: Sequence[Any] = () if conversion is None else conversion.to_dict()["merged"]
    return {
        "warnings": [] if conversion is None else conversion.warnings(),
        "merged": list(merged),
        "changed": changed,
    }


@dataclass(frozen=True)
class _Plan:
    """Levels that a page has."""

    finest: dict[str, int]
    """Finest level of each kind."""

    left: list[list[Any]]
    """Name of each kind of which levels are left out, and the pixels along a side of one of the
    finest that is there, 0 if none is."""


def _plan(pyramids: dict[str, Pyramid], limit: int) -> _Plan:
    """Choose the finest levels that fit, kind after kind."""
    finest: dict[str, int] = {}
    left: list[list[Any]] = []
    for kind, name in KINDS.items():
        if kind not in pyramids:
            continue
        pyramid = pyramids[kind]
        for level in range(len(pyramid.levels)):
            size = pyramid.fitting(level)
            if size is not None and size <= limit:
                finest[kind] = level
                limit -= size
                break
        if finest.get(kind) != 0:
            left.append([name, 2 ** finest[kind] if kind in finest else 0])
    return _Plan(finest, left)


def _least(pyramid: Pyramid, spent: int) -> float:
    """Megabytes that a page needs for the coarsest level of its grid."""
    return (pyramid.levels[-1].size + spent + PAGE_BYTES) / 1e6 + 0.05
