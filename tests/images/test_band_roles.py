"""What a file or a DataArray says of its bands decides, and what it leaves open is asked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
import xarray as xr
from PIL import Image
from rasterio.enums import ColorInterp

from geoindex import (
    Palette,
    compare_palettes,
    convert,
    convert_many,
    index_image,
    learn_palette,
    open_grid,
)
from geoindex.color.pixels import PixelRule
from geoindex.errors import ImageError, OptionError
from geoindex.images.band_roles import choose_bands
from geoindex.images.files import read_image
from tests.support.command_line import invoke, printed
from tests.support.rasters import noise, write_tif

RED = Palette([[0, 0, 255], [255, 0, 0], [0, 255, 0]], names=["blue", "red", "green"])


def write_roles(path: Path, bands: np.ndarray, *roles: str, labels: tuple[str, ...] = ()) -> Path:
    write_tif(path, bands)
    with rasterio.open(path, "r+") as target:
        target.colorinterp = [ColorInterp[role] for role in roles]
        if labels:
            target.descriptions = labels
    return path


ORDERS = [
    # roles of the bands, 0-based bands of red, green, blue, 0-based band of alpha
    (("red", "green", "blue"), (0, 1, 2), None),
    (("blue", "green", "red"), (2, 1, 0), None),
    (("green", "blue", "red"), (2, 0, 1), None),
    (("gray", "undefined", "undefined"), (0, 1, 2), None),
    (("blue", "green", "red", "alpha"), (2, 1, 0), 3),
    (("alpha", "red", "green", "blue"), (1, 2, 3), 0),
    (("alpha", "gray"), (1, 1, 1), 0),
    (("undefined",), (0, 0, 0), None),
]


@pytest.mark.parametrize(("roles", "rgb", "alpha"), ORDERS, ids=["-".join(o[0]) for o in ORDERS])
def test_order_of_bands(
    tmp_path: Path, roles: tuple[str, ...], rgb: tuple[int, ...], alpha: int | None
) -> None:
    bands = noise(len(roles), 4, 5)
    found = read_image(write_roles(tmp_path / "map.tif", bands, *roles))
    np.testing.assert_array_equal(found.colors, np.moveaxis(bands[list(rgb)], 0, -1))
    if alpha is None:
        assert found.valid is None
    else:
        np.testing.assert_array_equal(found.valid != 0, bands[alpha] != 0)


@pytest.mark.parametrize(
    "roles",
    [
        ("cyan", "magenta", "yellow"),
        ("hue", "saturation", "lightness"),
        ("red", "green", "undefined"),
        ("red", "red", "blue"),
        ("red", "green", "blue", "undefined"),
        ("red", "green", "blue", "alpha", "alpha"),
        ("hue", "alpha"),
        ("gray", "undefined"),
        ("alpha",),
    ],
)
def test_other_bands_are_asked_about(tmp_path: Path, roles: tuple[str, ...]) -> None:
    path = write_roles(tmp_path / "map.tif", noise(len(roles), 4, 5), *roles)
    with pytest.raises(ImageError, match=rf"map\.tif: holds {len(roles)} bands .* choose bands"):
        read_image(path)


def test_labels_of_bands_in_a_file(tmp_path: Path) -> None:
    bands = noise(3, 4, 5)
    labeled = write_roles(
        tmp_path / "a.tif",
        bands,
        "gray",
        "undefined",
        "undefined",
        labels=("Blue", "Green", "Red"),
    )
    np.testing.assert_array_equal(read_image(labeled).colors, np.moveaxis(bands[::-1], 0, -1))
    unlike = write_roles(
        tmp_path / "b.tif", bands, "red", "green", "blue", labels=("NIR", "Red", "Green")
    )
    with pytest.raises(ImageError, match=r"b\.tif: band 1 is labeled 'NIR'"):
        read_image(unlike)
    chosen = read_image(unlike, PixelRule(bands=(1, 2, 3)))
    np.testing.assert_array_equal(chosen.colors, np.moveaxis(bands, 0, -1))


def test_chosen_bands(tmp_path: Path) -> None:
    bands = noise(5, 4, 5)
    path = write_tif(tmp_path / "map.tif", bands)
    found = read_image(path, PixelRule(bands=(4, 2, 5)))
    np.testing.assert_array_equal(found.colors, np.moveaxis(bands[[3, 1, 4]], 0, -1))
    found = read_image(path, PixelRule(bands=[1, 2, 3, 5]))
    np.testing.assert_array_equal(found.valid, bands[4])
    assert read_image(path, PixelRule(bands=(1, 2, 3, 5), alpha="strip")).valid is None
    assert (read_image(path, PixelRule(bands=(3,))).colors == bands[2, ..., np.newaxis]).all()
    with pytest.raises(ImageError, match=r"map\.tif: has 5 bands; there is no band 6"):
        read_image(path, PixelRule(bands=(1, 2, 6)))


@pytest.mark.parametrize(
    "bands", [(), (0, 1, 2), (1, 1, 2), (1, 2, 3, 4, 5), 3, ("1", "2"), (1.5,)]
)
def test_refuses_what_is_no_choice_of_bands(bands: object) -> None:
    with pytest.raises(OptionError, match="bands must be one to four different numbers"):
        PixelRule(bands=bands)


def test_strip_suffices_for_a_fourth_band(tmp_path: Path) -> None:
    bands = noise(4, 4, 5)
    expected = np.moveaxis(bands[:3], 0, -1)
    for name, roles in {
        "a": ("red", "green", "blue", "undefined"),
        "b": ("gray", "undefined", "undefined", "undefined"),
    }.items():
        path = write_roles(tmp_path / f"{name}.tif", bands, *roles)
        found = read_image(path, PixelRule(alpha="strip"))
        np.testing.assert_array_equal(found.colors, expected)
        assert found.valid is None
    with pytest.raises(ImageError, match="holds 2 bands"):
        choose_bands(["gray", "undefined"], strip=True)


def test_palette_and_alpha(tmp_path: Path) -> None:
    """Two bands, as gdalwarp -dstalpha makes them of a paletted TIFF."""
    codes = np.array([[0, 1, 2, 1]], np.uint8)
    alpha = np.array([[255, 0, 255, 128]], np.uint8)
    path = tmp_path / "map.tif"
    write_tif(path, np.stack([codes, alpha]), photometric="palette")
    with rasterio.open(path, "r+") as target:
        target.write_colormap(1, {0: (0, 0, 255), 1: (255, 0, 0), 2: (0, 255, 0)})
        target.colorinterp = [ColorInterp.palette, ColorInterp.alpha]
    assert index_image(path, RED).indices.tolist() == [[0, 255, 2, 1]]
    assert index_image(path, RED, translucent=200).indices.tolist() == [[0, 255, 2, 255]]
    assert index_image(path, RED, alpha="strip").indices.tolist() == [[0, 1, 2, 1]]
    white = read_image(path, PixelRule(translucent="#ffffff"))
    assert white.colors[0, 3].tolist() == [255, 127, 127]


def data_array(
    bands: np.ndarray, labels: list[str] | None = None, dim: str = "band"
) -> xr.DataArray:
    coords = {} if labels is None else {dim: labels}
    return xr.DataArray(bands, dims=(dim, "y", "x"), coords=coords)


@pytest.mark.parametrize("labels", [["B", "G", "R"], ["blue", "green", "red"]])
def test_labels_of_a_data_array(labels: list[str]) -> None:
    bands = np.zeros((3, 4, 5), np.uint8)
    bands[2] = 255
    assert (index_image(data_array(bands, labels), RED).indices == 1).all()
    named = data_array(bands)
    named.attrs["long_name"] = tuple(labels)
    assert (index_image(named, RED).indices == 1).all()


def test_bands_of_a_data_array_that_are_asked_about() -> None:
    bands = np.zeros((4, 4, 5), np.uint8)
    bands[0] = bands[3] = 255
    with pytest.raises(ImageError, match=r"the DataArray holds 4 bands .* nir"):
        index_image(data_array(bands, ["red", "green", "blue", "nir"]), RED)
    with pytest.raises(ImageError, match="the DataArray holds 4 bands"):
        index_image(data_array(bands), RED)
    with pytest.raises(ImageError, match="the DataArray holds 2 bands"):
        index_image(data_array(bands[:2]), RED)
    with pytest.raises(ImageError, match=r"dimension 'time' .* holds no bands; take one step"):
        index_image(data_array(bands[:3], dim="time"), RED)
    rgba = data_array(bands, ["red", "green", "blue", "alpha"])
    for picture in (rgba, data_array(bands).rename(band="rgba")):
        assert (index_image(picture, RED).indices == 1).all()
    bands[3, 0, 0] = 0
    assert index_image(rgba, RED).counts().tolist() == [0, 19, 0]
    assert index_image(data_array(bands), RED, alpha="strip").counts().tolist() == [0, 20, 0]


@pytest.mark.parametrize(
    ("row", "col"),
    [
        ("projection_y_coordinate", "projection_x_coordinate"),
        ("rlat", "rlon"),
        ("yc", "xc"),
        ("north", "east"),
        ("j", "x"),
    ],
)
def test_names_of_dimensions(row: str, col: str) -> None:
    values = np.arange(60, dtype=np.uint8).reshape(5, 4, 3) * 4
    expected = index_image(values, RED).indices
    array = xr.DataArray(values, dims=(row, col, "band"))
    for turned in (array, array.transpose(col, row, "band"), array.transpose("band", col, row)):
        np.testing.assert_array_equal(index_image(turned, RED).indices, expected)


@pytest.mark.parametrize("mode", ["LA", "RGB", "RGBA", "L"])
@pytest.mark.parametrize("size", [(20, 3), (3, 20), (4, 4), (20, 4), (2, 3)])
def test_pillow_images_have_channels_last(mode: str, size: tuple[int, int]) -> None:
    values = noise(size[1], size[0], len(mode)) | 1
    image = Image.fromarray(values[..., 0] if mode == "L" else values, mode)
    expected = index_image(np.array(image.convert("RGB")), RED, channel_axis=-1).indices
    np.testing.assert_array_equal(index_image(image, RED).indices, expected)


def test_bands_reach_every_road(tmp_path: Path) -> None:
    bands = np.zeros((5, 4, 6), np.uint8)
    bands[4] = 255
    path = write_tif(tmp_path / "map.tif", bands)
    with pytest.raises(ImageError, match="holds 5 bands"):
        index_image(path, RED)
    grid = index_image(path, RED, bands=(5, 1, 2))
    assert (grid.indices == 1).all()
    assert grid.provenance["bands"] == [5, 1, 2]
    assert (index_image(bands, RED, channel_axis=0, bands=(2, 5, 1)).indices == 2).all()
    assert (index_image(data_array(bands), RED, bands=(2, 5, 1)).indices == 2).all()
    convert(path, tmp_path / "a.tif", RED, bands=(1, 5, 2))
    assert (open_grid(tmp_path / "a.tif").indices == 2).all()
    report = convert_many([path], tmp_path / "out", RED, bands=(1, 2, 5), jobs=1)
    assert len(report.done) == 1
    assert (open_grid(tmp_path / "out" / "map.tif").indices == 0).all()
    assert learn_palette(path, 1, bands=(1, 5, 2)).colors.tolist() == [[0, 255, 0]]
    (score,) = compare_palettes(path, [RED], bands=(5, 1, 2)).scores
    assert (score.classes_used, score.mean_squared_error) == (1, 0)
    with pytest.raises(OptionError, match="bands must be one to four"):
        index_image(path, RED, bands=3)


def test_bands_on_the_command_line(tmp_path: Path) -> None:
    bands = np.zeros((4, 4, 5), np.uint8)
    bands[0] = bands[3] = 255
    path = write_tif(tmp_path / "map.tif", bands)
    RED.save(tmp_path / "p.csv")
    options = ["-p", tmp_path / "p.csv", "--bands"]
    printed("convert", path, tmp_path / "g.tif", *options, "1,2,3")
    assert (open_grid(tmp_path / "g.tif").indices == 1).all()
    result = invoke("convert", path, tmp_path / "h.tif", *options, "1,x")
    assert result.exit_code == 2
    assert "is not a list of numbers, such as 1,2,3" in result.stderr
    learned = printed("palette", "learn", path, "-n", "1", "--bands", "1,2,3", "--json")
    assert json.loads(learned)["colors"] == [[255, 0, 0]]
    options = ["--bands", "1,2,3", "--scale", "byte", "--json"]
    compared = json.loads(printed("palette", "compare", path, tmp_path / "p.csv", *options))
    assert compared["palettes"][0]["mean_squared_error"] == 0


def test_an_array_of_three_rows_and_two_channels_is_ambiguous() -> None:
    with pytest.raises(ImageError, match=r"shape \(3, 20, 2\) is ambiguous"):
        index_image(noise(3, 20, 2), RED)
    assert index_image(noise(3, 20, 2), RED, channel_axis=-1).shape == (3, 20)
    assert index_image(noise(3, 20, 2), RED, channel_axis=0).shape == (20, 2)
