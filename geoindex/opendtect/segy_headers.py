"""Headers of a SEG-Y line of class indices, after revision 1 of the standard."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import OutputError, SectionError
from geoindex.surveys.section import Section

__all__ = [
    "IEEE_FLOAT",
    "binary_header",
    "place_fields",
    "scaled_coordinates",
    "text_header",
    "trace_header",
]

# Four-byte coordinates are multiplied by one of these.
COORDINATE_SCALES = (10_000, 1_000, 100, 10, 1)
LARGEST_INT32 = 2**31 - 1

IEEE_FLOAT = 5
LINE_OF_STACKS = 4
METERS, FEET = 1, 2
LENGTH, ARC_SECONDS = 1, 2

SECONDS_A_DEGREE = 3600

ROUNDING = 1e-9

N_TEXT_LINES = 40
TEXT_LINE = 80


def scaled_coordinates(
    section: Section, path: Path, *, degrees: bool
) -> tuple[int, NDArray[np.int64]]:
    """Finest scale at which coordinates fit, and the integers; degrees become seconds of arc."""
    per_unit = SECONDS_A_DEGREE if degrees else 1
    xy = section.xy() * per_unit
    largest = float(np.abs(xy).max())
    scale = next((s for s in COORDINATE_SCALES if largest * s < LARGEST_INT32), None)
    if scale is None:
        raise OutputError(f"{path}: SEG-Y cannot hold coordinates as large as {largest:.10g}")
    steps = float(np.abs(xy[-1] - xy[0]).max()) * scale
    # Traces exactly one step apart must not be refused because of rounding.
    if steps < (section.n_traces - 1) * (1 - ROUNDING):
        unit = " of arc seconds" if degrees else ""
        raise SectionError(
            f"{path}: the traces are {section.trace_spacing:.3g} apart, and SEG-Y keeps these "
            f"coordinates to {1 / scale:g}{unit}, so that neighbors would lie in one place; take "
            f"at most {math.floor(steps * (1 + ROUNDING)) + 1:,} traces"
        )
    return scale, np.floor(xy * scale + 0.5).astype(np.int64)


def binary_header(section: Section, *, feet: bool) -> dict[int, int]:
    """Fields of the file header."""
    from segyio import BinField

    return {
        BinField.JobID: 1,
        BinField.LineNumber: 1,
        BinField.ReelNumber: 1,
        BinField.Traces: 1,
        BinField.AuxTraces: 0,
        BinField.Interval: section.interval,
        BinField.IntervalOriginal: section.interval,
        BinField.Samples: section.n_samples,
        BinField.SamplesOriginal: section.n_samples,
        BinField.Format: IEEE_FLOAT,
        BinField.EnsembleFold: 1,
        BinField.SortingCode: LINE_OF_STACKS,
        BinField.MeasurementSystem: FEET if feet else METERS,
        BinField.SEGYRevision: 1,
        BinField.SEGYRevisionMinor: 0,
        BinField.TraceFlag: 1,
        BinField.ExtendedHeaders: 0,
    }


def trace_header(section: Section, scale: int, *, degrees: bool) -> dict[int, int]:
    """Fields that all traces share."""
    from segyio import TraceField

    return {
        TraceField.FieldRecord: 1,
        TraceField.CDP_TRACE: 1,
        TraceField.TraceIdentificationCode: 1,
        TraceField.NStackedTraces: 1,
        TraceField.DataUse: 1,
        TraceField.ElevationScalar: 1,
        # Negative: a divisor.
        TraceField.SourceGroupScalar: -scale if scale > 1 else 1,
        TraceField.CoordinateUnits: ARC_SECONDS if degrees else LENGTH,
        TraceField.DelayRecordingTime: section.first_z,
        TraceField.TRACE_SAMPLE_COUNT: section.n_samples,
        TraceField.TRACE_SAMPLE_INTERVAL: section.interval,
        TraceField.INLINE_3D: 1,
        TraceField.ShotPointScalar: 1,
        TraceField.ScalarTraceHeader: 1,
    }


def place_fields(number: int, x: int, y: int) -> dict[int, int]:
    """Fields that are a trace's own."""
    from segyio import TraceField

    numbered = ("TRACE_SEQUENCE_LINE", "TRACE_SEQUENCE_FILE", "TraceNumber", "CDP", "CROSSLINE_3D")
    return {
        **{getattr(TraceField, name): number for name in (*numbered, "ShotPoint")},
        **{getattr(TraceField, name): x for name in ("SourceX", "GroupX", "CDP_X")},
        **{getattr(TraceField, name): y for name in ("SourceY", "GroupY", "CDP_Y")},
    }


def _content(n_classes: int | None) -> list[str]:
    """Describe the samples: class numbers or values."""
    if n_classes is None:
        return [
            "VALUES OF A COLORED CROSS-SECTION, READ FROM ITS COLOR RAMP.",
            "NO VALUE: 1E30 (UNDEFINED VALUE OF OPENDTECT)",
        ]
    return [
        "CLASS INDICES OF A COLORED CROSS-SECTION. NOT SEISMIC AMPLITUDES.",
        "EACH SAMPLE IS THE NUMBER OF A CLASS. DO NOT INTERPOLATE, FILTER OR GAIN.",
        f"CLASSES: 0 TO {n_classes - 1}, LISTED IN THE .LEGEND.CSV BESIDE THIS FILE",
        "NO CLASS: 1E30 (UNDEFINED VALUE OF OPENDTECT)",
        "COLORS: OPENDTECT TABLE .ODCT BESIDE THIS FILE, SHOWN WITH RANGE 0 TO 255",
    ]


def text_header(section: Section, scale: int, n_classes: int | None, *, degrees: bool) -> bytes:
    """Forty lines that say what the file is."""
    is_time = section.domain == "time"
    z_name, z_unit = ("TWO-WAY TIME", "MS") if is_time else ("DEPTH", "UNITS OF THE MAP")
    unit, decimals = ("DEGREES", 7) if degrees else ("MAP UNITS", 3)
    first, last = (
        f"X {x:.{decimals}f}  Y {y:.{decimals}f}" for x, y in (section.start, section.end)
    )
    seconds = "SECONDS OF ARC " if degrees else ""
    lines = _content(n_classes)
    lines += [
        "",
        f"TRACES: {section.n_traces}, EVERY {section.trace_spacing:.{max(decimals, 4)}f} {unit}",
        f"FIRST TRACE: {first}",
        f"LAST TRACE:  {last}"
        + (f"   BENDS BETWEEN: {len(section.points) - 2}" if len(section.points) > 2 else ""),
        f"COORDINATES: BYTES 73-88 AND 181-188, {seconds}TIMES {scale} (SCALAR IN BYTE 71)",
        "TRACE NUMBER: BYTES 13, 21 AND 193; SHOT POINT: BYTE 197",
        "",
        f"SAMPLES: {section.n_samples} OF {z_name}, {z_unit}, DOWNWARD",
        f"FIRST SAMPLE: {section.first_z} (BYTE 109)   LAST SAMPLE: {section.last_z:.3f}",
        f"INTERVAL: {section.sample_interval:.3f} (IN THOUSANDTHS IN BYTE 117)",
        "FORMAT: 4-BYTE IEEE FLOATING POINT (5), BIG-ENDIAN",
        "",
        "WRITTEN BY GEOINDEX",
    ]
    lines += [""] * (N_TEXT_LINES - 2 - len(lines))
    lines += ["SEG Y REV1", "END TEXTUAL HEADER"]
    text = "".join(
        f"C{number:2d} {line}".ljust(TEXT_LINE) for number, line in enumerate(lines, start=1)
    )
    return text.encode("ascii", errors="replace")
