"""Maps converted without a palette: their own units, in a grid and in a legend."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_image

from geoindex import Clean, convert, index_image, learn_palette, load_palette, open_grid
from geoindex.errors import ImageError, OutputError, PaletteError
from geoindex.indexing.own_units import legend_path
from tests.support.drawings import draw_map


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A map of three units with black lines, and its file."""
    Image.fromarray(draw_map()).save(tmp_path / "sheet.png")
    return tmp_path / "sheet.png"


@pytest.mark.parametrize("palette", [None, "auto"])
def test_units_and_their_legend(sheet: Path, tmp_path: Path, palette: str | None) -> None:
    report = convert(sheet, tmp_path / "units.tif", palette)
    legend = load_palette(tmp_path / "units.legend.csv")
    found = learn_palette(sheet, method="units")
    assert sorted(legend.colors.tolist()) == sorted(found.colors.tolist())
    n_units = (found.roles or ()).count("unit")
    assert legend.roles == ("unit",) * n_units + ("ink",) * (len(found) - n_units)
    assert legend.names is not None
    assert legend.names[:2] == ("unit 1", "unit 2")
    assert legend.names[-1] == "ink 1"
    grid = open_grid(tmp_path / "units.tif")
    assert grid.palette.names == legend.names
    # As with the legend and class recovery.
    again = index_image(sheet, legend, clean=True)
    assert (grid.indices == again.indices).all()
    assert not np.isin(grid.indices, np.arange(n_units, len(legend))).any()
    counts = np.bincount(grid.indices.ravel(), minlength=n_units)[:n_units]
    assert (np.diff(found.counts[[role == "unit" for role in found.roles or ()]]) <= 0).all()
    assert report.own_units is not None
    assert report.own_units["legend"] == str(tmp_path / "units.legend.csv")
    assert (report.own_units["units"], report.own_units["inks"]) == (n_units, 1)
    shares = [color["share"] for color in report.own_units["colors"][:n_units]]
    assert np.abs(np.array(shares) - counts / counts.sum()).max() < 0.1


def test_arrays_and_options_of_recovery(sheet: Path) -> None:
    picture = draw_map()
    own = index_image(picture)
    assert (own.indices == index_image(sheet, "auto").indices).all()
    plain = index_image(picture, clean=False)
    assert (plain.indices == index_image(picture, plain.palette).indices).all()
    assert (plain.indices != own.indices).any()
    given = index_image(picture, clean=Clean(speckle=0))
    assert (
        given.indices == index_image(picture, own.palette, clean=Clean(speckle=0)).indices
    ).all()


def test_what_is_no_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"not like a map of units.*name a palette"):
        index_image(load_sample_image("china.jpg"))
    Image.fromarray(load_sample_image("china.jpg")).save(tmp_path / "photo.png")
    with pytest.raises(ImageError, match=r"photo\.png looks like a photograph"):
        convert(tmp_path / "photo.png", tmp_path / "units.tif")
    assert not list(tmp_path.glob("units*"))


def test_nothing_is_replaced(sheet: Path, tmp_path: Path) -> None:
    legend = legend_path(tmp_path / "units.tif")
    legend.write_text("mine")
    with pytest.raises(OutputError, match=r"units\.legend\.csv.*exists"):
        convert(sheet, tmp_path / "units.tif")
    assert legend.read_text() == "mine"
    assert not (tmp_path / "units.tif").exists()
    convert(sheet, tmp_path / "units.tif", overwrite=True)
    assert load_palette(legend).names is not None


def test_units_need_a_palette() -> None:
    with pytest.raises(PaletteError, match="no palette is given"):
        index_image(draw_map(), units=[[1, 2, 3], [4, 5, 6]])
