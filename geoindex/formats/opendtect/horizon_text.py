r"""Lines of an OpendTect horizon: ``inline\tcrossline\tz\tindex`` or ``x\ty\tz\tindex``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from geoindex.formats.point_text import point_lines
from geoindex.grid import IndexArray
from geoindex.survey import Survey

__all__ = ["horizon_lines"]


def horizon_lines(
    indices: IndexArray, survey: Survey, endings: Sequence[str], *, xy: bool
) -> Iterator[memoryview]:
    """Lines of all bins, inline by inline, in blocks.

    Parameters
    ----------
    indices : ndarray of uint8 or uint16, shape of the survey
        What each bin holds.
    survey : Survey
        Its line numbers.
    endings : sequence of str
        What follows the position for every value that occurs in `indices`, line feed included.
    xy : bool
        Write coordinates as position, not line numbers.

    Yields
    ------
    memoryview
        Valid until the next one.
    """
    if xy:
        return point_lines(indices, endings, transform=survey.transform)
    return point_lines(indices, endings, lines=(survey.inlines, survey.crosslines))
