"""Mastodon: ten posts against the payload; boosts, pictures, pages; answers that are none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "fixtures" / "mastodon"


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


TAG = "https://plaza.example/api/v1/timelines/tag/nordbrew"
NEXT = f"{TAG}?limit=40&max_id=114000000000000006"
FIRST = (200, {"Content-Type": "application/json", "Link": f'<{NEXT}>; rel="next"'}, (HERE / "page1.json").read_bytes())
ANSWERS = {TAG: FIRST, f"{TAG}?max_id=114000000000000006": load("page2.json")}


def nameless(uri: str) -> str:
    """The address of a post without its author: https://a.example/users/ida/statuses/1 → https://a.example/statuses/1."""
    parts = uri.split("/")
    return "/".join(parts[:3] + parts[5:]) if parts[3] == "users" else uri


def test_ten_posts_against_the_payload(parse: Callable[..., Any]) -> None:
    parsed = parse("mastodon", "plaza.example#nordbrew", ANSWERS, brand="Nordbrew")
    found = {item["item_id"]: item for item in parsed.items}
    posts = [post["reblog"] or post for post in load("page1.json") + load("page2.json")]
    checked = 0
    for post in posts:
        item = found.get(f"mastodon:{nameless(post['uri'])}")
        if item is None:
            assert not post["content"].removeprefix("<p>").removesuffix("</p>"), (
                "only a picture without words may be left out"
            )
            continue
        assert item["brand"] == "Nordbrew"
        assert item["published_at"] == post["created_at"].replace(".000Z", "Z")
        assert bool(item["edited_at"]) is bool(post["edited_at"])
        assert item["title"] == (post["spoiler_text"] or None)
        assert item["kind"] == ("comment" if post["in_reply_to_id"] else "post")
        assert item["url"] == f"https://plaza.example/statuses/{post['id']}"
        name = post["account"]["acct"].partition("@")[0]
        assert f"/{name}/" not in item["item_id"] + item["url"] and f"@{name}" not in item["item_id"] + item["url"]
        likes = {"likes": post["favourites_count"], "replies": post["replies_count"], "shares": post["reblogs_count"]}
        assert item["metrics"] == likes
        assert item["extra"].get("bot") == (post["account"]["bot"] or None)
        assert post["language"] in (item["lang"], None)
        assert "<" not in item["body"]
        checked += 1
    assert checked == 12
    assert len(found) == 11


def test_what_the_posts_say(parse: Callable[..., Any]) -> None:
    bodies = [item["body"] for item in parse("mastodon", "plaza.example#nordbrew", ANSWERS).items]
    assert (
        "The grinder of the #nordbrew jams with oily beans." in bodies
    )  # boosted on the first page, itself on the second
    assert "ignored outer" not in " ".join(bodies)
    assert "[handle] did you descale the #nordbrew yet?" in bodies
    assert "A Nordbrew One on a kitchen shelf" in bodies
    assert "Agreed, #nordbrew support answers fast." in bodies


def test_one_author_has_one_key_on_all_pages(parse: Callable[..., Any]) -> None:
    keys = {item["author_key"] for item in parse("mastodon", "plaza.example#nordbrew", ANSWERS).items}
    assert None not in keys
    assert len(keys) == 8  # of eleven posts


@pytest.mark.parametrize("target", ["nordbrew", "#nordbrew", "plaza.example#", "https://plaza.example/tags/nordbrew"])
def test_a_wrong_target_says_how_it_is_written(target: str, parse: Callable[..., Any]) -> None:
    status, reason, _ = parse("mastodon", target, {}).verdict()
    assert status == "failed"
    assert "SERVER#HASHTAG" in reason


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"error": "This API requires an authenticated user"}, "authenticated user"),
        ("<html><body>waiting room</body></html>", "HTML where JSON was due"),
        ((200, {}, b"[{"), "no readable JSON"),
        ((422, {}, b'{"error": "no such tag"}'), "no such tag"),
    ],
)
def test_what_is_no_timeline_fails(answer: Any, reason: str, parse: Callable[..., Any]) -> None:
    parsed = parse("mastodon", "plaza.example#nordbrew", {TAG: answer})
    assert parsed.verdict()[0] == "failed"
    assert reason in parsed.verdict()[1]


def test_another_endpoint_replaces_the_server(parse: Callable[..., Any]) -> None:
    mirror = "http://mirror.example/api/v1/timelines/tag/nordbrew"
    parsed = parse(
        "mastodon", "plaza.example#nordbrew", {mirror: load("page2.json")}, {"endpoint": "http://mirror.example"}
    )
    assert len(parsed.items) == 7
