from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.language import base_code, detect, is_latin
from nlp.spans import is_visible, sentence_spans

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)


def test_plain_sentences() -> None:
    text = "It came late.  Still, I like it! Would I buy it again?\n\nYes, I think so"
    assert [text[a:b] for a, b in sentence_spans(text)] == [
        "It came late.", "Still, I like it!", "Would I buy it again?", "Yes, I think so",
    ]  # fmt: skip


def test_crumbs_join_the_sentence_before() -> None:
    text = "It broke twice. 😒😒😒😒"
    assert [text[a:b] for a, b in sentence_spans(text)] == [text]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x01", "\u200b\u200e"])
def test_nothing_visible_no_span(text: str) -> None:
    assert sentence_spans(text) == []
    assert not is_visible(text)


@settings(max_examples=150, deadline=None)
@given(ANY_TEXT)
def test_spans_are_ordered_and_cover_what_is_visible(text: str) -> None:
    spans = sentence_spans(text)
    place = 0
    for start, end in spans:
        assert place <= start < end <= len(text)
        assert not is_visible(text[place:start])
        place = end
    assert not is_visible(text[place:])


def test_spans_equal_those_of_the_labels(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "labels" / "test.jsonl").read_text(encoding="utf-8").splitlines()]
    same = [sentence_spans(r["text"]) == [(s["start"], s["end"]) for s in r["sentences"]] for r in rows]
    assert sum(same) / len(same) > 0.99


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("This kettle boils very fast and I really like the handle of it", "en"),
        ("Der Wasserkocher ist schnell und die Lieferung war pünktlich", "de"),
        ("La bouilloire est rapide mais la livraison était trop lente", "fr"),
        ("ok", None),
        ("😀😀😀", None),
        ("", None),
        ("https://example.org/a @someone #tag", None),
    ],
)
def test_language(text: str, code: str | None) -> None:
    assert detect(text).code == code


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT)
def test_language_of_anything(text: str) -> None:
    found = detect(text)
    assert 0.0 <= found.confidence <= 1.0
    assert found.code is None or len(found.code) == 2


def test_script_and_tags() -> None:
    assert is_latin("Ça va") and is_latin("12345") and not is_latin("很好的手机") and not is_latin("مرحبا")
    assert [base_code(c) for c in ("pt-BR", "EN_us", "und", "", None, "x")] == ["pt", "en", None, None, None, None]
