"""``geoindex demo``."""

from __future__ import annotations

from pathlib import Path

import click

from geoindex.cli.convert import echo_report
from geoindex.cli.figures import save_figure
from geoindex.cli.messages import echo_line
from geoindex.cli.output import overwrite_option, quiet_option
from geoindex.cli.sample import sample_file
from geoindex.files.whole_files import make_folder
from geoindex.grids.formats import open_grid
from geoindex.images.picture import read_picture
from geoindex.indexing.convert import convert

__all__ = ["demo_command"]


@click.command("demo")
@click.argument("folder", default="geoindex-demo", metavar="[DIR]")
@overwrite_option
@quiet_option
def demo_command(folder: str, *, overwrite: bool, quiet: bool) -> None:
    """Run the whole pipeline on the sample map.

    Writes its grid to DIR as .npy and GeoTIFF, a figure of the original and indexed map, the
    recovered units, and a page for the browser that shows what became of every pixel.
    """
    target = Path(folder)
    make_folder(target)
    picture, palette = sample_file("sample_map.png"), sample_file("sample_palette.csv")
    convert(picture, target / "sample_map.npy", palette, overwrite=overwrite)
    report = convert(picture, target / "sample_map.tif", palette, overwrite=overwrite)
    page = _write_page(picture, palette, target, overwrite=overwrite)
    from geoindex.plot.figures import comparison_figure

    figure = comparison_figure(read_picture(picture), open_grid(target / "sample_map.tif"))
    save_figure(figure, target / "sample_map_indexed.png", overwrite=overwrite)
    if quiet:
        return
    echo_report(report)
    echo_line(f"{target / 'sample_map.npy'}: the same indices for numpy.load")
    echo_line(f"{target / 'sample_map_indexed.png'}: original and indexed map side by side")
    echo_line(f"{page}: the recovered units beside the map; open it in a browser")


def _write_page(picture: Path, palette: Path, target: Path, *, overwrite: bool) -> Path:
    """Recover the units of the sample map, and show what was changed in a page."""
    from geoindex.report.write import write_report

    units, page = target / "sample_map_units.tif", target / "sample_map.html"
    why, sure = target / "sample_map_changes.tif", target / "sample_map_confidence.tif"
    report = convert(
        picture, units, palette, clean=True, changes=why, confidence=sure, overwrite=overwrite
    )
    write_report(
        picture,
        units,
        page,
        changes=why,
        confidence=sure,
        conversion=report,
        overwrite=overwrite,
    )
    return page
