"""The style of a grid that Processing loads."""

from __future__ import annotations

from qgis.core import QgsProcessingLayerPostProcessorInterface


class GridStyle(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer its classes with names when Processing loads it.

    Processing loads its outputs without a default style, and QGIS before 3.30 would list all 256
    rows of the color table.
    """

    kept = []
    """QGIS owns none of them, and the algorithm is gone when the layer is loaded."""

    def __init__(self, style):
        super().__init__()
        self.style = style

    @classmethod
    def set(cls, context, path, style):
        """Style the layer of a file, if it will be loaded, by a .qml file."""
        if context.willLoadLayerOnCompletion(path):
            cls.kept.append(cls(style))
            context.layerToLoadOnCompletionDetails(path).setPostProcessor(cls.kept[-1])

    def postProcessLayer(self, layer, context, feedback):  # noqa: ARG002 (called by QGIS)
        """Load the style; QGIS calls this in its main thread."""
        message, is_loaded = layer.loadNamedStyle(self.style)
        if not is_loaded:
            feedback.reportError(message)
        layer.triggerRepaint()
