"""Ramps: their files, and what 8-bit colors leave of their values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib import colormaps

from geoindex import Ramp, load_ramp
from geoindex.errors import GeoindexError, MissingFileError, OptionError, PaletteError
from geoindex.values.pieces import SHIFT, pieces_of

CPT = b"""# COLOR_MODEL = RGB
-50 0/0/255 0 255/255/255
0 255/255/255 120 255/0/0
B 0/0/0
"""

STEPPED_CPT = b"-50 0/0/255 0 0/0/255\n0 255/255/255 120 255/255/255\n"

QGIS_TEXT = b"""# QGIS Generated Color Map Export File
INTERPOLATION:%s
-50,0,0,255,255,low
0,255,255,255,255,middle
120,255,0,0,255,high
"""

QML = b"""<!DOCTYPE qgis><qgis version="3.34"><pipe><rasterrenderer type="singlebandpseudocolor">
<rastershader><colorrampshader colorRampType="INTERPOLATED">
<item value="-50" color="#0000ff" label="a"/><item value="0" color="#ffffff" label="b"/>
<item value="120" color="#ff0000" label="c"/></colorrampshader></rastershader>
</rasterrenderer></pipe></qgis>"""

RELIEF = b"120 255 0 0\n-50 0 0 255\n0 255 255 255\nnv 0 0 0 0\n"

ODCT = b"""dTect V7.0
Default settings
!
1.Name: Two
1.Nr segments: %d
1.Value-Color.0: 0`0`0`255
1.Value-Color.1: 0.25`255`255`255
1.Value-Color.2: 1`255`0`0
!
"""

COLORS = [[0, 0, 255], [255, 255, 255], [255, 0, 0]]


@pytest.mark.parametrize("rounding", ["round", "truncate"])
@pytest.mark.parametrize("name", ["viridis", "jet", "gray", "cubehelix"])
def test_pieces_are_those_of_brute_force(name: str, rounding: str) -> None:
    """Many values through the ramp itself: each must lie in a piece of the byte color it gets."""
    places = np.random.default_rng(0).random(20_000)
    table = colormaps[name](np.arange(256))[:, :3] * 255
    right = np.floor(table[(places * 256).astype(int)] + SHIFT[rounding]).astype(np.int64)
    pieces = pieces_of(load_ramp(name), rounding)
    at = np.searchsorted(pieces.highs, places, side="right")
    assert (pieces.codes[at] == right[:, 0] << 16 | right[:, 1] << 8 | right[:, 2]).all()


@pytest.mark.parametrize("rounding", ["round", "truncate"])
def test_pieces_of_even_stretches(rounding: str) -> None:
    stops = [0, 0.3, 0.3, 0.8, 1]
    colors = np.array([[10, 0, 250], [200, 90, 3], [0, 0, 0], [1, 255, 128], [255.0, 254, 9]])
    ramp = Ramp.from_stops(stops, colors)
    places = np.random.default_rng(0).random(20_000)
    right = np.floor(ramp.colors(places) + SHIFT[rounding]).astype(np.int64)
    pieces = pieces_of(ramp, rounding)
    at = np.searchsorted(pieces.highs, places, side="right")
    assert (pieces.colors[at] == right).all()
    assert pieces.lows[0] == 0
    assert pieces.highs[-1] == 1


@pytest.mark.parametrize(
    ("name", "bound"), [("viridis", 1 / 256), ("jet", 1 / 128), ("RdBu_r", 1 / 512)]
)
def test_bounds_of_matplotlib(name: str, bound: float) -> None:
    assert load_ramp(name).bound("truncate") == pytest.approx(bound)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("map.cpt", CPT),
        ("map.txt", QGIS_TEXT % b"INTERPOLATED"),
        ("map.qml", QML),
        ("relief.txt", RELIEF),
        ("map.clr", RELIEF.replace(b"nv 0 0 0 0\n", b"")),
    ],
)
def test_files_of_one_ramp(tmp_path: Path, file: str, content: bytes) -> None:
    (tmp_path / file).write_bytes(content)
    ramp = load_ramp(tmp_path / file)
    assert ramp.limits == (-50, 120)
    assert ramp.edges.tolist() == [-50, 0, 120]
    assert ramp.starts.tolist() == COLORS[:2]
    assert ramp.ends.tolist() == COLORS[1:]


def test_steps_of_files(tmp_path: Path) -> None:
    (tmp_path / "steps.cpt").write_bytes(STEPPED_CPT)
    stepped = load_ramp(tmp_path / "steps.cpt")
    assert stepped.edges.tolist() == [-50, 0, 120]
    assert stepped.is_step.all()
    (tmp_path / "steps.txt").write_bytes((QGIS_TEXT % b"DISCRETE").replace(b"\n120,", b"\ninf,"))
    # A discrete color holds up to its value; the outermost ones are as wide as their neighbors.
    discrete = load_ramp(tmp_path / "steps.txt")
    assert discrete.edges.tolist() == [-100, -50, 0, 50]
    assert discrete.starts.tolist() == COLORS


def test_opendtect_tables(tmp_path: Path) -> None:
    (tmp_path / "even.odct").write_bytes(ODCT % 0)
    even = load_ramp(tmp_path / "even.odct")
    assert (even.limits, even.edges.tolist()) == (None, [0, 0.25, 1])
    (tmp_path / "four.odct").write_bytes(ODCT % 4)
    four = load_ramp(tmp_path / "four.odct")
    assert four.edges.tolist() == [0, 0.25, 0.5, 0.75, 1]
    np.testing.assert_allclose(four.starts, even.colors([0.125, 0.375, 0.625, 0.875]))
    (tmp_path / "own.odct").write_bytes(ODCT % -1)
    assert load_ramp(tmp_path / "own.odct").starts.tolist() == COLORS[:2]


def test_turned_around_and_kept() -> None:
    ramp = load_ramp("RdBu")
    turned = load_ramp("RdBu", reverse=True)
    assert turned.name == "RdBu_r"
    np.testing.assert_allclose(turned.starts, load_ramp("RdBu_r").starts, atol=1e-9)
    back = Ramp.from_dict(ramp.to_dict())
    assert (back.name, back.edges.tolist()) == (ramp.name, ramp.edges.tolist())
    assert (back.ends == ramp.ends).all()


@pytest.mark.parametrize(
    ("file", "content", "error", "message"),
    [
        ("classes.cpt", b"1 255/0/0\n2 0/255/0\n", PaletteError, "categories, not a ramp"),
        ("hsv.cpt", b"# COLOR_MODEL = +HSV\n0 1-1-1 1 9-1-1\n", PaletteError, "another model"),
        ("gap.cpt", CPT.replace(b"\n0 255", b"\n9 255"), PaletteError, "line 3: the slices"),
        ("one.cpt", b"0 9/9/9 1 9/9/9\n", PaletteError, "two different colors"),
        ("exact.txt", QGIS_TEXT % b"EXACT", PaletteError, "exact values"),
        ("percent.txt", b"0% 0 0 0\n100% 9 9 9\n", PaletteError, "percent"),
        ("down.txt", (QGIS_TEXT % b"INTERPOLATED").replace(b"120", b"-9"), PaletteError, "line 5"),
        ("flat.txt", b"7 0 0 0\n7 9 9 9\n", PaletteError, "one value"),
        ("map.gpl", b"GIMP Palette\n1 2 3 a\n", PaletteError, "holds no color ramp"),
        ("none.cpt", None, MissingFileError, "no colormap of that name"),
    ],
)
def test_refused_files(
    tmp_path: Path, file: str, content: bytes | None, error: type[GeoindexError], message: str
) -> None:
    if content is not None:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(error, match=message) as caught:
        load_ramp(tmp_path / file)
    assert file in str(caught.value)
    assert "\n" not in str(caught.value)


def test_refused_ramps() -> None:
    for stops, colors, message in [
        ([0, 1], [[1, 2, 3]], "each with a color"),
        ([1, 0], COLORS[:2], "must not decrease"),
        ([0, np.nan], COLORS[:2], "must not decrease"),
        ([0, 1], [[1, 2, 3], [1, 2, 3]], "two different colors"),
        ([0, 1], [[1, 2, 3], [1, 2, 300]], "within 0..255"),
    ]:
        with pytest.raises(PaletteError, match=message):
            Ramp.from_stops(stops, colors)
    with pytest.raises(OptionError, match="ramp must be a Ramp"):
        load_ramp(3)
