"""The plugin and its Processing provider."""

from __future__ import annotations

from pathlib import Path

from processing.core.ProcessingConfig import ProcessingConfig, Setting
from qgis.core import QgsApplication, QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .command import SETTING
from .grids import IndexMap, RecoverUnits
from .measures import AreasOfClasses, HorizonForOpendtect, PolygonsOfClasses
from .palettes import LearnPalette, LegendPalette

ALGORITHMS = (
    IndexMap,
    RecoverUnits,
    LearnPalette,
    LegendPalette,
    AreasOfClasses,
    PolygonsOfClasses,
    HorizonForOpendtect,
)


class GeoindexPlugin:
    """The plugin; qgis_process calls only `initProcessing`."""

    def __init__(self, iface):
        self.iface = iface
        self.provider = None

    def initProcessing(self):
        """Add the algorithms to Processing."""
        self.provider = GeoindexProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self):
        """Add the algorithms to the toolbox."""
        self.initProcessing()

    def unload(self):
        """Remove them."""
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None


class GeoindexProvider(QgsProcessingProvider):
    """Algorithms that run the geoindex command."""

    def id(self):
        """Name in ``geoindex:index``."""
        return "geoindex"

    def name(self):
        """Name in the toolbox."""
        return "geoindex"

    def icon(self):
        """Icon in the toolbox."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self):
        """File of the icon."""
        return str(Path(__file__).with_name("icon.svg"))

    def supportedOutputRasterLayerExtensions(self):
        """List the formats that geoindex writes and QGIS reads."""
        return ["tif", "png", "asc"]

    def load(self):
        """Add the setting that names the command, and the algorithms."""
        ProcessingConfig.settingIcons[self.name()] = self.icon()
        setting = Setting(
            self.name(),
            SETTING,
            "geoindex command, or the folder of its Python environment",
            "",
            valuetype=Setting.FILE,
            placeholder="found by itself where it is on PATH",
        )
        ProcessingConfig.addSetting(setting)
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self):
        """Remove the setting."""
        ProcessingConfig.removeSetting(SETTING)

    def loadAlgorithms(self):
        """Add the algorithms."""
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
