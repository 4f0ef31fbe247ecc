"""Pairs of classes of two grids, beside scikit-learn's measures of agreement."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from sklearn.metrics import cohen_kappa_score, precision_score, recall_score

from geoindex import IndexGrid, Palette, compare_grids, crosstab, open_grid
from geoindex.errors import GridError
from tests.support.command_line import invoke

NAMES = ["Till", "Clay", "Rock", "Peat"]
COLORS = ["tan", "khaki", "gray", "brown"]


def make_pair(*, order=(0, 1, 2, 3)):
    """Two grids that agree in part; the second has its classes in another order."""
    rng = np.random.default_rng(5)
    first = rng.integers(0, 4, (60, 50))
    second = np.where(rng.random(first.shape) < 0.7, first, rng.integers(0, 3, first.shape))
    rows = np.argsort(order)[second].astype(np.uint8)
    place = {"crs": CRS.from_epsg(3067), "transform": Affine(10, 0, 4e5, 0, -10, 7e6)}
    grids = (
        IndexGrid(
            indices=first.astype(np.uint8),
            palette=Palette(COLORS, names=NAMES),
            nodata=255,
            **place,
        ),
        IndexGrid(
            indices=rows,
            palette=Palette([COLORS[k] for k in order], names=[NAMES[k] for k in order]),
            nodata=255,
            **place,
        ),
    )
    return *grids, first.ravel(), second.ravel()


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2)])
def test_agreement_is_that_of_scikit_learn(order):
    a, b, first, second = make_pair(order=order)
    agreement = crosstab(a, b).agreement
    assert agreement.overall == pytest.approx((first == second).mean())
    assert agreement.kappa == pytest.approx(cohen_kappa_score(first, second))
    labels = range(4)
    users = precision_score(second, first, labels=labels, average=None, zero_division=np.nan)
    producers = recall_score(second, first, labels=labels, average=None, zero_division=np.nan)
    np.testing.assert_allclose(agreement.users, users)
    np.testing.assert_allclose(agreement.producers, producers)


@pytest.mark.parametrize(
    ("names", "classes"),
    [(["Till", "Clay", "Till", "Clay"], [0, 1, 0, 1]), (["Till", "", "", "Till"], [0, 1, 2, 0])],
)
def test_rows_of_one_name_are_one_class(names, classes):
    a, b, first, second = make_pair(order=(3, 1, 0, 2))
    a = replace(a, palette=a.palette.replace(names=names))
    b = replace(b, palette=b.palette.replace(names=[names[row] for row in (3, 1, 0, 2)]))
    one, other = np.array(classes)[first], np.array(classes)[second]
    agreement = crosstab(a, b).agreement
    assert agreement.overall == (one == other).mean()
    assert agreement.kappa == pytest.approx(cohen_kappa_score(one, other))
    users = precision_score(other, one, labels=classes, average=None)
    np.testing.assert_allclose(agreement.users, users)
    np.testing.assert_allclose(
        agreement.producers, recall_score(other, one, labels=classes, average=None)
    )
    np.testing.assert_array_equal(compare_grids(a, b).indices.ravel() == 0, one == other)


def test_pairs_and_their_areas():
    a, b, first, second = make_pair()
    indices = np.array(a.indices)
    indices[:, :5] = 255
    table = crosstab(replace(a, indices=indices), b)
    for row in table.rows():
        of_a = 255 if row["a_index"] is None else row["a_index"]
        expected = ((indices == of_a) & (b.indices == row["b_index"])).sum()
        assert row["pixels"] == expected
        assert row["km2"] == pytest.approx(expected * 1e-4)
    assert sum(row["pixels"] for row in table.rows()) == first.size == second.size


def test_the_map_of_differences():
    a, b, first, second = make_pair(order=(3, 1, 0, 2))
    indices = np.array(a.indices)
    indices[0], indices[1] = 255, 255
    others = np.array(b.indices)
    others[1] = 255
    found = compare_grids(replace(a, indices=indices), replace(b, indices=others))
    expected = (first != second).reshape(a.shape).astype(np.uint8)
    expected[0], expected[1] = 2, 255
    np.testing.assert_array_equal(found.indices, expected)
    assert (found.transform, found.crs) == (a.transform, a.crs)


def test_grids_of_no_common_class_have_no_agreement():
    a, b, *_ = make_pair()
    other = b.palette.replace(names=["Q", "R", "S", "T"])
    table = crosstab(a, replace(b, palette=other))
    assert table.agreement is None
    assert "kappa" not in table.to_dict()


@pytest.mark.parametrize(
    "change",
    [
        {"transform": Affine(10, 0, 4e5 + 5, 0, -10, 7e6)},
        {"crs": CRS.from_epsg(32635)},
        {"indices": np.zeros((60, 49), np.uint8)},
        {"transform": None, "crs": None},
        {"gcps": (GroundControlPoint(0, 0, 4e5, 7e6),)},
    ],
    ids=["moved", "another system", "another size", "no place", "control points"],
)
@pytest.mark.parametrize("compare", [crosstab, compare_grids])
def test_grids_that_do_not_lie_on_each_other_are_refused(compare, change):
    a, b, *_ = make_pair()
    with pytest.raises(GridError, match=r"do not lie on each other: 50 x 60 .*; and .* pixels"):
        compare(a, replace(b, **change))


def test_the_command(tmp_path):
    a, b, first, second = make_pair()
    a.save(tmp_path / "a.tif")
    b.save(tmp_path / "b.tif")
    paths = tmp_path / "a.tif", tmp_path / "b.tif"
    told = invoke(
        "crosstab", *paths, "--difference", tmp_path / "d.tif", "-o", tmp_path / "t.json"
    )
    assert told.exit_code == 0
    assert f"overall agreement {(first == second).mean():.2%}" in told.stdout
    content = json.loads((tmp_path / "t.json").read_text())
    assert content["kappa"] == pytest.approx(cohen_kappa_score(first, second))
    assert open_grid(tmp_path / "d.tif").counts()[1] == (first != second).sum()
    indices = np.array(a.indices)
    indices[0] = 255
    replace(a, indices=indices).save(tmp_path / "a.tif", overwrite=True)
    assert invoke("crosstab", paths[0], paths[0]).stdout.startswith("no class differs\noverall")
