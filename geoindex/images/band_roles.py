"""Which bands are red, green, blue, gray and alpha, according to the file or array."""

from __future__ import annotations

from collections.abc import Sequence

from geoindex.errors import ImageError

__all__ = ["band_roles", "choose_bands", "role_of"]

ROLES = {
    "red": "red",
    "r": "red",
    "green": "green",
    "g": "green",
    "blue": "blue",
    "b": "blue",
    "alpha": "alpha",
    "a": "alpha",
    "transparency": "alpha",
    "gray": "gray",
    "grey": "gray",
    "nir": "nir",
    "near infrared": "nir",
    "near-infrared": "nir",
    "infrared": "nir",
}
"""Role that a label of a band means."""

RGB = ("red", "green", "blue")

# Whatever the bands hold, programs call the first one gray and give the others no role.
UNKNOWN = {"undefined", "gray"}

NOT_GRAY = {"hue", "saturation", "cyan", "magenta", "yellow", "black", "Cb", "Cr"}


MOST_LISTED = 20
"""Number of bands whose roles a message lists."""


def role_of(label: object) -> str:
    """Role that a label of a band means, "undefined" if none is known."""
    return ROLES.get(str(label).strip().lower(), "undefined")


def band_roles(kinds: Sequence[str], labels: Sequence[object]) -> list[str]:
    """Combine the roles that a format gives its bands with their labels.

    Parameters
    ----------
    kinds : sequence of str
        Role of each band, as GDAL's color interpretation names it.
    labels : sequence
        Label of each band, such as ``"Red"``; any other is ignored.

    Raises
    ------
    ImageError
        A label contradicts the role.
    """
    roles = []
    for number, (kind, label) in enumerate(zip(kinds, labels, strict=True), 1):
        named = role_of(label)
        if named != "undefined" and kind not in UNKNOWN and kind != named:
            raise ImageError(
                f"band {number} is labeled {str(label)!r}, but its color interpretation is "
                f"{kind}; choose the bands of red, green and blue, such as bands=(3, 2, 1)"
            )
        roles.append(kind if named == "undefined" else named)
    return roles


def choose_bands(
    roles: Sequence[str], bands: Sequence[int] | None = None, *, strip: bool = False
) -> tuple[tuple[int, ...], int | None]:
    """Find the color bands and the alpha band.

    Parameters
    ----------
    roles : sequence of str
        Role of each band.
    bands : sequence of int, optional
        Numbers of the bands to take, counted from 1: gray, gray and alpha, RGB or RGBA.
    strip : bool
        Whether transparency is ignored, so that a fourth band does not matter.

    Returns
    -------
    tuple of int
        One band of gray, or red, green and blue; counted from 1.
    int or None
        The alpha band.

    Raises
    ------
    ImageError
        The bands hold something else.
    """
    if bands is not None:
        if max(bands) > len(roles):
            raise ImageError(f"has {len(roles)} bands; there is no band {max(bands)}")
        if len(bands) in (2, 4):
            return tuple(bands[:-1]), None if strip else bands[-1]
        return tuple(bands), None
    alphas = [number for number, role in enumerate(roles, 1) if role == "alpha"]
    others = [number for number, role in enumerate(roles, 1) if role != "alpha"]
    found = [roles[number - 1] for number in others]
    alpha = alphas[0] if alphas and not strip else None
    if len(alphas) <= 1:
        if len(others) == 1 and found[0] not in NOT_GRAY:
            return (others[0],), alpha
        n_known = [found.count(color) for color in RGB]
        if n_known == [1, 1, 1] and (len(others) == 3 or strip):
            return tuple(others[found.index(color)] for color in RGB), alpha
        is_unknown = UNKNOWN.issuperset(found)
        if is_unknown and (len(others) == 3 or (strip and len(roles) == 4)):
            return tuple(others[:3]), alpha
    listed = ", ".join([*roles[:MOST_LISTED], *(["..."] if len(roles) > MOST_LISTED else [])])
    raise ImageError(
        f"holds {len(roles)} bands ({listed}) instead of gray, gray+alpha, RGB, RGBA or "
        "one palette band; choose bands, such as bands=(1, 2, 3), with alpha as a fourth, or "
        "export the map as RGB"
    )
