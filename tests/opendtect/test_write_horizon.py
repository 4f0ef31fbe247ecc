"""Horizons for OpendTect: text that numpy reads, and the files beside it."""

from __future__ import annotations

import dataclasses
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from geoindex import (
    IndexGrid,
    Palette,
    Survey,
    load_palette,
    open_grid,
    read_horizon,
    write_horizon,
)
from geoindex.errors import MissingFileError, OptionError, OutputError
from geoindex.opendtect.write_horizon import horizon_lines
from tests.support.opendtect_colors import read_table, shown
from tests.support.surveys import SURVEY


def make_map(n_colors: int = 12, dtype: type = np.uint8) -> IndexGrid:
    """Pixels of 3 m and of every class; the map covers the survey except for one corner."""
    rng = np.random.default_rng(3)
    west, south, _, north = SURVEY.bounds
    indices = rng.integers(0, n_colors, (60, 40)).astype(dtype)
    nodata = int(np.iinfo(dtype).max)
    if n_colors <= nodata:
        indices[::7, ::5] = nodata
    return IndexGrid(
        indices=indices,
        palette=Palette(
            rng.integers(0, 256, (n_colors, 3)),
            [f"Unit {i}, gneiss" for i in range(n_colors)],
            name="units",
        ),
        nodata=nodata if n_colors <= nodata else None,
        transform=Affine(3, 0, west - 5, 0, -3, max(north + 3, south + 180)),
    )


@pytest.mark.parametrize("xy", [False, True])
@pytest.mark.parametrize("header", [False, True])
def test_numpy_reads_what_was_written(tmp_path: Path, *, xy: bool, header: bool) -> None:
    grid = make_map()
    path = tmp_path / "map.dat"
    report = write_horizon(grid, SURVEY, path, xy=xy, header=header)
    expected = grid.resample(SURVEY)
    first, second, z, index = np.loadtxt(path, unpack=True)
    inlines, crosslines = np.meshgrid(SURVEY.inlines, SURVEY.crosslines, indexing="ij")
    if xy:
        x, y = SURVEY.xy(inlines, crosslines)
        np.testing.assert_allclose(first, x.ravel(), atol=0.0051)
        np.testing.assert_allclose(second, y.ravel(), atol=0.0051)
    else:
        np.testing.assert_array_equal(first, inlines.ravel())
        np.testing.assert_array_equal(second, crosslines.ravel())
    assert (z == 0).all()
    written = expected.indices.ravel()
    np.testing.assert_array_equal(index, np.where(written == 255, 1e30, written))
    assert report.nodata_share == pytest.approx((written == 255).mean())
    assert report.outside_share == expected.provenance["resampled"]["outside_share"]
    head = path.read_text().splitlines()[:2]
    if header:
        position = '"X"\t"Y"' if xy else '"Inline"\t"Crossline"'
        assert head == [f'# {position}\t"Z"\t"Geology"', "# - - - - - - - - - -"]
    elif not xy:
        assert re.fullmatch(r"10\t105\t0\t(\d+|1e30)", head[0])
    back = read_horizon(path, survey=SURVEY)
    np.testing.assert_array_equal(back.indices, expected.indices)
    assert back.transform.almost_equals(SURVEY.transform)
    assert back.palette.names == grid.palette.names
    assert back.survey == SURVEY


def test_files_beside_the_horizon(tmp_path: Path) -> None:
    grid = make_map()
    report = write_horizon(grid, SURVEY, tmp_path / "map.dat", attribute="Rock units")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "map.dat",
        "map.import.txt",
        "map.legend.csv",
        "map.odct",
    ]
    table = read_table((tmp_path / "map.odct").read_text())
    for index, color in enumerate(grid.palette.colors.tolist()):
        assert shown(index, table, 0, 255) == tuple(color)
    legend = (tmp_path / "map.legend.csv").read_text().splitlines()
    checksum = f"crc32:{zlib.crc32((tmp_path / 'map.dat').read_bytes()):08x}"
    assert legend[0] == "index,r,g,b,name,checksum"
    red, green, blue = grid.palette.colors[3]
    assert legend[4] == f'3,{red},{green},{blue},"Unit 3, gneiss",{checksum}'
    assert not report.renumbered
    steps = (tmp_path / "map.import.txt").read_text()
    for needed in ("Rock units", '"units"', "0 to 255", "Classification", "Inl/Crl", "1e30"):
        assert needed in steps
    assert "milliseconds" in steps
    assert set(report.to_dict()) == {field.name for field in dataclasses.fields(report)}


@pytest.mark.parametrize(
    ("z_range", "wanted", "written", "unit"),
    [
        ((0, 3, 0.004, "time"), None, 0, "ms"),
        ((0.1, 3, 0.004, "time"), None, 100, "ms"),
        ((0, 1.848, 0.004, "time"), 5000, 1848, "ms"),
        ((0, 1.848, 0.004, "time"), 1200.5, 1200.5, "ms"),
        ((-900, -40, 1, "depth"), None, -40, "m"),
        ((0, 9000, 1, "depth-feet"), -3, 0, "ft"),
        (None, None, 0, ""),
        (None, 77, 77, ""),
    ],
)
def test_z_lies_within_the_survey(
    tmp_path: Path, z_range: tuple | None, wanted: float | None, written: float, unit: str
) -> None:
    content = {**SURVEY.to_dict(), "z": z_range}
    survey = Survey(**content)
    report = write_horizon(make_map(), survey, tmp_path / "map.dat", z=wanted)
    z = np.loadtxt(tmp_path / "map.dat", usecols=2)
    assert (z == written).all()
    assert (report.z, report.z_unit) == (written, unit)
    assert report.z_moved == (wanted is not None and wanted != written)


def test_numbers_beyond_255_are_made_anew(tmp_path: Path) -> None:
    grid = make_map(400, np.uint16)
    path = tmp_path / "map.dat"
    report = write_horizon(grid, SURVEY, path)
    on_survey = grid.resample(SURVEY)
    used = np.flatnonzero(on_survey.counts())
    assert used.max() > 254
    assert report.renumbered
    assert report.classes_used == len(used) <= 255
    index = np.loadtxt(path, usecols=3)
    valid = index < 1e29
    np.testing.assert_array_equal(
        used[index[valid].astype(int)], on_survey.indices[on_survey.valid]
    )
    legend = [line.split(",") for line in (tmp_path / "map.legend.csv").read_text().splitlines()]
    assert legend[0] == ["index", "r", "g", "b", "name", "palette_index", "checksum"]
    assert [int(line[-2]) for line in legend[1:]] == used.tolist()
    table = read_table((tmp_path / "map.odct").read_text())
    for number, row in enumerate(used):
        assert shown(number, table, 0, 255) == tuple(grid.palette.colors[row].tolist())
    back = read_horizon(path)
    np.testing.assert_array_equal(back.to_rgb()[back.valid], on_survey.to_rgb()[on_survey.valid])


def test_a_palette_of_256_keeps_its_numbers_where_it_can(tmp_path: Path) -> None:
    grid = make_map(256)
    low = dataclasses.replace(grid, indices=np.minimum(grid.indices, 254))
    assert not write_horizon(low, SURVEY, tmp_path / "low.dat").renumbered
    found = np.loadtxt(tmp_path / "low.dat", usecols=3)
    np.testing.assert_array_equal(found, low.resample(SURVEY).indices.ravel())
    assert len(load_palette(tmp_path / "low.legend.csv")) == 256
    high = dataclasses.replace(grid, indices=np.full_like(grid.indices, 255))
    assert write_horizon(high, SURVEY, tmp_path / "high.dat").renumbered
    assert (np.loadtxt(tmp_path / "high.dat", usecols=3) == 0).all()


def test_more_classes_than_opendtect_shows(tmp_path: Path) -> None:
    big = Survey(inlines=(1, 60), crosslines=(1, 60), x=(SURVEY.bounds[0], 0, 1), y=(2360, 1, 0))
    grid = dataclasses.replace(
        make_map(300, np.uint16),
        indices=np.arange(3600, dtype=np.uint16).reshape(60, 60) % 300,
        transform=Affine(1, 0, big.bounds[0], 0, 1, big.bounds[1]),
    )
    with pytest.raises(OutputError, match=r"map\.dat: the map has 300 classes on this survey"):
        write_horizon(grid, big, tmp_path / "map.dat")
    assert list(tmp_path.iterdir()) == []


def test_old_files_stay_unless_overwritten(tmp_path: Path) -> None:
    (tmp_path / "map.legend.csv").write_text("mine")
    with pytest.raises(OutputError, match=r"map\.legend\.csv: exists already"):
        write_horizon(make_map(), SURVEY, tmp_path / "map.dat")
    assert [path.name for path in tmp_path.iterdir()] == ["map.legend.csv"]
    write_horizon(make_map(), SURVEY, tmp_path / "map.dat", overwrite=True)
    assert "Unit 3" in (tmp_path / "map.legend.csv").read_text()


def test_refuses_what_opendtect_would_trip_over(tmp_path: Path) -> None:
    for attribute in ("", "a\nb", "it's", 'the "map"', "Z", " Inline"):
        with pytest.raises(OptionError, match=r"the attribute (needs|cannot have)"):
            write_horizon(make_map(), SURVEY, tmp_path / "map.dat", attribute=attribute)
    with pytest.raises(OutputError, match=r"map\.odct: is the name of its color table"):
        write_horizon(make_map(), SURVEY, tmp_path / "map.odct")
    with pytest.raises(OptionError, match="z must be a finite number"):
        write_horizon(make_map(), SURVEY, tmp_path / "map.dat", z=float("nan"))


def test_a_grid_on_a_survey_saves_itself(tmp_path: Path) -> None:
    on_survey = make_map().resample(SURVEY, pad=1)
    on_survey.save(tmp_path / "map.dat")
    assert np.loadtxt(tmp_path / "map.dat")[0, :2].tolist() == [9, 103]
    again = open_grid(tmp_path / "map.dat")
    np.testing.assert_array_equal(again.indices, on_survey.indices)
    assert again.transform is None
    assert again.provenance["horizon"]["crosslines"] == [103, 123, 2]
    with pytest.raises(OutputError, match="a horizon needs the survey; write it with geoindex"):
        make_map().save(tmp_path / "other.dat")
    moved = dataclasses.replace(on_survey, transform=make_map().transform)
    with pytest.raises(OutputError, match="no longer lies on its survey"):
        moved.save(tmp_path / "other.dat")
    assert not (tmp_path / "other.dat").exists()


@given(
    constant=st.floats(-1e7, 1e7),
    factors=st.tuples(*[st.floats(1e-6, 50)] * 2),
    start=st.integers(-300, 3000),
)
def test_coordinates_are_as_python_writes_them(
    constant: float, factors: tuple[float, float], start: int
) -> None:
    survey = Survey(
        inlines=(start, start + 2),
        crosslines=(-4, 1),
        x=(constant, factors[0], 0),
        y=(-constant, 0, factors[1]),
    )
    indices = np.zeros(survey.shape, np.uint8)
    text = b"".join(map(bytes, horizon_lines(indices, survey, ["end\n"], xy=True))).decode()
    lines = [line.split("\t") for line in text.splitlines()]
    inlines, crosslines = np.meshgrid(survey.inlines, survey.crosslines, indexing="ij")
    decimals = len(lines[0][0].split(".")[1])
    assert 2 <= decimals <= 9
    assert decimals == 9 or 10.0**-decimals <= min(factors) / 999
    for line, x, y in zip(
        lines, *(part.ravel() for part in survey.xy(inlines, crosslines)), strict=True
    ):
        assert re.fullmatch(rf"-?\d+\.\d{{{decimals}}}", line[0])
        tolerance = 0.51 * 10.0**-decimals + 4e-9
        assert (float(line[0]), float(line[1])) == pytest.approx((x, y), abs=tolerance)
        assert line[2] == "end"


def test_a_horizon_needs_a_palette(tmp_path: Path) -> None:
    path = tmp_path / "map.dat"
    with pytest.raises(MissingFileError, match=r"map\.dat: no such file"):
        read_horizon(path)
    write_horizon(make_map(), SURVEY, path)
    (tmp_path / "map.legend.csv").unlink()
    assert len(open_grid(path).palette) == 12
    (tmp_path / "map.odct").unlink()
    with pytest.raises(MissingFileError, match=r"map\.legend\.csv is not beside it; give the"):
        open_grid(path)
