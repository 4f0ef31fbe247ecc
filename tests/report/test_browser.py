"""The report page in a real browser, beside the arrays that it was made of."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from geoindex import IndexGrid, Palette, convert, open_grid, write_report
from geoindex.clean.reasons import REASONS
from tests.support.browser import opened_browser, opened_page
from tests.support.command_line import invoke
from tests.support.firefox import ENTER, opened_firefox

SAMPLE = Path(__file__).resolve().parents[2] / "data"
EVIL = '<script>alert(1)</script> "a", & \u202eb'


class Report(NamedTuple):
    """A page and what it must show."""

    path: Path
    grid: IndexGrid
    rgba: NDArray[np.uint8]
    reasons: NDArray[np.uint8]
    confidence: NDArray[np.uint8]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("report")
    done = convert(
        SAMPLE / "sample_map.png",
        folder / "units.tif",
        SAMPLE / "sample_palette.csv",
        clean=True,
        changes=folder / "why.tif",
        confidence=folder / "sure.tif",
    )
    grid = open_grid(folder / "units.tif")
    extras = {"changes": folder / "why.tif", "confidence": folder / "sure.tif"}
    page = folder / "report.html"
    write_report(SAMPLE / "sample_map.png", grid, page, conversion=done, **extras)
    return Report(
        page,
        grid,
        np.asarray(Image.open(SAMPLE / "sample_map.png").convert("RGBA")),
        np.asarray(open_grid(folder / "why.tif").indices),
        np.asarray(open_grid(folder / "sure.tif").indices),
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with opened_browser() as started:
        yield started


def shown_colors(page: Any) -> NDArray[np.uint8]:
    """Color in which each class is shown."""
    colors = page.evaluate("FACTS.colors.map((_, k) => editor.color(editor.root(k)))")
    return np.array(colors, dtype=np.uint8)


def edit(page: Any, index: int) -> None:
    """Open the form of a class."""
    page.click("#tab-legend")
    page.locator(f'#legend li[data-index="{index}"] > .pen').click(force=True)


def test_hover_tells_what_the_arrays_hold(browser: Any, report: Report) -> None:
    rng = np.random.default_rng(3)
    rows, cols = report.grid.shape
    places = np.stack([rng.integers(0, rows, 50), rng.integers(0, cols, 50)], axis=1).tolist()
    indices = np.asarray(report.grid.indices)
    with opened_page(browser, report.path, viewport={"width": 1280, "height": 800}) as page:
        page.click("#view-grid")
        frame = page.locator("#map").bounding_box()
        middle = (frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
        for row, col in places:
            found = page.evaluate("([row, col]) => valueAt(row, col)", [row, col])
            assert found["index"] == indices[row, col]
            assert found["reason"] == report.reasons[row, col]
            sure = int(report.confidence[row, col])
            assert found["confidence"] == (None if sure == 255 else sure)
            color = report.rgba[row, col]
            assert found["color"] == (color[:3].tolist() if color[3] else [])
            # The card under a real pointer, on a pixel that is 9 wide.
            page.evaluate(
                "([row, col]) => { view.scale = 9; view.move(col + .5 - view.x, row + .5 - view.y)"
                "; }",
                [row, col],
            )
            page.mouse.move(middle[0] + 30, middle[1] + 20)
            page.mouse.move(*middle)
            page.evaluate("valueAt(0, 0).then(() => new Promise(requestAnimationFrame))")
            card = page.inner_text("#inspect").replace("\u202f", "")
            label = (
                "No data"
                if indices[row, col] == 255
                else report.grid.palette.label(int(indices[row, col]))
            )
            assert f"{row}, {col}" in card
            assert label in card
            if color[3]:
                assert " ".join(map(str, color[:3])) in card
            if report.reasons[row, col]:
                assert "was" in card
        assert page.evaluate("valueAt(FACTS.rows, 0)") is None
        assert [one["name"] for one in page.evaluate("REASONS.slice(1)")][:2] == list(REASONS)[:2]


def test_swipe_and_zoom_by_mouse_and_keyboard(browser: Any, report: Report) -> None:
    with opened_page(browser, report.path, viewport={"width": 1280, "height": 800}) as page:
        frame = page.locator("#stage").bounding_box()
        page.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + 0.76 * frame["height"])
        page.mouse.down()
        page.mouse.move(frame["x"] + frame["width"] / 4, frame["y"] + 200, steps=4)
        page.mouse.up()
        assert page.evaluate("view.swipe") == pytest.approx(0.25, abs=0.01)
        page.focus("#swipe")
        page.keyboard.press("ArrowRight")
        assert page.get_attribute("#swipe", "aria-valuenow") == "27"
        before = page.evaluate("[view.scale, view.cellAt(300, 300)]")
        page.mouse.move(frame["x"] + 300, frame["y"] + 300)
        page.mouse.wheel(0, -480)
        page.evaluate("new Promise(requestAnimationFrame)")
        after = page.evaluate("[view.scale, view.cellAt(300, 300)]")
        assert after[0] == pytest.approx(4 * before[0])
        assert after[1] == pytest.approx(before[1], abs=1)
        page.focus("#map")
        page.keyboard.press("0")
        assert page.evaluate("view.scale") == pytest.approx(before[0])
        for view in ("side", "blink", "map", "grid"):
            page.click(f"#view-{view}")
            assert page.get_attribute(f"#view-{view}", "aria-checked") == "true"
        for layer in ("changes", "confidence", "distance", "nearest"):
            page.select_option("#layer", layer)
            page.evaluate("new Promise((done) => setTimeout(done, 100))")
            assert page.is_visible("#key")


def test_isolating_fades_all_other_classes(browser: Any, report: Report) -> None:
    counts = report.grid.counts()
    with opened_page(browser, report.path, reduced_motion="reduce") as page:
        largest = page.locator("#legend .row").first
        index = int(page.locator("#legend li").first.get_attribute("data-index"))
        assert index == int(counts.argmax())
        largest.click()
        words = np.array(page.evaluate("[...tables.classes]"), dtype=np.uint32)
        shown = words[: len(counts), np.newaxis] >> np.array([0, 8, 16]) & 255
        kept = (shown == report.grid.palette.colors).all(axis=1)
        assert kept.nonzero()[0].tolist() == [index]
        largest.click()
        assert "patch 1 of" in page.inner_text("#chosen")
        page.keyboard.press("Escape")
        assert page.is_hidden("#chosen")


def test_legend_is_finished_and_the_command_gives_what_was_shown(
    browser: Any, report: Report, tmp_path: Path
) -> None:
    palette = report.grid.palette
    names = list(palette.names or ())
    with opened_page(browser, report.path, viewport={"width": 1280, "height": 800}) as page:
        edit(page, 8)
        page.fill("#name-8", EVIL)
        page.press("#name-8", "Enter")
        assert page.is_hidden("#chosen")  # Enter does not go on to the row
        edit(page, 4)
        page.select_option("#merge-4", "3")
        edit(page, 3)
        page.fill("#color-3", "#102030")
        page.evaluate("document.activeElement.blur()")
        edit(page, 12)
        page.select_option("#merge-12", "0")
        page.click("#undo")
        page.click("#undo")
        page.click("#redo")
        state = page.evaluate("editor.now")
        assert state["merge"] == {"4": 3}
        assert (state["names"], state["show"]) == ({"8": EVIL}, {"3": "#102030"})
        page.reload()
        page.evaluate("started")
        assert page.evaluate("editor.now") == state
        page.click("#finish")
        with page.expect_download() as download:
            page.click("#save-legend")
        assert download.value.suggested_filename == "legend.csv"
        legend = tmp_path / "legend.csv"
        download.value.save_as(legend)
        command = page.get_attribute("#command", "data-command")
        colors = shown_colors(page)
    words = shlex.split(command)
    assert words[:2] == ["geoindex", "convert"]
    paths = {"legend.csv": legend, words[4]: tmp_path / words[4]}
    result = invoke(*(paths.get(word, word) for word in words[1:]))
    assert result.exit_code == 0, result.output
    made = open_grid(tmp_path / words[4])
    indices = np.asarray(report.grid.indices)
    valid = indices != 255
    np.testing.assert_array_equal(made.valid, valid)
    np.testing.assert_array_equal(made.to_rgb()[valid], colors[indices[valid]])
    names[8], names[4] = EVIL, names[3]
    made_names = np.array(made.palette.names)[np.asarray(made.indices)[valid]]
    np.testing.assert_array_equal(made_names, np.array(names)[indices[valid]])
    assert len(made.palette) == len(palette) - 1
    # A page of the corrected grid, which knows both colors of the merged class, gives it again.
    write_report(SAMPLE / "sample_map.png", made, tmp_path / "again.html")
    with opened_page(browser, tmp_path / "again.html") as page:
        legend.write_text(page.evaluate("legendCsv()"), encoding="utf-8")
        command = page.get_attribute("#command", "data-command")
        assert page.evaluate("tables.near.length") > 1
    again = tmp_path / "again.tif"
    words = shlex.split(command)
    paths = {"legend.csv": legend, words[4]: again}
    result = invoke(*(paths.get(word, word) for word in words[1:]))
    assert result.exit_code == 0, result.output
    assert open_grid(again) == made


def test_keyboard_reaches_everything(browser: Any, report: Report) -> None:
    with opened_page(browser, report.path, reduced_motion="reduce") as page:
        page.keyboard.press("/")
        page.keyboard.type("schist")
        assert page.locator("#legend .row").count() == 2
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("e")
        assert page.evaluate("document.activeElement.id") == "name-9"
        page.keyboard.type("Slate")
        page.keyboard.press("Enter")
        assert page.evaluate("editor.label(9)") == "Slate"
        page.keyboard.press("Control+z")
        assert page.evaluate("editor.label(9)") == report.grid.palette.label(9)
        page.focus("#map")
        page.keyboard.press("ArrowRight")
        page.evaluate("valueAt(0, 0).then(() => new Promise(requestAnimationFrame))")
        index = page.evaluate("inspector.shownClass()")
        page.keyboard.press("Enter")
        assert page.evaluate("legend.chosen") == index


def test_firefox_tells_the_same_and_keeps_edits(report: Report, tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    places = np.stack([rng.integers(0, side, 50) for side in report.grid.shape], axis=1)
    indices, names = np.asarray(report.grid.indices), report.grid.palette.names or ()
    with opened_firefox(tmp_path) as page:
        page.open(report.path)
        found = page.evaluate(
            f"Promise.all({places.tolist()}.map(([row, col]) => valueAt(row, col)))"
        )
        for (row, col), pixel in zip(places, found, strict=True):
            assert pixel["index"] == indices[row, col]
            assert pixel["reason"] == report.reasons[row, col]
            assert pixel["color"] == (
                report.rgba[row, col, :3].tolist() if report.rgba[row, col, 3] else []
            )
        page.point(300, 400)
        page.evaluate("valueAt(0, 0).then(() => new Promise(requestAnimationFrame))")
        row, col = page.evaluate("[inspector.pixel.row, inspector.pixel.col]")
        card = page.evaluate("document.getElementById('inspect').innerText")
        assert f"{row}, {col}" in card.replace("\u202f", "")
        assert names[indices[row, col]] in card
        page.evaluate("legend.open(12)")
        page.press(*"Basalt", ENTER)
        page.evaluate("editor.undo()")
        assert page.evaluate("editor.now.names") == {}
        page.evaluate("editor.redo()")
        page.open(report.path)
        assert page.evaluate("editor.now.names") == {"12": "Basalt"}


def test_box_around_a_printed_legend_becomes_a_command(browser: Any, report: Report) -> None:
    with opened_page(browser, report.path, viewport={"width": 1280, "height": 800}) as page:
        page.click("#finish")
        page.click("#draw-box")
        frame = page.locator("#map").bounding_box()
        ends = [(frame["x"] + x, frame["y"] + y) for x, y in ((200, 300), (300, 380))]
        cells = page.evaluate("[view.cellAt(200, 300), view.cellAt(300, 380)]")
        page.mouse.move(*ends[0])
        page.mouse.down()
        page.mouse.move(*ends[1], steps=3)
        page.mouse.up()
        words = shlex.split(page.get_attribute("#legend-command", "data-command"))
    box = [cells[0]["col"], cells[0]["row"], cells[1]["col"] + 1, cells[1]["row"] + 1]
    at = words.index("--box")
    assert [int(word) for word in words[at + 1 : at + 5]] == box


def test_texts_of_strangers_stay_texts(browser: Any, tmp_path: Path) -> None:
    name = "a' $(id) <img src=x onerror=alert(1)>.png"
    pixels = np.array([[[0, 0, 0], [250, 250, 250]]], dtype=np.uint8).repeat(9, axis=0)
    Image.fromarray(pixels).save(tmp_path / name)
    palette = Palette([[0, 0, 0], [255, 255, 255]], names=[EVIL, "</script>"], name=EVIL)
    convert(tmp_path / name, tmp_path / "g.png", palette)
    write_report(tmp_path / name, tmp_path / "g.png", tmp_path / "r.html", max_size=1)
    with opened_page(browser, tmp_path / "r.html") as page:
        assert page.inner_text("#title") == name
        assert "\\u202eb" in page.inner_text("#legend")
        assert "</script>" in page.inner_text("#legend")
        assert page.evaluate("document.images.length + document.scripts.length") == (
            page.evaluate("document.querySelectorAll('script').length")
        )
        words = shlex.split(page.get_attribute("#command", "data-command"))
        assert words[2] == str(tmp_path / name)


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 360)]
)
def test_accessible(browser: Any, report: Report, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    size = {"width": width, "height": 860}
    with opened_page(browser, report.path, viewport=size, color_scheme=scheme) as page:
        for tab in ("legend", "done", "finish"):
            page.click(f"#tab-{tab}")
            found = axe.Axe().run(page).response["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
