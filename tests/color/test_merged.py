"""Lines that tell of colors that became one class."""

from __future__ import annotations

import pytest

from geoindex.color.merged import MergedColors, merged_texts, warn_of
from geoindex.errors import GeoindexWarning


@pytest.mark.parametrize(("n_colors", "end"), [(4, "(40 px)"), (5, "(40 px), 1 more")])
def test_the_most_frequent_colors_are_listed(n_colors: int, end: str) -> None:
    numbers = range(1, n_colors + 1)
    group = MergedColors(
        index=2,
        label="Gneiss",
        colors=tuple((n, 0, 0) for n in numbers),
        pixels=tuple(10 * n for n in numbers),
    )
    (text,) = merged_texts([group])
    told = f"{n_colors} frequent colors of the map became one class, index 2 (Gneiss): "
    assert text.startswith(f"{told}1,0,0 (10 px), 2,0,0 (20 px), 3,0,0 (30 px), 4,0,0 {end}")


@pytest.mark.parametrize("level", [1, 2])
def test_a_warning_points_to_the_line_of_its_caller(level: int) -> None:
    def call() -> None:
        warn_of(["a text"], stacklevel=level)

    line = call.__code__.co_firstlineno + (1 if level == 1 else 5)
    with pytest.warns(GeoindexWarning, match="a text") as caught:
        call()
    assert (caught[0].filename, caught[0].lineno) == (__file__, line)
