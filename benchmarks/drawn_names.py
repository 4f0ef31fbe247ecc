"""Names of rock units in four languages, for drawn legends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

HEADINGS = {
    "en": ("Quaternary", "Tertiary", "Cretaceous", "Intrusive rocks", "Basement", "Jurassic"),
    "de": ("Quartär", "Tertiär", "Kreide", "Magmatische Gesteine", "Grundgebirge", "Jura"),
    "fr": ("Quaternaire", "Tertiaire", "Crétacé", "Roches intrusives", "Socle", "Jurassique"),
    "es": ("Cuaternario", "Terciario", "Cretácico", "Rocas intrusivas", "Basamento", "Jurásico"),
}

ROCKS = {
    "en": (
        "sandstone", "limestone", "gravel", "mica schist", "gneiss", "granite", "greywacke",
        "basalt flows", "clay", "marl", "siltstone", "amphibolite", "till", "dolerite", "tuff",
        "conglomerate", "shale", "quartzite", "loess", "Illite clay", "peat", "Lias marl",
    ),
    "de": (
        "Sandstein", "Kalkstein", "Kies", "Glimmerschiefer", "Gneis", "Granit", "Grauwacke",
        "Basaltdecken", "Ton", "Mergel", "Schluff", "Amphibolit", "Geschiebelehm", "Löß", "Tuff",
        "Konglomerat", "Tonschiefer", "Quarzit", "Flußschotter", "Hangschutt", "Torf",
        "Ölschiefer",
    ),
    "fr": (
        "grès", "calcaire", "graviers", "micaschiste", "gneiss", "granite", "grauwacke",
        "coulées basaltiques", "argiles", "marnes", "limons", "amphibolite", "éboulis",
        "dolérite",
        "tuf", "poudingue", "schistes", "quartzite", "lœss", "alluvions",
        "tourbe", "dépôts glaciaires",
    ),
    "es": (
        "areniscas", "calizas", "gravas", "micaesquistos", "gneis", "granito", "grauvacas",
        "coladas basálticas", "arcillas", "margas", "limos", "anfibolita", "brechas", "diabasas",
        "tobas", "conglomerados", "pizarras", "cuarcita", "loess", "aluviones", "turba",
        "depósitos",
    ),
}  # fmt: skip

WORDS = {
    "en": (
        "coarse-grained", "grey", "massive", "red", "calcareous", "porphyritic", "glacial",
        "weathered", "thin-bedded", "fossiliferous", "columnar-jointed", "dark", "Upper", "Lower",
    ),
    "de": (
        "grobkörnig", "grau", "massig", "rötlich", "kalkig", "porphyrisch", "glazial",
        "verwittert", "dünnbankig", "fossilführend", "säulig", "dunkel", "Oberer", "Unterer",
    ),
    "fr": (
        "grossiers", "gris", "massif", "rouges", "calcareux", "porphyrique", "glaciaires",
        "altérés", "à bancs minces", "fossilifères", "à l\u2019île", "foncés",
        "supérieur", "inférieur",
    ),
    "es": (
        "gruesas", "grises", "masivas", "rojas", "calcáreas", "porfídico", "glaciares",
        "alteradas", "en capas finas", "fosilíferas", "pequeñas", "oscuras", "superior",
        "inferior",
    ),
}  # fmt: skip

JOINTS = {
    "en": ("with", "and", "or", "of the"),
    "de": ("mit", "und", "oder", "bis"),
    "fr": ("avec", "et", "ou", "de la"),
    "es": ("con", "y", "o", "de la"),
}

ENDS = (
    "",
    "",
    "",
    "",
    "",
    " (Miocene)",
    " 2\u20135 m",
    " «Rio»",
    " (J2\u2013J3)",
    ", 120 Ma",
    " & al.",
)


def name_of(rng: np.random.Generator, language: str) -> str:
    """Make up a name of one to some ten words."""
    parts = [_phrase(rng, language)]
    while rng.random() < 0.35 and len(parts) < 3:
        parts += [str(rng.choice(JOINTS[language])), _phrase(rng, language)]
    name = " ".join(parts) + str(rng.choice(ENDS))
    return name[0].upper() + name[1:]


def _phrase(rng: np.random.Generator, language: str) -> str:
    rock, word = str(rng.choice(ROCKS[language])), str(rng.choice(WORDS[language]))
    kind = rng.random()
    if kind < 0.35:
        return rock
    if kind < 0.45:
        return f"{rock}, {word}"
    return f"{word} {rock}" if language in {"en", "de"} else f"{rock} {word}"


def wrapped(name: str, fits: Callable[[str], bool]) -> list[str]:
    """Lines of a name that fit; of three at most, the last takes what is left."""
    lines: list[str] = []
    for word in name.split(" "):
        if lines and (fits(f"{lines[-1]} {word}") or len(lines) == 3):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
