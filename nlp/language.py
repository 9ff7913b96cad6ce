"""Which language a text is in, or that nobody can tell.

Promise: any string is accepted; a text of too few letters, or one the detector is unsure of, is undetermined (None) and
not guessed. Detection is py3langid's (Lui and Baldwin 2012), local and without download.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_SAMPLE = 1000
_ENOUGH_LETTERS = 24
_ENOUGH_OTHER_LETTERS = 6
_CONFIDENT = 0.9


@dataclass(frozen=True)
class Language:
    """Language code (ISO 639-1; None: undetermined) and the detector's probability for its best guess."""

    code: str | None
    confidence: float


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _words(text: str) -> str:
    words = text[:_SAMPLE].split()
    return " ".join(w for w in words if not w.startswith(("http", "www.", "@", "#")))


def _letters(text: str) -> tuple[int, int]:
    """(letters, letters of other scripts than Latin)."""
    letters = [c for c in text if c.isalpha()]
    return len(letters), 0 if text.isascii() else sum(map(_is_other, letters))


@lru_cache(maxsize=8192)
def _is_other(letter: str) -> bool:
    return not unicodedata.name(letter, "LATIN").startswith("LATIN")


def detect(text: str) -> Language:
    """The language of a text, judged by its first thousand characters, addresses and handles left out."""
    words = _words(text)
    letters, other = _letters(words)
    if letters < _ENOUGH_LETTERS and not (other >= _ENOUGH_OTHER_LETTERS and other * 2 > letters):
        return Language(None, 0.0)
    code, confidence = _identifier().classify(words)
    # "zxx" is the detector's word for no language at all.
    sure = confidence >= _CONFIDENT and code != "zxx"
    return Language(code if sure else None, min(float(confidence), 1.0))


def is_latin(text: str) -> bool:
    """Whether at least half of a text's letters are Latin (or it has none): so much is known of the shortest text."""
    letters, other = _letters(_words(text))
    return other * 2 <= letters


def base_code(lang: str | None) -> str | None:
    """The primary subtag of a BCP 47 tag in lower case (`pt-BR` gives `pt`); None for none, `und` or nonsense."""
    primary = (lang or "").replace("_", "-").split("-")[0].strip().lower()
    return primary if 2 <= len(primary) <= 3 and primary.isalpha() and primary != "und" else None
