"""Fixtures: small palettes and images with known answers, and the real data if available."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import Phase, settings

from geoindex import Palette, load_palette
from tests.support import disks

settings.register_profile("default", deadline=None, max_examples=60)
# The first example that fails is enough, and the next run has the same examples.
settings.register_profile(
    "mutants", settings.get_profile("default"), derandomize=True, database=None,
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
settings.load_profile("default")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Compare figures with their pictures, and let Ctrl-C reach the commands that tests start."""
    if not getattr(config.option, "mpl_generate_path", None):
        config.option.mpl = True
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as shells start what runs behind them
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def repository() -> Path:
    """Top folder of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def kevitsa() -> Path:
    """Folder of the real map; tests are skipped without it."""
    folder = os.environ.get("GEOINDEX_REAL_DATA")
    if not folder:
        pytest.skip("GEOINDEX_REAL_DATA does not name the real data")
    return Path(folder) / "kevitsa"


@pytest.fixture(scope="session")
def windows256() -> Palette:
    return load_palette("windows-256")


@pytest.fixture
def legend() -> Palette:
    """Three named classes."""
    return Palette(
        [[0, 0, 0], [230, 60, 20], [250, 240, 200]],
        names=["Ink", "Granite & gneiss", "Sand <fine>, Ångström"],
        name="legend",
    )


@pytest.fixture
def rgba() -> np.ndarray:
    """A 3 x 4 picture near the colors of `legend`, one pixel transparent."""
    pixels = np.zeros((3, 4, 4), dtype=np.uint8)
    pixels[0, :, :3] = (5, 3, 0)
    pixels[1, :, :3] = (220, 70, 30)
    pixels[2, :, :3] = (255, 235, 190)
    pixels[..., 3] = 255
    pixels[1, 2] = (250, 240, 200, 0)
    return pixels


@pytest.fixture
def rgba_indices() -> np.ndarray:
    """Indices of `rgba` in `legend`, determined by hand."""
    return np.array([[0, 0, 0, 0], [1, 1, 255, 1], [2, 2, 2, 2]], dtype=np.uint8)


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    """A photograph of many colors, (107, 160, 3) uint8."""
    from sklearn.datasets import load_sample_image

    return load_sample_image("china.jpg")[::4, ::4]


@pytest.fixture
def heights() -> np.ndarray:
    """Elevations of smooth hills, float32 of shape (40, 60)."""
    y, x = np.mgrid[:40, :60]
    return (300 + 80 * np.sin(x / 9) * np.cos(y / 7) - 0.3 * y).astype(np.float32)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 kB."""
    with disks.small_disk(tmp_path / "disk", "400k") as folder:
        yield folder


@pytest.fixture(params=[5_000, 40_000])
def _small_blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read images of ten thousand pixels or more in several blocks."""
    from geoindex.images import blocks

    monkeypatch.setattr(blocks, "BLOCK_PIXELS", request.param)


@pytest.fixture(scope="session")
def benchmark() -> Callable[[str], ModuleType]:
    """Import a module of the folder ``benchmarks/`` by name, as a script there would."""

    def load(name: str) -> ModuleType:
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(str(REPOSITORY / "benchmarks"))
            return importlib.import_module(name)

    return load


@pytest.fixture(scope="session")
def drawn(benchmark: Callable[[str], ModuleType]):
    """A small map drawn with a seed that was not used for tuning."""
    return benchmark("drawn_maps").draw_map(1000, n_units=16, n_regions=40, shape=(320, 420))
