"""Run every algorithm in QGIS: ``python3 in_qgis.py PLUGINS DATA WORK``, with QGIS's own Python.

What each did is printed as JSON; the tests compare it.
"""

import json
import os
import shutil
import sys
import traceback
from pathlib import Path

PLUGINS, DATA, WORK = map(Path, sys.argv[1:])
sys.path[:0] = [str(PLUGINS), "/usr/share/qgis/python/plugins", "/usr/share/qgis/python"]

from qgis.core import (  # noqa: E402  # found by the path above, as all below
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProject,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import QSize  # noqa: E402  # as above

QgsApplication.setPrefixPath("/usr", True)
APPLICATION = QgsApplication([], False)
APPLICATION.initQgis()

import processing  # noqa: E402  # needs a running QGIS, as those below
from geoindex_qgis import classFactory  # noqa: E402  # as above
from processing.core.Processing import Processing  # noqa: E402  # as above

Processing.initialize()
PLUGIN = classFactory(None)
PLUGIN.initProcessing()

MAP, PALETTE = str(WORK / "sample_map.png"), str(WORK / "sample_palette.csv")


class Feedback(QgsProcessingFeedback):
    """Keeps what it is told."""

    def __init__(self):
        super().__init__()
        self.percents = []
        self.lines = []
        self.progressChanged.connect(self.percents.append)

    def pushWarning(self, text):
        self.lines.append(text)


def run(name, **parameters):
    """Run an algorithm as the Python console does."""
    return processing.run(f"geoindex:{name}", parameters, feedback=Feedback())


def loaded(name, **parameters):
    """Run an algorithm as the toolbox does; describe the layer that it loads."""
    QgsProject.instance().clear()
    processing.runAndLoadResults(f"geoindex:{name}", parameters, feedback=Feedback())
    (layer,) = QgsProject.instance().mapLayers().values()
    return layer, {
        "renderer": layer.renderer().type(),
        "crs": layer.crs().authid(),
        "classes": classes_of(layer),
    }


def classes_of(layer):
    """Value, label and color of each class that a raster layer lists."""
    return [[one.value, one.label, one.color.name()] for one in layer.renderer().classes()]


def table(layer):
    """Rows of a layer."""
    names = [field.name() for field in layer.fields()]
    return [dict(zip(names, feature.attributes())) for feature in layer.getFeatures()]


def algorithms():
    return {
        one.id(): {
            "texts": [one.displayName(), one.group(), one.shortHelpString()],
            "icon": Path(one.svgIconPath()).is_file() and not one.icon().isNull(),
            "parameters": [parameter.name() for parameter in one.parameterDefinitions()],
        }
        for one in PLUGIN.provider.algorithms()
    }


def index():
    target = str(WORK / "index.tif")
    layer, facts = loaded("index", INPUT=MAP, PALETTE=PALETTE, OUTPUT=target)
    draw(layer, "index")
    return facts


def draw(layer, name):
    """Draw a layer as QGIS's canvas does, a pixel for each of the grid."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setExtent(QgsRasterLayer(MAP, "map").extent())
    settings.setOutputSize(QSize(1500, 900))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(WORK / f"{name}_drawn.png"))


def opened():
    """Classes of grids that are opened by hand; attribute tables count from QGIS 3.30 on."""
    found = {"reads_attribute_tables": Qgis.QGIS_VERSION_INT >= 33000}
    for folder in ("plain", "styled"):
        for path in (WORK / folder).iterdir():
            if path.suffix in (".tif", ".asc", ".png"):
                layer = QgsRasterLayer(str(path), path.stem)
                found[f"{folder}/{path.name}"] = classes_of(layer)
    return found


def options():
    """Options of all kinds: a part, class numbers, a temporary file, a CRS given to the layer."""
    layer = QgsRasterLayer(MAP, "map")
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:3067"))
    layer, facts = loaded(
        "index",
        INPUT=layer,
        PALETTE=PALETTE,
        EXTENT="486050,486300,7511700,7511900",
        METRIC=1,
        MAX_DISTANCE=20,
        EXTRA="--first 5 --nodata 0",
        OUTPUT="TEMPORARY_OUTPUT",
    )
    shutil.copy(layer.source(), WORK / "options.tif")
    return facts


def clean():
    """Units as an ESRI grid, whose colors are in files beside it."""
    source, target = str(WORK / "index.tif"), str(WORK / "units.asc")
    return loaded("clean", INPUT=source, IMAGE=MAP, REACH=40, OUTPUT=target)[1]


def polygons():
    """One feature for each class; the style is in a GeoPackage, and not in GeoJSON."""
    found = {}
    for suffix in ("gpkg", "geojson"):
        QgsProject.instance().clear()
        parameters = {"INPUT": str(WORK / "units.asc"), "DISSOLVE": True}
        parameters["OUTPUT"] = str(WORK / f"units.{suffix}")
        processing.runAndLoadResults("geoindex:polygons", parameters, feedback=Feedback())
        (layer,) = QgsProject.instance().mapLayers().values()
        draw(layer, suffix)
        found[suffix] = {
            "rows": table(layer),
            "classes": [
                [int(one.value()), one.label(), one.symbol().color().name()]
                for one in layer.renderer().categories()
            ],
        }
    return found


def areas():
    source = str(WORK / "index.tif")
    alone = run("areas", INPUT=source, OUTPUT="memory:")["OUTPUT"]
    zones = run("areas", INPUT=source, ZONES=source, OUTPUT="memory:")["OUTPUT"]
    return {"alone": table(alone), "zones": table(zones)}


def horizon():
    return run(
        "horizon",
        INPUT=str(WORK / "index.tif"),
        SURVEY=str(WORK / "sample.survey"),
        Z=200,
        OUTPUT=str(WORK / "map.dat"),
    )


def learn():
    return run("learnpalette", INPUT=MAP, COLORS=9, OUTPUT=str(WORK / "learned.csv"))


def legend():
    """A box in map coordinates, and in those that QGIS gives an image without a place."""
    names = str(WORK / "sample_legend.txt")
    placed = run(
        "legendpalette",
        INPUT=str(WORK / "sample_sheet.png"),
        EXTENT="489580,490650,7509550,7511725",
        NAMES=names,
        INK="black,#e31a1c",
        OUTPUT=str(WORK / "legend.csv"),
        PICTURE=str(WORK / "found.png"),
    )
    shutil.copy(WORK / "sample_sheet.png", WORK / "unplaced.png")
    unplaced = run(
        "legendpalette",
        INPUT=str(WORK / "unplaced.png"),
        EXTENT="676,890,-490,-55",
        OUTPUT=str(WORK / "unplaced.gpl"),
    )
    return [placed, unplaced]


def model():
    """The palette of a model's first step is that of its second."""
    source = QgsProcessingModelChildParameterSource
    chain = QgsProcessingModelAlgorithm("chain", "chain")
    first = QgsProcessingModelChildAlgorithm("geoindex:learnpalette")
    first.setChildId("first")
    first.addParameterSources("INPUT", [source.fromStaticValue(MAP)])
    second = QgsProcessingModelChildAlgorithm("geoindex:index")
    second.setChildId("second")
    second.addParameterSources("INPUT", [source.fromStaticValue(MAP)])
    second.addParameterSources("PALETTE", [source.fromChildOutput("first", "OUTPUT")])
    output = QgsProcessingModelOutput("GRID", "GRID")
    output.setChildId("second")
    output.setChildOutputName("OUTPUT")
    second.setModelOutputs({"GRID": output})
    for child in (first, second):
        chain.addChildAlgorithm(child)
    target = str(WORK / "model.tif")
    context = QgsProcessingContext()
    results, is_done = chain.run({"second:GRID": target}, context, Feedback())
    return {"done": is_done, "grid": results["CHILD_RESULTS"]["second"]["OUTPUT"]}


def failures():
    """Messages of what goes wrong, the progress and the end of a run that is canceled."""
    found = {}
    cases = {
        "palette": {"INPUT": MAP, "PALETTE": "/no/palette.csv"},
        "place": {"INPUT": MAP, "PALETTE": "windows-256", "EXTENT": "0,1,0,1"},
    }
    for name, parameters in cases.items():
        try:
            run("index", OUTPUT=str(WORK / "never.tif"), **parameters)
        except QgsProcessingException as error:
            found[name] = str(error)
    slow = WORK / "slow"
    slow.write_text("#!/bin/sh\necho Warning: slow >&2; echo progress 37 >&2; exec sleep 60\n")
    slow.chmod(0o755)
    command = os.environ["GEOINDEX_COMMAND"]
    os.environ["GEOINDEX_COMMAND"] = str(slow)
    feedback = Feedback()
    feedback.progressChanged.connect(feedback.cancel)
    parameters = {"INPUT": MAP, "PALETTE": PALETTE, "OUTPUT": str(WORK / "never.tif")}
    found["canceled"] = processing.run("geoindex:index", parameters, feedback=feedback)
    os.environ["GEOINDEX_COMMAND"] = command
    found["told"] = [feedback.percents, feedback.lines]
    return found


CASES = (
    algorithms,
    index,
    opened,
    options,
    clean,
    areas,
    polygons,
    horizon,
    learn,
    legend,
    model,
    failures,
)


def main():
    """Run all; a failure is told in place of the facts."""
    # QGIS writes statistics beside the images that it opens.
    for path in DATA.glob("sample*"):
        shutil.copy(path, WORK)
    facts = {}
    for case in CASES:
        try:
            facts[case.__name__] = case()
        except Exception:  # told to the test
            facts[case.__name__] = {"failed": traceback.format_exc()}
    print(json.dumps(facts))
    sys.stdout.flush()
    os._exit(0)  # QGIS may crash on leaving Python


main()
