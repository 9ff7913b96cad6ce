"""The language of a text: as declared, brought to BCP 47, or detected where the text is long enough to tell."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

MIN_LETTERS, MIN_CONFIDENCE, LOOKED_AT = 20, 0.9, 500

_ALIASES = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "cn": "zh",
    "jp": "ja",
    "kr": "ko",
    "deu": "de",
    "eng": "en",
    "fra": "fr",
    "spa": "es",
    "ger": "de",
    "fre": "fr",
}
#: characters of scripts that pack a syllable or word into each
_DENSE = re.compile("[\u2e80-\ud7ff\uf900-\ufaff]")
_NONE = frozenset({"und", "zxx", "mul", "mis", "none", "null", "unknown", "all", "xx"})
# fmt: off
_CANDIDATES = (
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id",
    "it", "ja", "ko", "lt", "lv", "ms", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "ta", "th", "tl",
    "tr", "uk", "ur", "vi", "zh",
)
# fmt: on

# Names of languages: in English, in their own, ISO 639-3 (https://iso639-3.sil.org), and as Steam writes them.
_NAMED = (
    "ar arabic العربية ara|bg bulgarian български bul|ca catalan català cat|cs czech čeština ces cze|"
    "da danish dansk dan|de german deutsch allemand|el greek ελληνικά ell gre|en english englisch anglais inglés|"
    "es spanish español spanisch espagnol|es-419 latam|et estonian eesti est|fi finnish suomi fin|"
    "fr french français französisch francés|he hebrew עברית heb|hi hindi हिन्दी hin|hr croatian hrvatski hrv|"
    "hu hungarian magyar hun|id indonesian ind|it italian italiano italienisch ita|ja japanese 日本語 jpn|"
    "ko korean koreana 한국어 kor|lt lithuanian lietuvių lit|lv latvian latviešu lav|nl dutch nederlands nld dut|"
    "no norwegian norsk nor nob|pl polish polski pol|pt portuguese português por|pt-BR brazilian|"
    "ro romanian română ron rum|ru russian русский rus|sk slovak slovenčina slk slo|sl slovenian slv|"
    "sr serbian srp|sv swedish svenska swe|th thai ไทย tha|tr turkish türkçe tur|uk ukrainian українська ukr|"
    "vi vietnamese vie|zh chinese 中文 zho chi|zh-CN schinese|zh-TW tchinese"
)
_BY_NAME = {name: tag for tag, *names in map(str.split, _NAMED.split("|")) for name in names}


def tag(value: Any) -> str | None:
    """A BCP 47 tag (RFC 5646) from "en_US", "EN", "zh-hans-cn", "deu", "German"; None for what is none."""
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("id") or value.get("name")
    if named := _BY_NAME.get(str(value or "").strip().casefold()):
        return named
    found = re.fullmatch(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)(?:[.@].*)?", str(value or "").strip())
    if not found or found[1].lower() in _NONE:
        return None
    language = _ALIASES.get(found[1].lower(), found[1].lower())
    parts = [part for part in re.split("[-_]", found[2]) if part]
    shaped = [p.upper() if len(p) == 2 else p.title() if len(p) == 4 and p.isalpha() else p.lower() for p in parts]
    return "-".join([language, *shaped])


def detect(text: str) -> str | None:
    """The language of a text with at least `MIN_LETTERS` letters (a third for scripts that pack more into each) if the
    detector is sure to `MIN_CONFIDENCE`; else None."""
    text = text[:LOOKED_AT]
    letters, dense = sum(map(str.isalpha, text)), len(_DENSE.findall(text))
    if letters < MIN_LETTERS and dense < MIN_LETTERS // 3:
        return None
    (best, score), *others = _identifier()(text)[:4]
    # Scores are log-probabilities up to a constant: their softmax is the confidence.
    confidence = 1 / (1 + sum(math.exp(max(other - score, -700)) for _, other in others))
    return best if confidence >= MIN_CONFIDENCE else None


def loaded() -> bool:
    """Whether the detector is in memory; else the first `detect` takes a second."""
    return bool(_identifier.cache_info().currsize)


def load() -> None:
    """Bring the detector into memory."""
    _identifier()


@lru_cache(maxsize=1)
def _identifier() -> Any:
    import py3langid  # unpacks its model of 3 MB

    py3langid.set_languages(_CANDIDATES)
    return py3langid.rank
