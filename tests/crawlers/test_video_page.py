"""Pages of videos: VideoObject, TikTok's state, oEmbed; one id for one video; pages without any."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawlers.bases.video_pages import counts, native

HERE = Path(__file__).parent / "fixtures" / "video_page"


def load(name: str) -> str:
    return (HERE / name).read_text("utf-8")


def test_a_video_object(parse: Callable[..., Any]) -> None:
    (item,) = parse(
        "video_page", "https://vimeo.com/900000001", {"https://vimeo.com/900000001": load("vimeo.html")}
    ).items
    assert item["item_id"] == "video_page:vimeo.com/900000001" and item["kind"] == "video"
    assert (item["title"], item["body"]) == ("Nordbrew One: first pour", 'We try it. Music: "Calm"')
    assert item["published_at"] == "2026-01-17T21:34:21Z"
    assert item["metrics"] == {"views": 5120, "likes": 77, "duration_s": 104}


def test_several_videos_of_a_page_stay_several(parse: Callable[..., Any]) -> None:
    items = parse(
        "video_page", "https://beanhouse.example/p/nb-1", {"https://beanhouse.example/p/nb-1": load("shop.html")}
    ).items
    assert [item["title"] for item in items] == ["How to descale", "What is in the box", "How to clean"]
    assert len({item["item_id"] for item in items}) == 3
    assert {item["url"] for item in items} == {"https://beanhouse.example/p/nb-1"}


@pytest.mark.parametrize(("name", "number"), [("tiktok.html", "1"), ("tiktok_old.html", "2")])
def test_tiktok_s_state(parse: Callable[..., Any], name: str, number: str) -> None:
    address = f"https://www.tiktok.com/@brewfan/video/750000000000000000{number}"
    (item,) = parse("video_page", address, {address: load(name)}).items
    assert item["item_id"] == f"video_page:tiktok.com/750000000000000000{number}"
    assert item["metrics"] == {
        "duration_s": 64, "views": 192100, "likes": 25500, "comments": 146, "shares": 2156, "saves": 1311,
    }  # fmt: skip
    assert (item["lang"], item["published_at"]) == ("en", "2025-11-12T15:36:28Z")
    assert "brewfan" not in json.dumps(item) and "[handle]" in item["body"]


def test_tiktok_says_that_a_video_is_gone(parse: Callable[..., Any]) -> None:
    address = "https://www.tiktok.com/@brewfan/video/7500000000000000003"
    parsed = parse("video_page", address, {address: load("tiktok_gone.html")})
    assert parsed.verdict()[:2] == ("failed", "TikTok answers 10204 item doesn't exist") and len(parsed.asked) == 1


def test_oembed_where_a_page_says_nothing_or_is_closed(parse: Callable[..., Any]) -> None:
    (linked,) = parse(
        "video_page",
        "https://tv.example/w/5",
        {"https://tv.example/w/5": load("plain.html"), "https://tv.example/oembed": load("oembed.json")},
    ).items
    assert linked["item_id"] == "video_page:tv.example/w/5" and linked["title"] == "A taste test"
    closed = parse(
        "video_page",
        "https://www.dailymotion.com/video/x1abc",
        {"https://www.dailymotion.com/services/oembed": load("oembed_dailymotion.json")},
    )
    assert closed.items[0]["item_id"] == "video_page:dailymotion.com/x1abc" and closed.verdict()[0] == "finished"


def test_an_oembed_address_as_the_target(parse: Callable[..., Any]) -> None:
    address = (
        "https://www.dailymotion.com/services/oembed?url=https%3A%2F%2Fwww.dailymotion.com%2Fvideo%2Fx1abc&format=json"
    )
    (item,) = parse("video_page", address, {address: load("oembed_dailymotion.json")}).items
    assert item["item_id"] == "video_page:dailymotion.com/x1abc" and item["published_at"] is None


def test_pages_without_a_video(parse: Callable[..., Any]) -> None:
    address = "https://beanhouse.example/about"
    for body in (load("empty.html"), load("oembed_photo.json")):
        parsed = parse("video_page", address, {address: body})
        assert parsed.verdict()[0] == "failed" and "describes no video" in parsed.verdict()[1]
    assert "HTTP 404" in parse("video_page", address, {}).verdict()[1]
    assert "not of the form" in parse("video_page", "vimeo 1", {}).verdict()[1]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://player.vimeo.com/video/12345678?h=1", "vimeo.com/12345678"),
        ("https://vimeo.com/channels/staff/12345678", "vimeo.com/12345678"),
        ("https://youtu.be/abcdefghijk?t=3", "youtube.com/abcdefghijk"),
        ("http://www.youtube.com/watch?feature=x&v=abcdefghijk", "youtube.com/abcdefghijk"),
        ("https://www.youtube.com/shorts/abcdefghijk", "youtube.com/abcdefghijk"),
        ("https://www.tiktok.com/@someone/video/7500000000000000001?lang=en", "tiktok.com/7500000000000000001"),
        ("https://geo.dailymotion.com/player.html", "geo.dailymotion.com/player.html"),
        ("https://www.dailymotion.com/embed/video/x1abc", "dailymotion.com/x1abc"),
        ("https://tv.example/w/5/", "tv.example/w/5"),
    ],
)
def test_one_name_for_the_many_addresses_of_a_video(address: str, name: str) -> None:
    assert native(address) == name


def test_counts_in_their_many_forms() -> None:
    assert counts(
        {"interactionStatistic": {"interactionType": "https://schema.org/CommentAction", "userInteractionCount": 3}}
    ) == {"comments": 3}
    assert counts({"interactionCount": "UserComments:7"}) == {"comments": 7}
    assert counts({"interactionCount": 12}) == {"views": 12}
    assert (
        counts({"interactionStatistic": [None, "x", {"interactionType": "FollowAction", "userInteractionCount": 9}]})
        == {}
    )
