"""Dates are read, or null with a reason; never guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.dates import infer_order, parse_date, parse_duration


@pytest.fixture(autouse=True)
def _clock(frozen: datetime) -> None:
    """All tests here run at the frozen time."""


@pytest.mark.parametrize(
    ("raw", "utc"),
    [
        ("2025-09-19T13:13:46+02:00", "2025-09-19T11:13:46"),
        ("2016-07-29T01:33:00.000+00:00", "2016-07-29T01:33:00"),
        ("2024-02-25T14:06:08.954123999Z", "2024-02-25T14:06:08.954123"),
        ("2026-01-09 08:00:00 UTC", "2026-01-09T08:00:00"),
        ("2025-04-01", "2025-04-01T00:00:00"),
        ("2025/04/01", "2025-04-01T00:00:00"),
        ("20250401", "2025-04-01T00:00:00"),
        (1700000000, "2023-11-14T22:13:20"),
        ("1700000000", "2023-11-14T22:13:20"),
        (1700000000.5, "2023-11-14T22:13:20.500000"),
        (1700000000123, "2023-11-14T22:13:20.123000"),
        ("Tue, 03 Jun 2025 10:00:00 -0700", "2025-06-03T17:00:00"),
        ("Fri May 06 16:15:12 -0700 2011", "2011-05-06T23:15:12"),
        ("September 12, 2015", "2015-09-12T00:00:00"),
        ("March 3rd, 2024", "2024-03-03T00:00:00"),
        ("2024年3月5日", "2024-03-05T00:00:00"),
        ("31/12/2024", "2024-12-31T00:00:00"),
        ("25-03-2024, 21:04", "2024-03-25T21:04:00"),
        ("Mar 9, 2019 at 4:05 PM", "2019-03-09T16:05:00"),
        ("2025/02/08 12:51", "2025-02-08T12:51:00"),
        ("am 3. März 2024 um 18:20 Uhr", "2024-03-03T18:20:00"),
        ("March 2, 2025, 12:10:09 a.m.", "2025-03-02T00:10:09"),
        ("3 March 2024, 25:61", "2024-03-03T00:00:00"),
        ("12/31/2024", "2024-12-31T00:00:00"),
        ("9/9/2025", "2025-09-09T00:00:00"),
        ("14.02.2026", "2026-02-14T00:00:00"),
    ],
)
def test_forms_that_tell_all(raw: Any, utc: str) -> None:
    assert parse_date(raw) == (datetime.fromisoformat(utc).replace(tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("raw", "lang", "day"),
    [
        ("Отзыв написан 17 марта 2015", "ru", "2015-03-17"),
        ("Revisado en España el 25 de agosto de 2017", "es-ES", "2017-08-25"),
        ("Reviewed in Germany on 30 December 2025", "en-GB", "2025-12-30"),
        ("12. Oktober 2024", "de", "2024-10-12"),
        ("12 août 2024", "fr", "2024-08-12"),
        ("12 okt 2015", "nl", "2015-10-12"),
        ("9/3/2025", "en-US", "2025-09-03"),
        ("9/3/2025", "en-GB", "2025-03-09"),
        ("9/3/2025", "fr", "2025-03-09"),
    ],
)
def test_local_forms_with_the_pages_language(raw: str, lang: str, day: str) -> None:
    assert parse_date(raw, lang) == (datetime.fromisoformat(day).replace(tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("9/3/2025", "day and month cannot be told apart"),
        ("3 days ago", "relative date"),
        ("vor 4 Jahren", "relative date"),
        ("3/4/25", "year of two digits"),
        ("32/13/2024", "no such day"),
        ("last summer", "unreadable date"),
        ("May 2015", "unreadable date"),
        ("0000-00-00", "no such day"),
        (0, "before 1990"),
        ("2031-01-01", "in the future"),
        (True, "unreadable date"),
        (1e300, "unreadable date"),
    ],
)
def test_what_cannot_be_known_is_null_with_its_reason(raw: Any, reason: str) -> None:
    assert parse_date(raw) == (None, reason)


def test_absent_is_neither_a_date_nor_an_error() -> None:
    assert parse_date(None) == (None, None)
    assert parse_date("") == (None, None)


def test_other_dates_of_a_page_settle_the_order() -> None:
    order = infer_order(["9/3/2025", "12/24/2024", None])
    assert order == "MDY"
    assert parse_date("9/3/2025", "en", order)[0] == datetime(2025, 9, 3, tzinfo=UTC)
    assert infer_order(["24/12/2024", "12/24/2024"]) is None
    assert infer_order(["9/3/2025"]) is None


@pytest.mark.parametrize(
    ("raw", "seconds"), [("PT21M3S", 1263), ("P1DT2H", 93600), ("1:02:03", 3723), (90, 90), ("x", None), (None, None)]
)
def test_durations(raw: Any, seconds: int | None) -> None:
    assert parse_duration(raw) == seconds
