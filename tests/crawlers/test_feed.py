"""Feeds: entries of five dialects against what they hold; broken feeds, redirects, duplicates, dates."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "fixtures" / "feed"


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


FEEDS = json.loads((HERE / "case.json").read_text("utf-8"))["answers"]
ANSWERS = {url: (200, {"Content-Type": "text/xml"}, (HERE / name).read_bytes()) for url, name in FEEDS.items()}
EXPECTED = [
    # id, title, start of the body, published, lang
    ("bean.example/4711", "Nordbrew One, reviewed", "We brewed two hundred cups.", "2025-06-03T08:00:00Z", "en-GB"),
    ("https://bean.example/recall", "Kaffio recalls a pump", "Nordbrew is not", "2025-06-02T00:00:00Z", "en-GB"),
    ("https://bean.example/note", "Undated note", "Nordbrew, soon.", None, "en-GB"),
    ("tag:google.com,2013:googlealerts/feed:1", "Nordbrew raises prices", "The maker", "2025-06-10T01:00:00Z", "en"),
    ("tag:google.com,2013:googlealerts/feed:2", "Five rivals of Nordbrew", "A test", "2025-06-10T02:00:00Z", "en"),
    ("tag:google.com,2013:googlealerts/feed:3", "Nordbrew stock", "It moved.", "2025-06-10T03:00:00Z", "en"),
    ("urn:uuid:c1", "Re: Nordbrew", "Meine Maschine tropft.", "2025-06-10T08:00:00Z", "de"),
    ("https://crema.example/1", "Nordbrew day", "All day.", "2025-06-03T05:05:47Z", "en-US"),
    ("crema.example/2", None, "No title, but Nordbrew.", "2025-06-03T22:05:47Z", "en-US"),
    ("https://alt.example/1", "Förderung für Röstereien", "Nordbrew gehört", "2025-06-01T18:03:02Z", "de"),
]  # fmt: skip


def test_entries_against_what_the_feeds_hold(parse: Callable[..., Any]) -> None:
    parsed = parse("feed", list(FEEDS), ANSWERS)
    found = {item["item_id"]: item for item in parsed.items}
    assert len(found) == 11
    for native, title, body, published, lang in EXPECTED:
        item = found[f"feed:{native}"]
        assert (item["title"], item["published_at"], item["lang"]) == (title, published, lang)
        assert item["body"].startswith(body)
    assert not parsed.rejects
    assert parsed.verdict()[0] == "finished"


def test_what_else_an_entry_says(parse: Callable[..., Any]) -> None:
    found = {item["item_id"]: item for item in parse("feed", list(FEEDS), ANSWERS).items}
    review, alert, comment = found["feed:bean.example/4711"], found[f"feed:{EXPECTED[3][0]}"], found["feed:urn:uuid:c1"]
    assert review["url"] == "https://bean.example/one"
    assert (review["metrics"], review["extra"]["tags"]) == ({"comments": 7}, ["Reviews"])
    assert alert["url"] == "https://news.example/1?a=1"
    assert (comment["kind"], comment["parent_id"], comment["edited_at"]) == (
        "comment",
        "feed:urn:uuid:p1",
        "2025-06-11T08:00:00Z",
    )
    assert "uwe" not in json.dumps(list(found.values())).lower()


def test_a_paged_feed_is_followed(parse: Callable[..., Any]) -> None:
    first = {"version": "https://jsonfeed.org/version/1.1", "title": "A", "next_url": "https://a.example/2"}
    entries = [{"id": f"https://a.example/e{n}", "title": f"Entry {n}"} for n in (1, 2)]
    pages = {
        "https://a.example/1": first | {"items": entries[:1]},
        "https://a.example/2": {"version": "1", "items": entries[1:]},
    }
    assert len(parse("feed", "https://a.example/1", pages).items) == 2


@pytest.mark.parametrize(
    "answer", ["<html><body>Not found</body></html>", '{"items": 3}', (200, {}, b""), (410, {}, b"gone")]
)
def test_what_is_no_feed_fails(answer: Any, parse: Callable[..., Any]) -> None:
    assert parse("feed", "https://a.example/1", {"https://a.example/1": answer}).verdict()[0] == "failed"


def test_an_empty_feed_is_no_failure(parse: Callable[..., Any]) -> None:
    empty = '<rss version="2.0"><channel><title>Quiet</title></channel></rss>'
    assert parse("feed", "https://a.example/1", {"https://a.example/1": empty}).verdict()[0] == "finished"
