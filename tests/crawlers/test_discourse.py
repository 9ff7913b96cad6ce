"""Discourse: ten posts and more against the payload; the rest of a stream, lists of topics, removed posts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "fixtures" / "discourse"


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


TOPIC = "https://forum.nordbrew.example/t/412.json"
REST = "https://forum.nordbrew.example/t/412/posts.json"
TARGET = "https://forum.nordbrew.example/t/grinder-noise/412"
ANSWERS = {TOPIC: load("topic.json"), REST: load("rest.json")}


def test_posts_against_the_payload(parse: Callable[..., Any]) -> None:
    parsed = parse("discourse", TARGET, ANSWERS)
    found = {item["item_id"]: item for item in parsed.items}
    posts = load("topic.json")["post_stream"]["posts"] + load("rest.json")["post_stream"]["posts"]
    gone = [post for post in posts if post["hidden"] or post["user_deleted"]]
    notices = [post for post in posts if post["post_type"] != 1]
    assert parsed.deleted == [f"discourse:forum.nordbrew.example/{post['id']}" for post in gone]
    assert len(found) == len(posts) - len(gone) - len(notices) == 21
    for post in posts:
        if post in gone or post in notices:
            continue
        item = found[f"discourse:forum.nordbrew.example/{post['id']}"]
        assert item["published_at"] == post["created_at"].replace(".000Z", "Z")
        assert bool(item["edited_at"]) is (post["version"] > 1)
        likes = next((action["count"] for action in post["actions_summary"] if action["id"] == 2), 0)
        assert (item["metrics"]["likes"], item["metrics"]["replies"]) == (likes, post["reply_count"])
        assert item["url"] == f"https://forum.nordbrew.example/t/grinder-noise/412/{post['post_number']}"
        assert item["extra"].get("accepted") == (post["accepted_answer"] or None)
        assert item["extra"]["thread"] == "Grinder noise after the update"
        opens = post["post_number"] == 1
        assert item["kind"] == ("question" if opens else "comment")
        assert item["parent_id"] == (None if opens else "discourse:forum.nordbrew.example/7001")
        assert item["title"] == ("Grinder noise after the update" if opens else None)
    assert found["discourse:forum.nordbrew.example/7001"]["metrics"]["views"] == 389
    assert len({item["author_key"] for item in parsed.items}) == 4
    assert parsed.verdict()[:2] == ("finished", None)


def test_quotes_and_link_cards_are_left_out(parse: Callable[..., Any]) -> None:
    bodies = {item["item_id"][-4:]: item["body"] for item in parse("discourse", TARGET, ANSWERS).items}
    assert bodies["7004"] == "No change after cleaning."
    assert bodies["7008"] == "Support sent me a new burr set."


def test_a_missing_part_is_a_gap(parse: Callable[..., Any]) -> None:
    part = {"post_stream": {"posts": load("rest.json")["post_stream"]["posts"][:1]}}
    parsed = parse("discourse", TARGET, {TOPIC: load("topic.json"), REST: part})
    assert parsed.verdict()[0] == "incomplete"
    assert "of 24 arrived" in parsed.verdict()[1]


def test_a_list_leads_to_its_topics(parse: Callable[..., Any]) -> None:
    base = "https://forum.nordbrew.example"
    topics = [{"id": 412, "bumped_at": "2025-04-01T00:00:00Z"}]
    listed = {"topic_list": {"topics": topics, "more_topics_url": "/latest?no_definitions=true&page=1"}}
    last = {"topic_list": {"topics": topics}}
    pages = {f"{base}/latest.json": listed, f"{base}/latest.json?page=1": last, **ANSWERS}
    parsed = parse("discourse", f"{base}/latest", pages)
    assert len(parsed.items) == 21
    assert parsed.asked.count(TOPIC) == 1


def test_a_search_goes_on_by_pages(parse: Callable[..., Any]) -> None:
    base = "https://forum.nordbrew.example/search.json?q=grinder"
    first = {"topics": [{"id": 412}], "grouped_search_result": {"more_full_page_results": True}}
    pages = {base: first, f"{base}&page=2": {"topics": [], "grouped_search_result": {}}, **ANSWERS}
    parsed = parse("discourse", "https://forum.nordbrew.example/search?q=grinder", pages)
    assert len(parsed.items) == 21
    assert any("page=2" in address for address in parsed.asked)


@pytest.mark.parametrize(
    "written",
    ["/t/412", "/t/412/3", "/t/grinder-noise/412/3?u=x", "/t/grinder-noise/412.json", "/t/grinder-noise/412#post_2"],
)
def test_all_addresses_of_a_topic_are_one(written: str, parse: Callable[..., Any]) -> None:
    assert parse("discourse", f"https://forum.nordbrew.example{written}", ANSWERS).asked[0] == TOPIC


@pytest.mark.parametrize(
    "answer", [{"errors": ["The requested URL could not be found."]}, "<html></html>", {"odd": 1}, []]
)
def test_what_is_no_topic_fails(answer: Any, parse: Callable[..., Any]) -> None:
    assert parse("discourse", TARGET, {TOPIC: answer}).verdict()[0] == "failed"


def test_a_target_that_is_no_address_fails(parse: Callable[..., Any]) -> None:
    assert parse("discourse", "grinder noise", {}).verdict()[0] == "failed"
