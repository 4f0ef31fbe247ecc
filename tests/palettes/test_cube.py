"""The color cube, in memory and in files."""

from __future__ import annotations

import json
import pickle
import zlib
from pathlib import Path

import numpy as np
import pytest

from geoindex import ColorCube, GeoindexError, Palette, convert, index_image, nearest, open_grid
from geoindex.color.metrics import Metric
from geoindex.errors import CubeError, MissingFileError, OptionError, OutputError
from geoindex.palettes import cube as cubes

LEGEND = Palette([[0, 0, 0], [230, 60, 20], [250, 240, 200]], names=["Ink", "Granite", "Sand"])


@pytest.fixture(scope="module")
def cube() -> ColorCube:
    return ColorCube(LEGEND, "oklab", 0.4)


@pytest.fixture(scope="module")
def content(cube: ColorCube, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("cube") / "legend.colorcube"
    cube.save(path)
    return path.read_bytes()


@pytest.fixture
def saved(content: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "legend.colorcube"
    path.write_bytes(content)
    return path


def damage(path: Path, **changes: object) -> None:
    """Change settings in the header of a file and update its checksum."""
    magic, _, line, table = path.read_bytes().split(b"\n", 3)
    header = json.loads(line) | changes
    content = json.dumps(header).encode() + b"\n" + table
    path.write_bytes(magic + b"\n%08x\n" % zlib.crc32(content) + content)


def test_equals_nearest(cube: ColorCube) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (200, 3), dtype=np.uint8)
    expected = nearest(pixels, LEGEND, metric="oklab", max_distance=0.4)
    assert (expected == 255).any()
    np.testing.assert_array_equal(nearest(pixels, cube), expected)
    np.testing.assert_array_equal(cube.table[tuple(pixels.T)], expected)
    with pytest.raises(ValueError, match="read-only"):
        cube.table[0, 0, 0] = 1


def test_comes_back_from_a_file(cube: ColorCube, saved: Path) -> None:
    for loaded in (ColorCube.load(saved), ColorCube.load(saved, LEGEND)):
        np.testing.assert_array_equal(loaded.table, cube.table)
        assert loaded.palette == LEGEND
        assert (loaded.metric, loaded.max_distance) == ("oklab", 0.4)
    copy = pickle.loads(pickle.dumps(cube))
    np.testing.assert_array_equal(copy.table, cube.table)


@pytest.mark.parametrize("metric", ["rgb", "shaded"])
def test_file_of_256_colors_is_small(metric: Metric, windows256: Palette, tmp_path: Path) -> None:
    path = tmp_path / "w.colorcube"
    ColorCube(windows256, metric).save(path)
    assert path.stat().st_size < 1_500_000


def test_uint16_cube_comes_back(tmp_path: Path) -> None:
    palette = Palette(np.random.default_rng(2).integers(0, 256, (300, 3)))
    cube = ColorCube(palette)
    cube.save(tmp_path / "c.colorcube")
    loaded = ColorCube.load(tmp_path / "c.colorcube")
    assert loaded.table.dtype == np.uint16
    np.testing.assert_array_equal(loaded.table, cube.table)


def test_serves_wherever_a_palette_does(
    cube: ColorCube, saved: Path, tmp_path: Path, repository: Path
) -> None:
    source = repository / "data" / "sample_map.png"
    expected = index_image(source, LEGEND, metric="oklab", max_distance=0.4)
    for given in (cube, saved, str(saved)):
        grid = index_image(source, given)
        np.testing.assert_array_equal(grid.indices, expected.indices)
        assert grid.provenance == expected.provenance
    report = convert(source, tmp_path / "a.npy", saved)
    assert report.metric == "oklab"
    np.testing.assert_array_equal(open_grid(tmp_path / "a.npy").indices, expected.indices)


def test_refuses_other_settings_than_its_own(cube: ColorCube) -> None:
    assert nearest([[0, 0, 0]], cube, metric="oklab", max_distance=0.4).tolist() == [0]
    for settings in ({"metric": "lab"}, {"max_distance": 3.0}):
        with pytest.raises(OptionError, match="the color cube was made with metric 'oklab'"):
            nearest([[0, 0, 0]], cube, **settings)


def test_refuses_a_cube_of_another_palette(saved: Path) -> None:
    with pytest.raises(CubeError, match="was made for other colors"):
        ColorCube.load(saved, Palette([[0, 0, 0], [230, 60, 20], [250, 240, 201]]))


def test_refuses_a_stale_cube(saved: Path) -> None:
    damage(saved, definition=0)
    with pytest.raises(CubeError, match="another version of the color distances"):
        ColorCube.load(saved)


@pytest.mark.parametrize(
    "changes",
    [
        {"dtype": "uint16"},
        {"dtype": "object"},
        {"metric": "rgbx"},
        {"metric": ["rgb"]},
        {"max_distance": "far"},
        {"max_distance": None},
        {"palette": None},
        {"palette": {"colors": ["#000000"], "names": None, "name": None}},
    ],
)
def test_refuses_contradicting_settings(saved: Path, changes: dict[str, object]) -> None:
    damage(saved, **changes)
    with pytest.raises(CubeError, match=r"legend\.colorcube: .*make the cube again"):
        ColorCube.load(saved)


def test_refuses_every_file_that_is_cut_short_or_changed(saved: Path, content: bytes) -> None:
    rng = np.random.default_rng(3)
    bad = [content[:n] for n in rng.integers(0, len(content), 40)]
    bad += [content + b"x", content + content, b"", b"junk\n" * 99]
    for place in rng.integers(0, len(content), 40):
        changed = bytearray(content)
        changed[place] ^= 1 << rng.integers(8)
        bad.append(bytes(changed))
    for variant in bad:
        saved.write_bytes(variant)
        with pytest.raises(CubeError, match=r"legend\.colorcube: "):
            ColorCube.load(saved)


def test_a_bomb_is_not_unpacked(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    magic, _, line, _ = saved.read_bytes().split(b"\n", 3)
    content = line + b"\n" + zlib.compress(bytes(2**28), 9)
    saved.write_bytes(magic + b"\n%08x\n" % zlib.crc32(content) + content)
    with pytest.raises(CubeError, match="is damaged or cut short"):
        ColorCube.load(saved)
    monkeypatch.setattr(cubes, "LARGEST_FILE", 1000)
    with pytest.raises(CubeError, match="larger than 0 MB, so it is no color cube"):
        ColorCube.load(saved)


def test_refuses_a_missing_file_and_a_bad_target(cube: ColorCube, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no such color cube"):
        ColorCube.load(tmp_path / "none.colorcube")
    with pytest.raises(OutputError, match="unknown suffix; color cubes are written"):
        cube.save(tmp_path / "a.npy")
    assert list(tmp_path.iterdir()) == []


def test_refuses_a_table_that_does_not_fit() -> None:
    with pytest.raises(CubeError, match="256 x 256 x 256 values of uint8"):
        ColorCube(LEGEND, table=np.zeros((2, 2), np.uint8))
    with pytest.raises(CubeError, match="outside the 3 palette rows"):
        ColorCube(LEGEND, table=np.full((256, 256, 256), 3, np.uint8))
    assert issubclass(CubeError, GeoindexError)
