"""Read the pixels of several images, from which a palette is learned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from geoindex.color.histogram import ColorCounter, ColorHistogram
from geoindex.color.pixels import PixelRule, Pixels
from geoindex.color.threads import Progress
from geoindex.images.pixel_blocks import worked_blocks
from geoindex.images.several import counted_images
from geoindex.learn.color_areas import AreaCounter, ColorAreas

Result = TypeVar("Result")

__all__ = ["Reading"]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Counts the pixels of several images, in memory that does not grow with their number."""

    images: list[Any]
    rule: PixelRule
    channel_axis: int | None
    gdal: bool
    skip_unreadable: bool
    progress: Progress | None

    def colors(self) -> ColorHistogram:
        """Count the colors of all images."""

        def count(image: Any, progress: Progress | None) -> ColorCounter:
            counter = ColorCounter()
            for _ in self.worked(image, counter.add, progress):
                pass
            return counter

        total = ColorCounter()
        for counter in self.counted(count):
            total.join(counter)
        return total.histogram()

    def areas(self) -> ColorAreas:
        """Count the colors of all images and their blocks of one color."""

        def count(image: Any, progress: Progress | None) -> AreaCounter:
            counter = AreaCounter()
            for rows in self.worked(image, counter.count, progress):
                counter.join(rows)
            return counter

        total = AreaCounter()
        for counter in self.counted(count):
            total.add(counter)
        return total.areas()

    def worked(
        self, image: Any, work: Callable[[Pixels], Result], progress: Progress | None
    ) -> Iterator[Result]:
        """Apply a function to the pixels of an image, block by block."""
        return worked_blocks(
            image,
            self.rule,
            work,
            channel_axis=self.channel_axis,
            gdal=self.gdal,
            progress=progress,
        )

    def counted(self, count: Callable[[Any, Progress | None], Result]) -> Iterator[Result]:
        """Count something in each image, apart, so that a damaged one leaves no counts."""
        return counted_images(
            self.images, count, skip_unreadable=self.skip_unreadable, progress=self.progress
        )
