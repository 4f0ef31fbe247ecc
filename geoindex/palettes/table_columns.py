"""The meaning of the columns of a table, from the words of the header and the cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from geoindex.errors import PaletteError
from geoindex.palettes.entries import Request
from geoindex.palettes.table_rows import Row, cell_number
from geoindex.rules.choices import is_whole
from geoindex.rules.color_text import COLOR_FORMS, color_of_text, is_color_word

__all__ = ["Columns", "columns_of_table", "meaning_of_word"]


def _words(text: str) -> frozenset[str]:
    """Set of the words of a text."""
    return frozenset(text.split())


CHANNELS = {
    "red": "r red rot rouge rood rojo rosso vermelho röd rød",
    "green": "g green grün gruen vert groen verde grön grøn grønn",
    "blue": "b blue blau bleu blauw azul blu blå",
    "alpha": "a alpha opacity",
    "cyan": "c cyan",
    "magenta": "m magenta",
    "yellow": "y yellow gelb jaune geel amarillo giallo",
    "black": "k black schwarz noir zwart negro nero",
}
WORDS = {word: meaning for meaning, words in CHANNELS.items() for word in words.split()}

# Words beside the name of a channel, such as in "Red value" or "R (0-255)".
CHANNEL_EXTRAS = _words("value channel band rgb rgba cmyk color colour 0 1 8 bit 100 255 %")

COLOR_WORDS = _words(
    "hex html color colour colors colours rgb hexcode webcolor farbe couleur kleur fill cor "
    "hint palette"
)
NAME_WORDS = _words("name names label labels")
UNIT_WORDS = _words(
    "unit class description lithology formation legend legende klasse einheit eenheid unité "
    "unidad classe clase category type title text"
)
VALUE_WORDS = _words("value values val wert valeur valor waarde valore gridcode dn pixel")
ROW_WORDS = _words(
    "index idx id fid oid objectid no nr num number n row order sort field1 # rowid"
)
OTHER_NUMBERS = _words(
    "count counts area areas pixels percent percentage % frequency histogram shape length ha km2 "
    "m2 sum x y z hue saturation lightness transparency checksum palette"
)
MEANINGS = ("red", "green", "blue", "alpha", "cyan", "magenta", "yellow", "black")
OWN_WORDS = ("role", "merge", "show")
"""Header words that have a meaning only on their own."""
CMYK = ("cyan", "magenta", "yellow", "black")


@dataclass
class Columns:
    """Places of the columns of a table, counted from 0."""

    width: int
    """Number of columns; a cell beyond them is an error."""

    places: dict[str, int] = field(default_factory=dict)
    """By their meaning: red, green, blue or color or cyan..., alpha, value, name, role, merge,
    show."""

    ignored: set[int] = field(default_factory=set)
    """Columns without a header that a warning has mentioned."""

    def __contains__(self, meaning: object) -> bool:
        return meaning in self.places

    @property
    def color(self) -> tuple[str, ...]:
        """Meanings of the columns that give the color; () if there are none."""
        for known in (("red", "green", "blue"), ("color",), CMYK):
            if all(meaning in self.places for meaning in known):
                return known
        return ()


def columns_of_table(header: Row | None, rows: Sequence[Row], request: Request) -> Columns:
    """Find the columns of a table.

    Parameters
    ----------
    header : Row or None
        The names of the columns.
    rows : sequence of Row
        The rows below.
    request : Request
        Its `columns` replace the header.

    Raises
    ------
    PaletteError
        The color could be in several columns, or is in none.

    Warns
    -----
    GeoindexWarning
        Names or class values could be in several columns; the message tells which were taken.
    """
    if request.columns is not None:
        columns = _given(request)
    elif header is None:
        columns = _by_content(rows, request)
    else:
        columns = _by_header(header, rows, request)
    if header is None and request.columns is None and not columns.color:
        shown = " ".join(rows[0].cells)[:40]
        raise request.error(
            f"{shown!r} is not a color; write r,g,b or {COLOR_FORMS}", rows[0].line
        )
    if not columns.color:
        found = ", ".join(header.cells if header is not None else request.columns or ())
        raise request.error(
            f"the header must name r, g, b or hex (or c, m, y, k), found {found[:80]}; or give "
            "the columns: columns='value,r,g,b,name'",
            None if header is None else header.line,
        )
    return columns


def meaning_of_word(word: str) -> str | None:
    """Meaning of a column by its header alone; None if the cells have to decide.

    Examples
    --------
    >>> meaning_of_word("Red"), meaning_of_word("R (0-255)"), meaning_of_word("Lithology")
    ('red', 'red', None)
    """
    tokens = _tokens(word)
    if not tokens:
        return None
    channels = [WORDS[token] for token in tokens if token in WORDS]
    if len(channels) == 1 and all(token in WORDS or token in CHANNEL_EXTRAS for token in tokens):
        return channels[0]
    if tokens in ([own] for own in OWN_WORDS):
        return tokens[0]
    return "color" if COLOR_WORDS & set(tokens) and not NAME_WORDS & set(tokens) else None


def _tokens(word: str) -> list[str]:
    """Words of a header in lower case: ``gridCode`` and ``GRID_CODE`` are grid, code."""
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", word)
    return re.findall(r"[^\W_]+|[%#]", spaced.casefold())


def _given(request: Request) -> Columns:
    """Columns that the user names."""
    words = request.columns or ()
    columns = Columns(len(words))
    for place, word in enumerate(words):
        meaning = meaning_of_word(word) or word.strip().casefold()
        if meaning in ("", "-"):
            continue
        if meaning not in (*MEANINGS, "color", "value", "name", *OWN_WORDS):
            raise request.error(
                f"unknown column {word!r}; known: value, r, g, b, alpha, c, m, y, k, color, name, "
                "role, merge, show, and - for a column to skip"
            )
        if meaning in columns:
            raise request.error(f"the column {word!r} is given twice")
        columns.places[meaning] = place
    return columns


def _by_header(header: Row, rows: Sequence[Row], request: Request) -> Columns:
    """Columns under a header; the cells decide what its words leave open."""
    columns = Columns(len(header.cells))
    doubtful: list[int] = []
    for place, word in enumerate(header.cells):
        meaning = meaning_of_word(word)
        if meaning == "color" and not _mostly(rows, place, _is_color):
            doubtful.append(place)
            continue
        if meaning == "color" and "color" in columns:
            raise _two_colors(columns.places["color"], place, header.line, request)
        if meaning in columns:
            raise request.error(
                f"columns {columns.places[str(meaning)] + 1} and {place + 1} are both {meaning}; "
                "name the columns to take: columns='value,r,g,b,name'",
                header.line,
            )
        if meaning is not None:
            columns.places[meaning] = place
    if not columns.color:
        _add_color(columns, rows, request)
    if not columns.color and doubtful:
        columns.places["color"] = doubtful[0]
    if columns.color:
        used = set(columns.places.values())
        others = [place for place in range(len(header.cells)) if place not in used]
        _add_value(columns, header, rows, others, request)
        _add_name(columns, header, rows, others, request)
    return columns


def _by_content(rows: Sequence[Row], request: Request) -> Columns:
    """Columns of a table without a header; each column must have only one possible meaning."""
    width = max(len(row.cells) for row in rows)
    columns = Columns(width)
    numeric = [place for place in range(width) if _mostly(rows, place, _is_number)]
    if len(numeric) == 4 and numeric[1] - numeric[0] > 1 and numeric[3] - numeric[1] == 2:
        # A number, text and three numbers, such as 1 Built-Up Land 255 0 0.
        columns.places["value"] = numeric.pop(0)
    if len(numeric) >= 4:
        found = "four" if len(numeric) == 4 else str(len(numeric))
        name = ",name" if len(numeric) < width else ""
        wide = "value,r,g,b,alpha" if len(numeric) > 4 else "r,g,b,alpha"
        raise request.error(
            f"starts with {found} numbers, more than a color; name the columns: "
            f"columns='value,r,g,b{name}' or columns='{wide}{name}', or add such a header "
            "line (files with the suffix .clr need none)",
            rows[0].line,
        )
    if len(numeric) == 3:
        columns.places.update(zip(("red", "green", "blue"), numeric, strict=True))
    else:
        _add_color(columns, rows, request)
        if numeric and _mostly(rows, numeric[0], _is_whole):
            columns.places["value"] = numeric[0]
    used = set(columns.places.values())
    texts = [place for place in range(width) if place not in used and _holds_text(rows, place)]
    if columns.color and texts:
        if len(texts) > 1:
            request.warn(
                f"the names are those of column {texts[0] + 1}; column {texts[1] + 1} holds text, "
                "too (columns= decides)"
            )
        columns.places["name"] = texts[0]
        columns.ignored.update(texts[1:])
    return columns


def _add_color(columns: Columns, rows: Sequence[Row], request: Request) -> None:
    """Find the column of colors; words such as "red" may be names instead."""
    free = [place for place in range(columns.width) if place not in columns.places.values()]
    # Six-digit numbers are colors only if a header says so.
    found = [
        place
        for place in free
        if _mostly(rows, place, _is_color) and not _mostly(rows, place, str.isdigit)
    ]
    sure = [
        place
        for place in found
        if any(
            _is_color(cell) and not is_color_word(cell)
            for cell in (row.cells[place] for row in rows if place < len(row.cells))
        )
    ]
    if len(sure or found) > 1:
        first, second = (sure or found)[:2]
        raise _two_colors(first, second, rows[0].line, request)
    if found:
        columns.places["color"] = (sure or found)[0]


def _two_colors(first: int, second: int, line: int | None, request: Request) -> PaletteError:
    """Error for two columns of colors."""
    return request.error(
        f"columns {first + 1} and {second + 1} hold colors; name the columns: "
        "columns='color,name'",
        line,
    )


def _add_value(
    columns: Columns, header: Row, rows: Sequence[Row], others: list[int], request: Request
) -> None:
    """Find the column of class values: whole numbers, best under a word for them."""
    ranks: list[tuple[int, int]] = []
    for place in others:
        tokens = set(_tokens(header.cells[place]))
        texts = [row.cells[place] for row in rows if place < len(row.cells) and row.cells[place]]
        if tokens & OTHER_NUMBERS or tokens & NAME_WORDS or not texts:
            continue
        rank = 0 if tokens & VALUE_WORDS else 2 if tokens <= ROW_WORDS else 1
        if not any(_is_number(text) for text in texts):
            continue
        is_complete = len(texts) == len(rows) and all(_is_whole(text) for text in texts)
        if rank == 0 or is_complete:
            ranks.append((rank, place))
    if not ranks:
        return
    rank, taken = min(ranks)
    columns.places["value"] = taken
    others.remove(taken)
    rivals = [place for other, place in ranks if place != taken and (rank > 0 or other == 0)]
    if rivals:
        request.warn(
            f"the class values are those of the column {header.cells[taken]!r}; "
            f"{header.cells[rivals[0]]!r} holds whole numbers, too (columns= decides)",
            header.line,
        )


def _add_name(
    columns: Columns, header: Row, rows: Sequence[Row], others: list[int], request: Request
) -> None:
    """Find the column of names: text, best under a word for them."""
    ranks: list[tuple[int, int]] = []
    for place in others:
        tokens = set(_tokens(header.cells[place]))
        rank = 0 if tokens and tokens <= NAME_WORDS else 1 if tokens & NAME_WORDS else 2
        rank = 3 if rank == 2 and not tokens & UNIT_WORDS else rank
        if rank == 0 or _holds_text(rows, place):
            ranks.append((rank, place))
    if not ranks:
        return
    rank, taken = min(ranks)
    columns.places["name"] = taken
    rivals = [place for other, place in ranks if place != taken and other <= max(rank, 1)]
    rivals += [place for other, place in ranks if rank > 1 and other > rank]
    if rivals:
        request.warn(
            f"the names are those of the column {header.cells[taken]!r}; "
            f"{header.cells[rivals[0]]!r} holds text, too (columns= decides)",
            header.line,
        )


def _mostly(rows: Sequence[Row], place: int, test: Callable[[str], bool]) -> bool:
    """Whether most cells of a column pass a test; the others are reported as errors later."""
    passed = [place < len(row.cells) and test(row.cells[place]) for row in rows]
    return passed[0] or 2 * sum(passed) > len(rows)


def _holds_text(rows: Sequence[Row], place: int) -> bool:
    """Whether a column holds a text that is not a number."""
    return any(
        place < len(row.cells) and row.cells[place] and cell_number(row.cells[place]) is None
        for row in rows
    )


def _is_color(cell: str) -> bool:
    return color_of_text(cell, bare=True) is not None


def _is_number(cell: str) -> bool:
    return cell_number(cell) is not None


def _is_whole(cell: str) -> bool:
    return is_whole(cell_number(cell))
