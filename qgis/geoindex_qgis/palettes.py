"""Algorithms that make palettes."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from .algorithm import GeoindexAlgorithm, extra_parameter, helped

METHODS = ("flat", "kmeans", "mediancut")

FORMATS = (
    "Tables (*.csv);;GIMP palettes (*.gpl);;QGIS styles (*.qml);;Color maps (*.clr);;"
    "OpendTect color tables (*.odct);;JSON (*.json)"
)


class PaletteAlgorithm(GeoindexAlgorithm):
    """An algorithm that writes a palette of a picture."""

    GROUP = "Palettes"

    def initAlgorithm(self, config=None):
        """Add the parameters, and the number for models."""
        super().initAlgorithm(config)
        self.addOutput(QgsProcessingOutputNumber("COLORS_FOUND", "Colors found"))

    @staticmethod
    def names():
        """Parameter of the names."""
        return helped(
            QgsProcessingParameterFile("NAMES", "Names", optional=True),
            "Text file with one name per line, in the order of the palette.",
        )

    @staticmethod
    def output():
        """Parameter of the palette."""
        return helped(
            QgsProcessingParameterFileDestination("OUTPUT", "Palette", FORMATS),
            "Tables and JSON keep which colors are ink.",
        )


class LearnPalette(PaletteAlgorithm):
    """``geoindex palette learn``."""

    NAME = "learnpalette"
    TITLE = "Learn a palette"
    TAGS = ("colors", "cluster", "k-means", "quantize")
    HELP = (
        "Learns the colors of a map picture, largest area first. flat takes the map's own flat "
        "colors and marks dark lines and text as ink; kmeans has the least squared error; "
        "mediancut is fast. The last two need the number of colors."
    )

    def parameters(self):
        """Parameters of the dialog."""
        integer = QgsProcessingParameterNumber.Integer
        return (
            QgsProcessingParameterRasterLayer("INPUT", "Map picture"),
            QgsProcessingParameterEnum("METHOD", "Method", METHODS, defaultValue=0),
            helped(
                QgsProcessingParameterNumber(
                    "COLORS", "Number of colors", integer, optional=True, minValue=1
                ),
                "With flat: that many of the most widespread; all of them without a number.",
            ),
            helped(
                QgsProcessingParameterExtent("EXTENT", "Part of the picture", optional=True),
                "The map without the margin of its sheet.",
            ),
            self.names(),
            extra_parameter("palette learn"),
            self.output(),
        )

    def execute(self, parameters, context, feedback):
        """Run the command."""
        raster = self.raster(parameters, "INPUT", context)
        target = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        method = METHODS[self.parameterAsEnum(parameters, "METHOD", context)]
        arguments = ["palette", "learn", raster[1], "-o", target, "--method", method]
        arguments += self.number_option(parameters, "COLORS", context, "--colors")
        arguments += self.text_option(parameters, "NAMES", context, "--names")
        arguments += self.box(parameters, "EXTENT", context, feedback, raster)
        arguments += [*self.typed_options(parameters, context), "--overwrite", "--progress"]
        report = self.report(arguments, feedback)
        feedback.pushInfo(f"{len(report['colors'])} colors")
        return {"OUTPUT": target, "COLORS_FOUND": len(report["colors"])}


class LegendPalette(PaletteAlgorithm):
    """``geoindex palette legend``."""

    NAME = "legendpalette"
    TITLE = "Palette from a legend box"
    TAGS = ("colors", "legend", "swatches")
    HELP = (
        "Reads a palette from the printed legend of a sheet: draw a box around it on the canvas. "
        "Swatches are rectangles of one color; they are numbered in columns from left to right, "
        "each from top to bottom, and named in this order. The picture of what was found shows "
        "the numbers."
    )

    def parameters(self):
        """Parameters of the dialog."""
        return (
            QgsProcessingParameterRasterLayer("INPUT", "Sheet with a legend"),
            helped(
                QgsProcessingParameterExtent("EXTENT", "Box around the legend"),
                "Draw it on the canvas.",
            ),
            self.names(),
            helped(
                QgsProcessingParameterString("INK", "Ink", optional=True),
                "Colors of lines and text printed over the units, separated by commas, such as "
                "black,#e31a1c, or names of swatches.",
            ),
            extra_parameter("palette legend"),
            self.output(),
            QgsProcessingParameterFileDestination(
                "PICTURE",
                "Picture of what was found",
                "PNG (*.png)",
                optional=True,
                createByDefault=False,
            ),
        )

    def execute(self, parameters, context, feedback):
        """Run the command."""
        raster = self.raster(parameters, "INPUT", context)
        target = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        picture = self.parameterAsFileOutput(parameters, "PICTURE", context)
        inks = self.parameterAsString(parameters, "INK", context).split(",")
        arguments = ["palette", "legend", raster[1], "-o", target]
        arguments += self.box(parameters, "EXTENT", context, feedback, raster)
        arguments += self.text_option(parameters, "NAMES", context, "--names")
        arguments += [word for ink in inks if ink.strip() for word in ("--ink", ink.strip())]
        if picture:
            arguments += ["--picture", picture]
        arguments += [*self.typed_options(parameters, context), "--overwrite"]
        report = self.report(arguments, feedback)
        found = {"OUTPUT": target, "COLORS_FOUND": len(report["swatches"])}
        feedback.pushInfo(f"{found['COLORS_FOUND']} swatches")
        return {**found, "PICTURE": picture} if picture else found
