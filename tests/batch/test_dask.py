"""Batches on a Dask cluster: a scheduler and two workers in separate processes, over TCP."""

from __future__ import annotations

import json
import socket
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from geoindex import ColorCube, IndexGrid, convert_many, index_image
from geoindex.batch.job import Outcome, Task
from geoindex.errors import BatchError, GeoindexWarning
from geoindex.images.files import read_image
from tests.support.command_line import run
from tests.support.sheets import OTHER_PALETTE, PALETTE, deadly, grids, make_sheets

distributed = pytest.importorskip("distributed")

from tests.support.dask_cluster import Cluster, running_cluster  # noqa: E402  needs distributed

NAMES = [f"n{number % 3}/sheet{number:02}.png" for number in range(30)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    deadly(folder, "deadly.png")
    with pytest.MonkeyPatch.context() as patch:
        # The workers, and no other process, end when they open deadly.png.
        patch.syspath_prepend(str(folder))
        with running_cluster(folder) as cluster:
            yield cluster


@pytest.fixture
def client(cluster: Cluster) -> Iterator[distributed.Client]:
    """Client with two living workers."""
    with cluster.connect(2) as client:
        yield client


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    folder = tmp_path / "maps"
    make_sheets(folder, NAMES)
    return folder


def test_cluster_and_this_machine_write_the_same(
    client: distributed.Client, maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (maps / "bad.png").write_text("no picture")
    cube = ColorCube(OTHER_PALETTE, "oklab")
    calls = []
    there = convert_many(
        "maps", "there", cube, client=client, progress=lambda *now: calls.append(now)
    )
    here = convert_many("maps", "here", cube, jobs=1)
    assert grids(Path("there")) == grids(Path("here"))
    assert len(there.done) == len(NAMES)
    assert [sheet.classes_used for sheet in there.done] == [s.classes_used for s in here.done]
    assert [sheet.source for sheet in there.done] == [sheet.source for sheet in here.done]
    assert [sheet.source for sheet in there.failed] == ["maps/bad.png"]
    assert "bad.png: is not a PNG" in there.failed[0].reason
    assert calls[-1] == (31, 31)
    assert len(convert_many("maps", "there", cube, client=client).skipped) == len(NAMES)
    # Nothing is left at the workers.
    plugins = client.run(lambda dask_worker: list(dask_worker.plugins))
    assert len(plugins) == 2
    assert not [name for names in plugins.values() for name in names if "geoindex" in name]


def test_the_job_is_sent_once_a_worker(
    client: distributed.Client, maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pickled = []
    state = ColorCube.__getstate__
    monkeypatch.setattr(ColorCube, "__getstate__", lambda cube: pickled.append(1) or state(cube))
    report = convert_many(maps, tmp_path / "out", ColorCube(PALETTE), client=client)
    assert len(report.done) == len(NAMES)
    assert len(pickled) == 1


def test_sheets_of_a_lost_worker_are_done_by_others(
    cluster: Cluster, client: distributed.Client, maps: Path, tmp_path: Path
) -> None:
    make_sheets(maps, [f"more{number:03}.png" for number in range(150)])
    lost = []

    def lose_one(finished: int, n_sheets: int) -> None:
        if finished == 20:
            cluster.kill_worker()
            lost.append(n_sheets - finished)

    report = convert_many(maps, tmp_path / "there", PALETTE, client=client, progress=lose_one)
    assert lost == [160]
    assert (len(report.done), report.failed) == (180, ())
    assert len(client.scheduler_info()["workers"]) == 1
    convert_many(maps, tmp_path / "here", PALETTE, jobs=1)
    assert grids(tmp_path / "there") == grids(tmp_path / "here")


def test_a_sheet_fails_alone(
    client: distributed.Client, maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sheets that share a task with one that no worker can do are done without it."""
    from geoindex.batch import cluster as module

    convert = module._convert_on_worker

    def fail(name: str, chunk: list[Task]) -> list[Outcome]:
        if any("x17" in task.source for task in chunk):
            raise RuntimeError("gone")
        return convert(name, chunk)

    monkeypatch.setattr(module, "_convert_on_worker", fail)
    make_sheets(tmp_path / "more", [f"x{number}.png" for number in range(40)])
    report = convert_many(tmp_path / "more", tmp_path / "out", PALETTE, client=client)
    assert [sheet.reason for sheet in report.failed] == [
        f"{tmp_path}/more/x17.png: RuntimeError: gone"
    ]
    assert len(report.done) == 39


def test_command_line_with_a_scheduler(
    client: distributed.Client, maps: Path, tmp_path: Path
) -> None:
    PALETTE.save(tmp_path / "legend.csv")
    address = client.scheduler.address
    options = ["-p", "legend.csv", "--scheduler", address, "--json"]
    result = run("batch", "maps", "-o", "there", *options, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert len(json.loads(result.stdout)["done"]) == len(NAMES)


def test_a_sheet_that_kills_every_worker_fails(
    client: distributed.Client, maps: Path, tmp_path: Path
) -> None:
    make_sheets(maps, ["deadly.png"])
    client.run_on_scheduler(_allow_no_failure)
    report = convert_many(maps / "deadly.png", tmp_path / "out", PALETTE, client=client)
    assert report.done == ()
    assert report.failed[0].reason.endswith(
        "deadly.png: its workers died repeatedly; if memory ran out, give them more"
    )
    assert grids(tmp_path / "out") == {}


def _allow_no_failure(dask_scheduler: distributed.Scheduler) -> None:
    # The default of three would take as many workers again.
    dask_scheduler.allowed_failures = 0


def test_a_result_that_was_on_its_way_when_the_connection_broke(
    client: distributed.Client, maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dask cancels all tasks then, but never yields the one whose result it was fetching."""
    from geoindex.batch import cluster as module

    class Forgetful(distributed.as_completed):
        async def _track_future(self, future: distributed.Future) -> None:
            if future.key != lost:
                await super()._track_future(future)

    def cancel_last(finished: int, n_sheets: int) -> None:
        if finished == n_sheets - 1:
            client.cancel([distributed.Future(lost, client)], force=True)

    lost = "geoindex-name-0-1"
    monkeypatch.setattr(module, "as_completed", Forgetful)
    monkeypatch.setattr(module.secrets, "token_hex", lambda _: "name")
    with pytest.raises(BatchError, match=r"the connection to the Dask scheduler was lost"):
        convert_many(maps, tmp_path / "out", PALETTE, client=client, progress=cancel_last)
    monkeypatch.undo()
    report = convert_many(maps, tmp_path / "out", PALETTE, client=client)
    assert len(report.done) == 1
    assert len(report.skipped) == len(NAMES) - 1


def test_a_cluster_without_workers_is_told(
    client: distributed.Client, maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geoindex.batch import cluster as module

    monkeypatch.setattr(module, "n_threads", lambda _: 0)
    with pytest.warns(GeoindexWarning, match=r"tcp://.*: the Dask cluster has no workers yet"):
        report = convert_many(maps / NAMES[0], tmp_path / "out", PALETTE, client=client)
    assert len(report.done) == 1


def test_no_scheduler_is_one_line(maps: Path, tmp_path: Path) -> None:
    from geoindex.batch import cluster as module

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CONNECT_SECONDS", 0.5)
        with pytest.raises(BatchError, match=r"tcp://127.0.0.1:9: no Dask scheduler answers \("):
            module.connect("tcp://127.0.0.1:9")
        with pytest.raises(BatchError, match="no Dask scheduler answers"):
            module.connect("nonsense://x")
        # It takes the connection and says nothing.
        with socket.create_server(("127.0.0.1", 0)) as mute:
            address = f"tcp://127.0.0.1:{mute.getsockname()[1]}"
            with pytest.raises(BatchError, match=r"scheduler answers \(timed out after 0.5 s"):
                module.connect(address)


def test_recovery_from_zarr_to_zarr(
    client: distributed.Client, tmp_path: Path, repository: Path
) -> None:
    """Each worker reads and writes its own chunks; the bytes are those of one array in memory."""
    xr = pytest.importorskip("xarray")
    pytest.importorskip("zarr")
    import geoindex.accessor  # noqa: F401  # adds .geoindex to DataArrays

    palette = repository / "data" / "sample_palette.csv"
    picture = read_image(repository / "data" / "sample_map.png").colors[100:500, 300:840]
    expected = index_image(picture, palette, clean=True)
    image = xr.DataArray(np.ascontiguousarray(picture), dims=("y", "x", "band"), name="rgb")
    chunked = image.chunk({"y": 200, "x": 180, "band": 3})
    with warnings.catch_warnings(), client.as_current():
        # Zarr's, of its own formats.
        warnings.simplefilter("ignore")
        chunked.to_dataset().to_zarr(tmp_path / "map.zarr")
        opened = xr.open_zarr(tmp_path / "map.zarr", chunks={})["rgb"]
        classes = opened.geoindex.index(palette, clean=True)
        assert type(classes.data).__module__.startswith("dask")
        classes.to_dataset(name="index").to_zarr(tmp_path / "classes.zarr")
        stored = xr.open_zarr(tmp_path / "classes.zarr", mask_and_scale=False)["index"]
        found = IndexGrid.from_xarray(stored).compute()
    np.testing.assert_array_equal(found.indices, expected.indices)
    assert found.palette.names == expected.palette.names
    assert found.palette.colors.tolist() == expected.palette.colors.tolist()
