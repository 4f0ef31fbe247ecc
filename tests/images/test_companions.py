"""Masks and overviews beside an image are TIFF; GDAL would follow anything else to other files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

from geoindex.errors import ImageError
from geoindex.images.files import read_image

VRT = (
    '<VRTDataset rasterXSize="5" rasterYSize="4"><Metadata><MDI key="INTERNAL_MASK_FLAGS_1">2'
    '</MDI></Metadata><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
    "<SourceFilename>{}</SourceFilename><SourceBand>1</SourceBand></SimpleSource>"
    "</VRTRasterBand></VRTDataset>"
)


def write_map(folder: Path) -> Path:
    """Write a white map, and another picture that is black."""
    for name, value in {"map.png": 255, "other.png": 0}.items():
        Image.fromarray(np.full((4, 5), value, np.uint8)).save(folder / name)
    return folder / "map.png"


@pytest.mark.parametrize(
    "name", ["map.png.msk", "map.png.MSK", "map.png.ovr", "map.png.msk.msk", "map.png.msk.ovr"]
)
def test_a_vrt_beside_a_file_is_not_followed(tmp_path: Path, name: str) -> None:
    path = write_map(tmp_path)
    (tmp_path / name).write_text(VRT.format(tmp_path / "other.png"))
    with pytest.raises(ImageError, match=rf"{name}: is opened together with map\.png, but is not"):
        read_image(path)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_gdal_itself_follows_it(tmp_path: Path) -> None:
    """What the refusal is for: the mask comes from the other picture."""
    path = write_map(tmp_path)
    (tmp_path / "map.png.msk").write_text(VRT.format(tmp_path / "other.png"))
    with rasterio.open(path) as source:
        assert (source.dataset_mask() == 0).all()


def test_overviews_named_in_metadata_are_not_followed(tmp_path: Path) -> None:
    path = write_map(tmp_path)
    (tmp_path / "map.png.aux.xml").write_text(
        '<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">'
        f"{tmp_path / 'other.vrt'}</MDI></Metadata></PAMDataset>"
    )
    with pytest.raises(ImageError, match=r"map\.png: its metadata names another file"):
        read_image(path)


def test_a_vrt_as_metadata_is_ignored(tmp_path: Path) -> None:
    path = write_map(tmp_path)
    (tmp_path / "map.png.aux.xml").write_text(VRT.format(tmp_path / "other.png"))
    found = read_image(path)
    assert (found.colors == 255).all()
    assert found.valid is None
