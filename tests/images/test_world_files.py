"""World files that editors and programs leave behind: read as they are meant, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from PIL import Image

from geoindex.errors import ImageError
from geoindex.images.files import read_image


@pytest.mark.parametrize(("image", "world"), [("map.png", "map.pgw"), ("map.webp", "map.wld")])
@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("5 0 0 -5 1002.5 1997.5", Affine(5, 0, 1000, 0, -5, 2000)),
        ("\ufeff5 0 0 -5 1002.5 1997.5", Affine(5, 0, 1000, 0, -5, 2000)),
        ("5,0 0,0 0 -5 1002,5 1997,5", Affine(5, 0, 1000, 0, -5, 2000)),
        ("1,000.5 0 0 -5 1002.5 1997.5", None),
        ("nan 0 0 -5 1002.5 1997.5", None),
        ("5 0 0 -5 inf 1997.5", None),
        ("5 0 0 -5 1e308 1997.5", None),
        ("1e308 0 0 -5 1002.5 1997.5", None),
        ("0.5 0 0 -0.5 1e17 0", None),
        ("1e-12 0 0 -1e-12 500000 4000000", None),
    ],
)
def test_world_file(
    tmp_path: Path, image: str, world: str, numbers: str, expected: Affine | None
) -> None:
    Image.fromarray(np.zeros((4, 5, 3), np.uint8)).save(tmp_path / image, lossless=True)
    text = "\r\n".join(numbers.split(" ")) + "\r\n"
    (tmp_path / world).write_text(text, encoding="utf-8", newline="")
    if expected is None:
        with pytest.raises(ImageError, match=r"map\.(png|webp|pgw|wld): (its transform|is not a)"):
            read_image(tmp_path / image)
    else:
        assert read_image(tmp_path / image).transform == expected
