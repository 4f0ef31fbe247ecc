"""Write cross-sections as a SEG-Y line of class indices or values.

Source: SEG-Y revision 1 (SEG Technical Standards Committee, 2002), written by segyio: big-endian
IEEE floats, one trace a column, coordinates in bytes 73-88 and 181-188.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import OutputError
from geoindex.files.targets import check_targets
from geoindex.files.whole_files import output_set
from geoindex.grid import IndexGrid
from geoindex.opendtect.numbering import UNDEFINED, number_classes
from geoindex.opendtect.segy_headers import (
    IEEE_FLOAT,
    binary_header,
    place_fields,
    scaled_coordinates,
    text_header,
    trace_header,
)
from geoindex.palettes.legend_csv import grid_legend_path
from geoindex.rules.paths import path_of
from geoindex.surveys.section import Section, SectionDomain, check_degrees, section_of
from geoindex.values.grid import ValueGrid

__all__ = ["SectionReport", "section_files", "write_section"]

# Of uint16, the last of which no palette uses.
MOST_INDICES = 2**16


@dataclass(frozen=True, kw_only=True)
class SectionReport:
    """What :func:`write_section` wrote."""

    target: str
    """The SEG-Y file."""

    legend: str | None
    """The classes, beside it; None for values."""

    colors: str | None
    """Color table for OpendTect, beside it; None for values."""

    renumbered: bool
    """Whether the numbers of the classes are not those of the palette; the legend has both."""

    n_traces: int
    """Traces of the line."""

    n_samples: int
    """Samples a trace."""

    trace_spacing: float
    """Distance between traces, in map units."""

    first_z: float
    """Z of the first sample."""

    last_z: float
    """Z of the last sample."""

    sample_interval: float
    """Z from one sample to the next."""

    classes_used: int | None
    """Classes that some sample has; None for values."""

    nodata_share: float
    """Share of samples without a class or value, 0 to 1."""

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return asdict(self)


def write_section(
    grid: IndexGrid | ValueGrid,
    path: str | PathLike[str],
    *,
    start: tuple[float, float] | None = None,
    end: tuple[float, float] | None = None,
    line: Sequence[tuple[float, float]] | None = None,
    top: float,
    bottom: float,
    n_traces: int | None = None,
    n_samples: int | None = None,
    domain: SectionDomain = "depth",
    feet: bool = False,
    degrees: bool | None = None,
    overwrite: bool = False,
) -> SectionReport:
    """Write the grid of a cross-section as a SEG-Y line; needs ``geoindex-raster[segy]``.

    Samples are class indices or values, taken from the nearest pixel and never interpolated;
    nodata is 1e30, OpendTect's undefined value. Beside ``line.sgy`` of classes appear these,
    ``line.sgy.legend.csv``, and ``line.odct``, a color table in which OpendTect shows each in its
    exact color with the range 0 to 255. It tells 255 classes apart: where higher indices occur,
    the used ones are numbered anew.

    Parameters
    ----------
    grid : IndexGrid or ValueGrid
        The picture of a section: columns along the line, rows downward.
    path : path-like
        The target, ``.sgy`` or ``.segy``.
    start, end : tuple of two float
        X and y of the first and the last column of pixels.
    line : sequence of tuple of two float, optional
        In their place: X and y of the ends of a bent line and of its bends. Columns are taken at
        equal distances along it.
    top, bottom : float
        Z of the first and the last row of pixels; z counts downward, in the units of the map or
        in milliseconds.
    n_traces, n_samples : int, optional
        How many to take; by default one trace a column, and samples as close as the rows.
    domain : {"depth", "time"}
        What z is.
    feet : bool
        Whether the units of the map are feet, which a field of the file header tells.
    degrees : bool, optional
        Whether `start` and `end` are longitude and latitude in degrees, which the file holds as
        seconds of arc; z is in meters then, or in feet. By default they are lengths, and an
        error where they could be either.
    overwrite : bool
        Replace files that are already there.

    Returns
    -------
    SectionReport

    Raises
    ------
    SectionError
        The place of the section contradicts itself, could be in degrees, or is more than SEG-Y
        can hold, such as traces closer together than its coordinates can tell.
    OutputError
        A file exists or cannot be written, the section has more than 255 classes, or segyio is
        not installed.

    Notes
    -----
    The first sample lies at a whole unit and the interval is a whole number of thousandths, as
    the headers keep them; `top` and `bottom` need not. What samples reach beyond the picture is
    nodata.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from geoindex import Palette, index_image, write_section
    >>> picture = np.zeros((5, 4, 3), np.uint8)
    >>> grid = index_image(picture, Palette([[0, 0, 0], [255, 255, 0]], names=["ink", "sand"]))
    >>> target = pathlib.Path(tempfile.mkdtemp()) / "line.sgy"
    >>> report = write_section(
    ...     grid, target, start=(5000, 7000), end=(5030, 7000), top=0, bottom=100
    ... )
    >>> report.n_traces, report.n_samples, report.sample_interval
    (4, 5, 25.0)
    """
    target, legend, colors = section_files(path, overwrite=overwrite)
    section = section_of(
        grid.shape,
        start=start,
        end=end,
        line=line,
        top=top,
        bottom=bottom,
        n_traces=n_traces,
        n_samples=n_samples,
        domain=domain,
    )
    degrees = check_degrees(section, degrees)
    how = {"feet": feet, "degrees": degrees}
    if isinstance(grid, ValueGrid):
        samples = _values(grid, section)
        with output_set(target, [], overwrite=overwrite) as files:
            _write(files.target, target, samples, section, None, **how)
        n_known = int(np.count_nonzero(samples != np.float32(UNDEFINED)))
        return _report(target, section, nodata_share=1 - n_known / samples.size)
    indices = _indices(grid, section)
    counts = np.bincount(indices.ravel(), minlength=len(grid.palette))[: len(grid.palette)]
    numbering = number_classes(grid.palette, counts, f"{target}: the section")
    table = np.full(MOST_INDICES, UNDEFINED, dtype=np.float32)
    table[: len(grid.palette)] = numbering.numbers
    n_classes = len(grid.palette if numbering.rows is None else numbering.rows)
    with output_set(target, [legend, colors], overwrite=overwrite) as files:
        _write(files.target, target, table[indices], section, n_classes, **how)
        numbering.write(files[colors], files[legend], beside=files.target)
    return _report(
        target,
        section,
        nodata_share=1 - int(counts.sum()) / indices.size,
        colors=str(colors),
        legend=str(legend),
        renumbered=numbering.rows is not None,
        classes_used=int((counts > 0).sum()),
    )


def _report(
    path: Path,
    section: Section,
    *,
    nodata_share: float,
    colors: str | None = None,
    legend: str | None = None,
    renumbered: bool = False,
    classes_used: int | None = None,
) -> SectionReport:
    """Report what was written; sidecar files and classes only for a grid of classes."""
    return SectionReport(
        target=str(path),
        colors=colors,
        legend=legend,
        renumbered=renumbered,
        n_traces=section.n_traces,
        n_samples=section.n_samples,
        trace_spacing=section.trace_spacing,
        first_z=section.first_z,
        last_z=section.last_z,
        sample_interval=section.sample_interval,
        classes_used=classes_used,
        nodata_share=nodata_share,
    )


def section_files(path: str | PathLike[str], *, overwrite: bool) -> tuple[Path, Path, Path]:
    """Paths of a line, its legend and its color table; raise an error if one cannot be written."""
    path = path_of(path)
    if path.suffix.lower() not in (".sgy", ".segy"):
        raise OutputError(f"{path}: the suffix of a section must be .sgy or .segy")
    files = (path, grid_legend_path(path), path.with_suffix(".odct"))
    check_targets(files, None, overwrite=overwrite)
    return files


def _indices(grid: IndexGrid, section: Section) -> NDArray[np.uint16]:
    """Index of every sample, shape (n_traces, n_samples); 65535 where there is none."""
    rows, cols = section.rows(grid.shape[0]), section.columns(grid.shape[1])
    # segyio takes one trace at a time, which must be contiguous.
    indices = np.ascontiguousarray(grid.indices[np.ix_(rows, cols)].T, dtype=np.uint16)
    if grid.nodata is not None:
        indices[indices == grid.nodata] = MOST_INDICES - 1
    indices[:, rows < 0] = MOST_INDICES - 1
    return indices


def _values(grid: ValueGrid, section: Section) -> NDArray[np.float32]:
    """Value of every sample, shape (n_traces, n_samples); 1e30 where there is none."""
    rows, cols = section.rows(grid.shape[0]), section.columns(grid.shape[1])
    values = np.ascontiguousarray(np.asarray(grid.values)[np.ix_(rows, cols)].T)
    values[np.isnan(values)] = UNDEFINED
    values[:, rows < 0] = UNDEFINED
    return values


def _write(
    temporary: Path,
    path: Path,
    samples: NDArray[np.float32],
    section: Section,
    n_classes: int | None,
    *,
    feet: bool,
    degrees: bool,
) -> None:
    """Write headers and traces."""
    try:
        import segyio
    except ImportError as error:
        raise OutputError(
            f"{path}: writing SEG-Y needs segyio, which is not installed; install "
            "geoindex-raster[segy]"
        ) from error

    scale, coordinates = scaled_coordinates(section, path, degrees=degrees)
    spec = segyio.spec()
    spec.format = IEEE_FLOAT
    spec.samples = section.z()
    spec.tracecount = section.n_traces
    with segyio.create(str(temporary), spec) as file:
        file.text[0] = text_header(section, scale, n_classes, degrees=degrees)
        file.bin.update(binary_header(section, feet=feet))
        # All headers but their numbers and coordinates are the same.
        header = trace_header(section, scale, degrees=degrees)
        for number, (x, y) in enumerate(coordinates.tolist(), start=1):
            header.update(place_fields(number, x, y))
            file.header[number - 1] = header
            file.trace[number - 1] = samples[number - 1]
