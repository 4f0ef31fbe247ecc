"""Grids as one-band GeoTIFF with color table, class names and nodata, plain or cloud-optimized.

The color table holds the palette; names go to ``<name>.tif.aux.xml`` as GDAL category names,
which GDAL and QGIS show, and to the tag ``GEOINDEX`` inside the file, so that they survive the
loss of the sidecar. So does what GeoTIFF keys cannot hold of the place. Class values below 0 or
above 65535 are int32, which has no color table: the tag holds the colors.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import rasterio
import rasterio.shutil
from numpy.typing import NDArray

# A copy that fails raises GDAL's own errors.
from rasterio._err import CPLE_BaseError
from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError, RasterioIOError
from rasterio.io import DatasetWriter, MemoryFile
from rasterio.windows import Window

from geoindex.color.threads import n_cores
from geoindex.errors import OutputError
from geoindex.files.whole_files import output_set
from geoindex.grids.companions import gdal_companions, refuse_strangers
from geoindex.grids.geotiff_template import Template
from geoindex.grids.headers import FileHeader
from geoindex.grids.place_json import place_to_json
from geoindex.grids.tagged import read_tagged, sidecar_path, tag_content, write_sidecar
from geoindex.grids.writing import BandBuffer, BlockWriter, array_writer
from geoindex.images.files import Region
from geoindex.images.headers import TAG

__all__ = ["is_cloud_optimized", "open_geotiff", "read_geotiff"]

BLOCK = 256

# Half the time of level 6, GDAL's default, for files of maps that are 8 % larger.
DEFLATE_LEVEL = 5

LAYOUT = {"tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK, "bigtiff": "if_safer"}

# Below this, starting GDAL's threads costs more than they save.
THREADED_PIXELS = 1_000_000

# Up to this, a template saves more time than zlib loses to the compression of GDAL.
TEMPLATE_PIXELS = 2**18

_templates: dict[tuple[Any, ...], Template] = {}
MOST_TEMPLATES = 8

read_geotiff = read_tagged


@contextmanager
def open_geotiff(path: Path, header: FileHeader, *, overwrite: bool) -> Iterator[BlockWriter]:
    """Open a tiled, DEFLATE-compressed GeoTIFF for writing.

    See :class:`geoindex.grids.writing.GridOpener`.
    """
    beside = gdal_companions(path)
    refuse_strangers(path, header, beside)
    lost = _not_in_keys(header)
    with output_set(path, beside, overwrite=overwrite) as files:
        try:
            if header.cog:
                # The COG driver can only copy whole files.
                with _create(files.scratch(), header, lost, {}) as target:
                    yield _GeoTiffWriter(target, header)
                overviews = "average" if header.pixel_dtype.kind == "f" else "mode"
                _copy_as_cog(files.scratch(), files.target, overviews, header.creation)
                _check_whole(files.target, path, header)
            elif _is_small(header):
                writer = array_writer(header)
                yield writer
                template = _template(header, lost)
                tiles = template.tiles(header.pixels(writer.cells), BLOCK, DEFLATE_LEVEL)
                files.target.write_bytes(template.filled(header.transform, tiles))
            else:
                with _create(files.target, header, lost, _creation(header)) as target:
                    yield _GeoTiffWriter(target, header)
                _check_whole(files.target, path, header)
        except (RasterioError, CPLE_BaseError) as error:
            reason = " ".join(str(error.__cause__ or error).split())
            raise OutputError(f"{path}: cannot be written: {reason}; is the disk full?") from error
        write_sidecar(files[sidecar_path(path)], header, place=lost)


def _is_small(header: FileHeader) -> bool:
    """Whether a grid is written into a copy of a template."""
    rows, cols = header.shape
    return rows * cols <= TEMPLATE_PIXELS and not header.creation and not header.gcps


def _template(header: FileHeader, lost: dict[str, Any]) -> Template:
    """File with all of a grid but its pixels and corner; the sheets of a batch share it."""
    transform, table = header.transform, header.color_table
    same = (
        header.shape,
        header.pixel_dtype.name,
        repr(header.pixel_nodata),  # NaN is not NaN
        None if transform is None else (transform.a, transform.b, transform.d, transform.e),
        header.crs,
        header.unit,
        None if table is None else tuple(table.items()),
        tag_content(header, lost),
    )
    template = _templates.get(same)
    if template is None:
        with MemoryFile() as memory:
            with _create(memory.name, header, lost, _creation(header)):
                pass
            template = Template(memory.read())
        if len(_templates) == MOST_TEMPLATES:
            _templates.clear()
        _templates[same] = template
    return template


class _GeoTiffWriter:
    """Passes whole tiles to GDAL, which rewrites a tile that arrives in parts."""

    def __init__(self, target: DatasetWriter, header: FileHeader) -> None:
        self._target = target
        self._header = header
        self._buffer = BandBuffer(header.shape, multiple=BLOCK)

    def write(self, cells: NDArray[Any], region: Region) -> None:
        band = self._buffer.add(self._header.pixels(cells), region)
        if band is not None:
            pixels, place = band
            self._target.write(pixels, 1, window=Window.from_slices(*place))


@contextmanager
def _create(
    path: Path | str, header: FileHeader, lost: dict[str, Any], creation: dict[str, Any]
) -> Iterator[DatasetWriter]:
    """Open a new GeoTIFF, complete except for its pixels.

    `lost` is for the tag; `creation` is as GDAL names it.
    """
    rows, cols = header.shape
    place: dict[str, Any] = (
        {} if header.gcps else {"transform": header.transform, "crs": header.crs}
    )
    table = header.color_table
    # Decoding and mapping keep a core busy, and handing tiles to threads costs time, too.
    n_threads = max(1, n_cores() - 1) if rows * cols >= THREADED_PIXELS else 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=cols,
            height=rows,
            count=1,
            dtype=header.pixel_dtype.name,
            nodata=header.pixel_nodata,
            photometric="minisblack" if table is None else "palette",
            **{**LAYOUT, "num_threads": n_threads, **creation},
            **place,
        ) as target:
            if header.gcps:
                target.gcps = (list(header.gcps), header.crs or CRS())
            if table is not None:
                target.write_colormap(1, {value: (*rgb, 255) for value, rgb in table.items()})
            if header.unit is not None:
                target.units = (header.unit,)
            target.update_tags(**{TAG: tag_content(header, lost)})
            yield target


def _not_in_keys(header: FileHeader) -> dict[str, Any]:
    """Parts of the georeference that GeoTIFF keys cannot hold or GDAL does not read back."""
    lost = {
        "transform": header.transform is not None and header.transform.is_identity,
        "crs": header.crs is not None and not _in_keys(header.crs),
    }
    if not any(lost.values()):
        return {}
    return {key: value for key, value in place_to_json(header).items() if lost.get(key)}


@lru_cache(maxsize=16)
def _in_keys(crs: CRS) -> bool:
    """Whether a CRS comes back from a GeoTIFF without its sidecar."""
    with rasterio.Env(), warnings.catch_warnings(), MemoryFile() as memory:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with memory.open(driver="GTiff", width=1, height=1, count=1, dtype="uint8", crs=crs):
            pass
        with MemoryFile(memory.read()) as alone, alone.open() as source:
            return bool(source.crs == crs)


def _check_whole(written: Path, path: Path, header: FileHeader) -> None:
    """Refuse what GDAL did not write as it was told, of which it says nothing."""
    _check_compression(written, path, header)
    if not _is_whole(written):
        raise OutputError(f"{path}: could not be written completely; is the disk full?")


def _is_whole(path: Path) -> bool:
    """Whether all tiles are in the file."""
    size = path.stat().st_size
    with warnings.catch_warnings(), suppress(RasterioIOError):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, driver="GTiff") as source:
            for (row, col), _ in source.block_windows(1):
                where, length = (
                    source.get_tag_item(f"BLOCK_{item}_{col}_{row}", "TIFF", bidx=1)
                    for item in ("OFFSET", "SIZE")
                )
                if where is None or length is None or int(where) + int(length) > size:
                    return False
        return True
    return False


def is_cloud_optimized(path: Path) -> bool:
    """Whether a GeoTIFF is laid out for the cloud."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, driver="GTiff") as source:
            return bool(source.tags(ns="IMAGE_STRUCTURE").get("LAYOUT") == "COG")


def _copy_as_cog(source: Path, target: Path, overviews: str, creation: dict[str, str]) -> None:
    """Copy to a Cloud Optimized GeoTIFF, with overviews of a kind."""
    rasterio.shutil.copy(
        source,
        target,
        driver="COG",
        overview_resampling=overviews,
        **{"compress": "deflate", "bigtiff": "if_safer", "num_threads": n_cores(), **creation},
    )


def _creation(header: FileHeader) -> dict[str, Any]:
    """Creation options of the compression: those that were asked for, or else DEFLATE."""
    if header.creation.get("compress", "deflate") == "deflate":
        return {"compress": "deflate", "zlevel": DEFLATE_LEVEL, **header.creation}
    return dict(header.creation)


def _check_compression(written: Path, path: Path, header: FileHeader) -> None:
    """Raise an error for a compression that this GDAL lacks; GDAL itself would only log it."""
    asked = header.creation.get("compress", "none")
    if asked == "none":
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(written, driver="GTiff") as source:
            if source.compression is None:
                raise OutputError(f"{path}: this GDAL has no compression {asked}; use deflate")
