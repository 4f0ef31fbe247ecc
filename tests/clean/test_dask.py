"""Class recovery of Dask arrays gives what it gives in memory."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from PIL import Image

from geoindex import Clean, index_image, load_palette


@pytest.mark.filterwarnings("ignore::geoindex.errors.GeoindexWarning")
@pytest.mark.parametrize("chunks", [(300, 350), (128, 500), (40, 33), (900, 1500)])
@pytest.mark.parametrize(
    ("clean", "options"),
    [
        (True, {}),
        (Clean(speckle=20, ink="black"), {"merge": "name"}),
        (Clean(reach=5, speckle=0), {"max_distance": 60}),
    ],
    ids=["default", "speckle and merge", "short reach and nodata"],
)
def test_chunks_do_not_matter(repository, chunks, clean, options):
    palette = load_palette(repository / "data/sample_palette.csv")
    with Image.open(repository / "data/sample_map.png") as image:
        picture = np.asarray(image)[:400, 300:800]
    expected = index_image(picture, palette, clean=clean, **options)
    lazy = index_image(da.from_array(picture, (*chunks, 2)), palette, clean=clean, **options)
    assert lazy.is_lazy
    assert lazy.nodata == expected.nodata
    np.testing.assert_array_equal(lazy.compute().indices, expected.indices)
