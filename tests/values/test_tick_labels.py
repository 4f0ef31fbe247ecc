"""The numbers beside a color bar, read and put on a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import LogNorm, Normalize
from PIL import Image

from geoindex import image_values
from geoindex.errors import OptionError
from geoindex.values.tick_labels import Label, ticks_of
from tests.support.command_line import invoke
from tests.support.fields import as_jpeg, rasterized, smooth_field

FIELD = smooth_field((150, 200))


def page(low: float, high: float, *, log: bool = False, **bar: Any) -> Any:
    """Picture of a map with a color bar of its values, and numbers beside the map, too."""
    pytest.importorskip("rapidocr", reason="the extra ocr is not installed")
    figure, ax = plt.subplots(figsize=(9, 6.5), dpi=100)
    values = low * (high / low) ** FIELD if log else low + (high - low) * FIELD
    mesh = ax.pcolormesh(values, norm=(LogNorm if log else Normalize)(low, high))
    ax.contour(values, colors="k", linewidths=0.8)
    figure.colorbar(mesh, ax=ax, **bar).set_label("mGal")
    picture = rasterized(figure)
    plt.close(figure)
    return picture


@pytest.mark.parametrize(
    ("low", "high", "bar"),
    [
        (-50, 120, {}),
        (-0.37, 0.21, {"orientation": "horizontal"}),
        (-3000, -1500, {"location": "left"}),
        (1000, 52000, {"location": "top"}),
        (0.01, 30, {"log": True}),
    ],
)
def test_ends_are_those_of_the_numbers(low: float, high: float, bar: dict[str, Any]) -> None:
    kind = "log" if bar.get("log") else "linear"
    picture = page(low, high, **bar)
    # Labels are no part of a bar with noise.
    picture = as_jpeg(picture, 75) if (low, high) == (-50, 120) else picture
    grid = image_values(picture, ticks="read", scale=kind)
    found, right = (
        np.array([value for _, value in grid.provenance["reading"]["ticks"]]),
        [low, high],
    )
    if kind == "log":
        found, right = np.log(found), np.log(right)
    assert np.abs(found - right).max() < 0.003 * (right[1] - right[0])
    assert grid.scale.limits == pytest.approx([low, high], abs=0.02 * (high - low))


@pytest.mark.parametrize(("low", "high"), [(1e6, 3e6), (2e-6, 9e-6), (1e6 + 1, 1e6 + 3)])
def test_a_factor_or_an_offset_is_not_overlooked(low: float, high: float) -> None:
    with pytest.raises(OptionError, match=r"1e-?6' near the color bar changes its numbers"):
        image_values(page(low, high), ticks="read")


def test_by_command(tmp_path: Path) -> None:
    Image.fromarray(page(-50, 120)).save(tmp_path / "map.png")
    done = invoke("values", tmp_path / "map.png", "-o", tmp_path / "map.tif", "--ticks", "read")
    assert "ticks         read by OCR: the bar goes from -50." in done.output
    wrong = invoke("values", "x.png", "-o", "x.tif", "--ticks", "read", "--ramp", "jet")
    assert "takes ramp and values of the color bar" in str(wrong.exception)


def labels(*texts: str) -> list[Label]:
    """Texts at equal distances along a bar."""
    return [Label(place=i / (len(texts) - 1), text=text) for i, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("texts", "kind", "ends"),
    [
        (("\N{MINUS SIGN}20", "-10", "O", "10", "20"), "linear", (-20, 20)),
        (("0,5", "1,0", "1,5"), "linear", (0.5, 1.5)),
        (("500", "1,000", "1,500"), "linear", (500, 1500)),
        (("0", "10", "20", "80", "40"), "linear", (0, 40)),
        (("3e-5", "2e-5", "1e-5"), "linear", (3e-5, 1e-5)),
        (("10\N{SUPERSCRIPT TWO}", "103", "10\N{SUPERSCRIPT FOUR}"), "log", (1e2, 1e4)),
    ],
)
def test_numbers_on_a_line(texts: tuple[str, ...], kind: Any, ends: tuple[float, float]) -> None:
    found = ticks_of(labels(*texts), 400, kind)
    assert [place for place, _ in found] == [0, 1]
    assert [value for _, value in found] == pytest.approx(ends)


@pytest.mark.parametrize(
    "texts", [("0", "10"), ("0", "7", "40", "x"), ("1", "10", "100"), ("a", "b")]
)
def test_numbers_on_no_line(texts: tuple[str, ...]) -> None:
    with pytest.raises(OptionError, match="could not be read"):
        ticks_of(labels(*texts), 400, "linear")
