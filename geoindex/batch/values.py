"""Values of many pictures: one ramp, or the color bar of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from geoindex.__version__ import __version__
from geoindex.batch.engine import run_batch, suffix_of
from geoindex.batch.report import BatchReport
from geoindex.color.pixels import PixelRule
from geoindex.color.threads import Progress
from geoindex.files.json_text import dump_json
from geoindex.grids.formats import format_named
from geoindex.grids.value_files import value_opener
from geoindex.indexing.convert_values import ValueReport, convert_values
from geoindex.rules.paths import path_of
from geoindex.values.ramp import Ramp
from geoindex.values.reading import ValueOptions
from geoindex.values.scale import ScaleKind, Ticks, value_scale

if TYPE_CHECKING:
    from distributed import Client
    from rasterio.crs import CRS

__all__ = ["ValueJob", "convert_many_values"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueJob:
    """How the pictures of a batch become grids of values; sent to a process once."""

    ramp: Ramp | None
    """The colors; None for those of each picture's color bar."""

    limits: tuple[float, float] | None
    """Values of the ends of the ramp; None for those of its file."""

    bar: tuple[float, ...] | Literal["find"] | None = None
    """Color bar in every picture."""

    scale: ScaleKind = "linear"
    """How values lie along the ramp."""

    ticks: tuple[tuple[float, float], ...] | Literal["read"] | None = None
    """Values at places of the ramp."""

    unit: str | None = None
    """Unit of the values."""

    crs: CRS | None = None
    """Coordinate reference system, in place of the images' own."""

    rule: PixelRule
    """How pixels are read as colors."""

    format: str
    """Key of the grid format."""

    reading: dict[str, Any] = field(default_factory=dict)
    """Other options of :class:`geoindex.values.reading.ValueOptions`; JSON values."""

    @property
    def styles(self) -> tuple[str, ...]:
        """Suffixes of styles; grids of values have none."""
        return ()

    def settings(self, suffix: str) -> dict[str, Any]:
        """All that determines the bytes of a grid, apart from its source, as JSON values."""
        return {
            "software": f"geoindex {__version__}",
            "suffix": suffix,
            "format": self.format,
            "ramp": None if self.ramp is None else self.ramp.name,
            "limits": None if self.limits is None else list(self.limits),
            "bar": self.bar if self.bar is None or isinstance(self.bar, str) else list(self.bar),
            "scale": self.scale,
            "ticks": "read" if self.ticks == "read" else [list(tick) for tick in self.ticks or ()],
            "unit": self.unit,
            "crs": None if self.crs is None else self.crs.to_wkt(),
            "alpha": self.rule.alpha,
            "bands": None if self.rule.bands is None else list(self.rule.bands),
            **self.reading,
        }

    def digest(self, settings: dict[str, Any]) -> str:
        """Digest of the settings and of the whole ramp."""
        ramp = None if self.ramp is None else self.ramp.to_dict()
        content = dump_json({"settings": settings, "ramp": ramp})
        return hashlib.sha256(content.encode()).hexdigest()

    def convert(self, source: str, target: Path) -> ValueReport:
        """Convert a sheet; a file that is there is replaced."""
        return convert_values(
            source,
            target,
            self.ramp,
            self.limits,
            bar=self.bar,
            scale=self.scale,
            ticks=self.ticks,
            unit=self.unit,
            crs=self.crs,
            rule=self.rule,
            format=self.format,
            overwrite=True,
            **self.reading,
        )


def convert_many_values(
    srcs: str | PathLike[str] | Iterable[str | PathLike[str]],
    dst_dir: str | PathLike[str],
    ramp: Ramp | None = None,
    limits: Sequence[float] | None = None,
    *,
    bar: Sequence[float] | Literal["find"] | None = None,
    scale: ScaleKind = "linear",
    ticks: Ticks | None = None,
    unit: str | None = None,
    crs: CRS | None = None,
    rule: PixelRule | None = None,
    format: str = "tif",  # noqa: A002  the word that users know
    jobs: int | None = None,
    resume: bool = True,
    overwrite: bool = False,
    fail_fast: bool = False,
    progress: Progress | None = None,
    client: Client | None = None,
    **reading: Any,
) -> BatchReport:
    """Read the values of many pictures into grid files; resume after an interruption.

    Parameters
    ----------
    srcs, dst_dir, jobs, resume, overwrite, fail_fast, progress, client
        As in :func:`geoindex.convert_many`.
    ramp, limits, bar, scale, ticks, unit, crs, rule, **reading
        As in :func:`geoindex.indexing.convert_values.convert_values`, of every picture.
    format : str
        Suffix of the grids, or key of their format.

    Raises
    ------
    GeoindexError
        An error that concerns all sheets: no images, no limits, an unknown option.
    """
    known = format_named(format)
    suffix = suffix_of(format, known)
    value_opener(Path(f"grid{suffix}"), known.key)
    if ramp is not None:
        # Bad options are an error of the whole batch.
        ValueOptions(ramp=ramp, scale=value_scale(ramp, limits, ticks, scale), **reading)
    job = ValueJob(
        ramp=ramp,
        limits=None if limits is None else (float(limits[0]), float(limits[1])),
        bar=bar if bar is None or isinstance(bar, str) else tuple(float(side) for side in bar),
        scale=scale,
        ticks=ticks
        if ticks is None or isinstance(ticks, str)
        else tuple((float(place), float(value)) for place, value in ticks),
        unit=unit,
        crs=crs,
        rule=rule or PixelRule(),
        format=known.key,
        reading=reading,
    )
    return run_batch(
        job,
        srcs,
        path_of(dst_dir, "dst_dir"),
        suffix,
        jobs=jobs,
        resume=resume,
        overwrite=overwrite,
        fail_fast=fail_fast,
        name=None,
        prune=False,
        progress=progress,
        client=client,
    )
