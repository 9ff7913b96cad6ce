"""The words of a report: moments, stages, sources and numbers as a brand manager reads them."""

from __future__ import annotations

import unicodedata
from datetime import date

from warehouse.report.model import FEW, Alert, Figure, Period

MOMENTS: dict[str, tuple[str, str]] = {
    "trigger": ("A reason to buy", "something makes them want one, before any search"),
    "research": ("Before they buy", "they ask, compare, watch reviews and unboxings"),
    "encounter": ("First sight", "they meet it on the shelf or product page and decide"),
    "purchase": ("Buying", "they order, pay, deal with the shop"),
    "wait": ("Waiting for it", "shipping, delivery, the parcel as it arrives"),
    "use": ("Using it", "how it works, fits, tastes, lasts"),
    "feedback": ("The verdict", "they judge it as a whole, return it, buy again or leave"),
    "referral": ("Telling others", "they send other people here, or keep them away"),
    "none": ("No moment", "not about the journey"),
}
JOURNEY = tuple(label for label in MOMENTS if label != "none")

STAGES = {
    "<ZMOT": "Before the zero moment",
    "ZMOT": "Zero moment",
    "FMOT": "First moment",
    "SMOT": "Second moment",
    "IMOT": "Moment of receipt",
    "TMOT": "Third moment",
    "UMOT": "Ultimate moment",
    "AMOT": "Actual moment",
    "RMOT": "Referral moment",
    "MOT": "Moment of truth",
}

SOURCES = {
    "product_page": "Product pages",
    "video_page": "Video pages",
    "google_play": "Google Play",
    "app_store": "App Store",
    "youtube": "YouTube",
    "youtube_feed": "YouTube (feed)",
    "peertube": "PeerTube",
    "hackernews": "Hacker News",
    "feed": "Blogs and feeds",
    "forum": "Forums",
}

ABOUT = {
    "zmot": "Counted as research",
    "question": "Asks before buying",
    "comparison": "Names a rival too",
    "loyal": "Stays or buys again",
    "leaving": "Leaves or returns it",
    "won": "Came from a rival",
    "lost": "Left for a rival",
    "video": "Title of a video",
    "low_rating": "Rated low",
    "high_rating": "Rated high",
}

LEFT_OUT = {
    "duplicate": "exact copies",
    "near_duplicate": "near copies",
    "syndicated": "copies syndicated to other sites",
    "spam": "spam",
    "incentivised": "rewarded reviews",
    "staff": "replies of staff",
}

SENTIMENTS = ("negative", "neutral", "positive")


def moment(label: str | None) -> str:
    """The plain name of a moment; "The brand as a whole" for None."""
    return "The brand as a whole" if label is None else MOMENTS.get(label, (label, ""))[0]


def stage(code: str | None) -> str:
    """A stage as "Zero moment (ZMOT)"; a dash where the scheme has none."""
    if code is None:
        return "–"
    return f"{STAGES[code]} ({code})" if code in STAGES else code


def heading(code: str | None, fallback: str) -> str:
    """The heading of a chapter, such as "Zero moment: before they buy"."""
    return f"{STAGES.get(code, code)}: {fallback}" if code else fallback[:1].upper() + fallback[1:]


def source(name: str) -> str:
    """A source's name for readers."""
    return SOURCES.get(name, name.replace("_", " ").capitalize())


def reason(name: str) -> str:
    """Why items are left out of the figures."""
    return LEFT_OUT.get(name, name.replace("_", " "))


def about(facet: str) -> str:
    """What a voice stands for, as an option of the filter."""
    kind, _, name = facet.partition(":")
    return {"rival": f"Named beside {name}", "theme": f"Asks about {name}"}.get(kind, ABOUT.get(facet, facet))


def count(value: float | None) -> str:
    """1234 → 1,234; a dash for None."""
    return "–" if value is None else f"{value:,.0f}"


def compact(value: float | None) -> str:
    """1234567 → 1.2 m, as on a slide."""
    if value is None:
        return "–"
    for bound, size, unit in ((1e9, 1e9, "\u202fbn"), (1e6, 1e6, "\u202fm"), (1e5, 1e3, "k")):
        if abs(value) >= bound:
            return f"{value / size:,.{0 if unit == 'k' else 1}f}{unit}"
    return f"{value:,.0f}"


def percent(value: float | None) -> str:
    """0.123 → 12%."""
    return "–" if value is None else f"{value * 100:.0f}%"


def points(value: float | None) -> str:
    """A balance −1…1 as signed points: 0.42 → +42."""
    if value is None:
        return "–"
    rounded = round(value * 100)
    return f"+{rounded}" if rounded > 0 else f"−{-rounded}" if rounded < 0 else "0"


def stars(value: float | None) -> str:
    """4.123 → 4.1."""
    return "–" if value is None else f"{value:.1f}"


def signed(value: float, digits: int = 1) -> str:
    """−0.84 → −0.8, with a real minus sign."""
    text = f"{abs(value):.{digits}f}"
    return f"−{text}" if value < 0 and float(text) else f"+{text}" if float(text) else text


def number(value: float | None, unit: str) -> str:
    """A figure's value in its unit."""
    return {"count": compact, "share": percent, "balance": points, "stars": stars}[unit](value)


def change(figure: Figure) -> str:
    """The change against the period before, in words: "up from 21 %"; empty where one side is missing."""
    if figure.recent is None or figure.previous is None:
        return ""
    now, before = number(figure.recent, figure.unit), number(figure.previous, figure.unit)
    if now == before:
        return f"unchanged at {now}"
    return f"{'up' if figure.recent > figure.previous else 'down'} from {before} to {now}"


def day(value: date | None) -> str:
    """3 March 2026."""
    return "no date" if value is None else f"{value.day} {value:%B %Y}"


def period(value: Period) -> str:
    """The period in words."""
    if value.date_from is None or value.date_to is None:
        return "no dated items"
    return f"{day(value.date_from)} to {day(value.date_to)}"


def comparison(value: Period) -> str:
    """What changes are measured against, as a sentence."""
    if value.recent_from is None or value.recent_to is None or value.previous_from is None or value.previous_to is None:
        return "There is no earlier period to compare with."
    days = (value.recent_to - value.recent_from).days + 1
    if value.chosen:
        before = f"{day(value.previous_from)} to {day(value.previous_to)}"
        return f"Changes compare with the {days} days before ({before})."
    return f"Changes compare the last {days} days with the {days} days before."


def few(n: int) -> str:
    """The mark of a small count."""
    return f"few (n={n})" if n < FEW else ""


def alert(value: Alert) -> str:
    """A short name of an alert, such as "Waiting for it: the feeling turned worse"."""
    turn = {
        "volume up": "much more is said than usual",
        "volume down": "much less is said than usual",
        "more negative": "the feeling turned worse",
        "less negative": "the feeling turned better",
    }
    return f"{moment(value.label)}: {turn.get(value.what, value.what)}"


def clean(text: str, limit: int) -> str:
    """Hostile text made printable in one line: no control or bidi-override characters, at most `limit` characters."""
    kept = []
    for char in text[: limit * 4]:
        category = unicodedata.category(char)
        if char in "\t\n\r" or category in {"Zl", "Zp"}:
            kept.append(" ")
        elif category not in {"Cc", "Cs"} and char not in BIDI:
            kept.append(char)
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit and len(text) <= limit * 4 else line[:limit].rstrip() + " …"


def turn(label: str | None, what: str, observed: float, expected: float, items: int, days: int, end: date) -> str:
    """A sudden turn as a sentence, with what was seen and what would be usual."""
    when = f"In the {days} days to {day(end)}"
    usual = f"{expected:.0f}" if expected >= 10 else f"{expected:.1f}" if expected >= 0.5 else "hardly any"
    topic = "about the brand" if label is None else f"about “{moment(label).lower()}”"
    if what.startswith("volume"):
        return f"{when}, {count(observed)} items spoke {topic}, where {usual} would be usual."
    return f"{when}, {count(observed)} of {count(items)} items {topic} were negative, where {usual} would be usual."


BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
