"""Texts leave the room plain, bounded and without what identifies a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("<p>Good &amp; cheap</p><p>Second line</p>", "Good & cheap\n\nSecond line"),
        ("I said 5 < 6 and 7 > 3", "I said 5 < 6 and 7 > 3"),
        ("love it <3 &#39;really&#39;", "love it <3 'really'"),
        ("&amp;quot;twice&amp;quot;", '"twice"'),
        ("bad<script>steal()</script>good", "bad good"),
        ("nul\x00l\u200b\u202eend\x07", "nullend"),
        ("tab\tand\u00a0space", "tab and space"),
        ("a\r\nb\n\n\n\nc", "a\nb\n\nc"),
        ("It\u00e2\u20ac\u2122s caf\u00c3\u00a9", "It’s café"),
        ("\ud83d lone", "lone"),
        ("👍🏽 ok", "👍🏽 ok"),
    ],
)
def test_plain_drops_markup_and_keeps_words(raw: str, clean: str) -> None:
    assert text.plain(raw) == clean


def test_bbcode_and_markdown() -> None:
    assert text.plain("[h1]Fun[/h1] [spoiler]he wins[/spoiler]", markup="bbcode") == "Fun\nhe wins"
    assert text.plain("so [b]very[/b] [url=https://x.example]good[/url].", markup="bbcode") == "so very good."
    shown = text.plain(
        "> quoted\n\n**bold** and [a link](https://x.example/a_(b)) with snake_case *soft*", markup="markdown"
    )
    assert shown == "quoted\n\nbold and a link with snake_case soft"


@pytest.mark.parametrize("empty", [None, "", "   ", "<p> </p>", "\x00", []])
def test_nothing_is_none(empty: object) -> None:
    assert text.plain(empty) is None


def test_length_is_bounded() -> None:
    assert len(text.plain("x" * 1_000_000) or "") == 100_000
    assert len(text.title("y " * 5_000) or "") <= 1_000


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        ("write to jo.doe+x@mail.example.org!", "write to [email]!"),
        ("jo (at) example (dot) org", "[email]"),
        ("thanks @milk_foam77 and u/roastrider", "thanks [handle] and [handle]"),
        ("fediverse @ida@social.example here", "fediverse [handle] here"),
        ("see https://www.instagram.com/bean.lover", "see [handle]"),
        ("call +49 30 901820 now", "call [phone] now"),
        ("my number is (202) 555-0143", "my number is [phone]"),
        ("Tel: 030 1234567", "Tel: [phone]"),
    ],
)
def test_people_are_masked(raw: str, masked: str) -> None:
    assert text.mask(raw, "de" if "Tel" in raw else "en") == masked


@pytest.mark.parametrize(
    "kept",
    [
        "paid $1,299.00 on 12.10.2024 at 14:30",
        "order 2025550123 arrived",
        "model 82-5842-99, ISBN 978-3-16-148410-0",
        "1.234.567,00 € or 99,90€",
        "from 2019-2020, 1200-1500 people",
        "EAN 4006381333931 and 4K @ 60 Hz",
        "scored 10/10, 3.5/5, and 100000 km",
        "mail me @ work",
        "https://shop.example/p/20255501234/reviews?page=2",
    ],
)
def test_prices_dates_and_product_numbers_stay(kept: str) -> None:
    assert text.mask(kept) == kept


@given(st.text(max_size=400))
def test_any_text_comes_out_clean(raw: str) -> None:
    shown = text.plain(raw) or ""
    assert "\x00" not in shown and len(shown) <= 100_000
    assert not any("\ud800" <= char <= "\udfff" for char in shown)
    shown.encode("utf-8")
