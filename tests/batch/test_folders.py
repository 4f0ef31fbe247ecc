"""Whose grids a folder holds, what is in it, and which images are taken."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PIL import Image

import geoindex
from geoindex import convert_many
from geoindex.batch.manifest import MANIFEST
from geoindex.errors import GeoindexWarning, MissingFileError
from tests.support.sheets import (
    OTHER_PALETTE,
    PALETTE,
    TARGETS,
    grids,
    targets,
)


def one_sheet(folder: Path, color: tuple[int, int, int], name: str = "sheet.png") -> Path:
    """A folder of one sheet of one color, of the same size and time as all others."""
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), color).save(folder / name)
    world = (folder / name).with_suffix(".pgw")
    world.write_text("5\n0\n0\n-5\n77\n2000\n")
    for path in (folder / name, world):
        os.utime(path, ns=(10**18, 10**18))
    return folder


@pytest.mark.parametrize("grid_format", ["tif", "npy", "asc"])
@pytest.mark.parametrize("same_time", [True, False])
def test_sheets_of_one_name_from_two_folders(
    tmp_path: Path, grid_format: str, *, same_time: bool
) -> None:
    black, red = (tuple(color) for color in PALETTE.colors[:2].tolist())
    first, second = one_sheet(tmp_path / "A", black), one_sheet(tmp_path / "B", red)
    if not same_time:
        os.utime(second / "sheet.png", ns=(1, 1))
    out = tmp_path / "out"
    options = {"format": grid_format, "jobs": 1}
    assert len(convert_many(first, out, PALETTE, **options).done) == 1
    before = grids(out)
    report = convert_many(second, out, PALETTE, **options)
    assert (report.done, report.skipped) == ((), ())
    reason = report.failed[0].reason
    assert "sheet." in reason
    assert f"was made from another image, {first / 'sheet.png'}; choose another output" in reason
    assert grids(out) == before
    # Its own images may change and move with the folder.
    assert len(convert_many(first, out, PALETTE, **options).skipped) == 1
    report = convert_many(second, out, PALETTE, overwrite=True, **options)
    assert len(report.done) == 1
    assert (geoindex.open_grid(out / f"sheet.{grid_format}").indices == 1).all()
    report = convert_many(first, out, PALETTE, **options)
    assert "was made from another image" in report.failed[0].reason


def test_a_kill_does_not_hide_whose_the_grid_is(tmp_path: Path) -> None:
    first, second = (one_sheet(tmp_path / name, (0, 0, 0)) for name in "AB")
    out = tmp_path / "out"
    convert_many(first, out, PALETTE, jobs=1)
    with (out / MANIFEST).open("a") as file:
        file.write('{"begun": ["sheet.tif"], "sources": ["../A/sheet.png"]}\n')
    report = convert_many(second, out, PALETTE, jobs=1)
    assert "was made from another image" in report.failed[0].reason
    assert len(convert_many(first, out, PALETTE, jobs=1).done) == 1


def test_sources_and_grids_may_move_together_and_be_named_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_sheet(tmp_path / "project" / "maps", (0, 0, 0))
    convert_many(tmp_path / "project" / "maps", tmp_path / "project" / "out", PALETTE, jobs=1)
    moved = tmp_path / "moved"
    (tmp_path / "project").rename(moved)
    (tmp_path / "link").symlink_to(moved)
    monkeypatch.chdir(moved / "maps")
    for source, out in [
        (moved / "maps", moved / "out"),
        (tmp_path / "link" / "maps", moved / "out"),
        (Path("sheet.png"), Path("../out")),
    ]:
        assert len(convert_many(source, out, PALETTE, jobs=1).skipped) == 1


def test_everything_beside_counts(tmp_path: Path) -> None:
    maps = one_sheet(tmp_path / "maps", tuple(PALETTE.colors[1].tolist()), "Sheet.png")
    beside = {
        "png": ["Sheet.pgw", "Sheet.png.aux.xml"],
        "npy": ["Sheet.npy.json"],
        "asc": ["Sheet.asc.legend.csv", "Sheet.prj"],
    }
    for grid_format, names in beside.items():
        out = tmp_path / grid_format
        options = {"format": grid_format, "jobs": 1, "crs": 32631}
        convert_many(maps, out, PALETTE, **options)
        assert len(convert_many(maps, out, PALETTE, **options).skipped) == 1
        for name in names:
            (out / name).unlink()
            again = convert_many(maps, out, PALETTE, overwrite=True, **options)
            assert (len(again.done), (out / name).is_file()) == (1, True)
    # A mask that GDAL applies to the image, written by GDAL's own name for it.
    out = tmp_path / "png"
    Image.new("L", (8, 8), 0).save(maps / "Sheet.png.msk", format="TIFF")
    assert len(convert_many(maps, out, PALETTE, format="png", jobs=1, crs=32631).done) == 1


def test_linked_folders_are_said(maps: Path, tmp_path: Path) -> None:
    (maps / "more").symlink_to(one_sheet(tmp_path / "elsewhere", (0, 0, 0)))
    with pytest.warns(GeoindexWarning, match=r"more: linked folders are not searched; name them"):
        report = convert_many(maps, tmp_path / "out", PALETTE, jobs=1)
    assert report.n_sheets == 4
    report = convert_many(maps / "more", tmp_path / "out", PALETTE, jobs=1)
    assert targets(report) == ["sheet.tif"]


def test_two_palettes_in_one_folder_are_said(maps: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    convert_many(maps / "north", out, PALETTE, jobs=1)
    with pytest.warns(
        GeoindexWarning, match=r"2 grids, such as b\.tif, were made with another palette"
    ):
        convert_many(maps / "south", out, OTHER_PALETTE, jobs=1)
    # Nothing to say once all are of one palette.
    convert_many([maps / "north", maps / "south"], out, OTHER_PALETTE, jobs=1)
    assert len(convert_many(maps / "south", out, OTHER_PALETTE, jobs=1).skipped) == 1


def test_grids_without_an_image_are_told_and_pruned(maps: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    convert_many(maps, out, PALETTE, format="npy", jobs=1)
    (maps / "north/b.png").unlink()
    (out / "own.npy").write_bytes(b"not of the batch")
    report = convert_many(maps, out, PALETTE, format="npy", jobs=1)
    gone = out / "north/b.npy"
    assert report.without_source == (str(gone),)
    assert (report.pruned, gone.exists()) == (False, True)
    pruned = convert_many(maps, out, PALETTE, format="npy", jobs=1, prune=True)
    assert (pruned.without_source, pruned.pruned) == ((str(gone),), True)
    assert not gone.exists()
    assert not gone.with_name("b.npy.json").exists()
    assert (out / "own.npy").exists()
    assert len(pruned.skipped) == 3
    assert convert_many(maps, out, PALETTE, format="npy", jobs=1).without_source == ()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("a.tif", {"files": {"../precious.txt": 8}}),
        ("a.tif", {"files": {"{top}/precious.txt": 8}}),
        ("../precious.txt", {"files": {"precious.txt": 8}}),
        ("{top}/precious.txt", {"files": {"precious.txt": 8}}),
        ("a.tif", {"files": {"a\0b": 8}}),
        ("a\0b.tif", {"files": {}}),
        ("a.tif", {"files": {}, "source": 5}),
        ("a.tif", {"files": {}, "settings": ["a"]}),
    ],
)
def test_a_strangers_record_reaches_nothing_outside(
    maps: Path, tmp_path: Path, name: str, change: dict[str, object]
) -> None:
    """Folders of grids are passed on with their record, and prune removes what it names."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.tif").write_bytes(b"of the stranger")
    precious = tmp_path / "precious.txt"
    precious.write_bytes(b"precious")
    entry = {"made": name, "source": "gone.png", "signature": [], "settings": "0", **change}
    line = json.dumps(entry).replace("{top}", str(tmp_path))
    (out / MANIFEST).write_text(line + "\n")
    convert_many(maps, out, PALETTE, format="npy", jobs=1, prune=True)
    assert precious.read_bytes() == b"precious"


def test_names_choose_among_the_sheets(maps: Path, tmp_path: Path) -> None:
    report = convert_many(maps, tmp_path / "out", PALETTE, name="[AD].png", jobs=1)
    assert targets(report) == ["a.tif", "south/d.tif"]
    with pytest.raises(MissingFileError, match=r"none of 4 images, .* has a name like tile_"):
        convert_many(maps, tmp_path / "out", PALETTE, name="tile_*.png", jobs=1)


def test_grids_of_other_batches_are_no_sheets(maps: Path, tmp_path: Path) -> None:
    convert_many(maps, maps / "grids", PALETTE, jobs=1)
    report = convert_many(maps, maps / "others", PALETTE, jobs=1)
    assert targets(report) == TARGETS
