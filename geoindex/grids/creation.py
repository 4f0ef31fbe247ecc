"""Creation options of GeoTIFFs, by GDAL's names, that change neither pixels nor georeference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geoindex.errors import OptionError
from geoindex.rules.suggestions import did_you_mean

__all__ = ["check_creation"]

LOSSLESS = ("none", "deflate", "lzw", "zstd", "lzma", "packbits")
SWITCH = ("yes", "no", "true", "false")
NUMBER = None

SHARED: dict[str, tuple[str, ...] | None] = {
    "compress": LOSSLESS,
    "bigtiff": ("yes", "no", "if_needed", "if_safer"),
    "num_threads": NUMBER,
}
PLAIN = SHARED | {
    "predictor": ("1", "2"),
    "zlevel": NUMBER,
    "zstd_level": NUMBER,
    "lzma_preset": NUMBER,
    "tiled": SWITCH,
    "blockxsize": NUMBER,
    "blockysize": NUMBER,
}
CLOUD = SHARED | {"level": NUMBER, "blocksize": NUMBER, "predictor": ("yes", "no", "standard")}
"""Options of GDAL's drivers GTiff and COG with their values; None for a whole number."""


def check_creation(options: Mapping[str, Any] | None, *, cog: bool) -> dict[str, str]:
    """Check creation options.

    Parameters
    ----------
    options : mapping of str to value, or None
    cog : bool
        Whether the GeoTIFF is cloud-optimized.

    Returns
    -------
    dict of str to str
        In lower case.

    Raises
    ------
    OptionError
        An option or value is unknown, or could change the pixels.
    """
    known, checked = CLOUD if cog else PLAIN, dict[str, str]()
    for key, value in (options or {}).items():
        name, text = str(key).lower(), str(value).lower()
        if name not in known:
            raise OptionError(
                f"unknown creation option {name!r}{did_you_mean(name, known)}; known: "
                f"{', '.join(sorted(known))}"
            )
        choices = known[name]
        is_number = text.isdecimal() or (name, text) == ("num_threads", "all_cpus")
        if not (is_number if choices is None else text in choices):
            wanted = "a whole number" if choices is None else f"one of {', '.join(choices)}"
            raise OptionError(f"creation option {name} is {wanted}, found {text!r}")
        checked[name] = text
    return checked
