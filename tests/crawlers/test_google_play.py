"""Google Play: ten reviews of a page and eleven of the interface against the payload; robots.txt and unknown apps."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawlers.bases.google_web import blobs, play_reviews

HERE = Path(__file__).parent / "fixtures" / "google_play"
APP = "example.meadow.post"
PAGE = f"https://play.google.com/store/apps/details?id={APP}"
CALL = "https://play.google.com/_/PlayStoreUi/data/batchexecute"
HTML = (HERE / "page.html").read_text("utf-8")


def text(name: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json"}, (HERE / name).read_bytes()


def check(item: dict[str, Any], review: list[Any]) -> None:
    assert item["item_id"] == f"google_play:{review[0]}"
    assert item["rating"] == review[2] / 5 and item["body"] == review[4] and item["title"] is None
    assert datetime.fromisoformat(item["published_at"]) == datetime.fromtimestamp(review[5][0], UTC)
    assert item["metrics"]["helpful"] == review[6]
    assert item["extra"].get("reply") == (review[7][1] if review[7] else None)
    assert item["extra"].get("version") == review[10]
    assert item["product_id"] == APP and item["url"].endswith(f"&reviewId={review[0]}")
    assert review[1][0] not in json.dumps(item)


def test_ten_reviews_of_a_page_against_the_payload(parse: Callable[..., Any]) -> None:
    parsed = parse("google_play", f"{PAGE}&hl=en&gl=us", {PAGE: HTML})
    reviews = [review for blob in blobs(HTML) for review in play_reviews(blob)]
    assert len(reviews) == len(parsed.items) == 10
    for item, review in zip(parsed.items, reviews, strict=True):
        check(item, review)
        assert item["product_name"] == "Meadow Post"


def test_pages_of_the_interface_follow_its_token(parse: Callable[..., Any], monkeypatch: Any) -> None:
    bodies: list[str] = []
    from crawlers.spiders.google_play import GooglePlay

    plain = GooglePlay.call

    def call(self: Any, target: str, cursor: Any) -> Any:
        request = plain(self, target, cursor)
        bodies.append(request.body.decode())
        return request.replace(url=f"{request.url}&page={cursor}")

    monkeypatch.setattr(GooglePlay, "call", call)
    parsed = parse(
        "google_play", APP, {f"{CALL}?page=None": text("batch1.txt"), f"{CALL}?page=TOKEN": text("batch2.txt")}
    )
    assert len(parsed.items) == 11 and parsed.verdict()[0] == "finished"
    inner = [json.loads(json.loads((HERE / f"batch{n}.txt").read_text()[4:])[0][2])[0] for n in (1, 2)]
    for item, review in zip(parsed.items, inner[0] + inner[1], strict=True):
        check(item, review)
    assert "TOKEN" in bodies[1] and "UsvDTd" in bodies[0] and "example.meadow.post" in bodies[0]


def test_where_the_interface_is_closed_the_page_is_read(parse: Callable[..., Any]) -> None:
    parsed = parse("google_play", APP, {PAGE: HTML})
    assert len(parsed.items) == 10
    assert parsed.verdict()[0] == "incomplete" and "only the reviews on the app's page" in parsed.verdict()[1]


def test_unknown_apps_and_pages_without_reviews(parse: Callable[..., Any]) -> None:
    unknown = parse("google_play", APP, {CALL: text("batch_none.txt")})
    assert unknown.items == [] and unknown.verdict()[0] == "failed"
    assert "not of the form" in parse("google_play", "https://play.google.com/store/search?q=x", {}).verdict()[1]
    garbage = parse("google_play", PAGE, {PAGE: b"\x00\x01\x02garbage"})
    assert garbage.verdict()[0] == "failed" and "no readable HTML" in garbage.verdict()[1]


def test_other_arrays_are_not_taken_for_reviews() -> None:
    assert list(play_reviews([["gp:" + "x" * 30, ["A"], 7, None, "six stars of five", [1760000000, 0], 0]])) == []
    assert list(play_reviews([["short", ["A"], 5, None, "t", [1760000000, 0], 0], {"a": 1}, None])) == []
