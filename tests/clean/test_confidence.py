"""Whether class recovery knows how sure it is, on maps with a known answer."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from geoindex import Clean, Palette, clean_grid, convert, index_image, open_grid
from geoindex.errors import GeoindexWarning
from tests.support.command_line import invoke
from tests.support.recovered import assert_knows_how_sure_it_is


@pytest.mark.parametrize("variant", ["+ labels and red faults", "edges + JPEG"])
def test_exports(drawn, variant: str) -> None:
    inks = drawn.inks if variant.startswith("+") else ()
    picture = drawn.pictures[variant]
    grid = index_image(picture, Palette(drawn.colors))
    result = clean_grid(grid, Clean(ink=inks, scan=False), image=picture)
    assert_knows_how_sure_it_is(result, result.grid.indices == drawn.truth)


def test_areas_of_a_unit_that_the_palette_lacks_are_guesses(drawn) -> None:
    picture = drawn.pictures["+ black contacts"]
    palette = Palette(np.delete(drawn.colors, 2, axis=0))
    inks = tuple(ink - 1 for ink in drawn.inks)
    with pytest.warns(GeoindexWarning):
        grid = index_image(picture, palette)
    with pytest.warns(GeoindexWarning):
        result = clean_grid(grid, Clean(ink=inks, speckle=0), image=picture)
    # Squares of 5 x 5 pixels of one class whose neighbors have it, too, all far from its color.
    nearest = grid.indices
    core = ndimage.minimum_filter(nearest, 3) == ndimage.maximum_filter(nearest, 3)
    off = ((picture.astype(int) - palette.colors[nearest]) ** 2).sum(axis=2) >= 254.5
    core &= off & (nearest < min(inks))
    padded = np.pad(core, 2, constant_values=True)
    lacking = ndimage.binary_dilation(
        ndimage.binary_erosion(padded, np.ones((5, 5))), np.ones((5, 5))
    )
    lacking = lacking[2:-2, 2:-2] & core
    assert lacking.sum() > 1000
    assert (result.confidence[lacking] < 75).all()
    assert (result.confidence[(drawn.truth != 2) & ~lacking] > 90).mean() > 0.97
    assert result.quality is not None
    assert result.quality.beyond_doubt < 1 - lacking.mean()


def test_files_arrays_and_the_command_line_tell_the_same(drawn, tmp_path: Path) -> None:
    picture, palette = drawn.pictures["+ black contacts"], Palette(drawn.colors)
    clean = Clean(ink=drawn.inks)
    result = clean_grid(index_image(picture, palette), clean, image=picture)
    Image.fromarray(picture).save(tmp_path / "map.png")
    palette.save(tmp_path / "map.csv")
    report = convert(
        tmp_path / "map.png", tmp_path / "a.tif", palette, clean=clean,
        confidence=tmp_path / "sure.tif",
    )  # fmt: skip
    assert report.cleaned is not None
    assert report.cleaned["quality"] == asdict(result.quality) == result.to_dict()["quality"]
    np.testing.assert_array_equal(open_grid(tmp_path / "sure.tif").indices, result.confidence)
    ink = ",".join(map(str, drawn.inks))
    said = invoke(
        "convert", tmp_path / "map.png", tmp_path / "b.tif", "-p", tmp_path / "map.csv",
        "--clean", "--ink", ink,
    ).stdout  # fmt: skip
    quality = report.cleaned["quality"]
    assert (
        f"  quality       {quality['beyond_doubt']:.1%} of the pixels beyond doubt, "
        f"{quality['expected_right']:.1%} of all expected to be right\n"
    ) in said
    without = clean_grid(index_image(picture, palette), clean)
    assert without.quality is without.to_dict()["quality"] is None
