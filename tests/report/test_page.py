"""The page as a file: its tiles beside the arrays, its size, its policy, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio.shutil
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from geoindex import (
    GeoindexError,
    IndexGrid,
    Palette,
    convert,
    index_image,
    open_grid,
    write_report,
)
from geoindex.report import pyramid_kernels
from geoindex.report.patches import patches_of
from tests.support.command_line import invoke

PALETTE = Palette([[0, 0, 0], [200, 30, 30], [30, 200, 30]], names=["ink", "red", "green"])


def block(page: str, name: str) -> bytes | None:
    """Content of a block of the page."""
    found = re.search(f'<script type="application/octet-stream" id="{name}">([^<]*)<', page)
    return None if found is None else base64.b64decode(found[1])


def facts_of(page: str) -> dict[str, Any]:
    """Facts of the page."""
    found = re.search(r'id="facts">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def numbers(page: str, kind: str, shape: tuple[int, int]) -> NDArray[np.int64]:
    """Full level of a kind, joined of its tiles."""
    whole = np.zeros(shape, dtype=np.int64)
    for row in range(0, shape[0], 512):
        for col in range(0, shape[1], 512):
            part = whole[row : row + 512, col : col + 512]
            packed = block(page, f"{kind}0-{row // 512}-{col // 512}")
            part[:] = runs_joined(packed).reshape(part.shape)
    return whole


def runs_joined(packed: bytes | None) -> NDArray[np.int64]:
    """Numbers that are packed as runs."""
    assert packed is not None
    n_planes, *raw = zlib.decompress(packed)
    *planes, lengths = np.array(raw, np.int64).reshape(n_planes + 1, -1)
    return np.repeat(sum(plane << 8 * at for at, plane in enumerate(planes)), lengths + 1)


def noise(path: Path, shape: tuple[int, int], colors: int = 256) -> NDArray[np.uint8]:
    """Save a picture of random colors, some of them transparent."""
    rng = np.random.default_rng(1)
    rgba = rng.integers(0, colors, (*shape, 4), dtype=np.uint8)
    rgba[..., 3] = np.where(rng.random(shape) < 0.1, 0, 255)
    Image.fromarray(rgba).save(path)
    return rgba


@pytest.mark.parametrize(
    ("shape", "n_colors"), [((7, 5), 3), ((513, 700), 3), ((600, 520), 300), ((1030, 9), 256)]
)
def test_file_holds_every_pixel(tmp_path: Path, shape: tuple[int, int], n_colors: int) -> None:
    rgba = noise(tmp_path / "map.png", shape)
    palette = Palette(np.random.default_rng(2).integers(0, 256, (n_colors, 3)))
    grid = index_image(tmp_path / "map.png", palette)
    write_report(tmp_path / "map.png", grid, tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    np.testing.assert_array_equal(numbers(page, "g", shape), grid.indices)
    colors = np.frombuffer(zlib.decompress(block(page, "colors") or b""), np.uint8).reshape(-1, 3)
    number = numbers(page, "s", shape)
    np.testing.assert_array_equal(number == 0, rgba[..., 3] == 0)
    np.testing.assert_array_equal(colors[number[number > 0] - 1], rgba[number > 0, :3])
    facts = facts_of(page)
    assert facts["counts"] == grid.counts().tolist()
    near = runs_joined(block(page, "near"))
    np.testing.assert_array_equal(
        near[number[number > 0] - 1], np.asarray(grid.indices)[number > 0]
    )
    distance = np.frombuffer(zlib.decompress(block(page, "distance") or b""), "<f4")
    apart = np.linalg.norm(colors - palette.colors[near].astype(float), axis=1)
    np.testing.assert_allclose(distance, apart, rtol=1e-6)
    assert sum(facts["fit"]["histogram"]) == (number > 0).sum()


def test_halves_are_the_majority_and_the_mean(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    indices = rng.integers(0, 3, (51, 38), dtype=np.uint8)
    half = np.empty((26, 19), np.uint8)
    pyramid_kernels.halve_classes(indices, half)
    edge = np.pad(indices, ((0, 1), (0, 0)), mode="edge")
    fours = edge.reshape(26, 2, 19, 2).transpose(0, 2, 1, 3).reshape(26, 19, 4)
    for (row, col), found in np.ndenumerate(half):
        four = fours[row, col].tolist()
        assert found == max(four, key=lambda one: (four.count(one), -four.index(one)))
    colors = rng.integers(0, 256, (52, 38, 4), dtype=np.uint8)
    colors[..., 3] = rng.choice(np.array([0, 255], np.uint8), (52, 38))
    packed = np.empty((26, 19), np.uint32)
    pyramid_kernels.halve_colors(colors.view(np.uint32)[..., 0].copy(), packed)
    mean = packed.view(np.uint8).reshape(26, 19, 4)
    parts = colors.reshape(26, 2, 19, 2, 4).astype(float)
    weight = parts[..., 3:]
    total = weight.sum(axis=(1, 3))
    expected = (parts[..., :3] * weight).sum(axis=(1, 3)) / np.maximum(total, 1)
    seen = total[..., 0] > 0
    assert np.abs(mean[seen, :3] - expected[seen]).max() <= 0.5
    np.testing.assert_allclose(mean[..., 3], total[..., 0] / 4, atol=0.5)


def test_patches_touch_at_corners(tmp_path: Path) -> None:
    indices = np.random.default_rng(6).integers(0, 3, (60, 71), dtype=np.uint8)
    indices[5:20, 5:30] = 1
    grid = IndexGrid(indices=indices, palette=PALETTE)
    found = patches_of(grid)["classes"]
    for index in range(3):
        labels, n_patches = ndimage.label(indices == index, structure=np.ones((3, 3)))
        sizes = np.bincount(labels.ravel())[1:]
        patch = found[str(index)]
        assert patch["n"] == n_patches
        assert [one[0] for one in patch["top"]] == sorted(sizes.tolist(), reverse=True)[:40]
        boxes = {
            (rows.start, cols.start, rows.stop, cols.stop)
            for rows, cols in ndimage.find_objects(labels)
        }
        assert {tuple(one[1:]) for one in patch["top"]} <= boxes


def test_size_limit_drops_the_finest_levels_and_tells(tmp_path: Path) -> None:
    noise(tmp_path / "map.png", (1100, 1100))
    grid = index_image(tmp_path / "map.png", PALETTE)
    write_report(tmp_path / "map.png", grid, tmp_path / "r.html", max_size=1)
    assert (tmp_path / "r.html").stat().st_size <= 1_000_000
    facts = facts_of((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert facts["finest"]["g"] == 0
    assert facts["finest"].get("s") != 0
    assert facts["left"][0][0] == "map"
    with pytest.raises(
        GeoindexError,
        match=r"max_size=0.21 is too small for this map; allow 0.3 MB",
    ):
        write_report(tmp_path / "map.png", grid, tmp_path / "s.html", max_size=0.21)
    assert not (tmp_path / "s.html").exists()


def test_policy_allows_only_the_page_itself(tmp_path: Path) -> None:
    noise(tmp_path / "map.png", (9, 9))
    write_report(
        tmp_path / "map.png", index_image(tmp_path / "map.png", PALETTE), tmp_path / "r.html"
    )
    content = (tmp_path / "r.html").read_bytes()
    assert b"\r" not in content
    page = content.decode()
    for tag in ("script", "style"):
        text = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)[-1]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page
    assert "http:" not in re.sub(r"http://www\.w3\.org/\d+/svg", "", page)
    write_report(
        tmp_path / "map.png", index_image(tmp_path / "map.png", PALETTE), tmp_path / "s.html"
    )
    assert (tmp_path / "s.html").read_bytes() == content


def test_image_of_any_driver(tmp_path: Path) -> None:
    noise(tmp_path / "map.png", (30, 40))
    rasterio.shutil.copy(tmp_path / "map.png", tmp_path / "map.vrt", driver="VRT")
    PALETTE.save(tmp_path / "p.csv")
    vrt, grid, page = (tmp_path / name for name in ("map.vrt", "g.tif", "r.html"))
    result = invoke(
        "convert", vrt, "-o", grid, "-p", tmp_path / "p.csv", "--gdal", "--report", page
    )
    assert result.exit_code == 0, result.output
    assert "--gdal" in facts_of(page.read_text(encoding="utf-8"))["options"]
    # The grid's word is not enough to open any file.
    refused = invoke("report", vrt, grid, "-o", page, "--overwrite")
    assert "if you trust it, open it with --gdal" in str(refused.exception)


def test_command_line(tmp_path: Path) -> None:
    noise(tmp_path / "map.png", (30, 40))
    PALETTE.save(tmp_path / "p.csv")
    names = [tmp_path / name for name in ("map.png", "g.tif", "r.html", "p.csv")]
    image, grid, page, palette = names
    result = invoke(
        "convert", image, "-o", grid, "-p", palette, "--clean", "--ink", "0", "--report", page
    )
    assert result.exit_code == 0, result.output
    assert set(facts_of(page.read_text(encoding="utf-8"))["finest"]) == set("gswc")
    again = invoke("report", image, grid, "-o", page)
    assert "r.html: exists already" in str(again.exception or again.output)
    shown = invoke("report", image, grid, "-o", page, "--overwrite", "--max-size", "5MB")
    assert shown.exit_code == 0
    assert set(facts_of(page.read_text(encoding="utf-8"))["finest"]) == set("gs")
    wrong = invoke("convert", image, "-o", tmp_path / "g.asc", "-p", palette, "--report", "x.html")
    assert "--report needs a grid that tells how it was made" in wrong.output
    wrong = invoke("report", image, grid, "-o", tmp_path / "y.html", "--max-size", "big")
    assert "is not a size in megabytes" in wrong.output


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (
            "image",
            r"has 8 x 9 pixels and the grid 9 x 9; give what the grid",
        ),
        ("changes", r"the grid of changes has 8 x 9 pixels and the grid 9 x 9"),
        ("target", r"r.html: exists already"),
    ],
)
def test_refused(tmp_path: Path, change: str, match: str) -> None:
    noise(tmp_path / "map.png", (9, 9))
    noise(tmp_path / "other.png", (9, 8))
    grid = index_image(tmp_path / "map.png", PALETTE)
    other = index_image(tmp_path / "other.png", PALETTE)
    if change == "target":
        (tmp_path / "r.html").touch()
    image = tmp_path / ("other.png" if change == "image" else "map.png")
    changes = other if change == "changes" else None
    with pytest.raises(GeoindexError, match=match):
        write_report(image, grid, tmp_path / "r.html", changes=changes)


def test_options_of_the_command_are_those_of_the_grid(tmp_path: Path) -> None:
    noise(tmp_path / "map.png", (20, 20))
    convert(
        tmp_path / "map.png",
        tmp_path / "g.png",
        PALETTE,
        metric="redmean",
        max_distance=200.5,
        translucent="#102030",
    )
    write_report(tmp_path / "map.png", tmp_path / "g.png", tmp_path / "r.html")
    facts = facts_of((tmp_path / "r.html").read_text(encoding="utf-8"))
    expected = ["--metric", "redmean", "--max-distance", "200.5", "--translucent", "#102030"]
    assert facts["options"] == expected


BOX = ["--box", "2", "5", "18", "19"]
TURNED = ["--transform", "5", "0.1", "1000", "0", "-5", "2000.25"]
BOUNDS = ["--bounds", "1000", "2000", "1100", "2200"]
POINTS = ["--gcps", "map_points.txt"]


@pytest.mark.parametrize(
    ("place", "box"),
    [
        *((place, box) for place in (TURNED, BOUNDS, POINTS) for box in ([], BOX)),
        (BOUNDS, ["--map-box", "1011", "2040", "1080", "2170"]),
    ],
)
def test_the_command_makes_the_place_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, box: list[str], place: list[str]
) -> None:
    """Of an image that does not tell its place."""
    monkeypatch.chdir(tmp_path)
    noise(tmp_path / "map.png", (20, 20))
    PALETTE.save(tmp_path / "legend.csv")
    rows = ["mapX,mapY,sourceX,sourceY", "0.1,9,0,0", "50,8,19.5,-1", "3,40,2,-18", "7,7,9,-9"]
    (tmp_path / "map_points.txt").write_text("\n".join(rows))
    base = ["convert", "map.png", "-p", "legend.csv"]
    first = invoke(*base, "-o", "a.tif", *place, *box, "--crs", 3067, "--report", "r.html")
    assert first.exit_code == 0
    options = facts_of((tmp_path / "r.html").read_text(encoding="utf-8"))["options"]
    assert invoke(*base, "-o", "b.tif", *options, "--save-config", "b.toml").exit_code == 0
    assert invoke("convert", "map.png", "-o", "c.tif", "--config", "b.toml").exit_code == 0
    grids = [open_grid(tmp_path / name) for name in ("a.tif", "b.tif", "c.tif")]
    assert grids[0] == grids[1] == grids[2]
