"""Lines that tell of colors that became one class."""

from __future__ import annotations

import pytest

from geoindex.color.merged import MergedColors, merged_texts


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
