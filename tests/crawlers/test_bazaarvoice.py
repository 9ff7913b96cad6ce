"""Bazaarvoice: eleven reviews against the payload; refusals with status 200; a missing key."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "fixtures" / "bazaarvoice"
ADDRESS = "https://api.bazaarvoice.com/data/reviews.json?passkey=demo&Filter=CategoryId%3Akettles&Offset="


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAZAARVOICE_PASSKEY", "demo")


def test_eleven_reviews_against_the_payload(parse: Callable[..., Any]) -> None:
    answers = {f"{ADDRESS}0": load("page1.json"), f"{ADDRESS}6": load("page2.json")}
    parsed = parse("bazaarvoice", "CategoryId:kettles", answers)
    found = {item["item_id"]: item for item in parsed.items}
    reviews = load("page1.json")["Results"] + load("page2.json")["Results"]
    assert len(reviews) == len(found) == 11
    for review in reviews:
        item = found[f"bazaarvoice:{review['Id']}"]
        assert item["rating"] == pytest.approx(review["Rating"] / review["RatingRange"])
        assert (item["title"], item["body"]) == (review["Title"], review["ReviewText"])
        assert item["lang"] == review["ContentLocale"].replace("_", "-")
        assert item["published_at"][:19] == review["SubmissionTime"][:19]
        assert (item["edited_at"] is None) is (review["LastModificationTime"] == review["SubmissionTime"])
        assert item["metrics"]["helpful"] == review["TotalPositiveFeedbackCount"]
        assert item["verified"] is ("verifiedPurchaser" in review["Badges"])
        assert item["product_id"] == review["ProductId"]
        assert (item["author_key"] is None) is (review["AuthorId"] is None)
    assert found["bazaarvoice:70010"]["product_name"] == "Nordbrew One"
    assert found["bazaarvoice:70013"]["product_name"] == "Nordbrew One kettle"
    assert found["bazaarvoice:70013"]["extra"]["incentivized"] is True
    assert found["bazaarvoice:70018"]["extra"]["syndicated_from"] == "kaffio.example"
    assert found["bazaarvoice:70012"]["extra"]["reply"] == ["Sorry to hear that. Please write to us."]
    assert found["bazaarvoice:70011"]["extra"] == {"recommended": False, "pros": "quiet", "cons": ["heavy", "loud"]}


@pytest.mark.parametrize("status", [200, 403])
def test_a_refusal_fails_with_the_service_s_words(parse: Callable[..., Any], status: int) -> None:
    refused = (status, {"Content-Type": "application/json"}, (HERE / "refused.json").read_bytes())
    parsed = parse("bazaarvoice", "1", {"https://api.bazaarvoice.com/data/reviews.json?Filter=ProductId%3A1": refused})
    assert parsed.verdict()[0] == "failed" and "passKey provided is invalid" in parsed.verdict()[1]


def test_a_missing_key_is_named(parse: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BAZAARVOICE_PASSKEY")
    assert "BAZAARVOICE_PASSKEY" in parse("bazaarvoice", "1", {}).verdict()[1]
    assert "SHOP_KEY" in parse("bazaarvoice", "1", {}, {"key": "SHOP_KEY"}).verdict()[1]


def test_a_page_that_never_comes_leaves_the_crawl_incomplete(parse: Callable[..., Any]) -> None:
    parsed = parse("bazaarvoice", "CategoryId:kettles", {f"{ADDRESS}0": load("page1.json")})
    assert len(parsed.items) == 6 and parsed.verdict()[0] == "incomplete"
