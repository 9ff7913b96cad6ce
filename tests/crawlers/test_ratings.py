"""Ratings of any scale become shares of the best; off-scale and unreadable ones are null with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from crawlers.ratings import parse_rating


@pytest.mark.parametrize(
    ("value", "best", "share", "scale"),
    [
        (4, None, 0.8, "5 stars"),
        ("5.0", "5", 1.0, "5 stars"),
        ("=5", 5, 1.0, "5 stars"),
        ("5,0 de 5 estrellas", None, 1.0, "5 stars"),
        ("5.0 out of 5 stars", None, 1.0, "5 stars"),
        ("Rated 4 out of 5 by Mo", None, 0.8, "5 stars"),
        ("4 из 5 звезд", None, 0.8, "5 stars"),
        ("5つ星のうち4.0", None, 0.8, "5 stars"),
        ("8,3", 10, 0.83, "10 points"),
        ("8.3", None, 0.83, "10 points"),
        ("8.4/10", None, 0.84, "10 points"),
        ("86%", None, 0.86, "percent"),
        ("★★★☆☆", None, 0.6, "5 stars"),
        (True, None, 1.0, "thumb"),
        (False, None, 0.0, "thumb"),
        ("👎", None, 0.0, "thumb"),
    ],
)
def test_scales(value: Any, best: Any, share: float, scale: str) -> None:
    assert parse_rating(value, best) == (share, scale, None)


def test_worst_of_zero_makes_a_zero_real() -> None:
    assert parse_rating(0, 10, 0) == (0.0, "10 points", None)
    assert parse_rating(0, 5, 1)[2] == "rating of zero on a scale from one"


@pytest.mark.parametrize(
    ("value", "best", "reason"),
    [
        (7, 5, "rating off its scale"),
        (-1, 5, "rating off its scale"),
        ("n/a", None, "unreadable rating"),
        (4, 0, "rating off its scale"),
    ],
)
def test_what_is_no_rating_has_a_reason(value: Any, best: Any, reason: str) -> None:
    assert parse_rating(value, best) == (None, None, reason)


def test_no_rating_is_no_error() -> None:
    assert parse_rating(None) == (None, None, None)
