"""PeerTube: ten videos against the payload; comments, their replies and deletions; ids that are the same everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crawlers.bases.federated import full_uuid

HERE = Path(__file__).parent / "fixtures" / "peertube"
CASE = json.loads((HERE / "case.json").read_text("utf-8"))
CHANNEL, VIDEO = CASE["target"]
UUID = "0b8e0000-0000-4000-8000-000000000000"


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


ANSWERS = {address: load(name) for address, name in CASE["answers"].items()}


def test_ten_videos_against_the_payload(parse: Callable[..., Any]) -> None:
    parsed = parse("peertube", f"https://{CHANNEL}", ANSWERS)
    videos = load("list1.json")["data"] + load("list2.json")["data"]
    assert len(videos) == len(parsed.items) == 10
    for item, video in zip(parsed.items, videos, strict=True):
        assert item["item_id"] == f"peertube:{video['uuid']}" and item["kind"] == "video"
        assert (item["title"], item["url"]) == (video["name"], video["url"])
        assert item["published_at"][:19] == video["publishedAt"][:19]
        assert item["metrics"]["views"] == video["views"] and item["metrics"]["duration_s"] == video["duration"]
        assert item["metrics"]["likes"] == video["likes"] and item["metrics"]["comments"] == video["comments"]
        if video["language"]["id"]:
            assert item["lang"] == video["language"]["id"]
        assert "**" not in (item["body"] or "") and "brewlab" not in json.dumps(item)
    assert parsed.verdict()[:2] == ("finished", None)


def test_a_video_with_comments_replies_and_deletions(parse: Callable[..., Any]) -> None:
    parsed = parse("peertube", VIDEO, ANSWERS)
    video, *comments = parsed.items
    assert video["body"].endswith("with the whole text.") and video["extra"]["tags"] == ["kettle", "unboxing"]
    assert len(comments) == 8 and {c["kind"] for c in comments} == {"comment"}
    by_text = {c["body"]: c for c in comments}
    question = by_text["[handle] which filter is it?"]
    assert question["parent_id"] == video["item_id"]
    assert by_text["The paper one"]["parent_id"] == question["item_id"]
    assert by_text["Thanks!"]["parent_id"] == by_text["The paper one"]["item_id"]
    assert len(parsed.deleted) == 3 and not set(parsed.deleted) & {c["item_id"] for c in comments}
    assert parsed.verdict()[:2] == ("finished", None)
    assert "person23" not in json.dumps(parsed.items)


def test_comments_of_listed_videos_are_an_option(parse: Callable[..., Any]) -> None:
    parsed = parse("peertube", CHANNEL, ANSWERS, {"comments": True})
    assert sum(item["kind"] == "comment" for item in parsed.items) == 8


def test_lost_replies_leave_a_gap_and_a_lost_video_its_comments(parse: Callable[..., Any]) -> None:
    without = {address: answer for address, answer in ANSWERS.items() if not address.endswith(("/23", UUID))}
    parsed = parse("peertube", VIDEO, without)
    assert len(parsed.items) == 6
    status, reason, _ = parsed.verdict()
    assert status == "incomplete" and "the video itself" in reason and "the replies of a comment" in reason


def test_a_search_and_what_is_no_target(parse: Callable[..., Any]) -> None:
    asked = parse("peertube", "sepiasearch.org?search=nord brew", {}).asked[0]
    assert asked.startswith("https://sepiasearch.org/api/v1/search/videos?search=nord+brew&")
    assert "not of the form" in parse("peertube", "tube.example", {}).verdict()[1]


def test_short_ids_are_the_long_ones() -> None:
    assert full_uuid("iELfDAS4jnKD27rpgxP5Z8") == "8f14e45f-ceea-467f-a9a1-1f2d3c4b5a69"
    assert full_uuid(UUID) == UUID
    assert full_uuid("0OIl") == "0OIl"
