"""Arguments of a wrong type or out of range raise a GeoindexError that says what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geoindex import (
    Clean,
    ColorCube,
    IndexGrid,
    Palette,
    Ramp,
    Survey,
    ValueGrid,
    compare_grids,
    convert,
    convert_many,
    crosstab,
    grid_polygons,
    index_image,
    legend_palette,
    match_palette,
    nearest,
    open_grid,
    open_values,
    plot_comparison,
    plot_error,
    read_horizon,
    write_horizon,
    write_polygons,
    write_report,
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
LINES = {"inlines": (1, 5), "crosslines": (1, 6)}
VALUES = ValueGrid(values=np.ones((2, 2), np.float32))
RAMP = Ramp.from_stops([0, 1], PALETTE.colors)
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
        (
            lambda: replace(GRID, crs="EPSG:4326"),
            GridError,
            "crs must be .*CRS, found str; CRS.from",
        ),
        (lambda: replace(GRID, crs=4326), GridError, "crs must be .*CRS, found int"),
        (lambda: nearest(PIXELS, PALETTE, max_distance="5"), OptionError, "0 or more, found '5'"),
        (lambda: nearest(PIXELS, PALETTE, metric=["rgb"]), OptionError, "unknown metric"),
        (lambda: index_image(PIXELS, PALETTE, alpha=PIXELS), OptionError, "unknown alpha"),
        (lambda: index_image(PIXELS, PALETTE, channel_axis="2"), ImageError, "channel_axis 2 of"),
        (lambda: index_image(PIXELS, PALETTE, gcps=5), OptionError, "GroundControlPoints"),
        *(
            (call, OptionError, "ax must be axes of matplotlib, found int")
            for call in (
                lambda: GRID.plot(ax=5),
                lambda: PALETTE.plot(ax=5),
                lambda: VALUES.plot(ax=5),
                lambda: GRID.areas().plot(ax=5),
            )
        ),
        (lambda: Ramp.from_stops([0, 10**400], PALETTE.colors), PaletteError, "positions .* 1000"),
        (lambda: Ramp.from_stops([0, 1], [["a"] * 3] * 2), PaletteError, "colors .* numbers, fou"),
        (lambda: Ramp(edges=5, starts=5, ends=5), PaletteError, r"found \(\), \(\) and \(\)"),
        (lambda: Ramp(edges="a", starts=5, ends=5), PaletteError, "edges of a ramp must be num"),
        (lambda: replace(RAMP, name=5), PaletteError, "name must be a text, found int"),
        (lambda: Survey(**LINES, x=(0, 0, 10**400), y=(0, 1, 0)), SurveyError, "x must be three"),
        (lambda: Survey(**LINES, x=(0, 0, 5), y=(0, 5, 0), name=5), SurveyError, "name must be a"),
        (lambda: grid_polygons(GRID, min_area="1"), OptionError, "min_area must be 0 or more"),
        (lambda: grid_polygons(GRID, min_area=np.inf), OptionError, "is inf pixels, more than"),
    ],
)
def test_other_types(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


class BytesPath:
    """A path of bytes, as the standard library allows."""

    def __fspath__(self) -> bytes:
        return b"map.tif"


PATH_CALLS: list[Callable[[Any], object]] = [
    open_grid,
    open_values,
    read_horizon,
    Survey.open,
    ColorCube.load,
    GRID.save,
    PALETTE.save,
    VALUES.save,
    SURVEY.save,
    ColorCube(PALETTE).save,
    GRID.areas().save,
    lambda path: write_polygons(GRID, path),
    lambda path: write_report("a.png", GRID, path),
    lambda path: write_report(path, GRID, "a.html"),
    lambda path: write_horizon(GRID, SURVEY, path),
    lambda path: write_section(GRID, path, **PLACE),
    lambda path: convert(path, "a.tif", PALETTE),
    lambda path: convert("data/sample_map.png", path, PALETTE),
    lambda path: convert_many(path, "a", PALETTE),
    lambda path: convert_many("data/tiles", path, PALETTE),
]


@pytest.mark.parametrize("path", [5, None, b"map.tif", BytesPath(), 1.5, {}])
@pytest.mark.parametrize("number", range(len(PATH_CALLS)))
def test_what_is_no_path(number: int, path: object) -> None:
    message = "must be a text or a pathlib.Path, found|no source is named"
    with pytest.raises((OptionError, MissingFileError), match=message):
        PATH_CALLS[number](path)


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
    assert replace(RAMP, name="gravity \udcff").name == "gravity \ufffd"
    assert Survey(**LINES, x=(0, 0, 5), y=(0, 5, 0), name="Till \0").name == "Till \ufffd"


def test_no_name_of_a_file_speaks_to_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(
        MissingFileError, match=r"\\u001b\[31mred\\u000aError: x\.tif: no such file$"
    ):
        open_grid(tmp_path / "\x1b[31mred\nError: x.tif")


def test_integers_of_numpy() -> None:
    assert SURVEY.extended(pad=np.int64(2)).shape == SURVEY.extended(pad=2).shape
    assert SURVEY.extended(step=np.int64(2)).shape == SURVEY.extended(step=(2, 2)).shape
