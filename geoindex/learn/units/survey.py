"""The units and inks of images: what is drawn exactly as drawn, all else as it is on average."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from geoindex.color.pixels import Pixels
from geoindex.color.threads import Progress
from geoindex.images.pixel_blocks import image_shape
from geoindex.learn.color_areas import AreaCounter, ColorAreas, Rows
from geoindex.learn.reading import Reading
from geoindex.learn.units.finding import (
    PROBE_RADIUS,
    FoundUnits,
    find_units,
    main_color_radius,
    pixel_noise,
)
from geoindex.learn.units.samples import Samples, WindowSampler, sampling_step

__all__ = ["Survey", "survey_images"]

STEP, PROBE_STEP = 3, 9
"""Least distance in pixels of the windows, and of those that the noise is measured in."""

MOST_WINDOWS, MOST_PROBES = 1_000_000, 25_000
"""Most windows of all images, which limits time and memory."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Survey:
    """What is known of images after two looks at them."""

    areas: ColorAreas
    samples: list[Samples]
    found: FoundUnits | None
    """None if no window has a main color."""


def survey_images(reading: Reading) -> Survey:
    """Look at images twice, block by block: for colors and noise, then for main colors.

    Parameters
    ----------
    reading : Reading
        Its progress covers both looks.
    """
    first, second = (
        replace(reading, progress=_half(reading.progress, number)) for number in range(2)
    )
    counter, probes, readable = AreaCounter(), [], []
    for image, areas, probe in first.counted(partial(_first_look, first)):
        counter.add(areas)
        probes.append(probe)
        readable.append(image)
    noise = pixel_noise(probes)
    radius = main_color_radius(probes, noise)
    second = replace(second, images=readable)
    samples = list(second.counted(partial(_windows, second, radius)))
    found = find_units(samples, noise) if any(one.full.any() for one in samples) else None
    return Survey(areas=counter.areas(), samples=samples, found=found)


def _first_look(
    reading: Reading, image: Any, progress: Progress | None
) -> tuple[Any, AreaCounter, Samples]:
    """Count the colors of an image, and take windows to measure its noise in."""
    counter = AreaCounter()
    sampler = _sampler(reading, image, PROBE_STEP, MOST_PROBES, PROBE_RADIUS)

    def count(pixels: Pixels) -> tuple[Pixels, Rows]:
        return pixels, counter.count(pixels)

    for pixels, rows in reading.worked(image, count, progress):
        counter.join(rows)
        sampler.add(pixels)
    return image, counter, sampler.samples()


def _windows(reading: Reading, radius: float, image: Any, progress: Progress | None) -> Samples:
    """Take the windows of an image."""
    sampler = _sampler(reading, image, STEP, MOST_WINDOWS, radius)
    for pixels in reading.worked(image, lambda pixels: pixels, progress):
        sampler.add(pixels)
    return sampler.samples()


def _sampler(reading: Reading, image: Any, step: int, most: int, radius: float) -> WindowSampler:
    """Prepare for windows at a distance at which those of all images are not too many."""
    shape = image_shape(image, reading.rule, channel_axis=reading.channel_axis, gdal=reading.gdal)
    return WindowSampler(sampling_step(shape, step, max(1, most // len(reading.images))), radius)


def _half(progress: Progress | None, number: int) -> Progress | None:
    """Progress of the first or second of two looks."""
    if progress is None:
        return None
    return lambda done, total: progress(number * total + done, 2 * total)
