"""Which pixels clearly show the color of a single unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.confidence import UNLISTED
from geoindex.color.compiled import compiled, types
from geoindex.color.metric_kernels import BRIGHTEST, DARKEST

__all__ = [
    "CORE",
    "DEVIATION_MASK",
    "DOUBTFUL",
    "EXACT",
    "HIDDEN",
    "INDEX_SHIFT",
    "LONE",
    "MISFIT_OFF",
    "MISSING",
    "NEIGHBORHOOD",
    "OF_CORE",
    "doubt_lone",
    "doubt_misfits",
    "find_cores",
    "index_array",
    "note_known",
    "pixel_array",
    "surroundings",
    "window_of",
]

DOUBTFUL, EXACT, CORE, MISSING, LONE = (np.uint8(code) for code in range(5))
"""Doubtful; exactly a unit's color, or trusted for other reasons; surrounded by its unit; nodata;
exactly a unit's color but alone, so perhaps a mixture of others by chance."""

EXACT_SQUARED = 3.3
"""Largest squared distance from a unit's color that rounding and shading cause."""

COMPANY_RADIUS, COMPANY = 2, 6
"""A color without a core beside it is accepted if this many pixels within the radius have it: a
line of mixtures has fewer, a unit three pixels wide more."""

OF_CORE, INDEX_SHIFT, DEVIATION_MASK = 1 << 8, 9, (1 << 8) - 1
"""Bits of what :func:`note_known` writes: the deviation, whether the pixel is a core, and from
the shift on its palette row."""

MISFIT, MISFIT_OFF = OF_CORE | DEVIATION_MASK, 16.0
"""Bits of a core this many levels or more from its unit's color."""

MISFIT_RADIUS = 2
"""Squares of such cores, of this radius, are not made by lossy compression."""

UNLISTED_RADIUS = 5
"""Pixels around one of an unlisted color up to which what ink or soft edges cover is of it."""

UNLISTED_SQUARED = 20**2
"""Largest squared distance of the pixels of such areas from the color that they have."""

HIDDEN = -2
"""In the same array: a pixel that ink covers completely."""

NEIGHBORHOOD = 8
"""Pixels around each one of which :func:`surroundings` tells whether something is there."""

pixel_array = types.Array(types.uint8, 3, "A", readonly=True)
window_of = types.UniTuple(types.int64, 4)  # type: ignore[no-untyped-call]  # numba has no types
index_array = types.Array(types.int32, 2, "C", readonly=True)


@compiled(
    types.void(
        pixel_array,
        index_array,
        types.Array(types.float64, 2, "C", readonly=True),
        types.Array(types.boolean, 1, "C", readonly=True),
        types.boolean,
        types.uint8[:, ::1],
        types.float32[:, ::1],
        types.uint8[:, ::1],
    )
)
def find_cores(
    pixels: NDArray[np.uint8],
    indices: NDArray[np.int32],
    colors: NDArray[np.float64],
    is_unit: NDArray[np.bool_],
    shaded: bool,
    kind: NDArray[np.uint8],
    brightness: NDArray[np.float32],
    deviation: NDArray[np.uint8],
) -> None:
    """Classify pixels as core, exact, doubtful or missing.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
    indices : ndarray of int32, shape (rows, cols)
        Palette row nearest to each pixel, -1 for nodata.
    colors : ndarray of float64, shape (n_colors, 3)
        The palette.
    is_unit : ndarray of bool, shape (n_colors,)
        False for ink.
    shaded : bool
        Whether a pixel may be a darker or brighter version of its unit's color.
    kind, deviation : ndarray of uint8, shape (rows, cols)
        Written: the kind, and the squared distance from the unit's color, at most 255.
    brightness : ndarray of float32, shape (rows, cols)
        Written where `shaded`: the factor between the unit's color and the pixel.
    """
    rows, cols = indices.shape
    for row in range(rows):
        up, down = max(row - 1, 0), min(row + 1, rows - 1)
        for col in range(cols):
            index = indices[row, col]
            if index < 0:
                kind[row, col] = MISSING
                continue
            if not is_unit[index]:
                kind[row, col] = DOUBTFUL
                continue
            red, green, blue = colors[index, 0], colors[index, 1], colors[index, 2]
            r, g, b = (
                float(pixels[row, col, 0]),
                float(pixels[row, col, 1]),
                float(pixels[row, col, 2]),
            )
            if shaded:
                length = red * red + green * green + blue * blue
                factor = (r * red + g * green + b * blue) / length if length > 0 else 1.0
                factor = min(max(factor, DARKEST), BRIGHTEST)
                brightness[row, col] = factor
                red, green, blue = (
                    min(factor * red, 255.0),
                    min(factor * green, 255.0),
                    min(factor * blue, 255.0),
                )
            squared = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2
            deviation[row, col] = np.uint8(min(squared + 0.5, 255.0))
            left, right = max(col - 1, 0), min(col + 1, cols - 1)
            alike = 0
            for y in (up, row, down):
                for x in (left, col, right):
                    near = indices[y, x]
                    alike += int(near == index) | int(near < 0)
            if alike == 9:
                kind[row, col] = CORE
            elif squared <= EXACT_SQUARED:
                kind[row, col] = EXACT
            else:
                kind[row, col] = DOUBTFUL


@compiled(types.void(index_array, types.uint8[:, ::1]))
def doubt_lone(indices: NDArray[np.int32], kind: NDArray[np.uint8]) -> None:
    """Mark exact pixels as lone if they have neither a core beside them nor company.

    Parameters
    ----------
    indices : ndarray of int32, shape (rows, cols)
    kind : ndarray of uint8, shape (rows, cols)
        From :func:`find_cores`; changed.
    """
    rows, cols = indices.shape
    for row in range(rows):
        for col in range(cols):
            if kind[row, col] != EXACT:
                continue
            company, beside = 0, False
            for y in range(max(0, row - COMPANY_RADIUS), min(rows, row + COMPANY_RADIUS + 1)):
                for x in range(max(0, col - COMPANY_RADIUS), min(cols, col + COMPANY_RADIUS + 1)):
                    if indices[y, x] != indices[row, col] or kind[y, x] == DOUBTFUL:
                        continue
                    company += 1
                    near = abs(y - row) <= 1 and abs(x - col) <= 1
                    beside = beside or (near and kind[y, x] == CORE)
            if not beside and company < COMPANY:
                kind[row, col] = LONE


@compiled(
    types.boolean(
        index_array,
        types.Array(types.uint8, 2, "C", readonly=True),
        types.Array(types.uint8, 2, "C", readonly=True),
        types.int32[:, ::1],
    )
)
def note_known(
    indices: NDArray[np.int32],
    kind: NDArray[np.uint8],
    deviation: NDArray[np.uint8],
    known: NDArray[np.int32],
) -> bool:
    """Pack what is known of cores and exact pixels into one number, -1 for the others.

    The search around each doubtful pixel reads a hundred of them; one array halves its time.

    Parameters
    ----------
    indices : ndarray of int32, shape (rows, cols)
    kind, deviation : ndarray of uint8, shape (rows, cols)
        From :func:`find_cores`.
    known : ndarray of int32, shape (rows, cols)
        Written.

    Returns
    -------
    bool
        Whether there is a core that hardly has its unit's color.
    """
    rows, cols = indices.shape
    misfit = False
    for row in range(rows):
        for col in range(cols):
            state = kind[row, col]
            if state == CORE:
                bits = OF_CORE | np.int64(deviation[row, col])
                misfit |= deviation[row, col] == DEVIATION_MASK
                known[row, col] = np.int64(indices[row, col]) << INDEX_SHIFT | bits
            elif state == EXACT:
                known[row, col] = np.int64(indices[row, col]) << INDEX_SHIFT
            else:
                known[row, col] = -1
    return misfit


@compiled()
def surroundings(known: NDArray[np.int32], least: int) -> NDArray[np.bool_]:
    """Tell in squares of 8 x 8 pixels whether `known` reaches `least` in them or beside them.

    Where it does not, as within wide ink, nothing has to be looked for: most places that a search
    reads are there.
    """
    rows, cols = known.shape
    shape = (rows + NEIGHBORHOOD - 1) // NEIGHBORHOOD, (cols + NEIGHBORHOOD - 1) // NEIGHBORHOOD
    near = np.zeros(shape, np.bool_)
    highest = np.empty(cols, np.int32)
    for i in range(shape[0]):
        line = known[i * NEIGHBORHOOD]
        for col in range(cols):
            highest[col] = line[col]
        for row in range(i * NEIGHBORHOOD + 1, min((i + 1) * NEIGHBORHOOD, rows)):
            line = known[row]
            for col in range(cols):
                highest[col] = max(highest[col], line[col])
        for j in range(shape[1]):
            most = highest[j * NEIGHBORHOOD]
            for col in range(j * NEIGHBORHOOD, min((j + 1) * NEIGHBORHOOD, cols)):
                most = max(most, highest[col])
            if most >= least:
                near[max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2] = True
    return near


@compiled()
def _is_misfit(known: NDArray[np.int32], row: int, col: int) -> bool:
    """Whether all around is of cores that hardly have their unit's color."""
    for y in range(row - MISFIT_RADIUS, row + MISFIT_RADIUS + 1):
        for x in range(col - MISFIT_RADIUS, col + MISFIT_RADIUS + 1):
            if y < 0 or x < 0 or y >= known.shape[0] or x >= known.shape[1]:
                continue
            if known[y, x] < 0 or known[y, x] & MISFIT != MISFIT:
                return False
    return True


@compiled()
def _is_unlisted(
    pixels: NDArray[np.uint8], row: int, col: int, exact: bool, lacking: NDArray[np.float64]
) -> bool:
    """Whether a misfit is flat in an exact picture, or has a color known to be in no unit."""
    r, g, b = pixels[row, col, 0], pixels[row, col, 1], pixels[row, col, 2]
    flat = exact
    for y in range(max(0, row - 1), min(len(pixels), row + 2)):
        for x in range(max(0, col - 1), min(pixels.shape[1], col + 2)):
            flat &= (pixels[y, x, 0] == r) & (pixels[y, x, 1] == g) & (pixels[y, x, 2] == b)
    for i in range(len(lacking)):
        red, green, blue = lacking[i, 0] - r, lacking[i, 1] - g, lacking[i, 2] - b
        flat |= red * red + green * green + blue * blue <= UNLISTED_SQUARED
    return flat


@compiled(
    types.void(
        pixel_array, types.Array(types.int32, 2, "C", readonly=True), types.boolean,
        types.Array(types.float64, 2, "C", readonly=True), window_of,
        types.Array(types.int32, 2, "C", readonly=True), types.uint8[:, ::1],
    )
)  # fmt: skip
def doubt_misfits(
    pixels: NDArray[np.uint8],
    known: NDArray[np.int32],
    exact: bool,
    lacking: NDArray[np.float64],
    window: tuple[int, int, int, int],
    classes: NDArray[np.int32],
    margins: NDArray[np.uint8],
) -> None:
    """Take areas that have the color of no unit to be guesses, or to be unlisted for certain.

    Lossy compression moves colors as far, but along contacts only.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
    known : ndarray of int32, shape (rows, cols)
        From :func:`note_known`.
    exact : bool
        Whether the pixels are those of an export, in which flat areas have their unit's color.
    lacking : ndarray of float64, shape (n, 3)
        Colors of areas that are known to be of no unit.
    window : tuple of int
        First and last row, first and last column.
    classes : ndarray of int32, shape of the window
        Palette rows.
    margins : ndarray of uint8, shape of the window
        Changed.
    """
    first_row, last_row = max(0, window[0] - UNLISTED_RADIUS), window[1] + UNLISTED_RADIUS
    first_col, last_col = max(0, window[2] - UNLISTED_RADIUS), window[3] + UNLISTED_RADIUS
    for row in range(first_row, min(known.shape[0], last_row)):
        for col in range(first_col, min(known.shape[1], last_col)):
            if known[row, col] < 0 or known[row, col] & MISFIT != MISFIT:
                continue
            unlisted = _is_unlisted(pixels, row, col, exact, lacking)
            if not (unlisted or _is_misfit(known, row, col)):
                continue
            radius = UNLISTED_RADIUS if unlisted else MISFIT_RADIUS
            for y in range(max(window[0], row - radius), min(window[1], row + radius + 1)):
                for x in range(max(window[2], col - radius), min(window[3], col + radius + 1)):
                    place = y - window[0], x - window[2]
                    if not unlisted:
                        margins[place] = UNLISTED if margins[place] == UNLISTED else 0
                    elif classes[place] == known[row, col] >> INDEX_SHIFT and (
                        known[y, x] < 0 or known[y, x] & MISFIT == MISFIT
                    ):
                        margins[place] = UNLISTED
