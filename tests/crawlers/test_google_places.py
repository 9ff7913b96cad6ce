"""Google Places: ten reviews of two places against the payload; statuses that come with HTTP 200."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "fixtures" / "google_places"
BASE = "https://maps.googleapis.com/maps/api/place"


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_PLACES_KEY", "demo")


@pytest.mark.parametrize("number", [1, 2])
def test_reviews_against_the_payload(parse: Callable[..., Any], number: int) -> None:
    place = load(f"place{number}.json")["result"]
    answers = {f"{BASE}/details/json?place_id={place['place_id']}": load(f"place{number}.json")}
    parsed = parse("google_places", place["place_id"], answers)
    assert len(parsed.items) == len(place["reviews"]) == 5
    for item, review in zip(parsed.items, place["reviews"], strict=True):
        assert item["rating"] == review["rating"] / 5
        assert item["body"] == (review["text"] or None)
        assert item["lang"] == review["language"]
        assert datetime.fromisoformat(item["published_at"]) == datetime.fromtimestamp(review["time"], UTC)
        assert (item["product_id"], item["product_name"]) == (place["place_id"], place["name"])
        assert review["author_name"] not in json.dumps(item) and review["author_url"] not in json.dumps(item)
    assert len({item["item_id"] for item in parsed.items}) == 5
    assert parsed.verdict()[0] == "finished"


def test_a_search_reads_every_place_once(parse: Callable[..., Any]) -> None:
    case = load("case.json")
    parsed = parse("google_places", case["target"], {a: load(name) for a, name in case["answers"].items()})
    assert len(parsed.items) == 10
    assert sum("/details/" in url for url in parsed.asked) == 3


@pytest.mark.parametrize(
    ("name", "words", "transient"),
    [
        ("not_found", "NOT_FOUND", False),
        ("over_query_limit", "OVER_QUERY_LIMIT", True),
        ("request_denied", "API key is invalid", False),
    ],
)
def test_statuses_fail_in_google_s_words(parse: Callable[..., Any], name: str, words: str, transient: bool) -> None:
    parsed = parse("google_places", "ChIJaaaa000001", {f"{BASE}/details/json": load(f"{name}.json")})
    status, reason, again = parsed.verdict()
    assert status == "failed" and words in reason and again is transient


def test_a_token_that_is_not_valid_yet_is_tried_again(parse: Callable[..., Any]) -> None:
    early = {f"{BASE}/textsearch/json?pagetoken=TOKEN2": load("invalid_request.json")}
    parsed = parse(
        "google_places", "q=korn cafe", {f"{BASE}/textsearch/json?query=korn+cafe": load("search1.json"), **early}
    )
    assert sum("pagetoken" in url for url in parsed.asked) == 3
    assert "not valid yet" in parsed.verdict()[1]


def test_nothing_found_is_no_failure(parse: Callable[..., Any]) -> None:
    parsed = parse(
        "google_places", "q=nowhere", {f"{BASE}/textsearch/json": load("zero_results.json") | {"results": []}}
    )
    assert parsed.verdict()[0] == "finished"
