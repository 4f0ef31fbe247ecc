"""What a file or an array says of its bands and numbers decides, or a line asks."""

from __future__ import annotations

from pathlib import Path

import dask.array as da
import numpy as np
import pytest
import rasterio
import xarray as xr
from affine import Affine
from PIL import Image
from rasterio.enums import ColorInterp

from geoindex import IndexGrid, Palette, index_image, learn_palette
from tests.support.rasters import noise, write_tif
from tests.support.silence import Case, Refused, Said, check, table

RGB = Palette([[255, 0, 0], [0, 255, 0], [0, 0, 255]], names=["red", "green", "blue"])
GRAY = Palette([[0, 0, 0], [250, 250, 250]])
RED = np.array([255, 0, 0], np.uint8)
WHOLE = Affine(4, 0, 1000, 0, -5, 2000)


def bands(*roles: str, values: np.ndarray = RED) -> list[list[int]]:
    """Indices of a map whose bands have these roles, and these values in their order."""
    write_tif(
        Path("map.tif"), values[: len(roles), np.newaxis, np.newaxis] + np.zeros((1, 1), np.uint8)
    )
    with rasterio.open("map.tif", "r+") as file:
        file.colorinterp = [ColorInterp[role] for role in roles]
    return index_image("map.tif", RGB).indices.tolist()


def labeled(*labels: str, values: tuple[int, ...]) -> list[list[int]]:
    """Indices of a DataArray of labeled bands."""
    pixels = np.array(values, np.uint8)[:, np.newaxis, np.newaxis]
    array = xr.DataArray(pixels, dims=("band", "y", "x"), coords={"band": list(labels)})
    return index_image(array, RGB).indices.tolist()


def times() -> list[list[int]]:
    dates = np.array(["2020-01-01", "2021-01-01", "2022-01-01"], "datetime64[ns]")
    array = xr.DataArray(
        np.zeros((3, 5, 6), np.uint8), dims=("time", "y", "x"), coords={"time": dates}
    )
    return index_image(array, RGB).indices.tolist()


def bytes_in(dtype: type, how: str) -> object:
    """Pixels of 8-bit colors in a wider type."""
    pixels = np.array([[[250, 250, 250], [0, 0, 0]]]).astype(dtype)
    if how == "file":
        write_tif(Path("map.tif"), np.moveaxis(pixels, -1, 0))
        return index_image("map.tif", GRAY).indices
    if how == "learn":
        return learn_palette(pixels, 2).colors
    return index_image(pixels, GRAY).indices


def placed() -> xr.DataArray:
    """A DataArray with coordinates and a GeoTransform, as rioxarray opens a file."""
    reference = ((), 0, {"GeoTransform": "1000 4 0 2000 0 -5"})
    return xr.DataArray(
        np.zeros((3, 12, 10), np.uint8),
        dims=("band", "y", "x"),
        coords={
            "x": 1002.0 + 4 * np.arange(10),
            "y": 1997.5 - 5.0 * np.arange(12),
            "spatial_ref": reference,
        },
    )


def turned(row: str, col: str) -> tuple[int, ...]:
    """Shape of the grid of a DataArray whose columns come first."""
    array = xr.DataArray(np.zeros((7, 5, 3), np.uint8), dims=(col, row, "band"))
    return index_image(array, GRAY).shape


def attributed() -> tuple[object, ...]:
    values = np.zeros((3, 4, 5), np.uint8)
    values[:, 1, 1] = 7
    attrs = {"crs": "EPSG:23031", "transform": tuple(WHOLE)[:6], "nodata": 7}
    grid = index_image(xr.DataArray(values, dims=("band", "y", "x"), attrs=attrs), GRAY)
    assert grid.crs is not None
    return grid.crs.to_epsg(), grid.transform, np.argwhere(~grid.valid)


def pages(n: int) -> tuple[int, ...]:
    """Shape of the grid of a TIFF of several pages."""
    page = Image.new("RGB", (4, 3), (250, 250, 250))
    page.save("map.tif", save_all=True, append_images=[page] * (n - 1))
    return index_image("map.tif", GRAY).shape


def inks() -> tuple[int, ...]:
    Image.new("CMYK", (4, 3), (0, 0, 0, 250)).save("map.tif")
    return index_image("map.tif", GRAY).shape


def nodata_by_band() -> int:
    attrs = {"nodatavals": (0, 0, 255)}
    array = xr.DataArray(np.zeros((3, 5, 6), np.uint8), dims=("band", "y", "x"), attrs=attrs)
    return int(index_image(array, GRAY).valid.sum())


def own_codes(kind: str) -> tuple[int, ...]:
    """Shape of the grid of an image that holds the class values of its palette."""
    codes = np.array([[11, 230, 120]], np.uint8)
    globcover = Palette([[9, 9, 9], [90, 90, 90], [200, 200, 200]], values=[11, 120, 230])
    image = codes if kind == "an array" else write_tif(Path("map.tif"), codes)
    return index_image(image, globcover).shape


def one_band_file(values: list[int], **profile: object) -> list[list[int]]:
    write_tif(Path("map.tif"), np.array([values], np.uint8), **profile)
    return index_image("map.tif", GRAY).indices.tolist()


def alpha_of_255() -> list[list[int]]:
    values = np.zeros((1, 2, 4), np.float32)
    values[..., 3], values[0, 0, :3] = 255, 1
    return index_image(values, GRAY).indices.tolist()


MUST_ASK = "holds {} bands .* choose bands"
COULD_BE = r"could be class numbers or gray levels; .*IndexGrid\(indices="

CASES = [
    Case("red in a file of RGB", lambda: bands("red", "green", "blue"), [[0]], "the file"),
    Case(
        "red in a file of BGR",
        lambda: bands("blue", "green", "red", values=RED[::-1]),
        [[0]],
        "the color interpretation",
    ),
    *(
        Case(
            f"bands {', '.join(roles)}",
            lambda r=roles: bands(*r),
            Refused(MUST_ASK.format(3)),
            "GDAL",
        )
        for roles in (("cyan", "magenta", "yellow"), ("hue", "saturation", "lightness"))
    ),
    Case(
        "red in a DataArray of B, G, R",
        lambda: labeled("B", "G", "R", values=(0, 0, 255)),
        [[0]],
        "the labels",
    ),
    Case(
        "a near-infrared band in a DataArray",
        lambda: labeled("R", "G", "B", "NIR", values=(255, 0, 0, 9)),
        Refused(MUST_ASK.format(4)),
        "the labels",
    ),
    Case(
        "two bands of anything",
        lambda: labeled("1", "2", values=(255, 0)),
        Refused(MUST_ASK.format(2)),
        "nobody knows",
    ),
    Case("three dates", times, Refused("time"), "a date is no color"),
    *(
        Case(
            f"uint16 of 0 to 250, {how}",
            lambda h=how: bytes_in(np.uint16, h),
            Refused("largest of its 16-bit values is 250, .*scale='byte'"),
            "they could be both",
        )
        for how in ("array", "file", "learn")
    ),
    *(
        Case(
            f"{np.dtype(dtype)} of 0 to 250, {how}",
            lambda d=dtype, h=how: bytes_in(d, h),
            [[1, 0]],
            "the pixels",
        )
        for dtype in (np.uint8, np.int16, np.uint32, np.float32)
        for how in ("array", "file")
    ),
    Case("floats of 0 and 1 with alpha 255", alpha_of_255, [[1, 0]], "the pixels"),
    *(
        Case(
            f"a part of a DataArray, {cut}",
            lambda c=cut: index_image(placed().isel(c), GRAY).transform,
            right,
            "its coordinates",
        )
        for cut, right in [
            ({"y": [3]}, Affine(4, 0, 1000, 0, -5, 1985)),
            ({"x": [9]}, Affine(4, 0, 1036, 0, -5, 2000)),
            ({"x": slice(None, None, 3)}, Affine(12, 0, 996, 0, -5, 2000)),
        ]
    ),
    Case(
        "irregular columns of a DataArray",
        lambda: index_image(placed().isel(x=[0, 1, 5]), GRAY).transform,
        Said("not evenly spaced, .* has no place"),
        "its coordinates",
    ),
    *(
        Case(f"dimensions {row} and {col}", lambda r=row, c=col: turned(r, c), (5, 7), "CF")
        for row, col in [
            ("projection_y_coordinate", "projection_x_coordinate"),
            ("rlat", "rlon"),
            ("yc", "xc"),
        ]
    ),
    Case(
        "attributes crs, transform and nodata",
        attributed,
        (23031, WHOLE, [[1, 1]]),
        "the attributes",
    ),
    *(
        Case(
            f"an array of two dimensions, {name}",
            lambda v=values: index_image(np.array([v]), GRAY).shape,
            Refused(COULD_BE),
            "they could be both",
        )
        for name, values in {"0 to 7": list(range(8)), "codes": [11, 12, 95]}.items()
    ),
    Case(
        "an array of two dimensions, black and nearly white",
        lambda: index_image(np.array([[0, 250]], np.uint8), GRAY).indices,
        [[0, 1]],
        "levels that reach white",
    ),
    Case("a TIFF of one page", lambda: pages(1), (3, 4), "the file"),
    Case(
        "a TIFF of two pages",
        lambda: pages(2),
        Said(r"map\.tif: holds 2 pages, of which only the first is read", (3, 4)),
        "the file",
    ),
    Case("a CMYK image", inks, Said("without a color profile", (3, 4)), "the file"),
    Case(
        "a DataArray of several nodata values",
        nodata_by_band,
        Said("different nodata values", 30),
        "the attributes",
    ),
    Case(
        "a DataArray of one band, as rioxarray opens a file",
        lambda: labeled("1", values=(7,)),
        Refused(COULD_BE),
        "they could be both",
    ),
    Case(
        "a DataArray of a grid",
        lambda: index_image(
            IndexGrid(
                indices=np.uint8([[0, 200]]), palette=Palette([[9, 9, 9]] * 201)
            ).to_xarray(),
            GRAY,
        ),
        Refused("holds class numbers, as its flag_values tell"),
        "its attributes",
    ),
    Case(
        "200 labels of areas",
        lambda: index_image(np.arange(200).reshape(20, 10).repeat(9, 1), GRAY).shape,
        Refused(COULD_BE),
        "scipy.ndimage.label",
    ),
    Case(
        "a dark photograph",
        lambda: (
            index_image(noise(30, 40, high=120), Palette(["black", "white"]), max_distance=1).shape
        ),
        (30, 40),
        "the picture: neighbors differ",
    ),
    Case(
        "a file of one band, 0 to 7",
        lambda: one_band_file(list(range(8))),
        Said(r"map\.tif: its one band holds a few numbers from 0 to 7, .*IndexGrid", [[0] * 8]),
        "they could be both",
    ),
    *(
        Case(
            f"{kind} of the palette's own codes",
            lambda k=kind: own_codes(k),
            Said("holds a few numbers from 11 to 230, .* could be class numbers", (1, 3)),
            "the palette",
        )
        for kind in ("an array", "a file")
    ),
    Case(
        "a palette learned of a file of one band, 0 to 7",
        lambda: len(
            learn_palette(write_tif(Path("map.tif"), np.arange(8, dtype=np.uint8)[np.newaxis]), 8)
        ),
        Said(r"map\.tif: all colors are 8 dark grays, 0 to 7, .* class numbers", 8),
        "they could be both",
    ),
    Case(
        "a Dask array of two dimensions",
        lambda: index_image(da.zeros((4, 4), dtype=np.uint8), GRAY).shape,
        Said("Dask array of two dimensions is read as gray .*IndexGrid", (4, 4)),
        "nobody has looked at it",
    ),
    Case(
        "a Dask array of uint16 of 0 to 250",
        lambda: index_image(da.full((2, 2, 3), 250, dtype=np.uint16), GRAY).compute().indices,
        Said("block of the Dask array .* 16-bit values is 250", [[0, 0], [0, 0]]),
        "they could be both",
    ),
]


@table(CASES)
def test_bands(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(case, tmp_path, monkeypatch)
