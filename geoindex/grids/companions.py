"""Files of other programs beside a grid that would be read together with it."""

from __future__ import annotations

from pathlib import Path

from geoindex.errors import OutputError
from geoindex.grids.headers import FileHeader
from geoindex.images.sidecars import place_beside

__all__ = ["gdal_companions", "refuse_strangers"]


def gdal_companions(path: Path) -> list[Path]:
    """Sidecar, overviews and mask, which GDAL reads by the name of the grid alone."""
    return [path.with_name(path.name + suffix) for suffix in (".aux.xml", ".ovr", ".msk")]


def refuse_strangers(path: Path, header: FileHeader, companions: list[Path]) -> None:
    """Raise an error if files of another image would give the grid a georeference.

    Parameters
    ----------
    path : Path
        The grid.
    header : FileHeader
        Its place.
    companions : list of Path
        What is written with it.

    Raises
    ------
    OutputError
        There is such a file, and the grid has no transform or no CRS of its own.
    """
    lacks = "transform" if header.transform is None else "CRS" if header.crs is None else None
    if lacks is None:
        return
    for beside in place_beside(path, crs_only=header.transform is not None):
        if not any(own.exists() and own.samefile(beside) for own in companions):
            raise OutputError(
                f"{path}: the grid has no {lacks}, but {beside.name} beside it would give it one; "
                "remove that file or choose another name"
            )
