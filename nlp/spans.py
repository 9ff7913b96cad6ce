"""Sentence spans: character offsets of the sentences of a text.

Promise: spans are in order, do not overlap, start and end at visible characters, and cover every visible character;
any string is accepted. Boundaries are those of `sentencex`, with crumbs joined to the sentence before, as in the
training labels.
"""

from __future__ import annotations

import re
import unicodedata

import sentencex

_CRUMB = 3


def is_visible(text: str) -> bool:
    """Whether anything would be seen: not only blanks, controls and format characters."""
    return any(not c.isspace() and unicodedata.category(c) not in _UNSEEN for c in text)


_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSEEN = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}


def sentence_spans(text: str, lang: str | None = None) -> list[tuple[int, int]]:
    """Half-open (start, end) character offsets of each sentence; empty for a text with nothing visible."""
    spans: list[tuple[int, int]] = []
    for found in sentencex.get_sentence_boundaries((lang or "en").split("-")[0], encodable(text)):
        raw = text[found["start_index"] : found["end_index"]]
        if not is_visible(raw):
            continue
        start = found["start_index"] + len(raw) - len(raw.lstrip())
        end = start + len(raw.strip())
        if spans and (end - start <= _CRUMB or not any(c.isalnum() for c in raw)):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def encodable(text: str) -> str:
    """The text with lone surrogates, which no UTF-8 library takes, replaced one for one, so that offsets stay."""
    return _SURROGATE.sub("\ufffd", text)
