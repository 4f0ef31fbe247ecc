"""The keyed text of OpendTect's files."""

from __future__ import annotations

from geoindex.palettes.keyed_text import parse_keyed, split_list


def test_keyed_text() -> None:
    text = "dTect V1\nThing file\nnow\n!\n-- note\n\nA\\:b\t: 1`2\nbare\n!\nc: d\n!\n"
    content = parse_keyed(text)
    assert content.kind == "Thing"
    assert content.values == {"A:b": "1`2", "bare": "", "c": "d"}
    assert content.lines["c"] == 10
    assert "c" not in parse_keyed(text, paragraphs=1).values
    assert split_list("") == [""]
    assert split_list(r"a\\`b`") == ["a\\", "b", ""]
