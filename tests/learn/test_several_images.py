"""One palette of many sheets: lists, folders and globs, whose pixels count alike."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import IndexGrid, Palette, learn_palette, load_palette, open_grid
from geoindex.errors import GeoindexWarning, ImageError, MissingFileError
from tests.support.command_line import invoke, printed


def make_sheets(seed: int = 7) -> list[np.ndarray]:
    """Make three sheets of different size: patches of a few of seven colors."""
    rng = np.random.default_rng(seed)
    colors = rng.integers(0, 256, (7, 3), dtype=np.uint8)
    sheets = []
    for rows, cols, used in [(12, 20, [0, 1, 2]), (30, 8, [2, 3, 4]), (9, 9, [5, 6])]:
        patches = colors[rng.choice(used, (rows // 3, cols // 3 + 1))]
        sheets.append(patches.repeat(3, axis=0).repeat(3, axis=1)[:rows, :cols])
    return sheets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "maps" / "north").mkdir(parents=True)
    for name, sheet in zip(("b.png", "north/a.tif", "c.png"), make_sheets(), strict=True):
        Image.fromarray(sheet).save(tmp_path / "maps" / name)
    (tmp_path / "maps" / "notes.txt").write_text("no image")
    return tmp_path / "maps"


@pytest.mark.parametrize("method", ["kmeans", "flat", "random", "mediancut"])
def test_as_one_mosaic(folder: Path, method: str) -> None:
    sheets = make_sheets()
    n_colors = 7 if method == "flat" else 4
    # Side by side with gaps of nodata, no block of one color crosses a border.
    height, width = max(len(one) for one in sheets), sum(one.shape[1] + 1 for one in sheets)
    mosaic = np.zeros((height, width, 4), np.uint8)
    left = 0
    for sheet in sheets:
        mosaic[: len(sheet), left : left + sheet.shape[1], :3] = sheet
        mosaic[: len(sheet), left : left + sheet.shape[1], 3] = 255
        left += sheet.shape[1] + 1
    expected = learn_palette(mosaic, n_colors, method=method)
    files = [folder / "b.png", folder / "north/a.tif", str(folder / "c.png")]
    for images in (
        folder,
        str(folder / "**" / "*.*"),
        files,
        tuple(reversed(files)),
        (path for path in files),
        [folder, folder / "b.png", f"{folder}/north/../b.png"],
        sheets,
        [Image.fromarray(sheets[0]), files[1], sheets[2]],
    ):
        palette = learn_palette(images, n_colors, method=method)
        assert palette.colors.tolist() == expected.colors.tolist()
        assert palette.counts.tolist() == expected.counts.tolist()
        assert palette.n_pixels == sum(one.shape[0] * one.shape[1] for one in sheets)


def test_colors_on_the_border_of_sheets_make_no_area() -> None:
    """Each sheet ends, and the next begins, with a line of one pixel."""
    plain = np.full((8, 8, 3), 200, np.uint8)
    top, bottom = plain.copy(), plain.copy()
    top[-1], bottom[0] = [9, 90, 200], [9, 90, 200]
    apart = learn_palette([top, bottom], method="flat")
    joined = learn_palette(np.concatenate([top, bottom]), method="flat")
    assert len(joined) == 2
    # A line of one pixel is a flat color only because it is no mixture.
    assert apart.counts.tolist() == joined.counts.tolist()
    with pytest.raises(ImageError, match="each of the 2 images has no flat color"):
        learn_palette([plain[:1], plain[:1]], method="flat")


def test_progress_counts_images(folder: Path) -> None:
    calls: list[tuple[int, int]] = []
    learn_palette(folder, 4, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 3), (2, 3), (3, 3)]


def test_a_grid_among_images() -> None:
    palette = Palette([[0, 0, 0], [255, 255, 0]])
    grid = IndexGrid(indices=np.array([[0, 1, 255]], np.uint8), palette=palette, nodata=255)
    learned = learn_palette([grid, np.full((1, 5, 3), 60, np.uint8)], 3)
    assert dict(zip(map(tuple, learned.colors.tolist()), learned.counts, strict=True)) == {
        (60, 60, 60): 5,
        (0, 0, 0): 1,
        (255, 255, 0): 1,
    }


def test_lists_of_bands_and_of_numbers_are_one_image() -> None:
    bands = [np.full((4, 5), level, np.uint8) for level in (10, 20, 30)]
    assert learn_palette(bands, 1).colors.tolist() == [[10, 20, 30]]
    assert learn_palette([[[10, 20, 30], [10, 20, 30]]], 1, channel_axis=-1).n_pixels == 2


def test_what_is_wrong(folder: Path) -> None:
    (folder / "empty").mkdir()
    for images, message in [
        (folder / "empty", "contains no images"),
        (str(folder / "*.webp"), "contains no images"),
        ([folder / "b.png", folder / "d.png"], r"d.png: no such file"),
        (iter([]), "no image is given"),
    ]:
        with pytest.raises(MissingFileError, match=message):
            learn_palette(images, 4)
    (folder / "d.png").write_bytes((folder / "b.png").read_bytes()[:60])
    with pytest.raises(ImageError, match=r"d.png: is damaged or cut short"):
        learn_palette(folder, 4)
    with pytest.raises(ImageError, match=r"d.png: is damaged or cut short"):
        learn_palette([folder / "d.png"], 4, skip_unreadable=True)
    (folder / "d.png").unlink()
    (folder / "link").symlink_to(folder / "north")
    with pytest.warns(GeoindexWarning, match="linked folders are not searched"):
        learn_palette(folder, 4)


@pytest.mark.parametrize("method", ["kmeans", "flat"])
def test_unreadable_images_are_left_out(folder: Path, tmp_path: Path, method: str) -> None:
    """One that ends in its pixels leaves no counts of those before."""
    expected = learn_palette(folder, 4, method=method)
    cut = (folder / "b.png").read_bytes()
    big = np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    Image.fromarray(big).save(tmp_path / "big.png")
    (folder / "half.png").write_bytes((tmp_path / "big.png").read_bytes()[:200_000])
    (folder / "a.png").write_bytes(cut[:60])
    message = r"a.png: is damaged or cut short.*; it is left out, and so are 1 more"
    with pytest.warns(GeoindexWarning, match=message):
        learned = learn_palette(folder, 4, method=method, skip_unreadable=True)
    assert learned.colors.tolist() == expected.colors.tolist()
    assert learned.counts.tolist() == expected.counts.tolist()
    options = ["--method", method, "-n", 4, "--json"]
    result = invoke("palette", "learn", folder, *options, "--skip-unreadable")
    assert json.loads(result.stdout)["counts"] == expected.counts.tolist()
    assert invoke("palette", "learn", folder, *options).exit_code == 1


def test_batch_learns_from_the_sheets_that_can_be_read(folder: Path) -> None:
    expected = learn_palette(folder, 4).colors.tolist()
    (folder / "a.png").write_bytes((folder / "b.png").read_bytes()[:60])
    result = invoke("batch", folder, "-o", folder / "grids", "--learn", 4, "-j", 1)
    assert result.exit_code == 1
    assert "a.png: is damaged or cut short; export or copy it again; it is left out" in (
        result.stderr
    )
    assert str(result.exception) == "1 of 4 sheets failed"
    assert open_grid(folder / "grids" / "c.tif").palette.colors.tolist() == expected
    again = ["batch", folder, "-o", folder / "more", "--learn", 4, "-j", 1, "--fail-fast"]
    result = invoke(*again)
    assert not (folder / "more").exists()
    assert "a.png: is damaged" in str(result.exception)


def test_command_line(folder: Path, tmp_path: Path) -> None:
    expected = learn_palette(folder, 4).colors.tolist()
    printed("palette", "learn", folder, "-n", 4, "-o", tmp_path / "one.json")
    assert load_palette(tmp_path / "one.json").colors.tolist() == expected
    sources = [folder / "b.png", folder / "north", folder / "c.p*"]
    content = json.loads(printed("palette", "learn", *sources, "-n", 4, "--json"))
    assert content["colors"] == expected
    assert content["source"] == list(map(str, sources))
    assert json.loads(printed("palette", "learn", folder, "--method", "flat", "--json"))[
        "source"
    ] == str(folder)


@pytest.mark.parametrize("learned", ["4", "flat"])
def test_batch_learns_its_palette(folder: Path, learned: str) -> None:
    # The output folder lies among the sheets.
    grids = folder / "grids"
    options = ["batch", folder, "-o", grids, "--learn", learned, "-j", 1]
    method = {"method": "flat"} if learned == "flat" else {"n_colors": 4}
    expected = learn_palette(folder, **method).colors.tolist()
    assert "done               3" in printed(*options)
    for name in ("b.tif", "north/a.tif", "c.tif"):
        assert open_grid(grids / name).palette.colors.tolist() == expected
    assert load_palette(grids / "geoindex-palette.json").colors.tolist() == expected
    # The grids are no sheets, and the same sheets give the same palette.
    assert "skipped            3" in printed(*options)


def test_batch_needs_one_palette(folder: Path) -> None:
    for options, message in [
        (["--learn", 4, "-p", "windows-256"], "--palette and --learn exclude each other"),
        (["--learn", "many"], "'many' is neither a number of colors nor flat"),
        (["--learn", 4, "--layer", "units"], "--layer needs --palette"),
        ([], "Missing option '-p'"),
    ]:
        result = invoke("batch", folder, "-o", folder / "grids", *options)
        assert result.exit_code == 2
        assert message in result.stderr
