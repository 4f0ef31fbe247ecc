"""QGIS plugin: Processing algorithms that run the geoindex command."""

from __future__ import annotations


def classFactory(iface):  # QGIS looks for this name
    """Return the plugin; QGIS and qgis_process call this."""
    from .provider import GeoindexPlugin

    return GeoindexPlugin(iface)
