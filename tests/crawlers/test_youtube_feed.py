"""YouTube's feeds: ten videos against the feed; channels that are gone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

FEED = (Path(__file__).parent / "fixtures" / "youtube_feed" / "feed.xml").read_bytes()
ADDRESS = "https://www.youtube.com/feeds/videos.xml?channel_id=UCnordbrewTV"
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "yt": "http://www.youtube.com/xml/schemas/2015",
    "media": "http://search.yahoo.com/mrss/",
}


def test_ten_videos_against_the_feed(parse: Callable[..., Any]) -> None:
    parsed = parse("youtube_feed", ADDRESS, {ADDRESS: (200, {"Content-Type": "text/xml"}, FEED)})
    entries = ElementTree.fromstring(FEED).findall("a:entry", NAMES)
    assert len(entries) == len(parsed.items) == 10
    for item, entry in zip(parsed.items, entries, strict=True):
        assert item["item_id"] == "youtube_feed:" + entry.findtext("yt:videoId", "", NAMES)
        assert item["title"] == entry.findtext("a:title", "", NAMES)
        assert item["published_at"] == entry.findtext("a:published", "", NAMES).replace("+00:00", "Z")
        assert item["url"] == entry.find("a:link", NAMES).get("href")  # type: ignore[union-attr]
        community = entry.find("media:group/media:community", NAMES)
        assert community is not None
        assert item["metrics"]["views"] == int(community.find("media:statistics", NAMES).get("views"))  # type: ignore
        assert item["metrics"]["likes"] == int(community.find("media:starRating", NAMES).get("count"))  # type: ignore
        assert "[email]" in item["body"] and item["kind"] == "video" and item["rating"] is None
    assert len({item["author_key"] for item in parsed.items}) == 1


@pytest.mark.parametrize("target", ["channel=UCnordbrewTV", "channel_id=UCnordbrewTV", ADDRESS])
def test_forms_of_the_target(parse: Callable[..., Any], target: str) -> None:
    assert parse("youtube_feed", target, {}).asked[0] == ADDRESS


def test_a_channel_that_is_gone(parse: Callable[..., Any]) -> None:
    gone = (404, {"Content-Type": "text/html"}, b"<html><title>Error 404</title></html>")
    assert "HTTP 404" in parse("youtube_feed", "user=nobody", {ADDRESS: gone}).verdict()[1]
    page = parse("youtube_feed", ADDRESS, {ADDRESS: "<html><body>Before you continue</body></html>"})
    assert page.verdict()[0] == "failed" and "HTML where a feed was due" in page.verdict()[1]
    assert "not of the form" in parse("youtube_feed", "nordbrew", {}).verdict()[1]
