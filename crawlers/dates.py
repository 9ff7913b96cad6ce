"""Dates of any form, in UTC: read where they can be read, None with a reason where not, and never guessed.

A day without a time is its midnight; a time without a zone is taken as UTC unless the caller knows the zone. "9/3/2025"
is read only where the page's region or another date of the page settles which number is the month; "three days ago"
is refused, since it would be a guess from the time of the crawl.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from crawlers import items

Parsed = tuple[datetime | None, str | None]

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE
)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[./年-]\s*(\d{1,2})\s*[./月-]\s*(\d{1,2})日?(?!\d)")
_DAY_OR_MONTH_FIRST = re.compile(r"(?<!\d)(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?!\d)")
# the part of a sentence that is a date in words: "on 30 December 2025", "25 de agosto de 2017", "March 3rd, 2024"
_WORDS = re.compile(
    r"\d{1,2}(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?[^\W\d_]{3,}\.?,?\s+(?:de\s+)?\d{4}"
    r"|[^\W\d_]{3,}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
)
# what may follow a date: ", 21:04", " at 4:05 PM", " - 09:30:15", " um 18:20 Uhr"
_CLOCK = re.compile(
    r"\s*(?:[,@\-–]|at\b|um\b|à\b)?\s*(\d{1,2}):(\d{2})(?::(\d{2}))?(?![:\d])\s*([ap])?\.?(?:m\b)?", re.IGNORECASE
)
_RELATIVE = re.compile(
    r"\b(ago|yesterday|today|gestern|heute|vor|hace|ayer|hier|aujourd|il y a|fa|ieri|geleden|назад|вчера)\b|前$|前\s",
    re.IGNORECASE,
)
_MONTH_FIRST_REGIONS = frozenset({"en-us", "en-ph", "es-us"})
_LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "cs", "hu", "tr", "ru"]


def parse_date(value: Any, lang: str | None = None, order: str | None = None, zone: tzinfo = UTC) -> Parsed:
    """(moment in UTC, None) or (None, reason). `lang` is the page's language with region where known ("en-US"),
    `order` "DMY" or "MDY" where the caller knows it, `zone` the zone of times that name none."""
    if value is None or value == "":
        return None, None
    if isinstance(value, datetime):
        return _checked(value, zone)
    if isinstance(value, bool):
        return None, "unreadable date"
    if isinstance(value, int | float):
        return _epoch(float(value))
    text = " ".join(str(value).split())[:120]
    if re.fullmatch(r"\d{9,10}(\.\d+)?|\d{12,13}|\d{16}", text):
        return _epoch(float(text))
    for reader in (_iso, _compact, _mail):
        if moment := reader(text):
            return _checked(moment, zone)
    return _local(text, lang, order, zone)


def infer_order(values: Iterable[Any]) -> str | None:
    """ "DMY" or "MDY" where one of a page's numeric dates can only be read so; None where they do not tell or
    disagree.
    """
    orders = set()
    for value in values:
        if found := _DAY_OR_MONTH_FIRST.search(str(value or "")):
            first, second = int(found[1]), int(found[3])
            if first > 12 >= second:
                orders.add("DMY")
            elif second > 12 >= first:
                orders.add("MDY")
    return orders.pop() if len(orders) == 1 else None


def _epoch(number: float) -> Parsed:
    for unit in (1, 1e3, 1e6, 1e9):
        if abs(number) < 1e11 * unit:
            try:
                return _checked(datetime.fromtimestamp(number / unit, UTC), UTC)
            except (OverflowError, OSError, ValueError):
                break
    return None, "unreadable date"


def _iso(text: str) -> datetime | None:
    found = _ISO.match(text)
    if not found or (found.end() != len(text) and text[found.end()] not in " ,([Tt"):
        return None
    day, time, offset = found.groups()
    offset = "+00:00" if offset and offset.upper() in ("Z", "UTC", "GMT") else offset or ""
    try:
        return datetime.fromisoformat(f"{day}T{time.replace(',', '.')}{offset}" if time else day)
    except ValueError:
        return None


def _compact(text: str) -> datetime | None:
    shape = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S", 15: "%Y%m%dT%H%M%S", 16: "%Y%m%dT%H%M%SZ"}.get(len(text))
    if not shape or not text.startswith(("19", "20")):
        return None
    try:
        return datetime.strptime(text, shape)
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    """RFC 822 and 2822 ("Tue, 03 Jun 2025 10:00:00 GMT") and Ruby's "Fri May 06 16:15:12 -0700 2011"."""
    if not re.match(r"([A-Za-z]{3},? )?\d{1,2} [A-Za-z]{3} \d{2,4} \d|[A-Za-z]{3} [A-Za-z]{3} \d", text):
        return None
    for shape in ("%a %b %d %H:%M:%S %z %Y", "%a %b %d %H:%M:%S %Y"):
        try:
            return datetime.strptime(text, shape)
        except ValueError:
            continue
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None


def _local(text: str, lang: str | None, order: str | None, zone: tzinfo) -> Parsed:
    if found := _YEAR_FIRST.search(text):
        day, reason = _day(found[1], found[2], found[3])
    elif found := _DAY_OR_MONTH_FIRST.search(text):
        day, reason = _numeric(found, lang, order)
    else:
        found = _WORDS.search(text)
        if not found and _RELATIVE.search(text):
            return None, "relative date"
        day = _in_words(found.group() if found else text, (lang or "").split("-")[0].lower() or None)
        reason = None if day else "unreadable date"
    if day is None:
        return None, reason
    return _checked(day + _clock(text[found.end() :]) if found else day, zone)


def _clock(after: str) -> timedelta:
    """The time of day that follows a date; none is midnight."""
    found = _CLOCK.match(after)
    if not found:
        return timedelta()
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[:3])
    half = (found[4] or "").lower()
    if half and 1 <= hours <= 12:
        hours = hours % 12 + (12 if half == "p" else 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        return timedelta()
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _numeric(found: re.Match[str], lang: str | None, order: str | None) -> Parsed:
    first, mark, second, year = int(found[1]), found[2], int(found[3]), found[4]
    if len(year) == 2:
        return None, "year of two digits"
    region = (lang or "").replace("_", "-").lower()
    if order is None:
        if first > 12 or first == second or mark == ".":
            order = "DMY"
        elif second > 12 or region in _MONTH_FIRST_REGIONS:
            order = "MDY"
        elif region and region != "en":
            order = "DMY"
        else:
            return None, "day and month cannot be told apart"
    day, month = (second, first) if order == "MDY" else (first, second)
    return _day(year, str(month), str(day))


def _day(year: str, month: str, day: str) -> Parsed:
    try:
        return datetime(int(year), int(month), int(day)), None
    except ValueError:
        return None, "no such day"


@lru_cache(maxsize=4096)
def _in_words(text: str, language: str | None) -> datetime | None:
    import dateparser  # slow to import, and most sources never need it

    settings = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True}
    candidates = [language] if language else []
    for languages in (candidates, _LANGUAGES):
        if languages:
            try:
                moment = dateparser.parse(text, languages=languages, settings=settings)
            except ValueError:  # a language that dateparser does not know
                continue
            if isinstance(moment, datetime):
                return moment
    return None


def _checked(moment: datetime, zone: tzinfo) -> Parsed:
    try:
        utc = (moment if moment.utcoffset() is not None else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None, "unreadable date"
    if utc < _EARLIEST:
        return None, "before 1990"
    if utc > items.now() + timedelta(days=2):
        return None, "in the future"
    return utc, None


def parse_duration(value: Any) -> int | None:
    """Seconds of a duration: a number of them, ISO 8601 ("PT21M3S", "P1DT2H") or a clock ("1:02:03"); None for none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value)
    text = str(value or "").strip().upper()
    if found := re.fullmatch(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?)?", text):
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds
    if re.fullmatch(r"\d{1,3}(:\d{2}){1,2}", text):
        return sum(int(part) * 60**place for place, part in enumerate(reversed(text.split(":"))))
    return int(text) if text.isdigit() else None
