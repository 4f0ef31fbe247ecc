"""A map and its grid as one HTML file."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np

from geoindex.color.counting_kernels import count_indices
from geoindex.color.pixels import NO_MASK
from geoindex.color.threads import Progress
from geoindex.errors import OptionError
from geoindex.files.targets import check_target
from geoindex.files.whole_files import atomic_output
from geoindex.grid import IndexGrid
from geoindex.grids.compared import Compared, compared_of
from geoindex.grids.formats import open_grid
from geoindex.images.blocks import plan_regions, read_ahead
from geoindex.images.files import MapImage, open_image
from geoindex.images.grid_rule import rule_of_grid
from geoindex.images.pixel_blocks import check_made_of
from geoindex.indexing.report import ConversionReport
from geoindex.report.command import option_words
from geoindex.report.contents import Blocks, Contents
from geoindex.report.facts import grid_facts
from geoindex.report.map_colors import Fit, NumberedColors, fit_of
from geoindex.report.page import check_page_suffix, write_page
from geoindex.report.pyramid import (
    TILE,
    ClassPyramid,
    ColorPyramid,
    Pyramid,
    pack_runs,
    shapes_of,
)
from geoindex.report.pyramid_kernels import pack_colors
from geoindex.rules.paths import path_of
from geoindex.rules.scale import round_colors

__all__ = ["DEFAULT_MEGABYTES", "write_report"]

DEFAULT_MEGABYTES = 20.0

PAGE_BYTES = 200_000
"""Room for scripts and style, and for the tags around the tiles."""


def write_report(
    image: str | PathLike[str],
    grid: IndexGrid | str | PathLike[str],
    path: str | PathLike[str],
    *,
    changes: IndexGrid | str | PathLike[str] | None = None,
    confidence: IndexGrid | str | PathLike[str] | None = None,
    conversion: ConversionReport | None = None,
    max_size: float = DEFAULT_MEGABYTES,
    gdal: bool = False,
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
    gdal : bool
        Open the image with any driver of GDAL, as in :func:`geoindex.convert`.
    overwrite : bool
        Replace a file that exists.
    progress : callable, optional
        Called with the number of pixels done and their total.

    Raises
    ------
    ImageError
        The image cannot be read.
    GridError
        A grid cannot be read, or the image or a grid has another size.
    OptionError
        `max_size` is too small for the page.
    OutputError
        The suffix is another one, the file exists, or it cannot be written.

    Examples
    --------
    >>> from geoindex import index_image, write_report
    >>> grid = index_image("data/sample_map.png", "data/sample_palette.csv")
    >>> write_report("data/sample_map.png", grid, "report.html")  # doctest: +SKIP
    """
    target = path_of(path)
    check_page_suffix(target)
    check_target(target, overwrite=overwrite)
    opened = _opened(grid)
    compared = compared_of(opened)
    facts: dict[str, Any] = {
        "title": path_of(image, "image").name,
        "source": str(image),
        "tile": TILE,
        "levels": shapes_of(opened.shape),
        "maxSize": max_size,
        **grid_facts(opened, compared),
        **_conversion_facts(conversion),
    }
    contents = Contents(int(max_size * 1e6) - PAGE_BYTES - len(str(facts)))
    pyramid: Pyramid = _class_pyramid("g", opened, contents.room)
    contents.add("grid", pyramid)
    if "g" not in contents.finest:
        raise _too_small(max_size, pyramid, contents.room)
    with open_image(image, rule_of_grid(opened), gdal=gdal) as source:
        check_made_of(str(image), source.shape, opened.shape)
        facts["options"] = option_words(opened, source)
        map_pyramid = _map_pyramid(source, contents.room, progress)
    fit = _fit(map_pyramid.colors, compared, facts["metric"])
    contents.add("map", map_pyramid, lambda: _color_blocks(map_pyramid.colors, fit))
    facts |= {"nColors": map_pyramid.colors.number_of_all, "fit": fit and fit.to_dict()}
    for kind, name, extra in (("w", "changes", changes), ("c", "confidence", confidence)):
        if extra is not None:
            facts[name] = _add_beside(contents, kind, name, extra, opened.shape)
    facts |= {"finest": contents.finest, "left": contents.left}
    with atomic_output(target, overwrite=overwrite) as scratch:
        write_page(scratch, str(facts["title"]), facts, contents)


def _opened(grid: IndexGrid | str | PathLike[str]) -> IndexGrid:
    """Grid in memory."""
    return grid.compute() if isinstance(grid, IndexGrid) else open_grid(grid)


def _add_beside(
    contents: Contents,
    kind: str,
    name: str,
    grid: IndexGrid | str | PathLike[str],
    shape: tuple[int, int],
) -> list[int]:
    """Add a grid that class recovery wrote, and return the pixels of each of its classes."""
    opened = _opened(grid)
    check_made_of(f"the grid of {name}", opened.shape, shape)
    contents.add(name, _class_pyramid(kind, opened, contents.room))
    counts = np.zeros(len(opened.palette), dtype=np.int64)
    for _, band in opened.bands():
        count_indices(band, counts)
    found: list[int] = counts.tolist()
    return found


def _too_small(max_size: float, pyramid: Pyramid, room: int) -> OptionError:
    """Error for a page that has no room even for the coarsest level of the grid."""
    least = max_size + (pyramid.levels[-1].size - room) / 1e6 + 0.05
    return OptionError(
        f"max_size={max_size:g} is too small for this map; allow {least:.1f} MB or more"
    )


def _class_pyramid(kind: str, grid: IndexGrid, limit: int) -> ClassPyramid:
    """Tiles of a grid."""
    pyramid = ClassPyramid(kind, grid.shape, limit)
    for _, band in grid.bands(TILE * grid.shape[1]):  # whole rows of tiles are not copied
        pyramid.add(band)
    return pyramid


def _map_pyramid(source: MapImage, limit: int, progress: Progress | None) -> ColorPyramid:
    """Read the image from top to bottom."""
    pyramid = ColorPyramid("s", source.shape, limit)
    regions = plan_regions(source.shape, source.block_shape, whole_rows=True)
    with read_ahead(source, regions) as parts:
        for (rows, _), pixels in parts:
            packed = np.empty(pixels.shape, dtype=np.uint32)
            valid = NO_MASK if pixels.valid is None else pixels.valid
            pack_colors(round_colors(pixels.colors), valid, packed)
            pyramid.add(packed)
            if progress is not None:
                progress(rows.stop * source.shape[1], source.shape[0] * source.shape[1])
    return pyramid


def _fit(colors: NumberedColors, compared: Compared | None, metric: Any) -> Fit | None:
    """How well the colors of the map fit; None if the page cannot know."""
    if compared is None or not colors.is_complete:
        return None
    return fit_of(colors, compared, metric)


def _color_blocks(colors: NumberedColors, fit: Fit | None) -> Blocks:
    """Blocks that exact colors of the map need: the table of their numbers, and how they fit."""
    blocks = [("colors", zlib.compress(colors.colors.tobytes(), 9))]
    if fit is not None:
        distance = fit.distance.astype("<f4").tobytes()
        blocks += [
            ("near", pack_runs(fit.near[np.newaxis])),
            ("distance", zlib.compress(distance, 9)),
        ]
    return blocks


def _conversion_facts(conversion: ConversionReport | None) -> dict[str, Any]:
    """Facts that only a conversion can tell."""
    merged: Sequence[Any] = () if conversion is None else conversion.to_dict()["merged"]
    return {
        "warnings": [] if conversion is None else conversion.warnings(),
        "merged": list(merged),
    }
