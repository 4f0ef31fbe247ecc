"""Draw docs/images/qgis.png in QGIS: the sample map, its units and their legend.

Run it with QGIS's own Python, and with the geoindex command on PATH:
QT_QPA_PLATFORM=offscreen python3 docs/make_qgis_picture.py
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(REPOSITORY / "qgis"),
    "/usr/share/qgis/python/plugins",
    "/usr/share/qgis/python",
]

from qgis.core import (  # noqa: E402  # found by the path above
    QgsApplication,
    QgsLayout,
    QgsLayoutExporter,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendStyle,
    QgsProject,
    QgsRasterLayer,
    QgsUnitTypes,
)

QgsApplication.setPrefixPath("/usr", True)
APPLICATION = QgsApplication([], False)
APPLICATION.initQgis()

import processing  # noqa: E402  # needs a running QGIS, as the next two do
from geoindex_qgis import classFactory  # noqa: E402  # see above
from processing.core.Processing import Processing  # noqa: E402  # see above

Processing.initialize()
PLUGIN = classFactory(None)  # QGIS does not keep it
PLUGIN.initProcessing()


def layer_of_units(folder):
    """Run the plugin as the toolbox does; return the layer that it loads."""
    for path in (REPOSITORY / "data").glob("sample_*"):
        shutil.copy(path, folder)
    parameters = {
        "INPUT": str(folder / "sample_map.png"),
        "PALETTE": str(folder / "sample_palette.csv"),
        "CLEAN": True,
        "OUTPUT": str(folder / "units.tif"),
    }
    processing.runAndLoadResults("geoindex:index", parameters)
    (layer,) = QgsProject.instance().mapLayers().values()
    layer.setName("Units")
    return layer


def add_map(layout, layer, left):
    """Add a map of a layer."""
    item = QgsLayoutItemMap(layout)
    layout.addLayoutItem(item)
    item.attemptMove(QgsLayoutPoint(left, 2))
    item.attemptResize(QgsLayoutSize(100, 90))
    item.setLayers([layer])
    extent = layer.extent()
    extent.setXMaximum(extent.xMinimum() + extent.height() * 100 / 90)
    item.setExtent(extent)
    item.setFrameEnabled(True)


def main():
    """Lay out both maps and the legend; export them."""
    with tempfile.TemporaryDirectory() as folder:
        layer = layer_of_units(Path(folder))
        picture = QgsRasterLayer(str(Path(folder) / "sample_map.png"), "map")
        layout = QgsLayout(QgsProject.instance())
        layout.initializeDefaults()
        page = layout.pageCollection().page(0)
        page.setPageSize(QgsLayoutSize(255, 94, QgsUnitTypes.LayoutMillimeters))
        add_map(layout, picture, 2)
        add_map(layout, layer, 104)
        legend = QgsLayoutItemLegend(layout)
        layout.addLayoutItem(legend)
        legend.attemptMove(QgsLayoutPoint(206, 0))
        for style in (QgsLegendStyle.Subgroup, QgsLegendStyle.SymbolLabel):
            font = legend.styleFont(style)
            font.setPointSize(7)
            legend.setStyleFont(style, font)
        legend.setSymbolHeight(2.6)
        legend.setSymbolWidth(5)
        legend.rstyle(QgsLegendStyle.Symbol).setMargin(QgsLegendStyle.Top, 0.9)
        settings = QgsLayoutExporter.ImageExportSettings()
        settings.dpi = 110
        target = REPOSITORY / "docs" / "images" / "qgis.png"
        QgsLayoutExporter(layout).exportToImage(str(target), settings)
    sys.stdout.flush()
    os._exit(0)  # QGIS may crash on leaving Python


main()
