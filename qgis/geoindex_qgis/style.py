"""Styles of the layers that Processing loads."""

from __future__ import annotations

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsProcessingLayerPostProcessorInterface,
    QgsRendererCategory,
)

OUTLINE = {"outline_color": "60,60,60,255", "outline_width": "0.1"}


class LayerStyle(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer its style when Processing loads it.

    Processing loads its outputs without default styles.
    """

    kept = []
    """QGIS owns none of them, and the algorithm is gone when the layer is loaded."""

    @classmethod
    def set(cls, context, path, *facts):
        """Style the layer of a file, if it will be loaded."""
        if context.willLoadLayerOnCompletion(path):
            cls.kept.append(cls(*facts))
            context.layerToLoadOnCompletionDetails(path).setPostProcessor(cls.kept[-1])


class GridStyle(LayerStyle):
    """Exactly the classes of a grid, with names and colors, from a .qml file.

    QGIS before 3.30 would list all 256 rows of the color table.
    """

    def __init__(self, qml):
        super().__init__()
        self.qml = qml

    def postProcessLayer(self, layer, context, feedback):  # noqa: ARG002 (called by QGIS)
        """Load the style; QGIS calls this in its main thread."""
        message, is_loaded = layer.loadNamedStyle(self.qml)
        if not is_loaded:
            feedback.reportError(message)
        layer.triggerRepaint()


class PolygonStyle(LayerStyle):
    """The classes of polygons: the style in a GeoPackage, else from the attributes."""

    def postProcessLayer(self, layer, context, feedback):  # noqa: ARG002 (called by QGIS)
        """Style the layer; QGIS calls this in its main thread."""
        _, is_loaded = layer.loadDefaultStyle()
        if not is_loaded:
            layer.setRenderer(QgsCategorizedSymbolRenderer("index", _categories(layer)))
        layer.triggerRepaint()


def _categories(layer):
    """Categories of the classes that occur, by index."""
    names = ["index", "name", "color"]
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.NoGeometry)
    request.setSubsetOfAttributes(names, layer.fields())
    rows = {tuple(feature[name] for name in names) for feature in layer.getFeatures(request)}
    return [
        QgsRendererCategory(
            index,
            QgsFillSymbol.createSimple({"color": color, **OUTLINE}),
            name or str(index),
        )
        for index, name, color in sorted(rows)
    ]
