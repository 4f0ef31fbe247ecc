"""Classes drawn in coats of color: what covers, what is ink, what the paper shows through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoindex.errors import GeoindexWarning, PaletteError
from geoindex.palette import Palette
from geoindex.palettes.entries import Request
from geoindex.palettes.styles.classes import Coat, Notes, StyleClass, palette_of_classes
from geoindex.palettes.styles.layers import MapLayer, choose_layer

REQUEST = Request(where="map.qml", name="map")


def fill(*color: float, opacity: float = 1.0) -> Coat:
    return Coat(color=color, opacity=opacity, kind="fill")


def line(*color: float, opacity: float = 1.0) -> Coat:
    return Coat(color=color, opacity=opacity, kind="line")


def pattern(*color: float, opacity: float = 1.0) -> Coat:
    return Coat(color=color, opacity=opacity, kind="pattern")


def palette(*classes: StyleClass) -> Palette:
    return palette_of_classes(classes, REQUEST, Notes(REQUEST))


def style(name: str, *coats: Coat, value: str = "", rest: bool = False) -> StyleClass:
    return StyleClass(name=name, value=value, is_rest=rest, coats=coats)


def test_units_come_first_then_each_ink_once() -> None:
    found = palette(
        style("gneiss", fill(250, 200, 200), line(0, 0, 0)),
        style("granite", fill(255, 100, 100), pattern(0, 0, 255), line(0, 0, 0)),
    )
    assert found.colors.tolist() == [[250, 200, 200], [255, 100, 100], [0, 0, 0], [0, 0, 255]]
    assert found.names == ("gneiss", "granite", "ink #000000", "ink #0000ff")
    assert found.roles == ("", "", "ink", "ink")
    assert found.values is None


def test_the_topmost_opaque_fill_hides_fills_and_patterns_but_no_lines() -> None:
    found = palette(style("a", fill(1, 1, 1), pattern(2, 2, 2), line(3, 3, 3), fill(4, 4, 4)))
    assert found.colors.tolist() == [[4, 4, 4], [3, 3, 3]]


@given(
    st.lists(
        st.tuples(st.tuples(*[st.integers(0, 255)] * 3), st.integers(1, 255)),
        min_size=1,
        max_size=5,
    ),
    st.integers(1, 255),
)
def test_transparent_fills_are_laid_on_white(
    coats: list[tuple[tuple[int, int, int], int]], layer: int
) -> None:
    """The formula of alpha compositing, premultiplied, from top to bottom."""
    color, shown = np.zeros(3), 1.0
    for rgb, alpha in reversed(coats):
        color += shown * alpha / 255 * np.array(rgb)
        shown *= 1 - alpha / 255
    expected = color * layer / 255 + 255 * (1 - (1 - shown) * layer / 255)
    drawn = StyleClass(
        name="a", coats=[fill(*rgb, opacity=a / 255) for rgb, a in coats], opacity=layer / 255
    )
    if layer < 255 or all(alpha < 255 for _, alpha in coats):
        with pytest.warns(GeoindexWarning, match=r"map\.qml: partly transparent .* paper: a$"):
            found = palette(drawn)
    else:
        found = palette(drawn)
    assert np.abs(found.colors[0] - expected).max() < 0.5 + 1e-6


def test_inks_are_blended_over_their_unit() -> None:
    found = palette(style("a", fill(100, 100, 100), line(0, 200, 0, opacity=51 / 255)))
    assert found.colors.tolist() == [[100, 100, 100], [80, 120, 80]]


def test_a_class_without_a_fill_is_ink_of_its_name() -> None:
    with pytest.warns(GeoindexWarning, match="classes without a fill are read as ink: altered"):
        found = palette(
            style("a", fill(9, 9, 9), value="1"),
            style("altered", pattern(200, 0, 0), line(5, 5, 5), value="2"),
        )
    assert found.names == ("a", "altered", "ink #050505")
    assert found.roles == ("", "ink", "ink")
    assert found.values == (1, 2, 3)


def test_ink_of_the_color_of_a_unit_becomes_that_unit() -> None:
    own = palette(style("a", fill(9, 9, 9), line(9, 9, 9)), style("b", fill(1, 1, 1)))
    assert own.roles is None
    with pytest.warns(GeoindexWarning, match="become that unit: #010101"):
        other = palette(style("a", fill(9, 9, 9), line(1, 1, 1)), style("b", fill(1, 1, 1)))
    assert len(other) == 2


def test_what_draws_nothing_is_left_out() -> None:
    with pytest.warns(GeoindexWarning, match="draw nothing are left out: b, unnamed$"):
        found = palette(
            style("a", fill(9, 9, 9)), style("b"), style("", fill(1, 1, 1, opacity=0.0))
        )
    assert found.names == ("a",)
    with pytest.raises(PaletteError, match=r"map\.qml: holds no class with a color; classes that"):
        palette(style("b"))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["101", "205.0", "7"], (101, 205, 7, 206)),
        (["101", "205", ""], None),
        (["101", "gneiss", "7"], None),
        (["101", "0.5", "7"], None),
        (["101", "nan", "7"], None),
        (["7", "7", "8"], None),
        (["1", "2", str(2**31)], None),
        (["1", "2", str(2**31 - 1)], (1, 2, 2**31 - 1, 3)),
    ],
)
def test_class_values(values: list[str], expected: tuple[int, ...] | None) -> None:
    classes = [
        style(f"class {row}", fill(row, row, row), line(99, 99, 99), value=value)
        for row, value in enumerate(values)
    ]
    if expected is not None:
        assert palette(*classes).values == expected
        return
    with pytest.warns(GeoindexWarning, match=r"no class values are read, as .*: class \d"):
        assert palette(*classes).values is None


def test_all_other_values_get_a_number_of_their_own() -> None:
    found = palette(
        style("a", fill(1, 1, 1), value="30"),
        style("other", fill(2, 2, 2), rest=True),
        style("b", fill(3, 3, 3), value="20"),
    )
    assert found.values == (30, 31, 20)
    assert palette(style("other", fill(2, 2, 2), rest=True)).values is None


def test_many_names_are_told_in_one_line() -> None:
    with pytest.warns(GeoindexWarning, match=r"paper: c0, c1, c2, c3, c4 and 95 more$") as caught:
        palette(*[style(f"c{row}", fill(row, 1, 2, opacity=0.5)) for row in range(100)])
    assert len(caught) == 1


def layers(*names: tuple[str, bool]) -> list[MapLayer[int]]:
    return [
        MapLayer(name=name, key=f"id{row}", has_classes=classes, style=row)
        for row, (name, classes) in enumerate(names)
    ]


def test_the_only_layer_with_classes_is_taken() -> None:
    assert choose_layer(layers(("roads", False), ("units", True)), REQUEST).style == 1
    assert choose_layer(layers(("roads", False)), REQUEST).style == 0


@pytest.mark.parametrize(("wanted", "found"), [("units", 1), ("roads", 0), ("id2", 2)])
def test_a_layer_is_chosen_by_name_or_identifier(wanted: str, found: int) -> None:
    request = Request(where="p.qgz", layer=wanted)
    known = layers(("roads", False), ("units", True), ("quaternary", True))
    assert choose_layer(known, request).style == found


@pytest.mark.parametrize(
    ("known", "wanted", "message"),
    [
        ([("a", True), ("b", True)], None, r"2 layers with classes; .*layer=.*: a, b$"),
        ([("a", True), ("r", False)], "x", r"holds no layer 'x'; it holds: a$"),
        ([("a", True), ("a", True)], "a", r"2 layers named 'a'; .* identifier: id0, id1$"),
        ([("r", False), ("s", False)], None, r"no layer of polygons or classes; .*: r, s$"),
        ([], None, r"p: holds no layer of polygons or classes$"),
        ([(f"c{i}", True) for i in range(30)], None, r": c0, .*, c19 and 10 more$"),
    ],
)
def test_layers_are_refused_with_a_list(
    known: list[tuple[str, bool]], wanted: str | None, message: str
) -> None:
    with pytest.raises(PaletteError, match=message):
        choose_layer(layers(*known), Request(where="p", layer=wanted))
