"""Recovery by making the picture that a clean export would have had, tile by tile."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.confidence import UNLISTED
from geoindex.clean.recovery import grown, recover_export
from geoindex.clean.restore.tiles import tiles_of
from geoindex.rules.box import Region

if TYPE_CHECKING:
    from geoindex.clean.confidence import Calibration
    from geoindex.clean.options import Clean, Plan
    from geoindex.clean.reasons import Reason
    from geoindex.clean.scratch import Scratch

__all__ = ["Restoration"]


class Restoration(ABC):
    """A :class:`geoindex.clean.recovery.Recovery` of restored pixels; the steps stay the same."""

    margin: ClassVar[int]
    """Pixels around a tile that what is restored depends on."""

    tile: ClassVar[int]
    """Side of a tile."""

    calibration: ClassVar[Calibration]
    """Kind of picture whose margins are known."""

    @property
    def reason(self) -> Reason:
        """Why pixels change that were no ink."""
        return "restored"

    def halo(self, options: Clean) -> int:
        """Pixels around a region that its classes depend on."""
        return options.halo - options.late_halo + self.margin

    def recover(
        self,
        pixels: NDArray[np.uint8],
        nearest: NDArray[np.int32],
        plan: Plan,
        inner: Region,
        origin: tuple[int, int],  # noqa: ARG002  the result is the same at any place
        scratch: Scratch,
    ) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Restore the pixels, then recover as :func:`geoindex.clean.recovery.recover_export`."""
        halo = plan.options.halo - plan.options.late_halo
        (rows, cols), within = grown(inner, halo, nearest.shape)
        shape = rows.stop - rows.start, cols.stop - cols.start
        restored, found = np.empty((*shape, 3), np.uint8), np.empty(shape, np.int32)
        largest = np.empty(shape, np.uint8)
        for part in tiles_of(shape, self.tile):
            down, across = part
            place = (
                slice(down.start + rows.start, down.stop + rows.start),
                slice(across.start + cols.start, across.stop + cols.start),
            )
            around, inside = grown(place, self.margin, nearest.shape)
            restored[part], found[part], largest[part] = self.restore(
                pixels[around], nearest[around], plan, inside
            )
        classes, margins = recover_export(restored, found, plan, within, scratch)
        largest = largest[within]
        return classes, np.where(margins == UNLISTED, margins, np.minimum(margins, largest))

    @abstractmethod
    def restore(
        self,
        pixels: NDArray[np.uint8],
        nearest: NDArray[np.int32],
        plan: Plan,
        inside: Region,
    ) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.uint8]]:
        """Find the colors that a tile would have in a clean export.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
            With `margin` pixels around the tile, fewer at the edge of the image.
        nearest : ndarray of int32, shape (rows, cols)
            Negative for nodata.
        plan : Plan
        inside : tuple of two slices
            The tile.

        Returns
        -------
        restored : ndarray of uint8, shape of the tile and 3
        rows : ndarray of int32, shape of the tile
            Palette rows nearest to them, -1 for nodata.
        margins : ndarray of uint8, shape of the tile
            Largest margin that a pixel can have in percent.
        """

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Tell what was found, as JSON values; ``by`` is the kind."""
