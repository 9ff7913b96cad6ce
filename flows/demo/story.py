"""What happens in the demo's six months, and how it colours what people write on a given day.

From mid-May Halvorra's new carrier delivers late, broken or not at all: more is written, ratings fall, buyers leave for
Tazzoro. In March Zellmo's firmware 3.0 mends its navigation, and its ratings rise.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from flows.demo.world import Brand

START, END = date(2026, 1, 1), date(2026, 6, 30)
_MENDED_STARS = (4, 7, 14, 33, 42)
#: Chance that an unhappy parcel is the subject: before any turn, in the first week of one, and from then on.
_TROUBLE_BEFORE, _TROUBLE_FIRST, _TROUBLE_LATER = 0.03, 0.4, 0.66


def days() -> list[date]:
    """The days of the demo."""
    return [START + timedelta(days=n) for n in range((END - START).days + 1)]


def loudness(brand: Brand, day: date) -> float:
    """How much is written about a brand on a day, relative to its ordinary days."""
    factor = (1.0, 0.95, 0.95, 0.95, 0.9, 1.1, 1.2)[day.weekday()] * (0.9 + 0.2 * (day - START).days / 180)
    if brand.delivery_turn and day >= brand.delivery_turn:
        factor *= 3.2
    if brand.firmware and day >= brand.firmware:
        factor *= 1.8 if (day - brand.firmware).days < 21 else 1.3
    if brand.rises_after and day >= brand.rises_after:
        factor *= 1.7
    return factor


def moment_of(rng: random.Random, brand: Brand, first: date = START, last: date = END) -> datetime:
    """A random moment between two days, in the brand's loud times more often than in others."""
    span = [day for day in days() if first <= day <= last]
    day = rng.choices(span, [loudness(brand, d) for d in span])[0]
    hour = rng.choices(range(24), (1, 1, 0, 0, 0, 1, 3, 5, 6, 6, 5, 5, 6, 5, 5, 5, 6, 7, 9, 10, 10, 9, 6, 3))[0]
    return datetime(day.year, day.month, day.day, hour, rng.randrange(60), rng.randrange(60), tzinfo=UTC)


def trouble(brand: Brand, day: date) -> float:
    """The chance that somebody who writes about the brand on that day writes of a failed delivery."""
    if brand.delivery_turn is None or day < brand.delivery_turn:
        return _TROUBLE_BEFORE
    return _TROUBLE_FIRST if (day - brand.delivery_turn).days < 7 else _TROUBLE_LATER


def turned(brand: Brand, day: date) -> bool:
    """Whether the brand's deliveries have gone bad by that day."""
    return brand.delivery_turn is not None and day >= brand.delivery_turn


def mended(brand: Brand, day: date) -> bool:
    """Whether the brand's new firmware is out by that day."""
    return brand.firmware is not None and day >= brand.firmware


def stars(rng: random.Random, brand: Brand, day: date) -> int:
    """One to five, from the brand's character on that day (deliveries apart)."""
    weights = _MENDED_STARS if mended(brand, day) else brand.stars
    return rng.choices((1, 2, 3, 4, 5), weights)[0]


def stance(rng: random.Random, brand: Brand, day: date) -> tuple[str, int]:
    """What a writer has on their mind and the stars that go with it: "1".."5", "delivery", "switch" or "firmware"."""
    if rng.random() < trouble(brand, day):
        return "delivery", rng.choices((1, 2, 3), (70, 22, 8))[0]
    if brand.rises_after and day >= brand.rises_after and rng.random() < 0.35:
        return "switch", rng.choice((4, 5, 5))
    if mended(brand, day) and rng.random() < 0.35:
        return "firmware", rng.choice((4, 5, 5))
    given = stars(rng, brand, day)
    return str(given), given


def aspect_weight(brand: Brand, day: date, moment: str, sentiment: str, aspect: str) -> float:
    """How likely it is that this aspect is what a sentence speaks of; 0 for those that only a plan asks for."""
    if aspect in ("switch", "away", "delivery", "refund", "firmware", "howto", "service", "turned", "longing"):
        return 0.0
    if aspect in ("coffee", "vacuum"):
        return 1.0 if aspect == brand.category else 0.0
    if moment == "wait":
        return {"late": 3.0, "damaged": 2.0, "lost": 1.5}.get(aspect, 1.0)
    if moment != "use" or sentiment == "neutral":
        return 1.0
    strong, weak = brand.strong, brand.weak
    if mended(brand, day):
        strong, weak = (*strong, *weak), ("noise",)
    liked, blamed = aspect in strong, aspect in weak
    if sentiment == "positive":
        return 4.0 if liked else 0.25 if blamed else 1.0
    return 5.0 if blamed else 0.25 if liked else 1.0
