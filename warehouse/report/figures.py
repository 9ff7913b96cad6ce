"""Key figures with their basis and change: defined once, asked of the period, its last stretch and the one before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from warehouse.report.model import Figure, Period
from warehouse.report.query import Ask, Row, stars
from warehouse.report.stats import balance_interval, changed, count_changed

MEANS = 10  # ratings that a mean needs for its interval to be trusted in a comparison

Measured = tuple[float | None, int, float | None, float | None]  # value, n, low, high


@dataclass(frozen=True, slots=True)
class Facts:
    """The marts' rows of the brand as a whole, for one period."""

    zmot: Row
    tmot: Row
    voice: Row

    @classmethod
    def ask(cls, ask: Ask) -> Facts:
        zmot, tmot = (
            next((row for row in ask.mart(name, staged=name == "zmot") if row["level"] == "brand"), {})
            for name in ("zmot", "tmot")
        )
        own = next((row for row in ask.mart("share_of_voice") if row["own"]), {})
        return cls(zmot, tmot, own)


@dataclass(frozen=True, slots=True)
class _Kind:
    key: str
    name: str
    unit: str
    measure: Callable[[Facts], Measured]
    better: int = 0
    link: tuple[tuple[str, str], ...] = ()
    meaning: str = ""
    tested: bool = True


def _count(of: Callable[[Facts], Any]) -> Callable[[Facts], Measured]:
    def measure(facts: Facts) -> Measured:
        n = int(of(facts) or 0)
        return float(n), n, None, None

    return measure


def _share(part: str, table: str, n: str) -> Callable[[Facts], Measured]:
    def measure(facts: Facts) -> Measured:
        row = getattr(facts, table)
        return row.get(part), int(row.get(n) or 0), row.get(f"{part}_low"), row.get(f"{part}_high")

    return measure


def _balance(table: str, prefix: str = "") -> Callable[[Facts], Measured]:
    def measure(facts: Facts) -> Measured:
        row = getattr(facts, table)
        negative, neutral, positive = (int(row.get(prefix + tone) or 0) for tone in ("negative", "neutral", "positive"))
        n = negative + neutral + positive
        interval = balance_interval(negative, positive, n)
        return ((positive - negative) / n, n, *interval) if interval else (None, 0, None, None)

    return measure


def _rating(facts: Facts) -> Measured:
    mean, low, high = (stars(facts.tmot.get(f"rating_mean{end}")) for end in ("", "_low", "_high"))
    return mean, int(facts.tmot.get("rated") or 0), low, high


def _referral(facts: Facts) -> Measured:
    row = facts.tmot
    n = sum(int(row.get(f"referral_{tone}") or 0) for tone in ("negative", "neutral", "positive"))
    if not n:
        return None, 0, None, None
    return row.get("net_referral"), n, row.get("net_referral_low"), row.get("net_referral_high")


_RATING = _Kind("rating", "Mean rating", "stars", _rating, 1, meaning="of rated reviews, all scales put on five stars")
_LOW = _Kind(
    "low_share",
    "Low ratings",
    "share",
    _share("low_share", "tmot", "rated"),
    -1,
    (("about", "low_rating"),),
    "of rated reviews, 1 or 2 stars of 5",
)
_REFERRAL = _Kind(
    "net_referral",
    "Net referral",
    "balance",
    _referral,
    1,
    (("moment", "referral"),),
    "who sends others here, minus who warns them off, per hundred",
)
_RESEARCH = _Kind(
    "research",
    "Research",
    "count",
    _count(lambda f: f.zmot.get("research_items")),
    0,
    (("about", "zmot"),),
    "items that ask, compare or show before buying",
)
_REACH = _Kind(
    "reach",
    "Video views",
    "count",
    _count(lambda f: f.zmot.get("reach")),
    0,
    (("about", "video"),),
    "of the videos published in the period",
    tested=False,
)

OVERVIEW = (
    _Kind(
        "items",
        "Items",
        "count",
        _count(lambda f: f.tmot.get("items")),
        0,
        meaning="reviews, posts, videos and comments about it",
    ),
    _Kind("net", "Net feeling", "balance", _balance("tmot"), 1, meaning="positive minus negative items, per hundred"),
    _RATING,
    _LOW,
    _RESEARCH,
    _REACH,
    _REFERRAL,
    _Kind(
        "share_of_voice",
        "Share of voice",
        "share",
        lambda f: (f.voice.get("share"), _all(f.voice), f.voice.get("share_low"), f.voice.get("share_high")),
        1,
        meaning="of all items about it and its rivals",
    ),
)

ZMOT = (
    _RESEARCH,
    _Kind(
        "research_share",
        "Share of research",
        "share",
        _share("research_share", "zmot", "items"),
        0,
        (("about", "zmot"),),
        "of all items about it",
    ),
    _Kind(
        "questions",
        "Questions",
        "count",
        _count(lambda f: f.zmot.get("questions")),
        0,
        (("about", "question"),),
        "asked before buying",
    ),
    _Kind(
        "research_net",
        "Feeling in research",
        "balance",
        _balance("zmot"),
        1,
        (("about", "zmot"),),
        "positive minus negative sentences, per hundred",
    ),
    _Kind(
        "rival_items",
        "Beside rivals",
        "count",
        _count(lambda f: f.zmot.get("rival_items")),
        0,
        (("about", "comparison"),),
        "items that name a rival too",
    ),
    _Kind(
        "unboxings",
        "Unboxing videos",
        "count",
        _count(lambda f: f.zmot.get("unboxing_videos")),
        0,
        (("about", "video"),),
    ),
    _Kind(
        "review_videos",
        "Review videos",
        "count",
        _count(lambda f: f.zmot.get("review_videos")),
        0,
        (("about", "video"),),
    ),
    _REACH,
)

TMOT = (
    _RATING,
    _LOW,
    _Kind(
        "verdict_net",
        "Verdicts",
        "balance",
        _balance("tmot", "verdicts_"),
        1,
        (("moment", "feedback"),),
        "good minus bad overall judgements, per hundred",
    ),
    _REFERRAL,
    _Kind(
        "loyal",
        "Stay or buy again",
        "count",
        _count(lambda f: f.tmot.get("loyal")),
        1,
        (("about", "loyal"),),
        "items that say so",
    ),
    _Kind(
        "leaving",
        "Leave or return it",
        "count",
        _count(lambda f: f.tmot.get("leaving")),
        -1,
        (("about", "leaving"),),
        "items that say so",
    ),
    _Kind(
        "switched_in",
        "Won from rivals",
        "count",
        _count(lambda f: f.tmot.get("switched_in")),
        1,
        (("about", "won"),),
        "items that tell of a switch to it",
    ),
    _Kind(
        "switched_out",
        "Lost to rivals",
        "count",
        _count(lambda f: f.tmot.get("switched_out")),
        -1,
        (("about", "lost"),),
        "items that tell of a switch away",
    ),
)


def _all(row: Row) -> int:
    """All items that a share of voice is taken from."""
    return round(row["items"] / row["share"]) if row.get("share") else 0


def figures(kinds: tuple[_Kind, ...], facts: Facts, recent: Facts | None, previous: Facts | None) -> tuple[Figure, ...]:
    """The figures of a chapter, with their change where both stretches hold something."""
    return tuple(_figure(kind, facts, recent, previous) for kind in kinds)


def _figure(kind: _Kind, facts: Facts, recent: Facts | None, previous: Facts | None) -> Figure:
    value, n, low, high = kind.measure(facts)
    now = kind.measure(recent) if recent else (None, 0, None, None)
    before = kind.measure(previous) if previous else (None, 0, None, None)
    return Figure(
        key=kind.key,
        name=kind.name,
        unit=kind.unit,
        value=value,
        n=n,
        low=low,
        high=high,
        recent=now[0],
        recent_n=now[1],
        previous=before[0],
        previous_n=before[1],
        sure_change=kind.tested and _sure(kind.unit, now, before),
        tested=kind.tested,
        better=kind.better,
        link=dict(kind.link),
        meaning=kind.meaning,
    )


def _sure(unit: str, now: Measured, before: Measured) -> bool:
    if unit == "count":
        return count_changed(now[1], before[1])
    if None in (*now, *before) or (unit == "stars" and min(now[1], before[1]) < MEANS):
        return False
    return changed(
        (now[0] or 0.0, now[2] or 0.0, now[3] or 0.0), (before[0] or 0.0, before[2] or 0.0, before[3] or 0.0)
    )


def stretches(ask: Ask, period: Period) -> tuple[Facts, Facts | None, Facts | None]:
    """The facts over the whole period, its recent stretch and the stretch before."""
    whole = Facts.ask(ask)
    if (
        period.recent_from is None
        or period.recent_to is None
        or period.previous_from is None
        or period.previous_to is None
    ):
        return whole, None, None
    same = (period.recent_from, period.recent_to) == (ask.start, ask.end)
    recent = whole if same else Facts.ask(ask.between(period.recent_from, period.recent_to))
    return whole, recent, Facts.ask(ask.between(period.previous_from, period.previous_to))
