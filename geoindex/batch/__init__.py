"""Many images to many grids: found, shared among processes, recorded, taken up again."""

from geoindex.batch.report import BatchReport, FailedSheet, SkippedSheet
from geoindex.batch.run import convert_many

__all__ = ["BatchReport", "FailedSheet", "SkippedSheet", "convert_many"]
