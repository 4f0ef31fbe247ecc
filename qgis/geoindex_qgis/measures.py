"""Algorithms that use index grids."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputFile,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType, QVariant

from .algorithm import GeoindexAlgorithm, advanced, extra_parameter, helped
from .style import PolygonStyle

# Fields have the types of Qt 6 since QGIS 3.38, which warns of the others.
IS_NEW = Qgis.QGIS_VERSION_INT >= 33800
INT = QMetaType.Type.Int if IS_NEW else QVariant.Int
LONG = QMetaType.Type.LongLong if IS_NEW else QVariant.LongLong
REAL = QMetaType.Type.Double if IS_NEW else QVariant.Double
TEXT = QMetaType.Type.QString if IS_NEW else QVariant.String

COLUMNS = {
    "zone": INT,
    "zone_name": TEXT,
    "index": INT,
    "value": INT,
    "name": TEXT,
    "color": TEXT,
    "pixels": LONG,
    "share": REAL,
    "km2": REAL,
    "area": REAL,
}
"""Columns of the table of areas; which of them there are depends on the grid."""

ALWAYS = ("index", "name", "color", "pixels", "share")

RESAMPLING = ("nearest", "mode")


class AreasOfClasses(GeoindexAlgorithm):
    """``geoindex areas``."""

    NAME = "areas"
    TITLE = "Areas of classes"
    GROUP = "Results"
    TAGS = ("table", "statistics", "km2", "zonal")
    HELP = (
        "A table of the pixels, the share and the area of each class of an index grid. Areas are "
        "in km2, on the ellipsoid for a geographic grid; without a reference system, in squares "
        "of map units."
    )

    def parameters(self):
        """Parameters of the dialog."""
        return (
            QgsProcessingParameterRasterLayer("INPUT", "Index grid"),
            helped(
                QgsProcessingParameterRasterLayer("ZONES", "Zones", optional=True),
                "A second index grid at the same place: each of its classes is measured apart.",
            ),
            QgsProcessingParameterFeatureSink("OUTPUT", "Areas", QgsProcessing.TypeVector),
        )

    def execute(self, parameters, context, feedback):
        """Run the command and write its table."""
        arguments = ["areas", self.raster(parameters, "INPUT", context)[1]]
        if parameters.get("ZONES") is not None:
            arguments += ["--zones", self.raster(parameters, "ZONES", context)[1]]
        rows = self.report(arguments, feedback)["classes"]
        names = [name for name in COLUMNS if name in (rows[0] if rows else ALWAYS)]
        fields = QgsFields()
        for name in names:
            fields.append(QgsField(name, COLUMNS[name]))
        sink, target = self.parameterAsSink(
            parameters, "OUTPUT", context, fields, QgsWkbTypes.NoGeometry
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, "OUTPUT"))
        for row in rows:
            feature = QgsFeature(fields)
            feature.setAttributes([row[name] for name in names])
            sink.addFeature(feature, QgsFeatureSink.FastInsert)
        return {"OUTPUT": target}


class PolygonsOfClasses(GeoindexAlgorithm):
    """``geoindex polygons``."""

    NAME = "polygons"
    TITLE = "Polygons of classes"
    GROUP = "Results"
    TAGS = ("vectorize", "polygonize", "dissolve", "smooth", "simplify")
    HELP = (
        "Traces the classes of an index grid as polygons without gaps or overlaps. Borders are "
        "smoothed, but each polygon keeps the area of its pixels. The attributes are index, name, "
        "color and km2 (without a reference system, area in squares of map units).\n\n"
        "A map that is not cleaned has very many specks: use Recover units first."
    )

    def parameters(self):
        """Parameters of the dialog."""
        return (
            QgsProcessingParameterRasterLayer("INPUT", "Index grid"),
            helped(
                QgsProcessingParameterBoolean("DISSOLVE", "Dissolve", defaultValue=False),
                "One feature for each class instead of each patch.",
            ),
            helped(
                QgsProcessingParameterBoolean("EXACT", "Exact", defaultValue=False),
                "Keep the steps of the pixels.",
            ),
            helped(
                QgsProcessingParameterNumber(
                    "MIN_AREA",
                    "Smallest area",
                    QgsProcessingParameterNumber.Double,
                    optional=True,
                    minValue=0,
                ),
                "Smaller patches are merged into their neighbors; in km2, without a reference "
                "system in squares of map units.",
            ),
            extra_parameter("polygons"),
            QgsProcessingParameterVectorDestination(
                "OUTPUT", "Polygons", QgsProcessing.TypeVectorPolygon
            ),
        )

    def execute(self, parameters, context, feedback):
        """Run the command and style its layer."""
        _, source = self.raster(parameters, "INPUT", context)
        target = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        arguments = ["polygons", source, "-o", target]
        for name, option in (("DISSOLVE", "--dissolve"), ("EXACT", "--exact")):
            if self.parameterAsBool(parameters, name, context):
                arguments.append(option)
        arguments += self.number_option(parameters, "MIN_AREA", context, "--min-area")
        arguments += [*self.typed_options(parameters, context), "--overwrite", "--progress"]
        report = self.report(arguments, feedback)
        feedback.pushInfo(f"{report['features']} polygons of {report['classes']} classes")
        PolygonStyle.set(context, target)
        return {"OUTPUT": target}


class HorizonForOpendtect(GeoindexAlgorithm):
    """``geoindex horizon``."""

    NAME = "horizon"
    TITLE = "Horizon for OpendTect"
    GROUP = "Results"
    TAGS = ("seismic", "survey", "inline", "crossline")
    HELP = (
        "Writes an index grid as a horizon of a 3D survey, for import into OpendTect, with its "
        "color table, its legend and a text file with the import steps beside it."
    )

    def parameters(self):
        """Parameters of the dialog."""
        return (
            QgsProcessingParameterRasterLayer("INPUT", "Index grid"),
            helped(
                QgsProcessingParameterFile("SURVEY", "Survey"),
                "The .survey file in the folder of an OpendTect survey.",
            ),
            helped(
                QgsProcessingParameterEnum("METHOD", "Class of a bin", RESAMPLING, defaultValue=0),
                "That of the pixel at its center (nearest), or the one that covers most of it "
                "(mode).",
            ),
            helped(
                QgsProcessingParameterNumber(
                    "Z", "Z", QgsProcessingParameterNumber.Double, optional=True
                ),
                "In ms, m or ft, limited to the survey's range; 0 without a number.",
            ),
            advanced(
                QgsProcessingParameterString("ATTRIBUTE", "Name of the attribute", "Geology")
            ),
            extra_parameter("horizon"),
            QgsProcessingParameterFileDestination("OUTPUT", "Horizon", "Horizons (*.dat)"),
        )

    def initAlgorithm(self, config=None):
        """Add the parameters, and the other files for models."""
        super().initAlgorithm(config)
        self.addOutput(QgsProcessingOutputFile("COLORS", "Color table"))
        self.addOutput(QgsProcessingOutputFile("LEGEND", "Legend"))
        self.addOutput(QgsProcessingOutputFile("STEPS", "Import steps"))

    def execute(self, parameters, context, feedback):
        """Run the command."""
        _, source = self.raster(parameters, "INPUT", context)
        target = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        survey = self.parameterAsFile(parameters, "SURVEY", context)
        method = RESAMPLING[self.parameterAsEnum(parameters, "METHOD", context)]
        arguments = ["horizon", source, "-o", target, "--survey", survey, "--method", method]
        arguments += self.number_option(parameters, "Z", context, "--z")
        arguments += self.text_option(parameters, "ATTRIBUTE", context, "--attribute")
        arguments += [*self.typed_options(parameters, context), "--overwrite", "--progress"]
        report = self.report(arguments, feedback)
        feedback.pushInfo(f"how to import it into OpendTect: {report['steps']}")
        return {
            "OUTPUT": report["horizon"],
            "COLORS": report["colors"],
            "LEGEND": report["legend"],
            "STEPS": report["steps"],
        }
