"""Grids as XYZ text, with and without inline and crossline columns."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from geoindex import Survey, open_grid
from geoindex.errors import GridError, OutputError
from tests.support.exchange import (
    ROTATED,
    TURNS,
    UPRIGHT,
    assert_same_points,
    gdal_points,
    make_grid,
    xtgeo_points,
)


@pytest.mark.parametrize("transform", [UPRIGHT, ROTATED, TURNS["degrees"]])
def test_xyz_lists_every_class_in_its_place(tmp_path: Path, transform: Affine) -> None:
    grid = make_grid(transform)
    for suffix in (".xyz", ".xya"):
        path = tmp_path / f"map{suffix}"
        grid.save(path)
        tolerance = 0.001 * abs(transform.determinant) ** 0.5
        assert_same_points(tuple(np.loadtxt(path, unpack=True)), grid, tolerance)
        with pytest.raises(GridError, match=r"text holds points, not a grid; open the \.npy"):
            open_grid(path)


@pytest.mark.parametrize("handed", [1, -1])
def test_lines_and_points_of_a_survey(tmp_path: Path, handed: int) -> None:
    survey = Survey(
        inlines=(1000, 1040, 2),
        crosslines=(-7, 35, 3),
        x=(3491336.248, handed * -3.2, 9.6),
        y=(7497848.4, handed * 9.6, 3.2),
    )
    left, _, right, top = survey.bounds
    grid = make_grid(Affine(4.0, 0, left - 10, 0, -4.0, top + 10), shape=(160, 140))
    indices = np.array(grid)
    indices[70:90, : int((right - left) / 8)] = 255
    grid = dataclasses.replace(grid, indices=indices)
    on_survey = grid.resample(survey)
    assert 0 < on_survey.valid.mean() < 1
    for suffix in ("ijxyz", "xya"):
        on_survey.save(tmp_path / f"map.{suffix}")
    inline, crossline, x, y, index = np.loadtxt(tmp_path / "map.ijxyz", unpack=True)
    assert_same_points((x, y, index), on_survey)
    expected = survey.xy(inline, crossline)
    np.testing.assert_allclose((x, y), expected, rtol=0, atol=0.01)
    text = (tmp_path / "map.xya").read_text()
    assert text.startswith("# subgrid=il:1000-1040[2]+cl:-7-35[3]\n")
    assert_same_points(tuple(np.loadtxt(tmp_path / "map.xya", unpack=True)), on_survey)
    assert_same_points(xtgeo_points(tmp_path / "map.ijxyz", "ijxyz"), on_survey)


def test_lines_need_a_survey(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"no inlines and crosslines.*resample\(survey\)"):
        make_grid().save(tmp_path / "map.ijxyz")
    survey = Survey(inlines=(1, 4), crosslines=(1, 5), x=(1000, 0, 10), y=(2000, 10, 0))
    on_survey = make_grid(Affine(10, 0, 1000, 0, -10, 2050)).resample(survey)
    moved = dataclasses.replace(on_survey, transform=UPRIGHT)
    with pytest.raises(OutputError, match="no longer lies on its survey"):
        moved.save(tmp_path / "map.ijxyz")
    assert not list(tmp_path.iterdir())


def test_gdal_reads_xyz_as_a_grid(tmp_path: Path) -> None:
    grid = make_grid(Affine(5, 0, 1000, 0, -5, 2000))
    whole = dataclasses.replace(
        grid, indices=np.where(grid.valid, grid.indices, 0).astype(np.uint8)
    )
    whole.save(tmp_path / "map.xyz")
    assert_same_points(gdal_points(tmp_path / "map.xyz", "XYZ"), whole)
