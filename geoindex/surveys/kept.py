"""The survey that a grid was resampled to, as its provenance keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from geoindex.survey import Survey

if TYPE_CHECKING:
    from affine import Affine

__all__ = ["survey_of"]


def survey_of(
    provenance: Mapping[str, Any], shape: tuple[int, int], transform: Affine | None
) -> Survey | None:
    """Survey of a grid, if the grid still has its rows and columns."""
    content = provenance.get("survey")
    if not isinstance(content, Mapping) or transform is None:
        return None
    survey = Survey.from_dict(content)
    same = survey.shape == shape and survey.transform.almost_equals(transform, 1e-6)
    return survey if same else None
