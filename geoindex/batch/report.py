"""What became of the sheets of a batch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from geoindex.indexing.report import ConversionReport

__all__ = ["BatchReport", "FailedSheet", "SkippedSheet"]


@dataclass(frozen=True, kw_only=True)
class SkippedSheet:
    """A sheet that an earlier batch converted and that has not changed since."""

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
    """What is wrong, in one line."""


@dataclass(frozen=True, kw_only=True)
class BatchReport:
    """What a batch did."""

    folder: str
    """The output folder."""

    done: tuple[ConversionReport, ...]
    """Sheets that were converted, in the order of their names."""

    skipped: tuple[SkippedSheet, ...]
    """Sheets that were done before."""

    failed: tuple[FailedSheet, ...]
    """Sheets that were not converted, with the reasons."""

    n_sheets: int
    """All sheets that were found; with `fail_fast` some may be in none of the lists."""

    n_again: int
    """Sheets of `done` whose grids an earlier run had made by other settings or from another
    state of the image."""

    seconds: float
    """Time from the first sheet to the last."""

    @property
    def n_pixels(self) -> int:
        """Pixels of the sheets that were converted."""
        return sum(report.shape[0] * report.shape[1] for report in self.done)

    @property
    def n_left(self) -> int:
        """Sheets that were not tried, after a failure with `fail_fast`."""
        return self.n_sheets - len(self.done) - len(self.skipped) - len(self.failed)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "folder": self.folder,
            "n_sheets": self.n_sheets,
            "n_left": self.n_left,
            "n_again": self.n_again,
            "seconds": self.seconds,
            "done": [report.to_dict() for report in self.done],
            "skipped": [asdict(sheet) for sheet in self.skipped],
            "failed": [asdict(sheet) for sheet in self.failed],
        }
