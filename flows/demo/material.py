"""The written material of the demo: sentence patterns by language, domain, moment, feeling and aspect; brands; plans.

Patterns hold `{slots}` and `[one|another]` wordings. `Phrasebook.pick` prefers what has been used least, so that
a reader of the whole demo meets few sentences twice.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flows.demo.world import Brand, Product

_FOLDER = Path(__file__).parent / "material"
_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
LANGUAGES = ("en", "de", "fr", "es")


@dataclass(frozen=True, eq=False)  # compared by identity, which makes counting them quick
class Pattern:
    """One sentence pattern with the place it has in the material."""

    text: str
    lang: str
    domain: str
    moment: str
    sentiment: str
    aspect: str


@lru_cache(maxsize=16)
def table(name: str) -> dict[str, Any]:
    """One file of the material folder, parsed; not to be changed."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def brands() -> tuple[Brand, ...]:
    """The invented brands, in the order of the file."""
    return tuple(_brand(entry) for entry in table("brands")["brand"])


def _brand(entry: dict[str, Any]) -> Brand:
    return Brand(
        name=entry["name"],
        category=entry["category"],
        rival=entry["rival"],
        volume=entry["volume"],
        products=tuple(Product(**product) for product in entry["products"]),
        app_id=entry["app"]["id"],
        app_name=entry["app"]["name"],
        strong=tuple(entry["strong"]),
        weak=tuple(entry["weak"]),
        stars=tuple(entry["stars"]),
        aliases=tuple(entry.get("aliases", ())),
        delivery_turn=entry.get("delivery_turn"),
        firmware=entry.get("firmware"),
        rises_after=entry.get("rises_after"),
    )


@lru_cache(maxsize=1)
def patterns() -> tuple[Pattern, ...]:
    """All sentence patterns of all languages."""
    found: list[Pattern] = []
    for path in sorted(_FOLDER.glob("*.toml")):
        lang, _, domain = path.stem.partition("_")
        if lang in LANGUAGES:
            content = table(path.stem)
            for name, moments in [(domain, content)] if domain else content.items():
                found.extend(_walk(lang, name, moments))
    return tuple(found)


def _walk(lang: str, domain: str, moments: dict[str, Any]) -> Iterator[Pattern]:
    for moment, sentiments in moments.items():
        for sentiment, aspects in sentiments.items():
            for aspect, lines in aspects.items():
                for line in lines:
                    yield Pattern(line, lang, domain, moment, sentiment, aspect)


class Phrasebook:
    """Picks patterns, the least used ones first; one a generation run, since it remembers."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._uses: Counter[Pattern] = Counter()
        self._index: dict[tuple[str, str, str, str], list[Pattern]] = {}
        for pattern in patterns():
            self._index.setdefault((pattern.lang, pattern.domain, pattern.moment, pattern.sentiment), []).append(
                pattern
            )

    def pick(
        self, lang: str, domains: dict[str, float], moment: str, sentiment: str, weigh: Callable[[str], float]
    ) -> Pattern | None:
        """A pattern from any of the weighted domains, aspects weighted by `weigh`; None where the language has none."""
        candidates, weights = [], []
        for domain, share in domains.items():
            for pattern in self._index.get((lang, domain, moment, sentiment), ()):
                if (weight := share * weigh(pattern.aspect)) > 0:
                    candidates.append(pattern)
                    weights.append(weight / (1 + self._uses[pattern]) ** 3)
        if not candidates:
            return None
        chosen = self._rng.choices(candidates, weights)[0]
        self._uses[chosen] += 1
        return chosen

    def word(self, text: str) -> str:
        """The pattern's text with one of each `[a|b]` chosen."""
        return _CHOICE.sub(lambda found: self._rng.choice(found[1].split("|")), text)
