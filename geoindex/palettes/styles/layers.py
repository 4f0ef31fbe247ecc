"""Choice of one map layer of a file that holds several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from geoindex.palettes.entries import Request

__all__ = ["MapLayer", "choose_layer"]

Style = TypeVar("Style")

NAMES_TOLD = 20


@dataclass(frozen=True, kw_only=True)
class MapLayer(Generic[Style]):
    """A map layer with its style."""

    name: str
    """Name in the table of contents."""

    key: str = ""
    """Identifier within the file."""

    has_classes: bool
    """Whether it has polygons, or a raster with classes."""

    style: Style
    """Part of the file that describes its style."""


def choose_layer(
    layers: Sequence[MapLayer[Style]], request: Request, what: str = "layer"
) -> MapLayer[Style]:
    """Choose the layer that the user named, or the only one with classes.

    Parameters
    ----------
    layers : sequence of MapLayer
    request : Request
        Its `layer` is a name or an identifier.
    what : str
        What the file calls them, for messages.

    Raises
    ------
    PaletteError
        No layer fits, or several do; the message lists them.
    """
    usable = [layer for layer in layers if layer.has_classes]
    if request.layer is None:
        found = usable
        if not found and len(layers) == 1:
            found = list(layers)
    else:
        found = [layer for layer in layers if request.layer in (layer.name, layer.key)]
    if len(found) == 1:
        return found[0]
    if found and request.layer is not None:
        raise request.error(
            f"holds {len(found)} {what}s named {request.layer!r}; choose one by its identifier: "
            f"{_listed([layer.key for layer in found])}"
        )
    names = _listed([layer.name for layer in usable or layers])
    if found:
        raise request.error(
            f"holds {len(found)} {what}s with classes; choose one with layer=: {names}"
        )
    if request.layer is not None:
        raise request.error(f"holds no {what} {request.layer!r}; it holds: {names}")
    raise request.error(
        f"holds no {what} of polygons or classes"
        + (f"; other {what}s are taken with layer=: {names}" if layers else "")
    )


def _listed(names: Sequence[str]) -> str:
    """List of names for a message of one line."""
    listed = ", ".join(names[:NAMES_TOLD])
    return listed + (f" and {len(names) - NAMES_TOLD} more" if len(names) > NAMES_TOLD else "")
