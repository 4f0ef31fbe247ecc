"""The facts about a file of any kind that geoindex reads."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from geoindex.errors import GridError, ImageError, MissingFileError, OptionError
from geoindex.grids.class_values import FileNumbering
from geoindex.grids.formats import BINARY, format_of_file, grid_format, open_grid
from geoindex.grids.value_files import holds_grid_of_values, open_values
from geoindex.images.describe import describe_raster
from geoindex.palette import Palette
from geoindex.palettes.cube import SUFFIX as CUBE_SUFFIX
from geoindex.palettes.cube import ColorCube, load_cube
from geoindex.palettes.formats import RASTER_SUFFIXES, is_palette_file
from geoindex.palettes.load import load_palette
from geoindex.palettes.unread import MAY_HOLD_IMAGES, advice
from geoindex.survey import Survey
from geoindex.values.grid import ValueGrid

__all__ = ["describe"]


def describe(path: Path, **reading: Any) -> dict[str, Any]:
    """List the facts about a file: a grid, an image, a palette, a color cube or a survey.

    A name of a built-in palette or colormap, and any folder, will do as well.

    Parameters
    ----------
    path : Path
        The file, or the folder of a survey.
    **reading
        How a palette is read: `layer`, `encoding` or `columns` of :func:`geoindex.load_palette`.

    Returns
    -------
    dict
        JSON values; ``kind`` says what the file is.

    Raises
    ------
    OptionError
        The file is no palette, so that `reading` says nothing.
    GeoindexError
        The file does not exist or cannot be read.
    """
    if not path.exists() and not path.suffix:
        return _describe_name(str(path))
    if is_palette_file(path):
        return _describe_palette(load_palette(path, **reading))
    for name in reading:
        raise OptionError(f"{path}: is no palette file; leave out {name}=")
    if path.is_dir() or path.name.endswith(".survey"):
        is_survey = not path.is_dir() or (path / ".survey").is_file()
        return _describe_survey(Survey.open(path)) if is_survey else _describe_folder(path)
    if grid_format(path) is not None and path.suffix.lower() not in RASTER_SUFFIXES:
        return _describe_grid(path)
    if path.suffix.lower() == CUBE_SUFFIX:
        return _describe_cube(load_cube(path))
    return _describe_raster(path)


def _describe_name(name: str) -> dict[str, Any]:
    """Facts about a built-in palette or a colormap."""
    try:
        return _describe_palette(load_palette(name))
    except MissingFileError:
        raise MissingFileError(f"{name}: no such file, built-in palette or colormap") from None


def _describe_folder(folder: Path) -> dict[str, Any]:
    """Count the files of a folder by suffix, and list its surveys."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    suffixes = Counter(Path(name).suffix.lower() or name for name in names)
    return {
        "kind": "folder",
        "files": dict(sorted(suffixes.items())),
        "surveys": [name for name in names if name.endswith(".survey")],
        "folders": sorted(path.name for path in folder.iterdir() if path.is_dir()),
    }


def _describe_raster(path: Path) -> dict[str, Any]:
    """Facts about an image file, which may be a grid."""
    try:
        image = describe_raster(path)
    except ImageError:
        told = None if path.suffix.lower() in MAY_HOLD_IMAGES else advice(path)
        if told is None:
            raise
        raise ImageError(f"{path}: {told}") from None
    if grid_format(path) is None or len(image["bands"]) != 1:
        return image
    try:
        return _describe_grid(path)
    except GridError:
        # If some pixels lie outside the color table, it is still an image.
        return image


def _describe_palette(palette: Palette) -> dict[str, Any]:
    """Facts about a palette."""
    return {
        "kind": "palette",
        "colors": len(palette),
        "named": palette.names is not None,
        "duplicates": len(palette.duplicates()),
        "sha256": palette.sha256,
    }


def _describe_cube(cube: ColorCube) -> dict[str, Any]:
    """Facts about a color cube."""
    return {
        "kind": "color cube",
        "palette": f"{cube.palette.name or 'without a name'}, {len(cube.palette)} colors",
        "metric": cube.metric,
        "max_distance": cube.max_distance,
    }


def _describe_survey(survey: Survey) -> dict[str, Any]:
    """Facts about the geometry of a survey."""
    z = survey.z
    return {
        "kind": "OpendTect survey",
        "name": survey.name or None,
        "inlines": _lines(survey.inlines),
        "crosslines": _lines(survey.crosslines),
        "bins": f"{survey.inline_spacing:.6g} x {survey.crossline_spacing:.6g}",
        "azimuth_of_inlines": round(survey.azimuth, 4),
        "x": list(survey.x),
        "y": list(survey.y),
        "corners": np.round(survey.corners, 3).tolist(),
        "z": None if z is None else f"{z.start:g} to {z.stop:g} {z.unit} step {z.step:g}",
        "crs": None if survey.crs is None else survey.crs.to_string(),
    }


def _lines(lines: range) -> str:
    """Line numbers on one line."""
    return f"{lines[0]} to {lines[-1]} step {lines.step}"


def _describe_values(grid: ValueGrid) -> dict[str, Any]:
    """Facts about a grid of values."""
    rows, cols = grid.shape
    found = grid.value_range
    return {
        "kind": "grid of values",
        "size": f"{cols} x {rows} pixels, {grid.values.dtype}",
        "values": None if found is None else f"{found[0]:.6g} to {found[1]:.6g}",
        "unit": grid.unit,
        "ramp": None if grid.ramp is None else grid.ramp.name or "without a name",
        "nodata_pixels": int((~grid.valid).sum()),
        "transform": None if grid.transform is None else list(grid.transform[:6]),
        "crs": None if grid.crs is None else grid.crs.to_string(),
        "provenance": dict(grid.provenance),
    }


def _describe_grid(path: Path) -> dict[str, Any]:
    """Facts about an index grid, with the numbers that its file holds, or a grid of values."""
    if holds_grid_of_values(path):
        return _describe_values(open_values(path))
    grid, known = open_grid(path), format_of_file(path)
    in_file = FileNumbering(nodata=grid.nodata)
    if known is not None and known.key in BINARY and known.numbering is not None:
        in_file = known.numbering(path)
    counts = grid.counts()
    rows, cols = grid.shape
    values = grid.palette.values
    return {
        "kind": "index grid",
        "size": f"{cols} x {rows} pixels, {in_file.dtype or grid.indices.dtype}",
        "palette": f"{grid.palette.name or 'without a name'}, {len(grid.palette)} colors",
        "nodata": in_file.nodata,
        "nodata_pixels": grid.indices.size - int(counts.sum()),
        "transform": None if grid.transform is None else list(grid.transform[:6]),
        "crs": None if grid.crs is None else grid.crs.to_string(),
        "provenance": dict(grid.provenance),
        "classes": [
            {
                "index": int(index),
                **({} if values is None else {"value": values[index]}),
                "label": grid.palette.label(int(index)),
                "pixels": int(counts[index]),
            }
            for index in np.flatnonzero(counts)
        ],
    }
