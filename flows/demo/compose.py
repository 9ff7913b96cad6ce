"""Puts sentences together: a plan such as "use+ use- feedback0?" becomes the pieces of one item in one voice."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

from flows.demo import material, story
from flows.demo.world import Brand, Piece, Product

_SIGNS = {"+": "positive", "0": "neutral", "-": "negative"}
#: The aspects a plan may ask for by a collective name.
_GROUPS = {
    "trouble": ("lost", "damaged", "service", "turned"),
    "minor": ("noise", "design", "capacity", "cleaning", "size", "obstacles", "app"),
}
#: What people put before the one thing they do not like.
_DOWNSIDES = {
    "en": ("Only complaint: ", "One small minus: ", "The only downside: "),
    "de": ("Kleiner Minuspunkt: ", "Einziger Nachteil: "),
    "fr": ("Seul bémol : ", "Petit défaut : "),
    "es": ("La única pega: ", "Un pequeño fallo: "),
}
_EMOJI = {
    "positive": ("😍", "👍🏽", "☕", "🎉", "❤️", "😊"),
    "negative": ("😡", "🙄", "👎", "😞"),
    "neutral": ("🤔", "🤷🏻‍♀️"),
}


class Composer:
    """Composes the pieces of items; remembers its combinations, so that no two are alike by chance."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.book = material.Phrasebook(rng)
        self._made: set[frozenset[str]] = set()

    def pieces(
        self, channel: str, plan: str, brand: Brand, product: Product, lang: str, when: datetime
    ) -> tuple[Piece, ...]:
        """One composition for a plan of plans.toml ("review", "5"); tried again while it equals an earlier one."""
        made: list[tuple[material.Pattern, Piece]] = []
        for _ in range(25):
            steps = self.rng.choice(material.table("plans")[channel][plan]).split()
            made = self._compose(steps, channel, brand, product, lang, when)
            key = frozenset(pattern.text for pattern, _ in made)
            if made and key not in self._made:
                self._made.add(key)
                break
        return tuple(piece for _, piece in self._flourish(made))

    def title(
        self, channel: str, plan: str, stars: int, brand: Brand, product: Product, lang: str, when: datetime
    ) -> str:
        """A review's title that fits its plan and stars."""
        sign = "+" if stars >= 4 else "0" if stars == 3 and plan != "delivery" else "-"
        aspect = f":{plan}" if plan in ("delivery", "switch", "firmware") else ""
        made = self._compose([f"title{sign}{aspect}"], channel, brand, product, lang, when)
        return made[0][1].text if made else ""

    def _compose(
        self, steps: list[str], channel: str, brand: Brand, product: Product, lang: str, when: datetime
    ) -> list[tuple[material.Pattern, Piece]]:
        slots = self.slots(brand, product, lang, when)
        used: set[str] = set()
        made = []
        for step in steps:
            if step.endswith("?") and self.rng.random() < 0.5:
                continue
            head, _, asked = step.rstrip("?").partition(":")
            moment, sentiment = head[:-1], _SIGNS[head[-1]]
            pattern = self._pattern(channel, brand, lang, when, (moment, sentiment, asked), used)
            if pattern is None:
                continue
            used.add(pattern.text)
            if moment == "use" and pattern.aspect not in ("any", "firmware", brand.category):
                used.add(pattern.aspect)
            text = self.book.word(pattern.text).format_map(slots)
            if asked == "minor" and pattern.aspect in _GROUPS["minor"] and self.rng.random() < 0.45:
                text = self.rng.choice(_DOWNSIDES[lang]) + _inside(text, lang)
            made.append((pattern, Piece(text, moment, sentiment)))
        return made

    def _pattern(
        self, channel: str, brand: Brand, lang: str, when: datetime, want: tuple[str, str, str], used: set[str]
    ) -> material.Pattern | None:
        moment, sentiment, asked = want
        group = _GROUPS.get(asked, (asked,)) if asked else None

        def weigh(aspect: str) -> float:
            if aspect in used:  # a second word on the same matter would repeat or contradict the first
                return 0.02
            if group is None:
                return story.aspect_weight(brand, when.date(), moment, sentiment, aspect)
            if aspect not in group or (aspect == "turned" and not story.turned(brand, when.date())):
                return 0.0
            return story.aspect_weight(brand, when.date(), moment, sentiment, aspect) if asked == "minor" else 1.0

        domains = _domains(channel, brand.category)
        for _ in range(6):
            pattern = self.book.pick(lang, domains, moment, sentiment, weigh)
            if pattern is None and group is not None:  # no sentence of that aspect in the language: an ordinary one
                group = None
                pattern = self.book.pick(lang, domains, moment, sentiment, weigh)
            if pattern is None or pattern.text not in used:
                return pattern
        return None

    def slots(self, brand: Brand, product: Product, lang: str, when: datetime) -> dict[str, Any]:
        """What the slots of one item's sentences are filled with."""
        rng, words = self.rng, material.table("slots")[lang]
        rival = next(other for other in material.brands() if other.name == brand.rival)
        slots: dict[str, Any] = {
            key: rng.choice(words[key])
            for key in ("person", "friend", "relative", "weeks", "months", "weekday", "city", "shop")
        }
        slots |= {
            "brand": brand.name,
            "product": product.name,
            "rival": rival.name,
            "rival_product": rng.choice(rival.products).name,
            "price": words["money"].format(product.price),
            "deal": words["money"].format(round(product.price * rng.choice((0.7, 0.75, 0.8)))),
            "old": rng.choice(words[f"old_{brand.category}"]),
            "month": words["month"][max(0, when.month - 1 - rng.choice((1, 2)))],
            "days": rng.randint(6, 24),
            "n": rng.randint(4, 12),
            "minute": f"{rng.randint(1, 9)}:{rng.randint(2, 58):02d}",
            "carrier": rng.choice(("Roadfinch", "Paketigel")),
            "version": f"{rng.randint(2, 3)}.{rng.randint(0, 9)}",
        }
        return slots | {key.capitalize(): str(value)[:1].upper() + str(value)[1:] for key, value in slots.items()}

    def _flourish(self, made: list[tuple[material.Pattern, Piece]]) -> list[tuple[material.Pattern, Piece]]:
        """Now and then people add an emoji, shout, or write without capitals."""
        if not made:
            return made
        pattern, last = made[-1]
        chance = self.rng.random()
        if chance < 0.06:
            made[-1] = (
                pattern,
                Piece(f"{last.text} {self.rng.choice(_EMOJI[last.sentiment])}", last.moment, last.sentiment),
            )
        elif chance < 0.1 and last.sentiment != "neutral" and last.text.endswith("."):
            made[-1] = (pattern, Piece(last.text[:-1] + "!!", last.moment, last.sentiment))
        elif chance < 0.13 and pattern.lang == "en":
            made = [
                (p, Piece(piece.text[:1].lower() + piece.text[1:], piece.moment, piece.sentiment)) for p, piece in made
            ]
        return made


def _domains(channel: str, category: str) -> dict[str, float]:
    """Where the sentences of a channel come from, with their shares."""
    if channel == "app":
        return {"app": 1.0}
    first = {"post": {"post": 4.0}, "comment": {"video": 1.5}}.get(channel, {})
    return {**first, category: 1.0, "any": 1.0}


def _inside(text: str, lang: str) -> str:
    """A sentence as it goes on after a colon: with a small letter where the language has it so."""
    return text if lang == "de" or text.startswith(("I ", "I'")) else text[:1].lower() + text[1:]
