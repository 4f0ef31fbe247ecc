"""``geoindex doctor``."""

from __future__ import annotations

import platform
from contextlib import suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

import geoindex
from geoindex.cli.messages import echo_line
from geoindex.cli.output import echo_json, json_option, progress_bar, progress_option, quiet_option
from geoindex.color.compiling import KERNEL_MODULES
from geoindex.color.threads import Progress, n_cores
from geoindex.errors import GeoindexError

__all__ = ["doctor_command"]

REQUIRED = ("numpy", "numba", "scipy", "rasterio", "pyproj", "matplotlib", "click", "tqdm")
EXTRAS = {
    "xarray": "IndexGrid.to_xarray",
    "dask": "clusters and Dask arrays",
    "segyio": "geoindex section",
    "shapely": "polygons",
    "pyogrio": "files of polygons",
    "geopandas": "grid_polygons",
}

SECOND = """
import contextlib, sys
from importlib import import_module
from geoindex.color.compiled import compile_module
with contextlib.suppress(Exception):
    for module in sys.argv[1:]:
        compile_module(import_module(module))
"""
"""Program of the second process that compiles kernels; the first one meets all errors, too."""


@click.command("doctor")
@click.option(
    "--compile",
    "compile_all",
    is_flag=True,
    help="Compile all kernels now, once; no later command has to wait for them.",
)
@json_option
@progress_option
@quiet_option
def doctor_command(*, compile_all: bool, as_json: bool, quiet: bool) -> None:
    """Show what is installed, and whether compiled kernels can be kept.

    Each command compiles the kernels that it needs when it first runs, which takes up to a
    minute. --compile does so for all of them, in the image of a container for instance.
    """
    if compile_all:
        with progress_bar("kernels", " modules", quiet=quiet) as advance:
            _compile(advance)
    facts = _facts()
    if as_json:
        echo_json(facts)
    elif not quiet:
        _echo(facts)
    if compile_all and facts["kernels"] is None:
        raise GeoindexError(
            "compiled kernels cannot be kept; make the folder of the package writable, or name a "
            "folder in NUMBA_CACHE_DIR"
        )


def _compile(advance: Progress) -> None:
    """Compile all kernels; on another core, a second process starts from the end of the list.

    Each process loads from disk what the other has compiled.
    """
    from geoindex.batch.processes import start_python
    from geoindex.color.compiled import compile_module

    second = None
    if n_cores() > 1:
        later = KERNEL_MODULES[len(KERNEL_MODULES) // 2 :][::-1]
        with suppress(OSError):  # where it cannot be started, it is not needed
            second = start_python(["-c", SECOND, *later])
    try:
        for number, module in enumerate(KERNEL_MODULES, start=1):
            compile_module(import_module(module))
            advance(number, len(KERNEL_MODULES))
    finally:
        if second is not None:
            second.kill()
            second.wait()


def _facts() -> dict[str, Any]:
    """Versions, and where kernels are kept, as JSON values."""
    import rasterio

    from geoindex.color.machine_code import folder_of
    from geoindex.color.rgb_kernels import lookup

    folder = folder_of(lookup)
    return {
        "geoindex": geoindex.__version__,
        "folder": str(Path(geoindex.__file__).parent),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": n_cores(),
        "packages": {name: _version(name) for name in REQUIRED},
        "gdal": rasterio.__gdal_version__,
        "extras": {name: _version(name) for name in EXTRAS},
        "kernels": None if folder is None else str(folder),
    }


def _version(name: str) -> str | None:
    """Version of an installed package, or None."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _echo(facts: dict[str, Any]) -> None:
    """Print one fact per line."""
    echo_line(f"geoindex {facts['geoindex']} in {facts['folder']}")
    echo_line(f"Python {facts['python']}, {facts['system']}, {facts['cores']} cores")
    packages = {**facts["packages"], "GDAL": facts["gdal"]}
    click.echo(
        "  " + ", ".join(f"{name} {found or 'missing'}" for name, found in packages.items())
    )
    for name, found in facts["extras"].items():
        click.echo(f"  {name:<7} {found or 'not installed':<14} for {EXTRAS[name]}")
    kept = "cannot be kept" if facts["kernels"] is None else f"kept in {facts['kernels']}"
    click.echo(f"compiled kernels: {kept}")
