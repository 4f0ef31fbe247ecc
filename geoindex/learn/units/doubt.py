"""Whether an image is a map of units at all."""

from __future__ import annotations

from geoindex.learn.units.survey import Survey

__all__ = ["doubt_of"]

MOST_SCATTER = 2.5
"""Maps of units scatter 0 to 2.1 times their noise, most photographs and sections 2.7 and more."""

LEAST_COVERED = 0.25
"""Share of windows with a main color; half of a densely printed sheet has one."""


def doubt_of(survey: Survey) -> str | None:
    """Say why an image is hardly a map of units.

    Returns
    -------
    str or None
        Goes on after the image's name.
    """
    found = survey.found
    if found is None or not len(found.colors):
        return None
    if found.covered < LEAST_COVERED:
        return (
            f"has a main color in only {found.covered:.0%} of its parts of 13 x 13 pixels: it is "
            "a photograph or a seismic section, or a map with too few pixels for its print; scan "
            "it finer, or take colors by hand"
        )
    if found.scatter > MOST_SCATTER:
        return (
            f"looks like a photograph or a section, not like a map of units: its colors vary "
            f"{found.scatter:.1f} times as much as its noise (maps: less than {MOST_SCATTER:g}); "
            "a map may have too few pixels for its print, and image_values reads color ramps"
        )
    return None
