"""Batches: finding, converting and resuming sheets."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PIL import Image

import geoindex
from geoindex import Clean, ColorCube, Palette, convert, convert_many
from geoindex.batch.manifest import MANIFEST
from geoindex.errors import MissingFileError, OptionError, OutputError
from tests.support.command_line import python
from tests.support.sheets import (
    FOLDERS,
    OTHER_PALETTE,
    PALETTE,
    TARGETS,
    grids,
    make_sheets,
    targets,
)


@pytest.mark.parametrize("jobs", [1, 2])
def test_batch_writes_what_convert_writes(maps: Path, tmp_path: Path, jobs: int) -> None:
    calls = []
    report = convert_many(
        maps, tmp_path / "out", PALETTE, jobs=jobs, progress=lambda *now: calls.append(now)
    )
    assert targets(report) == TARGETS
    assert (report.failed, report.skipped, report.n_left) == ((), (), 0)
    assert calls == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    for source, target in zip(FOLDERS, TARGETS, strict=True):
        alone = tmp_path / "alone.tif"
        expected = convert(maps / source, alone, PALETTE, overwrite=True)
        assert (tmp_path / "out" / target).read_bytes() == alone.read_bytes()
        found = next(sheet for sheet in report.done if Path(sheet.source) == maps / source)
        assert found.to_dict() | {"target": ""} == expected.to_dict() | {"target": ""}
    assert report.n_pixels == 4 * 16 * 16
    assert json.loads(json.dumps(report.to_dict()))["n_sheets"] == 4


@pytest.mark.parametrize("grid_format", ["npy", "png", ".tiff"])
def test_formats(maps: Path, tmp_path: Path, grid_format: str) -> None:
    report = convert_many(maps, tmp_path / "out", PALETTE, format=grid_format, jobs=1)
    suffix = "." + grid_format.removeprefix(".")
    assert targets(report) == [str(Path(name).with_suffix(suffix)) for name in TARGETS]
    grid = geoindex.open_grid(tmp_path / "out" / f"a{suffix}")
    assert grid.transform is not None


def test_styles_lie_beside_the_grids_and_belong_to_them(maps: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report = convert_many(maps, out, PALETTE, style="qml", jobs=1)
    styles = [Path(sheet.target).with_suffix(".qml") for sheet in report.done]
    assert len(styles) == 4
    assert all(b"paletted" in style.read_bytes() for style in styles)
    styles[0].unlink()
    assert len(convert_many(maps, out, PALETTE, style="qml", jobs=1).done) == 1
    assert styles[0].exists()
    with pytest.raises(OptionError, match=r"grids as \.npy: style= is for grids as \.tif"):
        convert_many(maps, out, PALETTE, style="qml", format="npy", jobs=1)


def test_formats_have_the_names_that_convert_knows(maps: Path, tmp_path: Path) -> None:
    for name, suffix in (("geotiff", ".tif"), ("surfer7", ".grd")):
        report = convert_many(maps, tmp_path / name, PALETTE, format=name, jobs=1)
        assert targets(report)[0] == f"a{suffix}"
        geoindex.convert(maps / "a.png", tmp_path / f"one{suffix}", PALETTE, format=name)
        one = (tmp_path / f"one{suffix}").read_bytes()
        assert (tmp_path / name / f"a{suffix}").read_bytes() == one
    assert one[:4] == b"DSRB"


def test_options_and_cubes_reach_the_sheets(maps: Path, tmp_path: Path) -> None:
    options = {"metric": "lab", "max_distance": 3.0}
    cube = ColorCube(OTHER_PALETTE, "lab", 3.0)
    for name, palette, extra in (("one", OTHER_PALETTE, options), ("two", cube, {})):
        report = convert_many(maps, tmp_path / name, palette, jobs=2, alpha="strip", **extra)
        assert [sheet.metric for sheet in report.done] == ["lab"] * 4
    assert grids(tmp_path / "one") == grids(tmp_path / "two")
    provenance = geoindex.open_grid(tmp_path / "one" / "a.tif").provenance
    assert (provenance["alpha"], provenance["max_distance"]) == ("strip", 3.0)


@pytest.mark.parametrize("jobs", [1, 2])
def test_clean_reaches_the_sheets(maps: Path, tmp_path: Path, jobs: int) -> None:
    clean = Clean(ink="black", speckle=4)
    report = convert_many(maps, tmp_path / "out", PALETTE, clean=clean, jobs=jobs)
    alone = tmp_path / "alone.tif"
    expected = convert(maps / FOLDERS[1], alone, PALETTE, clean=clean)
    assert (tmp_path / "out" / TARGETS[1]).read_bytes() == alone.read_bytes()
    found = next(sheet for sheet in report.done if Path(sheet.source) == maps / FOLDERS[1])
    assert found.cleaned == expected.cleaned
    # Other steps make other grids.
    again = {"clean": Clean(ink="black", speckle=4)}, {"clean": Clean(ink="black")}, {}
    redone = [convert_many(maps, tmp_path / "out", PALETTE, **options) for options in again]
    assert [len(report.done) for report in redone] == [0, 4, 4]
    with pytest.raises(OptionError, match="the palette has no entry 'mauve'"):
        convert_many(maps, tmp_path / "out", PALETTE, clean=Clean(ink="mauve"))


def test_files_globs_and_folders(
    maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def found(*sources: str) -> list[str]:
        out = tmp_path / f"out{len(list(tmp_path.iterdir()))}"
        return targets(convert_many(sources, out, PALETTE, jobs=1))

    assert found("maps/north/b.png", "maps/a.png") == ["b.tif", "a.tif"]
    assert found("maps/**/*.png") == ["a.tif", "north/b.tif"]
    assert found("maps/*/*.*") == ["north/b.tif", "south/d.tif"]
    assert found("maps/n*/**/*") == ["north/b.tif", "north/far/c.tif"]
    assert found("maps/north", "maps/a.png", "./maps/a.png") == ["b.tif", "far/c.tif", "a.tif"]
    assert found(str(tmp_path / "maps" / "s*" / "*")) == ["south/d.tif"]


def test_resume_skips_what_is_done_and_unchanged(maps: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def done(**options: object) -> list[str]:
        report = convert_many(maps, out, PALETTE, **{"jobs": 1, **options})
        assert len(report.done) + len(report.skipped) == 4
        return targets(report)

    assert done() == TARGETS
    first = grids(out)
    assert done() == []
    assert done(jobs=2) == []
    os.utime(maps / "a.png", ns=(1, 1))
    assert done() == ["a.tif"]
    (maps / "north" / "b.pgw").write_text("5\n0\n0\n-5\n77\n2000\n")
    assert done() == ["north/b.tif"]
    assert geoindex.open_grid(out / "north" / "b.tif").transform.c == 77 - 2.5
    (out / "south" / "d.tif").unlink()
    assert done() == ["south/d.tif"]
    (out / "a.tif").write_bytes(b"cut")
    assert done() == ["a.tif"]
    make_sheets(maps, ["new.png"])
    assert targets(convert_many(maps, out, PALETTE, jobs=1)) == ["new.tif"]
    (maps / "new.png").unlink()
    assert done(metric="lab") == TARGETS
    assert done(metric="lab") == []
    assert done(resume=False) == TARGETS
    assert grids(out)["a.tif"] == first["a.tif"]


def test_settings_are_all_that_decides_on_the_bytes(maps: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    convert_many(maps, out, PALETTE, jobs=1)
    renamed = Palette(PALETTE.colors, ["x", "y", "z"], name=PALETTE.name)
    # The same colors: names are written too.
    assert len(convert_many(maps, out, renamed, jobs=1).done) == 4
    assert len(convert_many(maps, out, renamed, jobs=1).skipped) == 4
    assert len(convert_many(maps, out, ColorCube(renamed), jobs=1).skipped) == 4


def test_torn_and_foreign_lines_of_the_record_are_left_out(maps: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    convert_many(maps, out, PALETTE, jobs=1)
    record = out / MANIFEST
    lines = record.read_bytes().splitlines(keepends=True)
    made = [line for line in lines if b'"made": "south/d.tif"' in line]
    assert len(made) == 1
    others = [line for line in lines if line not in made]
    damage = b'\xff\xfe\n[1, 2]\n{"made": "a.tif", "odd": 1}\n{"begun": 3}\n'
    # The last line is torn, as by a kill.
    record.write_bytes(b"".join(others) + damage + made[0][:40])
    report = convert_many(maps, out, PALETTE, jobs=1)
    assert targets(report) == ["a.tif", "south/d.tif"]
    assert len(convert_many(maps, out, PALETTE, jobs=1).skipped) == 4


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bad_sheet_does_not_stop_the_others(maps: Path, tmp_path: Path, jobs: int) -> None:
    (maps / "bad.png").write_text("no picture")
    content = (maps / "a.png").read_bytes()
    (maps / "cut.png").write_bytes(content[: len(content) - 30])
    sources = [maps, maps / "none.png"]
    report = convert_many(sources, tmp_path / "out", PALETTE, jobs=jobs)
    assert targets(report) == TARGETS
    reasons = [sheet.reason for sheet in report.failed]
    assert [Path(sheet.source).name for sheet in report.failed] == [
        "bad.png",
        "cut.png",
        "none.png",
    ]
    assert "bad.png: is not a PNG, JPEG" in reasons[0]
    assert "cut.png: is damaged or cut short" in reasons[1]
    assert "none.png: cannot be read: No such file" in reasons[2]
    tables = [f"{target}.aux.xml" for target in TARGETS]
    assert sorted(grids(tmp_path / "out")) == sorted([*TARGETS, *tables])
    # A failure is tried again.
    Image.new("RGB", (3, 3)).save(maps / "bad.png")
    assert targets(convert_many(maps, tmp_path / "out", PALETTE, jobs=jobs)) == ["bad.tif"]


def test_fail_fast(maps: Path, tmp_path: Path) -> None:
    (maps / "bad.png").write_text("no picture")
    report = convert_many(maps, tmp_path / "out", PALETTE, jobs=1, fail_fast=True)
    assert (targets(report), len(report.failed), report.n_left) == (["a.tif"], 1, 3)
    report = convert_many(maps, tmp_path / "out", PALETTE, jobs=1)
    assert (len(report.done), len(report.skipped), len(report.failed)) == (3, 1, 1)


def test_two_images_of_one_name_fail_both(maps: Path, tmp_path: Path) -> None:
    make_sheets(maps, ["a.jpg"])
    report = convert_many(maps, tmp_path / "out", PALETTE, jobs=1)
    assert targets(report) == TARGETS[1:]
    assert [Path(sheet.source).name for sheet in report.failed] == ["a.jpg", "a.png"]
    assert f"would be written to a.tif, and so would {maps / 'a.png'}" in report.failed[0].reason
    assert not (tmp_path / "out" / "a.tif").exists()


def test_grids_are_never_taken_for_images(maps: Path, tmp_path: Path) -> None:
    out = maps / "grids"
    for _ in range(2):
        report = convert_many([maps, f"{maps}/**/*.png"], out, PALETTE, format="png", jobs=1)
        assert report.n_sheets == 4
    # Grids beside images, named one by one.
    images = sorted(maps.glob("*.png"))
    assert targets(convert_many(images, maps, PALETTE, jobs=1)) == ["a.tif"]
    report = convert_many([maps / "a.png", maps / "a.tif"], maps, PALETTE, jobs=1)
    assert (len(report.skipped), report.n_sheets) == (1, 1)
    with pytest.raises(OptionError, match="is inside the output folder"):
        convert_many(maps, maps, PALETTE)
    with pytest.raises(OptionError, match="is inside the output folder"):
        convert_many(maps / "north", maps, PALETTE)


def test_images_are_never_replaced(maps: Path, tmp_path: Path) -> None:
    image = maps / "north" / "far" / "c.tif"
    before = image.read_bytes()
    report = convert_many(image, image.parent, PALETTE, overwrite=True, jobs=1)
    assert "its grid would replace an image" in report.failed[0].reason
    assert image.read_bytes() == before


def test_files_that_no_batch_made_are_kept(maps: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.tif").write_text("precious")
    report = convert_many(maps, out, PALETTE, jobs=1)
    assert "exists already and was not made by a batch" in report.failed[0].reason
    assert (out / "a.tif").read_text() == "precious"
    report = convert_many(maps, out, PALETTE, overwrite=True, jobs=1)
    assert (targets(report), len(report.skipped)) == (["a.tif"], 3)
    assert report.n_again == 0
    report = convert_many(maps, out, OTHER_PALETTE, jobs=1)
    assert (len(report.done), report.n_again) == (4, 4)
    assert convert_many(maps, out, OTHER_PALETTE, jobs=1).n_again == 0


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"srcs": []}, MissingFileError, "no source is named"),
        ({"srcs": "maps/*.bmp"}, MissingFileError, r"maps/\*.bmp: contains no images"),
        ({"srcs": "empty"}, MissingFileError, "empty: contains no images"),
        ({"srcs": "nowhere"}, MissingFileError, "nowhere: no such file or folder"),
        ({"format": "foo"}, OptionError, "unknown grid format 'foo'; known: npy"),
        ({"jobs": 0}, OptionError, "jobs must be 1 or more, found 0"),
        ({"alpha": "keep"}, OptionError, "unknown alpha 'keep'"),
        ({"metric": "cmyk"}, OptionError, "unknown metric 'cmyk'"),
        ({"dst_dir": "maps/a.png"}, OutputError, "maps/a.png: cannot be created: File exists"),
    ],
)
def test_what_concerns_all_sheets_is_an_error(
    maps: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, object],
    error: type[Exception],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    arguments = {"srcs": "maps", "dst_dir": "out", "palette": PALETTE, **options}
    with pytest.raises(error, match=message):
        convert_many(**arguments)
    assert not (tmp_path / "out").exists()


def test_scripts_need_no_guard(maps: Path, tmp_path: Path) -> None:
    """Unlike multiprocessing, workers do not re-run a script without a main block."""
    script = tmp_path / "script.py"
    script.write_text(
        "import geoindex\n"
        f"report = geoindex.convert_many({str(maps)!r}, 'out', 'windows-256', jobs=2)\n"
        "print(len(report.done))\n"
    )
    result = python("-W", "error", script, cwd=tmp_path)
    assert (result.stdout, result.stderr) == ("4\n", "")


def test_names_that_differ_in_case_only(
    maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Are two grids, but on a disk that does not tell them apart: there both sheets fail."""
    make_sheets(maps, ["A.PNG"])
    report = convert_many(maps, tmp_path / "out", PALETTE, jobs=1)
    assert {"a.tif", "A.tif"} <= set(targets(report))
    blind = tmp_path / "blind"
    blind.mkdir()
    (tmp_path / "BLIND").symlink_to(blind)  # the same folder, by either name
    report = convert_many(maps, blind, PALETTE, jobs=1)
    assert [Path(sheet.source).name for sheet in report.failed] == ["A.PNG", "a.png"]
    assert f"would be written to A.tif, and so would {maps / 'a.png'}" in report.failed[0].reason
