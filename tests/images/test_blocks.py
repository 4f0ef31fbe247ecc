"""Reading files in blocks: block boundaries, and threads that decode ahead."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from geoindex.color.pixels import Pixels
from geoindex.color.threads import threads_apart
from geoindex.errors import ImageError
from geoindex.images import blocks
from geoindex.images.blocks import plan_regions, read_ahead, work_ahead
from geoindex.images.files import open_image
from tests.support.pictures import LAYOUTS, RNG, picture, save_tiff


@given(
    st.tuples(st.integers(1, 4000), st.integers(1, 9000)),
    st.tuples(st.integers(1, 5000), st.integers(1, 9000)),
)
def test_regions_cover_every_pixel_once_in_order(
    shape: tuple[int, int], block: tuple[int, int]
) -> None:
    regions = plan_regions(shape, block)
    row = col = 0
    for rows, cols in regions:
        assert (rows.start, cols.start) == (row, col)
        assert rows.stop > rows.start
        assert cols.stop > cols.start
        col = cols.stop
        if col == shape[1]:
            row, col = rows.stop, 0
    assert (row, col) == (shape[0], 0)
    largest = max((r.stop - r.start) * (c.stop - c.start) for r, c in regions)
    rows_of_block, cols_of_block = min(block[0], shape[0]), min(block[1], shape[1])
    assert largest <= max(2 * blocks.BLOCK_PIXELS, rows_of_block * cols_of_block)


@pytest.mark.parametrize("n_readers", [1, 2, 3, 64])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.usefixtures("_small_blocks")
def test_several_readers_give_the_blocks_in_order(
    tmp_path: Path, layout: str, n_readers: int
) -> None:
    image = picture(clear=True)
    save_tiff(tmp_path / "map.tif", image, **LAYOUTS[layout])
    threads = threading.active_count()
    with open_image(tmp_path / "map.tif") as source:
        regions = plan_regions(source.shape, source.block_shape)
        with read_ahead(source, regions, n_readers) as parts:
            read = [(region, pixels.colors, pixels.valid) for region, pixels in parts]
    assert [region for region, _, _ in read] == regions
    for region, colors, valid in read:
        np.testing.assert_array_equal(colors, image[region][..., :3])
        np.testing.assert_array_equal(valid, image[region][..., 3])
    assert threading.active_count() == threads


@pytest.mark.parametrize("n_readers", [1, 3])
@pytest.mark.usefixtures("_small_blocks")
def test_work_is_done_where_blocks_are_read(tmp_path: Path, n_readers: int) -> None:
    image = picture(clear=True)
    save_tiff(tmp_path / "map.tif", image, **LAYOUTS["tiles"])
    with open_image(tmp_path / "map.tif") as source:
        regions = plan_regions(source.shape, source.block_shape)

        def work(pixels: Pixels) -> tuple[int, str]:
            return int(pixels.colors.sum()), threading.current_thread().name

        with work_ahead(source, regions, work, n_readers) as results:
            done = list(results)
    assert [region for region, _ in done] == regions
    assert [total for _, (total, _) in done] == [image[r][..., :3].sum() for r in regions]
    assert all(name.startswith("geoindex-read") for _, (_, name) in done)


@pytest.mark.usefixtures("_small_blocks")
def test_work_that_fails_in_a_reader(tmp_path: Path) -> None:
    save_tiff(tmp_path / "map.tif", picture(clear=True), **LAYOUTS["tiles"])

    def fail(_: Pixels) -> None:
        raise RuntimeError("no more room")

    threads = threading.active_count()
    with open_image(tmp_path / "map.tif") as source:
        regions = plan_regions(source.shape, source.block_shape)
        with (
            pytest.raises(RuntimeError, match="no more room"),
            work_ahead(source, regions, fail, 2) as results,
        ):
            list(results)
    assert threading.active_count() == threads


@pytest.mark.parametrize(("name", "n_readers"), [("map.tif", 3), ("map.png", 1)])
def test_only_files_of_separate_blocks_have_several_readers(
    name: str, n_readers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", 20_000)
    image = picture(clear=False)[..., :3]
    save_tiff(tmp_path / "map.tif", image, **LAYOUTS["tiles"])
    Image.fromarray(image).save(tmp_path / "map.png")
    # None goes on until as many as there should be are at work.
    meeting, readers = threading.Barrier(n_readers, timeout=60), set()

    def meet(pixels: Pixels) -> Pixels:
        meeting.wait()
        readers.add(threading.get_ident())
        return pixels

    with open_image(tmp_path / name) as source:
        regions = plan_regions(source.shape, source.block_shape)[:3]
        with work_ahead(source, regions, meet, 3) as results:
            for region, pixels in results:
                np.testing.assert_array_equal(pixels.colors, image[region])
    assert len(readers) == n_readers


def test_one_large_strip_has_one_reader(tmp_path: Path) -> None:
    """GDAL reports it as rows, but decodes from the first row for each of them."""
    image = np.zeros((2500, 2500, 3), np.uint8)
    save_tiff(tmp_path / "strip.tif", image, blockysize=2500, compress="lzw")
    save_tiff(tmp_path / "strips.tif", image, blockysize=16, compress="lzw")
    for name, is_apart in (("strip.tif", False), ("strips.tif", True)):
        with open_image(tmp_path / name) as source:
            assert source.block_shape[0] < 2500
            assert source.blocks_apart == is_apart


def test_several_readers_tell_of_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", 20_000)
    noise = RNG.integers(0, 256, (600, 400, 3), dtype=np.uint8)
    save_tiff(tmp_path / "map.tif", noise, **LAYOUTS["tiles"])
    content = bytearray((tmp_path / "map.tif").read_bytes())
    content[len(content) // 2 : len(content) // 2 + 1000] = bytes(1000)
    (tmp_path / "map.tif").write_bytes(content)
    threads = threading.active_count()
    with open_image(tmp_path / "map.tif") as source:
        regions = plan_regions(source.shape, source.block_shape)
        with (
            pytest.raises(ImageError, match=r"map\.tif: is damaged or cut short"),
            read_ahead(source, regions, 3) as parts,
        ):
            list(parts)
    assert threading.active_count() == threads


@pytest.mark.parametrize("has_begun", [True, False])
def test_ctrl_c_while_a_thread_starts(has_begun: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool does not know the thread yet; the file must stay open until it has ended."""
    begun, done = threading.Event(), threading.Event()
    start = threading.Thread.start

    def work() -> None:
        begun.set()
        time.sleep(0.2)
        done.set()

    def interrupted_start(thread: threading.Thread) -> None:
        start(thread)
        if has_begun:
            assert begun.wait(30)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted_start)
    with pytest.raises(KeyboardInterrupt), threads_apart("test") as submit:
        submit(work)
    assert begun.is_set() == done.is_set()
    time.sleep(0.1)
    assert begun.is_set() == done.is_set()


@pytest.mark.parametrize("n_threads", [1, 3])
def test_as_many_pieces_of_work_at_once_as_threads(n_threads: int) -> None:
    meeting = threading.Barrier(n_threads, timeout=30)
    with threads_apart("test", n_threads) as submit:
        futures = [submit(meeting.wait) for _ in range(4 * n_threads)]
        assert sorted(future.result() for future in futures) == sorted(4 * [*range(n_threads)])


def test_work_that_has_not_begun_is_cancelled() -> None:
    begun, go_on, never = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert go_on.wait(30)

    with threads_apart("test") as submit:
        first, second = submit(work), submit(never.set)
        assert begun.wait(30)
        threading.Timer(0.2, go_on.set).start()
    assert first.exception() is None
    assert second.cancelled()
    assert not never.is_set()
