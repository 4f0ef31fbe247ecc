"""Arguments of a wrong type or out of range raise a GeoindexError that says what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geoindex import (
    Clean,
    IndexGrid,
    Palette,
    Survey,
    ValueGrid,
    compare_grids,
    crosstab,
    grid_polygons,
    index_image,
    legend_palette,
    match_palette,
    nearest,
    open_grid,
    plot_comparison,
    plot_error,
    write_horizon,
    write_polygons,
    write_section,
)
from geoindex.errors import (
    GridError,
    ImageError,
    MissingFileError,
    OptionError,
    PaletteError,
    SurveyError,
)

PALETTE = Palette([[0, 0, 0], [255, 255, 255]])
PIXELS = np.zeros((4, 4, 3), np.uint8)
GRID = IndexGrid(indices=np.zeros((20, 50), np.uint8), palette=PALETTE, nodata=255)
SURVEY = Survey(inlines=range(1, 5), crosslines=range(1, 6), x=(0, 0, 5), y=(0, -5, 0))
PLACE = {"start": (0, 0), "end": (1, 1), "top": 0, "bottom": 5}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "a", 1.5, 2**31, None])
def test_class_values(value: object) -> None:
    with pytest.raises(PaletteError, match=r"row 1: class value .* is not a 32-bit integer"):
        Palette(PALETTE.colors, values=[0, value])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: Palette(PALETTE.colors, ["a", "\ud800"]),
            PaletteError,
            "row 1.*half a surrogate",
        ),
        (lambda: Palette(PALETTE.colors, name=5), PaletteError, "name must be a text, found int"),
        (
            lambda: ValueGrid(values=np.zeros((2, 2), np.float32), unit="\udcff"),
            GridError,
            "unit .* contains half a surrogate",
        ),
        (lambda: legend_palette(np.zeros((0, 5, 3), np.uint8)), ImageError, "has no pixels"),
        (lambda: Clean(hatch=[(0, 1, 2)]), OptionError, "hatch must be texts such as"),
        (lambda: Clean(hatch=5), OptionError, "hatch must be texts such as"),
        (lambda: SURVEY.extended(pad=1.5), SurveyError, "pad must be an integer, or two"),
        (lambda: SURVEY.extended(step="2"), SurveyError, "step must be an integer, or two"),
        (lambda: match_palette(PALETTE, "windows-256"), PaletteError, "load_palette opens"),
        (lambda: GRID.resample("a.survey"), SurveyError, "Survey.open reads a file"),
        *(
            (call, GridError, "grid must be an IndexGrid, found 'map.tif'; open_grid.path. opens")
            for call in (
                lambda: write_horizon("map.tif", SURVEY, "a.dat"),
                lambda: crosstab("map.tif", GRID),
                lambda: compare_grids(GRID, "map.tif"),
                lambda: plot_comparison(GRID, "map.tif"),
                lambda: GRID.areas("map.tif"),
                lambda: write_polygons("map.tif", "a.gpkg"),
                lambda: plot_error("map.png", "map.tif"),
            )
        ),
        (lambda: GRID.rename(["a"]), OptionError, "classes to rename must be a mapping"),
        (lambda: GRID.merge(5), OptionError, "classes to merge must be a mapping, found int"),
        (lambda: GRID.save("a.tif", format=5), OptionError, "unknown grid format 5"),
        (
            lambda: replace(GRID, transform=(1, 0, 0, 0, 1, 0)),
            GridError,
            "affine.Affine, found",
        ),
        (lambda: nearest(PIXELS, PALETTE, max_distance="5"), OptionError, "0 or more, found '5'"),
        (lambda: nearest(PIXELS, PALETTE, metric=["rgb"]), OptionError, "unknown metric"),
        (lambda: index_image(PIXELS, PALETTE, alpha=PIXELS), OptionError, "unknown alpha"),
        (lambda: index_image(PIXELS, PALETTE, channel_axis="2"), ImageError, "channel_axis 2 of"),
        (lambda: index_image(PIXELS, PALETTE, gcps=5), OptionError, "GroundControlPoints"),
        (lambda: grid_polygons(GRID, min_area="1"), OptionError, "min_area must be 0 or more"),
        (lambda: grid_polygons(GRID, min_area=np.inf), OptionError, "is inf pixels, more than"),
    ],
)
def test_other_types(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("name", ["n_traces", "n_samples"])
def test_parts_of_a_sample(tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError, match=f"{name} must be an integer, found 2.5"):
        write_section(GRID, tmp_path / "line.sgy", **PLACE, **{name: 2.5})
    assert not list(tmp_path.iterdir())


def test_a_name_of_odd_characters_goes_into_every_file(tmp_path: Path) -> None:
    """A palette is named after its file, whose name may be in no encoding."""
    palette = Palette(PALETTE.colors, name="units \udcff\0")
    assert palette.name == "units \ufffd\ufffd"
    palette.save(tmp_path / "units.sld")


def test_no_name_of_a_file_speaks_to_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(
        MissingFileError, match=r"\\u001b\[31mred\\u000aError: x\.tif: no such file$"
    ):
        open_grid(tmp_path / "\x1b[31mred\nError: x.tif")


def test_integers_of_numpy() -> None:
    assert SURVEY.extended(pad=np.int64(2)).shape == SURVEY.extended(pad=2).shape
    assert SURVEY.extended(step=np.int64(2)).shape == SURVEY.extended(step=(2, 2)).shape
