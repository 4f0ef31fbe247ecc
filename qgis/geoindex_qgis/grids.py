"""Algorithms that make index grids."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from .algorithm import GeoindexAlgorithm, advanced, extra_parameter, helped

METRICS = ("rgb", "lab", "oklab", "ciede2000", "redmean", "shaded")

PALETTES = "All files (*)"
"""QGIS refuses what its own filter, ``*.*``, does not match: names of built-in palettes."""

INK_HELP = (
    "Lines and text that are filled from the units beside them: names, row numbers or colors, "
    "separated by commas, such as black,#e31a1c. Without any, the palette's entries with the "
    "role ink."
)


class IndexMap(GeoindexAlgorithm):
    """``geoindex convert``."""

    NAME = "index"
    TITLE = "Index a map by palette"
    GROUP = "Grids"
    TAGS = ("classify", "color", "palette", "map", "convert")
    HELP = (
        "Gives every pixel of a map picture the class of the nearest palette color. The grid has "
        "the names and colors of the palette and the place of the picture; transparent pixels are "
        "nodata.\n\nSoft edges, lines and text become classes, too: Recover units gives them to "
        "the units beneath."
    )

    def parameters(self):
        """Parameters of the dialog."""
        return (
            helped(
                QgsProcessingParameterRasterLayer("INPUT", "Map picture"),
                "A map in colors, such as a scanned sheet; geoindex reads its file.",
            ),
            helped(
                QgsProcessingParameterFile("PALETTE", "Palette", fileFilter=PALETTES),
                "Palette file (.csv, .gpl, .clr, .qml ...) or the name of a built-in palette, "
                "such as windows-256.",
            ),
            helped(
                QgsProcessingParameterBoolean("CLEAN", "Recover units", defaultValue=False),
                "Give soft edges, ink and speckle to the units beneath.",
            ),
            helped(
                QgsProcessingParameterString("INK", "Ink, with Recover units", optional=True),
                INK_HELP,
            ),
            helped(
                QgsProcessingParameterExtent("EXTENT", "Part of the picture", optional=True),
                "The map without the margin of its sheet.",
            ),
            advanced(
                helped(
                    QgsProcessingParameterEnum(
                        "METRIC", "Color distance", METRICS, defaultValue=0
                    ),
                    "shaded allows for hillshade.",
                )
            ),
            advanced(
                helped(
                    QgsProcessingParameterNumber(
                        "MAX_DISTANCE",
                        "Largest color distance",
                        QgsProcessingParameterNumber.Double,
                        optional=True,
                        minValue=0,
                    ),
                    "Pixels farther from every palette color are nodata; in the unit of the "
                    "color distance (black and white are 442 apart in rgb).",
                )
            ),
            advanced(
                helped(
                    QgsProcessingParameterBoolean("VALUES", "Class values", defaultValue=False),
                    "Write the class values of the palette instead of its row numbers.",
                )
            ),
            advanced(
                helped(
                    QgsProcessingParameterCrs("CRS", "Reference system", optional=True),
                    "Of the grid; without one, that of the layer.",
                )
            ),
            extra_parameter("convert"),
            QgsProcessingParameterRasterDestination("OUTPUT", "Index grid"),
        )

    def initAlgorithm(self, config=None):
        """Add the parameters, and the number for models."""
        super().initAlgorithm(config)
        self.addOutput(QgsProcessingOutputNumber("CLASSES", "Classes used"))

    def execute(self, parameters, context, feedback):
        """Run the command and style its grid."""
        picture, source = self.raster(parameters, "INPUT", context)
        target = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        palette = self.parameterAsFile(parameters, "PALETTE", context)
        metric = METRICS[self.parameterAsEnum(parameters, "METRIC", context)]
        crs = self.parameterAsCrs(parameters, "CRS", context)
        crs = crs if crs.isValid() else picture.crs()
        arguments = ["convert", source, "-o", target, "-p", palette, "--metric", metric]
        if crs.isValid():
            arguments += ["--crs", _crs_text(crs)]
        for name, option in (("CLEAN", "--clean"), ("VALUES", "--values")):
            if self.parameterAsBool(parameters, name, context):
                arguments.append(option)
        arguments += self.text_option(parameters, "INK", context, "--ink")
        arguments += self.number_option(parameters, "MAX_DISTANCE", context, "--max-distance")
        arguments += self.box(parameters, "EXTENT", context, feedback, (picture, source))
        arguments += [*self.typed_options(parameters, context), "--overwrite", "--progress"]
        report = self.report(arguments, feedback)
        feedback.pushInfo(f"{report['classes_used']} of {report['n_colors']} classes occur")
        self.style(target, context, feedback)
        return {"OUTPUT": target, "CLASSES": report["classes_used"]}


class RecoverUnits(GeoindexAlgorithm):
    """``geoindex clean``."""

    NAME = "clean"
    TITLE = "Recover units"
    GROUP = "Grids"
    TAGS = ("clean", "ink", "labels", "lines", "speckle")
    HELP = (
        "Recovers the units of a drawn map from an index grid: lines and text are filled from the "
        "units beside them, soft edges go to the unit that covers most of them, and specks to "
        "their neighbors.\n\nSoft edges can only be recognized in the map picture."
    )

    def parameters(self):
        """Parameters of the dialog."""
        integer = QgsProcessingParameterNumber.Integer
        return (
            QgsProcessingParameterRasterLayer("INPUT", "Index grid"),
            helped(
                QgsProcessingParameterRasterLayer("IMAGE", "Map picture", optional=True),
                "The picture that the grid was made from.",
            ),
            helped(QgsProcessingParameterString("INK", "Ink", optional=True), INK_HELP),
            helped(
                QgsProcessingParameterNumber(
                    "SPECKLE", "Smallest patch", integer, 6, minValue=0, maxValue=64
                ),
                "Patches of fewer pixels are merged into their neighbors.",
            ),
            helped(
                QgsProcessingParameterNumber(
                    "REACH", "Reach", integer, 32, minValue=5, maxValue=256
                ),
                "Ink farther than this many pixels from every unit is nodata.",
            ),
            extra_parameter("clean"),
            QgsProcessingParameterRasterDestination("OUTPUT", "Units"),
        )

    def execute(self, parameters, context, feedback):
        """Run the command and style its grid."""
        _, source = self.raster(parameters, "INPUT", context)
        target = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        arguments = ["clean", source, "-o", target]
        if parameters.get("IMAGE") is not None:
            arguments += ["--image", self.raster(parameters, "IMAGE", context)[1]]
        arguments += self.text_option(parameters, "INK", context, "--ink")
        arguments += self.number_option(parameters, "SPECKLE", context, "--speckle")
        arguments += self.number_option(parameters, "REACH", context, "--reach")
        arguments += [*self.typed_options(parameters, context), "--overwrite", "--progress"]
        report = self.report(arguments, feedback)
        for reason, pixels in report["changed"].items():
            feedback.pushInfo(f"{reason}: {pixels} pixels changed")
        self.style(target, context, feedback)
        return {"OUTPUT": target}


def _crs_text(crs):
    """Return a reference system as text; those of the user have no code elsewhere."""
    code = crs.authid()
    return code if code.startswith("EPSG:") else crs.toWkt(crs.WKT_PREFERRED)
