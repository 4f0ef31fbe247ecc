"""The results of a batch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from geoindex.indexing.convert_values import ValueReport
from geoindex.indexing.report import ConversionReport, classes_texts

__all__ = ["BatchReport", "FailedSheet", "SkippedSheet"]


@dataclass(frozen=True, kw_only=True)
class SkippedSheet:
    """A sheet that was converted by an earlier batch and is unchanged since."""

    source: str
    """The image file."""

    target: str
    """The grid file."""


@dataclass(frozen=True, kw_only=True)
class FailedSheet:
    """A sheet that was not converted."""

    source: str
    """The image file."""

    target: str
    """The grid file that was not written."""

    reason: str
    """The error, in one line."""


@dataclass(frozen=True, kw_only=True)
class BatchReport:
    """What a batch did."""

    folder: str
    """The output folder."""

    done: tuple[ConversionReport | ValueReport, ...]
    """Sheets that were converted, in the order of the sources."""

    skipped: tuple[SkippedSheet, ...]
    """Sheets that were already done."""

    failed: tuple[FailedSheet, ...]
    """Sheets that could not be converted, with the reasons."""

    n_sheets: int
    """All sheets found; with `fail_fast` some may be in none of the lists."""

    n_again: int
    """Sheets of `done` that an earlier run had converted with other settings or from an older
    version of the image."""

    seconds: float
    """Time from the first sheet to the last."""

    without_source: tuple[str, ...] = ()
    """Grids of earlier runs whose image is gone; with `prune` they were removed."""

    pruned: bool = False
    """Whether the grids without an image were removed."""

    @property
    def n_pixels(self) -> int:
        """Pixels of the sheets that were converted."""
        return sum(report.shape[0] * report.shape[1] for report in self.done)

    @property
    def n_left(self) -> int:
        """Sheets that were not tried, after a failure with `fail_fast`."""
        return self.n_sheets - len(self.done) - len(self.skipped) - len(self.failed)

    @property
    def of_classes(self) -> list[ConversionReport]:
        """Sheets of `done` that became grids of classes."""
        return [sheet for sheet in self.done if isinstance(sheet, ConversionReport)]

    def warnings(self) -> list[str]:
        """Describe likely class numbers, merged colors, and hatchings that no sheet has.

        Returns
        -------
        list of str
        """
        done = self.of_classes
        merged = sum(bool(sheet.merged) for sheet in done)
        texts = [
            f"in {merged:,} sheet{'s' * (merged > 1)} several frequent colors of the map became "
            "one class; the report and geoindex convert list them"
        ]
        found = [set(sheet.not_found) for sheet in done]
        nowhere = set.intersection(*found) if found else set()
        return [*self._folded(), *classes_texts(done), *texts * (merged > 0), *sorted(nowhere)]

    def _folded(self) -> list[str]:
        """Tell of sheets of values whose ramp has nearly the same colors twice."""
        told = [
            f"{sheet.source}: {text}"
            for sheet in self.done
            if isinstance(sheet, ValueReport) and (text := sheet.reading.warning()) is not None
        ]
        return told[:1] if len(told) < 2 else [f"{told[0]}; so in {len(told):,} sheets"]

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "folder": self.folder,
            "n_sheets": self.n_sheets,
            "n_left": self.n_left,
            "n_again": self.n_again,
            "seconds": self.seconds,
            "without_source": list(self.without_source),
            "pruned": self.pruned,
            "done": [report.to_dict() for report in self.done],
            "skipped": [asdict(sheet) for sheet in self.skipped],
            "failed": [asdict(sheet) for sheet in self.failed],
        }
