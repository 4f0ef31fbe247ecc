"""The command ``geoindex values``, from picture to grid of values."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import Survey, image_values, open_values
from tests.support.command_line import invoke, printed
from tests.support.fields import drawn, smooth_field

FIELD = smooth_field((120, 160))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Map with contours and a world file."""
    Image.fromarray(drawn(FIELD, "jet", ink=True)).save(tmp_path / "map.png")
    (tmp_path / "map.pgw").write_text("10\n0\n0\n-10\n505\n7095\n")
    return tmp_path / "map.png"


@pytest.mark.parametrize("suffix", ["tif", "npy", "asc", "irap", "grd", "zmap", "cps3"])
def test_files_hold_what_python_gives(picture: Path, suffix: str) -> None:
    target = picture.with_suffix(f".{suffix}")
    options = ("--ramp", "jet", "--range", -50, 120, "--unit", "mGal", "--crs", "EPSG:3067")
    text = printed("values", picture, "-o", target, *options)
    grid = open_values(target)
    right = image_values(picture, "jet", (-50, 120))
    np.testing.assert_array_equal(grid.values, right.values)
    assert grid.transform == right.transform
    assert grid.crs.to_epsg() == 3067
    assert "ramp          jet, truncated" in text
    assert "error         at most 1.33 mGal" in text
    assert "place" not in text


def test_json_fill_and_reverse(picture: Path) -> None:
    target = picture.with_suffix(".npy")
    common = ("--ramp", "jet", "--fill", "harmonic", "--json")
    told = json.loads(printed("values", picture, "-o", target, "--range", 0, 1, *common))
    assert told["valid_share"] == 1
    assert 0.1 < told["filled_share"] < 0.7
    assert told["reading"]["rounding"] == "truncate"
    forward = open_values(target).values
    turned = ("--range", 1, 0, "--reverse", "--overwrite")
    printed("values", picture, "-o", target, *turned, *common)
    np.testing.assert_allclose(open_values(target).values, forward, atol=1e-5)


def test_ticks_and_values_of_the_file(picture: Path) -> None:
    ramp = picture.with_suffix(".cpt")
    ramp.write_text("-50 0/0/255 0 255/255/255\n0 255/255/255 120 255/0/0\n")
    table = np.interp(FIELD, [0, 1], [-50, 120])
    channels = [
        np.interp(table, [-50, 0, 120], [low, 255, high])
        for low, high in ((0, 255), (0, 0), (255, 0))
    ]
    Image.fromarray(np.floor(np.dstack(channels) + 0.5).astype(np.uint8)).save(picture)
    target = picture.with_suffix(".tif")
    printed("values", picture, "-o", target, "--ramp", ramp)
    np.testing.assert_allclose(open_values(target).values, table, atol=0.5)
    ticks = ("--ticks", "0=0,0.2941176=1,1=100", "--overwrite")
    printed("values", picture, "-o", target, "--ramp", ramp, *ticks)
    right = np.interp(table, [-50, 0, 120], [0, 1, 100])
    np.testing.assert_allclose(open_values(target).values, right, atol=0.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--ramp", "jet"), "no values of its own; give those of its ends"),
        (("--ramp", "jet", "--range", 3, 3), "give two different ones"),
        (("--ramp", "jet", "--range", 0, 3, "--scale", "log"), "above 0, found 0"),
        (("--ramp", "nosuch", "--range", 0, 3), "nosuch: no such file"),
        (("--range", 0, 3), "map.png: no color bar was found"),
        (("--range", 0, 3, "--bar", 0, 0, 9999, 20), "map.png: the color bar 0, 0, 9999, 20 lies"),
        (("--ramp", "map.png", "--range", 0, 3), "map.png: holds no color ramp"),
        (("--ramp", "jet", "--range", 0, "nan"), "two or more finite numbers"),
    ],
)
def test_bad_input_is_one_line(
    picture: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[object, ...], message: str
) -> None:
    monkeypatch.chdir(picture.parent)
    result = invoke("values", "map.png", "-o", "out.tif", *options)
    assert result.exit_code == 1
    assert message in str(result.exception)
    assert "\n" not in str(result.exception)
    assert not Path("out.tif").exists()


def test_bad_usage(picture: Path) -> None:
    for options in (("--ticks", "0=1,2"), ("--range", 0, 1, "--reverse")):
        assert invoke("values", picture, "-o", "out.tif", *options).exit_code == 2


def test_folder(picture: Path, tmp_path: Path) -> None:
    """All pictures of a folder, the same as one by one; a bad one does not stop the rest."""
    folder = tmp_path / "maps"
    (folder / "north").mkdir(parents=True)
    for name in ("a.png", "north/b.png"):
        (folder / name).write_bytes(picture.read_bytes())
    options = ("--ramp", "jet", "--range", -50, 120, "--json")
    told = json.loads(printed("values", folder, "-o", tmp_path / "grids", *options, "-j", 1))
    assert [sheet["reading"]["ramp"] for sheet in told["done"]] == ["jet", "jet"]
    right = image_values(picture, "jet", (-50, 120)).values
    for name in ("a.tif", "north/b.tif"):
        np.testing.assert_array_equal(open_values(tmp_path / "grids" / name).values, right)
    (folder / "c.png").write_text("no picture")
    again = invoke("values", folder, "-o", tmp_path / "grids", *options)
    assert again.exit_code == 1
    told = json.loads(again.stdout)
    assert (len(told["done"]), len(told["skipped"]), len(told["failed"])) == (0, 2, 1)
    other = invoke("values", f"{folder}/*.png", "-o", tmp_path / "other", *options, "--no-spikes")
    assert len(json.loads(other.stdout)["done"]) == 1
    for bad in (("--range", 0, 0), ("--range", 0, 1, "--scale", "log")):
        result = invoke("values", folder, "-o", tmp_path / "bad", "--ramp", "jet", *bad)
        assert result.exit_code == 1
        assert not (tmp_path / "bad").exists()


@pytest.mark.parametrize("suffix", ["tif", "npy"])
def test_info_and_plot(picture: Path, suffix: str) -> None:
    target = picture.with_suffix(f".{suffix}")
    options = ("--ramp", "jet", "--range", -50, 120, "--unit", "mGal")
    printed("values", picture, "-o", target, *options)
    facts = json.loads(printed("info", target, "--json"))
    assert (facts["kind"], facts["unit"], facts["ramp"]) == ("grid of values", "mGal", "jet")
    assert facts["provenance"]["reading"]["bound"] == pytest.approx(170 / 128)
    printed("plot", target, "-o", picture.with_name("figure.png"), "--title", "Gravity")
    assert picture.with_name("figure.png").stat().st_size > 10_000


def test_to_a_horizon(picture: Path, tmp_path: Path) -> None:
    survey = Survey(inlines=(100, 110), crosslines=(300, 320), x=(500, 0, 2), y=(6900, 1, 0))
    survey.save(tmp_path / "own.survey")
    grid = picture.with_suffix(".tif")
    printed("values", picture, "-o", grid, "--ramp", "jet", "--range", -50, 120)
    target = tmp_path / "map.dat"
    options = ("--survey", tmp_path / "own.survey")
    text = printed("resample", grid, "-o", target, *options)
    assert "11 inlines x 21 crosslines" in text
    found = open_values(target, survey=survey).values
    np.testing.assert_array_equal(found, open_values(grid).resample(survey).values)
    result = invoke("resample", grid, "-o", tmp_path / "b.dat", *options, "--method", "mode")
    assert "holds values, which have no mode" in str(result.exception)
