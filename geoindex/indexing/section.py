"""Writes a picture of a cross-section as a SEG-Y line of classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from os import PathLike

from geoindex.color.histogram import ColorCounter
from geoindex.color.merged import MergedColors, warn_of
from geoindex.images.files import open_image
from geoindex.indexing.image import map_file
from geoindex.indexing.options import ImageMapping
from geoindex.indexing.report import HiddenClass, summarize
from geoindex.opendtect.segy import SectionReport, section_files, write_section
from geoindex.surveys.section import SectionDomain

__all__ = ["ImageSectionReport", "image_section"]


@dataclass(frozen=True, kw_only=True)
class ImageSectionReport(SectionReport):
    """What :func:`image_section` wrote."""

    merged: tuple[MergedColors, ...]
    """Frequent colors that became the same class, most pixels first."""

    hidden: tuple[HiddenClass, ...]
    """Classes that can never be assigned because an earlier class has the same color."""


def image_section(
    image: str | PathLike[str],
    mapping: ImageMapping,
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
) -> ImageSectionReport:
    """Map an image file of a cross-section and write it as a SEG-Y line.

    Parameters
    ----------
    image : path-like
        The picture: columns along the line, rows downward.
    mapping : ImageMapping
    path, start, end, line, top, bottom, n_traces, n_samples, domain, feet, degrees, overwrite
        As in :func:`geoindex.write_section`.

    Raises
    ------
    GeoindexError
        The image cannot be read, or as in :func:`geoindex.write_section`.
    """
    section_files(path, overwrite=overwrite)
    counter = ColorCounter()
    with open_image(image, mapping.rule) as opened:
        mapping = mapping.seen(opened.shape, opened.read)
        cleaner, is_plain = mapping.cleaner(opened.shape), opened.is_plain
        grid = map_file(opened, mapping, counter=counter, cleaner=cleaner)
    written = write_section(
        grid,
        path,
        start=start,
        end=end,
        line=line,
        top=top,
        bottom=bottom,
        n_traces=n_traces,
        n_samples=n_samples,
        domain=domain,
        feet=feet,
        degrees=degrees,
        overwrite=overwrite,
    )
    mapped = summarize(
        counter.histogram(),
        mapping,
        source=str(image),
        target=str(path),
        shape=grid.shape,
        cleaner=cleaner,
        is_plain=is_plain,
    )
    warn_of(mapped.warnings(), stacklevel=2)
    return ImageSectionReport(**asdict(written), merged=mapped.merged, hidden=mapped.hidden)
