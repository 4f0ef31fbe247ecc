"""Formats with colors that are not read, and what to do with a file of one."""

from __future__ import annotations

from pathlib import Path

__all__ = ["MAY_HOLD_IMAGES", "advice"]

_PICTURE = "export the legend as a picture, for geoindex palette legend, or as a table, .csv"
_PRO = "open it in ArcGIS Pro and save the layer as .lyrx"
_STYLE = "save the style of the layer as .qml (QGIS), .lyrx (ArcGIS Pro) or .sld"

ADVICE = {
    ".lyr": f"is a layer file of ArcMap, which only Esri's programs read; {_PRO}",
    ".mxd": f"is a map of ArcMap, which only Esri's programs read; {_PRO}",
    ".aprx": "is a project of ArcGIS Pro; save the layer as .lyrx, or the map as .mapx",
    ".lpk": f"is a package of ArcMap; {_PRO}",
    ".lpkx": f"is a package of ArcGIS Pro; {_PRO}",
    ".style": "is a collection of symbols of ArcMap, not the style of a map; save the layer in "
    "ArcGIS Pro as .lyrx",
    ".stylx": "is a collection of symbols, not the style of a map; save the layer in ArcGIS Pro "
    "as .lyrx",
    ".ase": "holds swatches of Adobe programs; save them as .act, or as a table, .csv",
    ".aco": "holds swatches of Photoshop; save them as .act, or as a table, .csv",
    ".lut": "is a lookup table of ImageJ; save it as text with red, green and blue, .csv",
    ".xls": "is a workbook of an old Excel; save it as .xlsx, .ods or .csv",
    ".xlsb": "is a binary workbook; save it as .xlsx or .csv",
    ".xml": "is XML, but no style that is known; save the style as .qml (QGIS) or .sld",
    ".gpkg": f"is a GeoPackage; {_STYLE}",
    ".shp": f"is a shapefile, which has no colors; {_STYLE}",
    ".geojson": f"is GeoJSON, which has no colors; {_STYLE}",
    ".tab": f"is a table of MapInfo; open it in QGIS or ArcGIS Pro and {_STYLE}",
    ".wor": f"is a workspace of MapInfo; open the layer in QGIS or ArcGIS Pro and {_STYLE}",
    ".zip": "is an archive; unpack it and name the palette file in it",
    **dict.fromkeys((".doc", ".docx", ".odt", ".pdf"), f"is a document; {_PICTURE}"),
    **dict.fromkeys((".ai", ".cdr", ".eps", ".svg", ".psd"), f"is a drawing; {_PICTURE}"),
    **dict.fromkeys(
        (".jpg", ".jpeg", ".webp", ".jp2"),
        "is a picture without a color table; geoindex palette learn finds the colors of a map, "
        "geoindex palette legend those of its legend",
    ),
}
"""What a file is and what to do with it, by suffix."""

MAY_HOLD_IMAGES = frozenset((".gpkg", ".zip", ".pdf", ".jpg", ".jpeg", ".webp", ".jp2"))
"""Suffixes above that may also be images."""


def advice(path: Path) -> str | None:
    """Say what a file is and what to do with it; None if its suffix is unknown."""
    return ADVICE.get(path.suffix.lower())
