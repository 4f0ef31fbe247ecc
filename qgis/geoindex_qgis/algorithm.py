"""What all algorithms share: running geoindex, and what they pass to it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from processing.core.ProcessingConfig import ProcessingConfig
from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterString,
    QgsProcessingUtils,
    QgsProviderRegistry,
)
from qgis.PyQt.QtGui import QIcon

from .command import (
    SETTING,
    CanceledError,
    CommandError,
    find_command,
    run_command,
    split_options,
)
from .place import Extent, Place, PlaceError
from .style import GridStyle

ICONS = Path(__file__).with_name("icons")


class GeoindexAlgorithm(QgsProcessingAlgorithm):
    """An algorithm that runs one command of geoindex.

    Subclasses set the names and texts below, and define `parameters` and `execute`.
    """

    NAME = TITLE = GROUP = HELP = ""
    TAGS = ()

    def createInstance(self):
        """Return a new one; QGIS runs each in its own thread."""
        return type(self)()

    def name(self):
        """Name in ``geoindex:index``."""
        return self.NAME

    def displayName(self):
        """Name in the toolbox."""
        return self.TITLE

    def group(self):
        """Group in the toolbox."""
        return self.GROUP

    def groupId(self):
        """Name of the group, the same in all languages."""
        return self.GROUP.lower()

    def tags(self):
        """Words that the search of the toolbox finds."""
        return ["geoindex", *self.TAGS]

    def shortHelpString(self):
        """Text beside the dialog."""
        return self.HELP

    def icon(self):
        """Icon in the toolbox."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self):
        """File of the icon."""
        return str(ICONS / f"{self.NAME}.svg")

    def initAlgorithm(self, config=None):  # noqa: ARG002 (called by QGIS)
        """Add the parameters."""
        for parameter in self.parameters():
            self.addParameter(parameter)

    def processAlgorithm(self, parameters, context, feedback):
        """Run the command; nothing comes of it if the user cancels."""
        try:
            return self.execute(parameters, context, feedback)
        except CanceledError:
            return {}
        except (CommandError, PlaceError) as error:
            raise QgsProcessingException(str(error)) from None

    def geoindex(self, arguments, feedback):
        """Run geoindex; return its standard output. Messages and progress go to QGIS."""
        command = find_command(ProcessingConfig.getSetting(SETTING) or "")
        feedback.pushCommandInfo(" ".join(_quoted(word) for word in (command, *arguments)))

        def tell(line):
            if line.startswith("Warning: "):
                feedback.pushWarning(line[9:])
            elif not line.startswith("Error: "):  # which is raised
                feedback.pushConsoleInfo(line)

        return run_command(
            command,
            arguments,
            is_canceled=feedback.isCanceled,
            on_progress=feedback.setProgress,
            on_message=tell,
        )

    def report(self, arguments, feedback):
        """Run geoindex with ``--json``; return its report."""
        return json.loads(self.geoindex([*arguments, "--json"], feedback))

    def raster(self, parameters, name, context):
        """Layer of a parameter and its file, which geoindex opens itself."""
        layer = self.parameterAsRasterLayer(parameters, name, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, name))
        registry = QgsProviderRegistry.instance()
        path = registry.decodeUri(layer.providerType(), layer.source()).get("path", "")
        if layer.providerType() != "gdal" or not Path(path).is_file():
            raise QgsProcessingException(
                f"{layer.name()}: is not a file; export it with Layer > Save As first"
            )
        return layer, path

    def box(self, parameters, name, context, feedback, raster):
        """Options of the part of an image below an extent, none without one."""
        layer, path = raster
        drawn = self.parameterAsExtent(parameters, name, context, layer.crs())
        if drawn.isNull():
            return []
        facts = self.report(["info", path], feedback)
        cols, rows = re.findall(r"\d+", facts["size"])[:2]
        place = Place(int(cols), int(rows), facts["transform"])
        place.check(_extent(layer.extent()))
        return ["--box", *map(str, place.box(_extent(drawn)))]

    def text_option(self, parameters, name, context, option):
        """Options of a text or file, none where it is empty."""
        text = self.parameterAsString(parameters, name, context).strip()
        return [option, text] if text else []

    def number_option(self, parameters, name, context, option):
        """Options of a number, none where it is left out."""
        if parameters.get(name) is None:
            return []
        return [option, f"{self.parameterAsDouble(parameters, name, context):.15g}"]

    def typed_options(self, parameters, context):
        """Return the options that the user typed."""
        return split_options(self.parameterAsString(parameters, "EXTRA", context))

    def style(self, path, context, feedback):
        """Give the layer of a grid its classes with names, if QGIS will load it."""
        if context.willLoadLayerOnCompletion(path):
            style = QgsProcessingUtils.generateTempFilename("classes.qml")
            legend = f"{path}.legend.csv"  # where the grid itself holds no colors, such as .asc
            source = legend if Path(legend).is_file() else path
            self.geoindex(["palette", "convert", source, "-o", style, "--quiet"], feedback)
            GridStyle.set(context, path, style)


def helped(parameter, text):
    """Return a parameter with help."""
    parameter.setHelp(text)
    return parameter


def advanced(parameter):
    """Return a parameter that is folded away in the dialog."""
    parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.FlagAdvanced)
    return parameter


def extra_parameter(command):
    """Return the parameter for options of the command that have none of their own."""
    parameter = QgsProcessingParameterString("EXTRA", "More options", optional=True)
    text = f"Options of geoindex {command}, as on the command line; quote texts with spaces."
    return advanced(helped(parameter, text))


def _extent(rectangle):
    return Extent(
        rectangle.xMinimum(), rectangle.yMinimum(), rectangle.xMaximum(), rectangle.yMaximum()
    )


def _quoted(word):
    """Word of a command line as the log shows it."""
    return f'"{word}"' if " " in word or not word else word
