"""Steam: ten reviews against the payload; a walk that ends early; what is no product."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HERE = Path(__file__).parent / "fixtures" / "steam"
CASE = json.loads((HERE / "case.json").read_text("utf-8"))
SHOP = "https://store.steampowered.com/api/appdetails?appids=990001"
ADDRESS = "https://api.steampowered.com/IUserReviewsService/GetAppReviews/v1/"


def page(number: int) -> Any:
    return json.loads((HERE / f"page{number}.json").read_text("utf-8"))


def at(cursor: str, compact: bool = True, **changed: Any) -> str:
    question = {"appid": 990001, "filter": 1, "languages": ["all"], "review_type": 0, "purchase_type": 1}
    question |= {"num_per_page": 100, "filter_offtopic_activity": False, "cursor": cursor} | changed
    text = json.dumps(question, separators=(",", ":")) if compact else json.dumps(question)
    return f"{ADDRESS}?{urlencode({'input_json': text})}"


def answers(**replaced: Any) -> dict[str, Any]:
    pages = {at("*", compact=False): page(1), at("AoJ4aaa+b="): page(2), at("AoJ4ccc=="): page(3)}
    return {SHOP: json.loads((HERE / "appdetails.json").read_text("utf-8")), **pages, **replaced}


def test_ten_reviews_against_the_payload(parse: Callable[..., Any]) -> None:
    parsed = parse("steam", "https://store.steampowered.com/app/990001/Meadow_Post/", answers())
    found = {item["item_id"]: item for item in parsed.items}
    reviews = page(1)["response"]["reviews"] + page(2)["response"]["reviews"]
    assert len(reviews) == len(found) == 10
    for review in reviews:
        item = found[f"steam:{review['recommendationid']}"]
        assert item["rating"] == float(review["voted_up"]) and item["rating_scale"] == "thumb"
        assert item["verified"] is review["steam_purchase"]
        assert datetime.fromisoformat(item["published_at"]) == datetime.fromtimestamp(review["timestamp_created"], UTC)
        edited = review["timestamp_updated"] != review["timestamp_created"]
        assert (item["edited_at"] is not None) is edited
        assert item["metrics"]["helpful"] == review["votes_up"]
        assert item["metrics"]["playtime_min"] == review["author"]["playtime_forever"]
        assert (item["product_name"], item["product_id"], item["brand"]) == ("Meadow Post", "990001", "Fernwood Games")
        assert review["author"]["steamid"] not in json.dumps(item)
        assert "[" not in item["body"]
    languages = [found[f"steam:{review['recommendationid']}"]["lang"] for review in reviews]
    assert languages == ["en", "de", "zh-CN", "pt-BR", "ko", "es-419", "fr", "pl", "en", "zh-TW"]
    assert found["steam:50000102"]["extra"]["reply"].startswith("Thank you!")
    assert parsed.verdict()[:2] == ("finished", None)


def test_an_early_end_is_walked_again(parse: Callable[..., Any]) -> None:
    parsed = parse("steam", "990001", answers(**{at("AoJ4aaa+b="): page(3)}))
    assert len(parsed.items) == 6
    assert sum(url.endswith("%22%2A%22%7D") for url in parsed.asked) == 2, "the walk did not begin again"
    assert parsed.verdict()[0] == "incomplete" and "6 of 10" in parsed.verdict()[1]


def test_what_is_no_product_says_so(parse: Callable[..., Any]) -> None:
    unknown = parse("steam", "7", {at("*", compact=False, appid=7): {"response": {}}})
    assert unknown.verdict()[0] == "failed" and "no product" in unknown.verdict()[1]
    assert "not of the form" in parse("steam", "dota", {}).verdict()[1]
    page_instead = parse("steam", "990001", {at("*", compact=False): "<html>maintenance</html>"})
    assert page_instead.verdict()[0] == "failed" and "HTML where JSON was due" in page_instead.verdict()[1]


def test_a_product_without_reviews_is_finished(parse: Callable[..., Any]) -> None:
    nothing = {"response": {"query_summary": {"num_reviews": 0, "total_reviews": 0}, "cursor": "*"}}
    parsed = parse("steam", "990001", {at("*", compact=False): nothing})
    assert parsed.items == [] and parsed.verdict()[0] == "finished"
