"""Lemmy: a post and its comments against the payload; communities; deleted and removed comments."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "fixtures" / "lemmy"


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


POST, COMMENTS = "https://hub.example/api/v3/post?id=55", "https://hub.example/api/v3/comment/list?post_id=55"
ANSWERS = {POST: load("post.json"), COMMENTS: load("comments.json")}


def test_comments_against_the_payload(parse: Callable[..., Any]) -> None:
    parsed = parse("lemmy", "hub.example/post/55", ANSWERS)
    found = {item["item_id"]: item for item in parsed.items}
    views = load("comments.json")["comments"]
    gone = [view for view in views if view["comment"]["deleted"] or view["comment"]["removed"]]
    assert parsed.deleted == [f"lemmy:{view['comment']['ap_id']}" for view in gone]
    assert len(found) == 1 + len(views) - len(gone) == 13
    for view in views:
        if view in gone:
            continue
        item, said = found[f"lemmy:{view['comment']['ap_id']}"], view["comment"]
        assert (item["kind"], item["parent_id"]) == ("comment", "lemmy:https://hub.example/post/55")
        assert item["url"] == said["ap_id"]
        assert datetime.fromisoformat(item["published_at"]) == datetime.fromisoformat(said["published"])
        assert bool(item["edited_at"]) is ("updated" in said)
        assert item["metrics"] == {"likes": view["counts"]["upvotes"], "replies": 0}
        assert item["extra"].get("bot") == (view["creator"]["bot_account"] or None)
        assert item["title"] is None
    assert len({item["author_key"] for item in parsed.items}) == 12  # who asked has answered too
    assert parsed.verdict()[:2] == ("finished", None)


def test_mark_up_and_quotes(parse: Callable[..., Any]) -> None:
    items = parse("lemmy", "hub.example/post/55", ANSWERS).items
    assert (items[0]["kind"], items[0]["title"]) == ("post", "Nordbrew One after a year")
    assert "quoted" not in items[0]["body"] and "**" not in items[0]["body"]
    bodies = [item["body"] for item in items]
    assert "Quieter than my Kaffio." in bodies
    assert "I got mine used" in bodies
    assert "Seconded, [handle]" in bodies


def test_a_community(parse: Callable[..., Any]) -> None:
    pages = {
        "https://hub.example/api/v3/post/list?community_name=coffee": load("list.json"),
        COMMENTS: load("comments.json"),
    }
    assert len(parse("lemmy", "https://hub.example/c/coffee", pages).items) == 13


def test_fewer_comments_than_stated_is_a_gap(parse: Callable[..., Any]) -> None:
    few = {"comments": load("comments.json")["comments"][:3]}
    status, reason, _ = parse("lemmy", "hub.example/post/55", {POST: load("post.json"), COMMENTS: few}).verdict()
    assert (status, reason) == ("incomplete", "4 of 13 arrived")


@pytest.mark.parametrize("target", ["hub.example/post", "hub.example", "post/55", "hub.example/u/user1"])
def test_a_wrong_target_fails(target: str, parse: Callable[..., Any]) -> None:
    assert parse("lemmy", target, {}).verdict()[0] == "failed"


@pytest.mark.parametrize("answer", [{"error": "couldnt_find_post"}, "<html></html>", (502, {}, b"")])
def test_what_is_no_post_fails(answer: Any, parse: Callable[..., Any]) -> None:
    assert parse("lemmy", "hub.example/post/55", {POST: answer}).verdict()[0] == "failed"
