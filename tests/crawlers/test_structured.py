"""Structured data in any state: a broken block costs only itself."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import TextResponse

from crawlers.bases.html import read_html
from crawlers.bases.reviews import product_records, review_records
from crawlers.bases.source import Unreadable
from crawlers.bases.structured import nodes_of, read_block

INVALID = sorted((Path(__file__).parent / "fixtures" / "invalid").glob("*.txt"))


def block(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


SOUND = block(
    '{"@type": "Product", "name": "Other", "review": {"@type": "Review", "reviewBody": "Fine", "author": "B"}}'
)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_broken_json_ld_is_mended_and_counted(path: Path) -> None:
    stats: Counter[str] = Counter()
    nodes = nodes_of(f"<html>{block(path.read_text('utf-8'))}{SOUND}</html>", "https://shop.example/", stats)
    found = review_records(nodes)
    # Half a review is left as it is, for the validation to reject.
    whole = [(r["product_name"], r["author"]) for r in found if "body" in r]
    assert whole == [("Nordbrew One", "A"), ("Other", "B")]
    assert path.stem == "control_characters" or sum(stats.values()) == 1


@pytest.mark.parametrize("hopeless", ["not json at all", "{{{{", '{"a": ', "[" * 5_000, "null", '"text"', "12"])
def test_the_hopeless_block_costs_only_itself(hopeless: str) -> None:
    stats: Counter[str] = Counter()
    nodes = nodes_of(f"<html>{block(hopeless)}{SOUND}</html>", "https://shop.example/", stats)
    assert [r["author"] for r in review_records(nodes)] == ["B"]


@given(st.text(max_size=200))
def test_no_block_breaks_the_reader(text: str) -> None:
    value, how = read_block(text)
    assert how in ("", "mended", "cut", "unreadable")
    assert value is None or how != "unreadable"


def test_references_that_go_round_end() -> None:
    product = '{"@type": "Product", "@id": "#p", "name": "Loop", "review": {"@id": "#r"}}'
    review = '{"@type": "Review", "@id": "#r", "reviewBody": "Round", "itemReviewed": {"@id": "#p"}}'
    page = block(f'{{"@graph": [{product}, {review}]}}')
    found = review_records(nodes_of(page, "https://shop.example/", Counter()))
    assert [(r["body"], r["product_name"]) for r in found] == [("Round", "Loop")]


def test_aggregate_figures_are_a_statistic_never_a_review() -> None:
    whole = '{"ratingValue": "4.5", "bestRating": "5", "reviewCount": "1,204"}'
    page = block(f'{{"@type": "Product", "name": "Two", "aggregateRating": {whole}}}')
    nodes = nodes_of(page, "https://shop.example/", Counter())
    assert review_records(nodes) == []
    assert [(p["name"], p["rating"], p["reviews"]) for p in product_records(nodes)] == [("Two", "4.5", 1204)]


def test_silent_ratings_of_anonymous_people_are_not_taken_for_doubles() -> None:
    one = '{"@type": "Review", "author": "Anonymous", "reviewRating": {"ratingValue": 5}}'
    page = block(f'{{"@type": "Recipe", "name": "Soup", "review": [{one}, {one}]}}')
    assert len(review_records(nodes_of(page, "https://shop.example/", Counter()))) == 2


def test_noise_that_holds_a_tag_by_chance_is_no_page() -> None:
    noise = random.Random(4).randbytes(500)
    with pytest.raises(Unreadable, match="no readable HTML"):
        read_html(TextResponse("http://shop.example/", body=noise + b"<p >"))
    assert read_html(TextResponse("http://shop.example/", body=b"<p>one bell \x07 in a page</p>")).css("p")
