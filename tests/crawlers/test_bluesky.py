"""Bluesky: twelve posts against the payload; pages, reposts, threads; clocks that are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "fixtures" / "bluesky"


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


SEARCH = "https://api.bsky.app/xrpc/app.bsky.feed.searchPosts?q=nordbrew"
ANSWERS = {SEARCH: load("page1.json"), f"{SEARCH}&cursor=6": load("page2.json")}


def test_posts_against_the_payload(parse: Callable[..., Any]) -> None:
    parsed = parse("bluesky", "nordbrew", ANSWERS, brand="Nordbrew")
    found = {item["item_id"]: item for item in parsed.items}
    posts = load("page1.json")["posts"] + load("page2.json")["posts"]
    assert len(found) == 12 == len(posts) - 1  # one stands on both pages
    for post in posts:
        item, record = found[f"bluesky:{post['uri']}"], post["record"]
        place, _, native = post["uri"].removeprefix("at://").partition("/app.bsky.feed.post/")
        assert item["url"] == f"https://bsky.app/profile/{place}/post/{native}"
        assert datetime.fromisoformat(item["published_at"]) == datetime.fromisoformat(
            min(record["createdAt"], post["indexedAt"])
        )
        assert item["lang"] == record.get("langs", ["en"])[0]
        assert item["kind"] == ("comment" if "reply" in record else "post")
        counts = {"likes": "likeCount", "replies": "replyCount", "shares": "repostCount", "quotes": "quoteCount"}
        assert item["metrics"] == {name: post[key] for name, key in counts.items()}
        assert post["author"]["handle"] not in json.dumps(item)
        assert item["title"] is None and item["brand"] is None
    assert len({item["author_key"] for item in parsed.items}) == 12
    assert parsed.verdict()[:2] == ("finished", None)


def test_a_post_of_the_future_has_the_time_it_was_seen(parse: Callable[..., Any]) -> None:
    times = {item["item_id"][-2:]: item["published_at"] for item in parse("bluesky", "nordbrew", ANSWERS).items}
    assert times["11"] == "2025-04-11T10:00:01Z"


def test_a_thread(parse: Callable[..., Any]) -> None:
    address = "https://api.bsky.app/xrpc/app.bsky.feed.getPostThread"
    parsed = parse(
        "bluesky", "https://bsky.app/profile/person1.bsky.example/post/3lx01", {address: load("thread.json")}
    )
    assert [item["kind"] for item in parsed.items] == ["post", "comment"]
    assert parsed.items[1]["parent_id"] == parsed.items[0]["item_id"]
    assert "at%3A%2F%2Fperson1.bsky.example%2Fapp.bsky.feed.post%2F3lx01" in parsed.asked[0]


def test_an_account_with_a_repost(parse: Callable[..., Any]) -> None:
    address = "https://api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=person12.bsky.example"
    parsed = parse("bluesky", "@person12.bsky.example", {address: load("feed.json")})
    assert [item["body"] for item in parsed.items] == ["Unboxing my Nordbrew One tonight.", "Review is up"]


@pytest.mark.parametrize(
    "answer", [(403, {}, b"<html>Forbidden</html>"), (400, {}, b'{"error": "InvalidRequest", "message": "bad"}')]
)
def test_a_refusal_fails(answer: Any, parse: Callable[..., Any]) -> None:
    assert parse("bluesky", "nordbrew", {SEARCH: answer}).verdict()[0] == "failed"


def test_a_cursor_in_a_circle_ends(parse: Callable[..., Any]) -> None:
    parsed = parse("bluesky", "nordbrew", {SEARCH: load("page1.json")})
    assert len(parsed.items) == 6
    assert parsed.verdict()[0] == "incomplete"
