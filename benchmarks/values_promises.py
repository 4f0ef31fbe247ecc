"""What the guide promises of values read from pictures, each beside what was found.

    python benchmarks/values_promises.py

Prints a Markdown table. Pictures are drawn by matplotlib from known fields, 1000 x 700 pixels;
errors are shares of the range. The numbers beside a color bar are read only with the extra ocr.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, NamedTuple

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from common import machine, parser_of, print_header, print_row
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Colormap, LinearSegmentedColormap
from values import Floats, Picture, as_jpeg, drawn, field

from geoindex import Ramp, image_values, load_ramp
from geoindex.errors import GeoindexWarning

NAMES = ("viridis", "jet", "gray", "RdBu_r", "turbo")
STOPS = {
    "hard steps": (
        [0, 0.3, 0.3, 0.7, 0.7, 1],
        ["#00005a", "#5ac8ff", "#147828", "#f0f078", "#aa5a1e", "#ffffff"],
    ),
    "linear": ([0, 0.25, 0.5, 0.75, 1], ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"]),
}
OWN = LinearSegmentedColormap.from_list("own", ["#000033", "#00aaff", "#ffff00", "#aa0000"])
FALSE = 0.01
SINGLE = 1e-6  # of float32


class Promise(NamedTuple):
    """One line of the table."""

    what: str
    ramp: str
    found: float
    most: float


def pictures(truth: Floats) -> Iterator[tuple[str, Ramp, Picture, Picture]]:
    """Name, ramp, clean picture and picture with contours and labels, for each ramp."""
    for name in NAMES:
        clean, inked = (drawn(truth, name, ink=ink) for ink in (False, True))
        yield name, load_ramp(name), clean, inked
    for name, (stops, texts) in STOPS.items():
        colors = np.array([mpl.colors.to_rgb(text) for text in texts]) * 255
        channels = [np.interp(truth, stops, colors[:, channel]) for channel in range(3)]
        painted = np.floor(np.stack(channels, axis=-1) + 0.5).astype(np.uint8)
        clean, inked = (drawn(truth, painted, ink=ink) for ink in (False, True))
        yield name, Ramp.from_stops(stops, colors), clean, inked


def of_pictures(truth: Floats, noisy: Floats) -> Iterator[Promise]:
    """Promises of clean pictures, of those with ink, and of JPEG."""
    noise = list(pictures(noisy))
    for (name, ramp, clean, inked), (*_, noisy_clean, noisy_inked) in zip(
        pictures(truth), noise, strict=True
    ):
        for kind, picture in (("clean", clean), ("contours", inked)):
            grid = image_values(picture, ramp, (0, 1), band=True)
            error, known, band = np.abs(grid.values - truth), grid.valid, np.asarray(grid.band)
            beyond = (error - band)[known].max() - SINGLE
            yield Promise(f"{kind}: error beyond the band", name, max(beyond, 0), 0)
            bound = ramp.bound(grid.provenance["reading"]["rounding"])
            yield Promise(f"{kind}: widest band", name, band[known].max(), bound + SINGLE)
            wrong = int((error[known] > max(FALSE, bound)).sum())
            yield Promise(f"{kind}: pixels off by more than 1 %", name, wrong, 0)
        for quality, most in ((90, 0.003), (75, 0.005)):
            found = image_values(as_jpeg(clean, quality), ramp, (0, 1))
            mean = np.abs(found.values - truth)[found.valid].mean()
            yield Promise(f"JPEG {quality}: mean error", name, mean, most)
        for kind, right, plain, covered, most in (
            ("smooth", truth, clean, inked, 0.005),
            ("noisy", noisy, noisy_clean, noisy_inked, 0.015),
        ):
            found = image_values(covered, ramp, (0, 1), fill="harmonic")
            below = (covered != plain).any(axis=2) & found.valid
            mean = np.abs(found.values - right)[below].mean()
            yield Promise(f"filled, {kind} field: mean error", name, mean, most)


def of_folded(truth: Floats) -> Iterator[Promise]:
    """Promises of ramps that have colors twice."""
    for name in ("flag", "prism"):
        grid = image_values(drawn(truth, name, ink=False), name, (0, 1))
        worst = np.abs(grid.values - truth)[grid.valid].max()
        yield Promise("colors twice: largest error", name, worst, FALSE)
        yield Promise("colors twice: share without a value", name, 1 - grid.valid.mean(), 0.01)


def page(
    cmap: str | Colormap, *, upright: bool
) -> tuple[Picture, tuple[float, float, float, float]]:
    """Figure with a map, a title and a color bar from -50 to 120, and the box of the bar."""
    figure, ax = plt.subplots(figsize=(9, 6.5), dpi=100)
    values = 170 * field()[::4, ::4] - 50
    mesh = ax.pcolormesh(values, cmap=cmap, vmin=-50, vmax=120)
    ax.contour(values, levels=6, colors="k", linewidths=0.8)
    ax.set_title("Bouguer anomaly")
    bar = figure.colorbar(mesh, ax=ax, orientation="vertical" if upright else "horizontal")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = np.asarray(canvas.buffer_rgba())[..., :3].copy()
    left, bottom, right, top = bar.ax.get_window_extent().extents
    plt.close(figure)
    return picture, (left, len(picture) - top, right, len(picture) - bottom)


def of_bars(*, reads: bool) -> Iterator[Promise]:
    """Promises of color bars in the picture, and of the numbers beside them."""
    cases: list[tuple[str, str | Colormap]] = [(name, name) for name in NAMES]
    for name, cmap in [*cases, ("own", OWN)]:
        for upright in (True, False):
            way = "upright" if upright else "lying"
            picture, box = page(cmap, upright=upright)
            for kind, drawing in (("PNG", picture), ("JPEG 75", as_jpeg(picture, 75))):
                report = image_values(drawing, limits=(-50, 120)).provenance["reading"]
                sides = [1, 3] if upright else [0, 2]
                off = np.abs(np.array(report["bar"]) - box)[sides].max()
                yield Promise(f"bar in {kind}, {way}: ends off by pixels", name, off, 3)
                missed = report["ramp"] != ("color bar" if name == "own" else name)
                yield Promise(f"bar in {kind}, {way}: other ramps named", name, int(missed), 0)
            if name == "own":
                right = image_values(picture, OWN, (0, 1)).values
                values = image_values(picture, limits=(0, 1)).values
                mean = np.nanmean(np.abs(values - right))
                yield Promise(f"unknown bar, {way}: mean error", name, mean, 1 / 250)
    if reads:
        for kind in ("PNG", "JPEG 75"):
            picture, _ = page("viridis", upright=True)
            picture = picture if kind == "PNG" else as_jpeg(picture, 75)
            ticks: Any = image_values(picture, ticks="read").provenance["reading"]["ticks"]
            off = max(abs(ticks[0][1] + 50), abs(ticks[1][1] - 120)) / 170
            yield Promise(f"numbers in {kind}: ends off", "viridis", off, 0.003)


def has_ocr() -> bool:
    """Whether the extra is installed."""
    return find_spec("rapidocr") is not None


def main() -> None:
    """Run the benchmark."""
    parser_of(__doc__ or "", 1).parse_args()
    mpl.use("Agg")
    warnings.simplefilter("ignore", GeoindexWarning)
    print(machine("matplotlib", "rapidocr"))
    truth = field()
    noise = np.random.default_rng(4).normal(0, 0.01, truth.shape)
    promises = [
        *of_pictures(truth, np.clip(truth + noise, 0, 1)),
        *of_folded(truth),
        *of_bars(reads=has_ocr()),
    ]
    print_header("promise", "ramp", "found", "at most", "holds", text=(0, 1, 4))
    for one in promises:
        holds = "yes" if one.found <= one.most else "NO"
        print_row(one.what, one.ramp, f"{one.found:.5g}", f"{one.most:.5g}", holds)
    print(f"\n{sum(one.found <= one.most for one in promises)} of {len(promises)} hold")


if __name__ == "__main__":
    main()
