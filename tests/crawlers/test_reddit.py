"""Reddit: a thread and a listing against the payload; folded and continued comments, deletions, keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "fixtures" / "reddit"


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


OAUTH, TOKEN = "https://oauth.reddit.com", "https://www.reddit.com/api/v1/access_token"
ANSWERS = {
    TOKEN: load("token.json"),
    f"{OAUTH}/comments/post1/": load("thread.json"),
    f"{OAUTH}/api/morechildren/": load("more.json"),
    f"{OAUTH}/comments/post1/_/c4": load("continued.json"),
    f"{OAUTH}/r/coffee/new": load("new.json"),
    f"{OAUTH}/r/coffee/new?after=t3_post4": load("end.json"),
}


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDDIT_CLIENT_ID", "made-up-id")
    monkeypatch.setenv("REDDIT_CLIENT_SECRET", "made-up-secret")


def things(found: Any) -> list[dict[str, Any]]:
    """All posts and comments of a payload, however deep."""
    if isinstance(found, dict):
        own = [found["data"]] if found.get("kind") in ("t1", "t3") else []
        return own + [thing for value in found.values() for thing in things(value)]
    return [thing for entry in found for thing in things(entry)] if isinstance(found, list) else []


def test_a_thread_against_the_payload(parse: Callable[..., Any]) -> None:
    parsed = parse("reddit", "comments/post1", ANSWERS)
    found = {item["item_id"]: item for item in parsed.items}
    said = {
        thing["name"]: thing for name in ("continued.json", "more.json", "thread.json") for thing in things(load(name))
    }
    gone = {name for name, thing in said.items() if thing.get("body") in ("[deleted]", "[removed]")}
    assert set(parsed.deleted) == {f"reddit:{name}" for name in gone}
    assert len(found) == len(said) - len(gone) == 11
    for name in said.keys() - gone:
        item, thing = found[f"reddit:{name}"], said[name]
        assert item["kind"] == ("post" if name.startswith("t3") else "comment")
        assert datetime.fromisoformat(item["published_at"]).timestamp() == thing["created_utc"]
        assert bool(item["edited_at"]) is bool(thing["edited"])
        assert item["metrics"]["likes"] == thing["score"]
        assert item["url"] == f"https://www.reddit.com{thing['permalink']}"
        assert item["parent_id"] == (f"reddit:{thing['parent_id']}" if "parent_id" in thing else None)
        assert (item["author_key"] is None) is (thing["author"] == "[deleted]")
        assert item["extra"]["subreddit"] == "coffee"
    assert parsed.verdict()[:2] == ("incomplete", "1 of 3 folded comments did not arrive")


def test_mark_up_and_quotes(parse: Callable[..., Any]) -> None:
    bodies = {item["item_id"]: item["body"] for item in parse("reddit", "comments/post1", ANSWERS).items}
    assert bodies["reddit:t3_post1"] == "It works.\n\nAsk me & mine."
    assert bodies["reddit:t1_c2"] == "No, [handle]"


def test_a_listing_is_followed(parse: Callable[..., Any]) -> None:
    parsed = parse("reddit", "r/coffee/new", ANSWERS)
    assert [item["title"] for item in parsed.items] == ["Nordbrew or Kaffio?", "Firmware 3 is out", "Old question"]
    assert parsed.items[1]["extra"]["link"] == "https://nordbrew.example/fw3"
    assert parsed.deleted == ["reddit:t3_post4"]
    assert parsed.verdict()[0] == "finished"


def test_what_is_asked_and_how(parse: Callable[..., Any]) -> None:
    assert parse("reddit", "r/coffee", ANSWERS).asked[1].startswith(f"{OAUTH}/r/coffee/new?raw_json=1&limit=100")
    assert (
        parse("reddit", "https://www.reddit.com/r/coffee/comments/post1/nordbrew/", ANSWERS)
        .asked[1]
        .startswith(f"{OAUTH}/comments/post1/?raw_json=1")
    )
    assert "search?q=nordbrew&raw_json=1" in parse("reddit", "r/coffee/search?q=nordbrew", ANSWERS).asked[1]


def test_a_missing_key_is_named(parse: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDDIT_CLIENT_SECRET")
    status, reason, _ = parse("reddit", "r/coffee/new", ANSWERS).verdict()
    assert status == "failed"
    assert "REDDIT_CLIENT_SECRET" in reason
    assert "MY_SECRET" in parse("reddit", "r/coffee/new", ANSWERS, {"secret": "MY_SECRET"}).verdict()[1]


def test_keys_are_never_told(parse: Callable[..., Any]) -> None:
    status, reason, _ = parse("reddit", "r/coffee/new", {TOKEN: {"error": 401, "message": "Unauthorized"}}).verdict()
    assert status == "failed"
    assert "Unauthorized" in reason and "made-up" not in reason


@pytest.mark.parametrize("target", ["coffee", "u/somebody", "r/", "comments/"])
def test_a_wrong_target_fails(target: str, parse: Callable[..., Any]) -> None:
    assert parse("reddit", target, ANSWERS).verdict()[0] == "failed"


def test_a_brand_is_taken_from_the_text_where_anything_may_stand(parse: Callable[..., Any]) -> None:
    def brands(target: str) -> set[str | None]:
        pages = ANSWERS | {f"{OAUTH}/r/NordbrewOwners/new": load("end.json")}
        return {item["brand"] for item in parse("reddit", target, pages, brand="Nordbrew").items}

    assert brands("comments/post1") == {"Nordbrew"}
    assert brands("r/coffee/new") == {None}
    assert brands("r/NordbrewOwners/new") == {"Nordbrew"}
