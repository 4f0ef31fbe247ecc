"""Cross-sections as SEG-Y, read back by segyio, by obspy and byte by byte."""

from __future__ import annotations

import csv
import struct
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import segyio
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from geoindex import GeoindexError, IndexGrid, Palette, index_image, load_palette, write_section
from geoindex.errors import OptionError, OutputError, SectionError
from geoindex.surveys.section import section_of
from tests.support.opendtect_colors import read_table, shown
from tests.support.oracle import brute_force
from tests.support.sections import PLACE, as_floats, make_grid, segyio_coordinates


@pytest.mark.parametrize("suffix", [".sgy", ".segy"])
def test_segyio_finds_every_class_in_its_place(tmp_path: Path, suffix: str) -> None:
    grid = make_grid()
    path = tmp_path / f"line{suffix}"
    report = write_section(grid, path, **PLACE, top=-250, bottom=1500)
    with segyio.open(path, ignore_geometry=True) as file:
        np.testing.assert_array_equal(file.trace.raw[:], as_floats(grid))
        np.testing.assert_allclose(file.samples, np.linspace(-250, 1500, 101), atol=1e-9)
        assert int(file.format) == 5
        assert segyio.tools.dt(file) == 17500
    expected = np.linspace(PLACE["start"], PLACE["end"], 37)
    for fields in ((73, 77), (81, 85), (181, 185)):
        found = segyio_coordinates(path, *fields)
        np.testing.assert_allclose(found, expected, rtol=0, atol=0.005 + 1e-9)
    assert (report.n_traces, report.n_samples, report.sample_interval) == (37, 101, 17.5)
    assert report.classes_used == 60
    assert report.nodata_share == pytest.approx(16 / (101 * 37))
    # As one inline of crosslines, too, without a word about what to ignore.
    with segyio.open(path) as file:
        np.testing.assert_array_equal(file.iline[1], as_floats(grid))


def test_obspy_finds_the_same(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from obspy.io.segy.segy import _read_segy
    grid = make_grid()
    write_section(grid, tmp_path / "line.sgy", **PLACE, top=120, bottom=1120, domain="time")
    file = _read_segy(str(tmp_path / "line.sgy"))
    assert file.data_encoding == 5
    assert file.textual_header_encoding == "EBCDIC"
    assert b"NOT SEISMIC AMPLITUDES" in file.textual_file_header
    np.testing.assert_array_equal([trace.data for trace in file.traces], as_floats(grid))
    header = file.traces[-1].header
    assert header.sample_interval_in_ms_for_this_trace == 10_000
    assert header.delay_recording_time == 120
    assert header.scalar_to_be_applied_to_all_coordinates == -100
    assert header.x_coordinate_of_ensemble_position_of_this_trace == 350_018_800
    assert header.y_coordinate_of_ensemble_position_of_this_trace == 751_429_000


def test_headers_byte_by_byte(tmp_path: Path) -> None:
    """Against the tables of SEG-Y revision 1, whose bytes count from 1."""
    path = tmp_path / "line.sgy"
    write_section(
        make_grid((3, 2)), path, start=(10, 20), end=(13, 24), top=0, bottom=5, feet=True
    )
    content = path.read_bytes()
    assert len(content) == 3600 + 2 * (240 + 3 * 4)
    text = content[:3200].decode("cp037")
    lines = [text[at : at + 80] for at in range(0, 3200, 80)]
    assert [line[:3] for line in lines] == [f"C{number:2d}" for number in range(1, 41)]
    assert max(len(line.rstrip()) for line in lines) < 80
    assert lines[38].rstrip() == "C39 SEG Y REV1"
    assert lines[39].rstrip() == "C40 END TEXTUAL HEADER"
    assert "CLASS INDICES" in lines[0]

    def field(at: int, form: str) -> int:
        (value,) = struct.unpack_from(">" + form, content, at - 1)
        return value

    binary = {
        3217: 2500,
        3219: 2500,
        3221: 3,
        3223: 3,
        3225: 5,
        3229: 4,
        3255: 2,
        3503: 1,
        3505: 0,
    }
    assert {at: field(at, "h") for at in binary} == binary
    assert content[3500:3502] == b"\x01\x00"
    second = 3600 + 240 + 3 * 4
    expected = {(1, "i"): 2, (5, "i"): 2, (21, "i"): 2, (29, "h"): 1, (71, "h"): -10000}
    expected |= {(73, "i"): 130000, (77, "i"): 240000, (89, "h"): 1, (109, "h"): 0}
    expected |= {(115, "h"): 3, (117, "h"): 2500, (181, "i"): 130000, (185, "i"): 240000}
    expected |= {(189, "i"): 1, (193, "i"): 2, (197, "i"): 2}
    assert {key: field(second + key[0], key[1]) for key in expected} == expected


@pytest.mark.parametrize(
    ("largest", "scale"),
    [(100, 10_000), (214_748, 10_000), (214_749, 1_000), (9_999_999, 100), (99_999_999, 10)],
)
def test_coordinates_take_the_finest_scale_that_fits(
    tmp_path: Path, largest: float, scale: int
) -> None:
    path = tmp_path / "line.sgy"
    write_section(make_grid(), path, start=(0, 0), end=(-largest, 0.12345), top=0, bottom=100)
    found = segyio_coordinates(path)
    expected = np.linspace((0, 0), (-largest, 0.12345), 37)
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.5 / scale + 1e-6)


@given(
    shape=st.tuples(st.integers(2, 60), st.integers(1, 60)),
    n_traces=st.integers(2, 90),
    n_samples=st.none() | st.integers(2, 200),
    top=st.floats(-500, 500),
    height=st.floats(0.5, 5000),
)
def test_every_sample_is_that_of_the_nearest_pixel(
    shape: tuple[int, int], n_traces: int, n_samples: int | None, top: float, height: float
) -> None:
    assume(n_samples is None or height + 1 < 32 * (n_samples - 1))
    section = section_of(
        shape,
        start=(0, 0),
        end=(1, 1),
        top=top,
        bottom=top + height,
        n_traces=n_traces,
        n_samples=n_samples,
    )
    row_z = np.linspace(top, top + height, shape[0])
    rows = section.rows(shape[0])
    distance = np.abs(section.z()[:, None] - row_z)
    spacing = height / (shape[0] - 1)
    inside = rows >= 0
    np.testing.assert_allclose(
        distance[inside, rows[inside]], distance[inside].min(axis=1), atol=1e-6 * spacing
    )
    assert (distance[~inside].min(axis=1, initial=np.inf) > spacing * 0.499).all()
    column_x = np.linspace(0, 1, shape[1]) if shape[1] > 1 else np.zeros(1)
    away = np.abs(np.linspace(0, 1, n_traces)[:, None] - column_x)
    columns = section.columns(shape[1])
    chosen = away[np.arange(n_traces), columns]
    np.testing.assert_allclose(chosen, away.min(axis=1), atol=1e-9)
    if n_samples is None:
        assert set(rows) >= set(range(shape[0]))
    else:
        assert section.n_samples == n_samples


def test_native_sampling_is_the_picture_itself() -> None:
    section = section_of((704, 2035), start=(0, 0), end=(1, 0), top=-203, bottom=1906)
    np.testing.assert_array_equal(section.rows(704), np.arange(704))
    np.testing.assert_array_equal(section.columns(2035), np.arange(2035))
    assert section.interval == 3000


def test_a_top_between_whole_units_is_kept(tmp_path: Path) -> None:
    """Headers keep the first sample in whole units: what lies above the picture is undefined."""
    grid = make_grid((11, 5))
    write_section(grid, tmp_path / "line.sgy", **PLACE, top=99.5, bottom=100.5)
    with segyio.open(tmp_path / "line.sgy", ignore_geometry=True) as file:
        z, traces = file.samples, file.trace.raw[:]
    assert z[0] == 99
    np.testing.assert_allclose(z, 99 + 0.1 * np.arange(len(z)), atol=1e-9)
    assert (traces[:, z < 99.44] == np.float32(1e30)).all()
    np.testing.assert_array_equal(traces[:, z > 99.45], as_floats(grid))


def test_classes_and_colors_lie_beside(tmp_path: Path) -> None:
    grid = make_grid()
    report = write_section(grid, tmp_path / "line.sgy", **PLACE, top=0, bottom=100)
    assert report.legend == str(tmp_path / "line.sgy.legend.csv")
    assert load_palette(report.legend).names == grid.palette.names
    assert report.colors == str(tmp_path / "line.odct")
    np.testing.assert_array_equal(load_palette(report.colors).colors, grid.palette.colors)
    assert not report.renumbered


def test_every_class_of_a_large_palette_shows_in_its_color(
    tmp_path: Path, windows256: Palette
) -> None:
    """OpendTect distinguishes 255 classes, so those in use are renumbered."""
    rng = np.random.default_rng(5)
    used = np.array([0, 3, 77, 254, 255])
    grid = IndexGrid(indices=rng.choice(used, (30, 20)).astype(np.uint8), palette=windows256)
    report = write_section(grid, tmp_path / "line.sgy", **PLACE, top=0, bottom=29)
    assert report.renumbered
    with segyio.open(report.target, ignore_geometry=True) as file:
        numbers = file.trace.raw[:].T
        assert "CLASSES: 0 TO 4" in segyio.tools.wrap(file.text[0])
    np.testing.assert_array_equal(used[numbers.astype(int)], grid.indices)
    table = read_table(Path(report.colors).read_text())
    drawn = [[shown(number, table, 0, 255) for number in row] for row in numbers]
    np.testing.assert_array_equal(drawn, grid.to_rgb())
    with Path(report.legend).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["palette_index"]) for row in rows] == used.tolist()


def test_more_classes_than_opendtect_shows(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    palette = Palette(rng.integers(0, 256, (300, 3)))
    indices = np.arange(300, dtype=np.uint16).reshape(20, 15)
    grid = IndexGrid(indices=indices, palette=palette)
    with pytest.raises(OutputError, match="the section has 300 classes, and OpendTect shows 255"):
        write_section(grid, tmp_path / "line.sgy", **PLACE, top=0, bottom=29)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"end": PLACE["start"]}, "start and end are the same point, 3496937, 7509361"),
        ({"end": (1, float("nan"))}, "end must be finite"),
        ({"end": (1, 2, 3)}, r"end is two numbers, x and y; found \(1, 2, 3\)"),
        (
            {"top": 1500, "bottom": -250},
            "bottom must be larger than top.* heights above the datum",
        ),
        ({"top": float("-inf")}, "bottom must be larger than top"),
        ({"n_traces": 1}, "n_traces must lie within 2.."),
        ({"n_samples": 1}, "from 0.001 to 32.767.*more samples|holds 2 to 32,767 samples"),
        ({"n_samples": 40_000}, "holds 2 to 32,767 samples a trace.* 40,000"),
        ({"bottom": 10_000, "n_samples": 3}, "found -250 and 5125.0; take other units or more"),
        ({"top": -40_000}, "a first sample within 32767 of 0"),
        ({"bottom": 2_000_000}, "set the number of samples"),
        ({"domain": "twt"}, "unknown domain 'twt'; known: depth, time"),
    ],
)
def test_refuses_what_has_no_place(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    options = {**PLACE, "top": -250, "bottom": 1500, **changes}
    with pytest.raises((SectionError, OptionError), match=message):
        write_section(make_grid(), tmp_path / "line.sgy", **options)
    assert not list(tmp_path.iterdir())


def test_rows_closer_than_samples_can_be(tmp_path: Path) -> None:
    grid = IndexGrid(indices=np.zeros((2000, 5), np.uint8), palette=Palette([[0, 0, 0]]))
    options = {**PLACE, "top": 0, "bottom": 0.5}
    with pytest.raises(
        SectionError, match=r"the rows are 0\.00025 apart.* \(meters for kilometers"
    ):
        write_section(grid, tmp_path / "line.sgy", **options)
    assert write_section(grid, tmp_path / "line.sgy", **options, n_samples=501).n_samples == 501


def test_refuses_bad_targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {**PLACE, "top": 0, "bottom": 100}
    with pytest.raises(OutputError, match=r"suffix of a section must be \.sgy or \.segy"):
        write_section(make_grid(), tmp_path / "line.tif", **options)
    with pytest.raises(OutputError, match="cannot hold coordinates as large as 3000000000"):
        write_section(make_grid(), tmp_path / "line.sgy", **{**options, "end": (3e9, 0)})
    for name in ("line.sgy", "line.odct", "line.sgy.legend.csv"):
        (tmp_path / name).write_text("precious")
        with pytest.raises(OutputError, match=f"{name}: exists already"):
            write_section(make_grid(), tmp_path / "line.sgy", **options)
        assert [entry.name for entry in tmp_path.iterdir()] == [name]
        (tmp_path / name).unlink()
    monkeypatch.setitem(sys.modules, "segyio", None)
    with pytest.raises(OutputError, match=r"not installed; install geoindex-raster\[segy\]"):
        write_section(make_grid(), tmp_path / "line.sgy", **options)
    assert not list(tmp_path.iterdir())


def test_real_section(kevitsa: Path, tmp_path: Path) -> None:
    """The line, top and bottom that are published with the picture."""
    picture = kevitsa / "Kevitsa_Titan_Line_E5_crop.png"
    palette = load_palette("windows-256")
    grid = index_image(picture, palette)
    write_section(grid, tmp_path / "line.sgy", **PLACE, top=-250, bottom=1500)
    with Image.open(picture) as image:
        expected = brute_force(np.array(image), palette.colors)
    with segyio.open(tmp_path / "line.sgy", ignore_geometry=True) as file:
        traces, z = file.trace.raw[:], file.samples
    assert traces.shape[0] == 2035
    rows = np.abs(z[:, None] - np.linspace(-250, 1500, 704)).argmin(axis=1)
    # The picture's white is the last of the 256 colors, so that the classes are numbered anew.
    used = np.unique(expected[rows])
    assert used[-1] == 255
    np.testing.assert_array_equal(used[traces.astype(int)], expected[rows].T)
    found = segyio_coordinates(tmp_path / "line.sgy")
    np.testing.assert_allclose(found[[0, -1]], [PLACE["start"], PLACE["end"]], atol=0.01)
    assert np.hypot(*np.diff(found, axis=0).T).sum() == pytest.approx(5904.6, abs=0.1)


def test_errors_are_of_the_family() -> None:
    assert issubclass(SectionError, GeoindexError)
