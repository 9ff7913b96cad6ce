"""What a host asks of a crawler is kept: pace, waits, a daily bound, and no second sending of what has not changed."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Request, Response, TextResponse
from scrapy.utils.test import get_crawler

from crawlers.budget import Budget
from crawlers.middlewares.retry_after import RetryAfterMiddleware
from crawlers.middlewares.robots import LONGEST_DELAY, RobotsMiddleware

FEED = {"version": "https://jsonfeed.org/version/1.1", "title": "Kettle"}
ENTRIES = [{"id": f"{n}", "content_text": f"The grinder number {n} is fine"} for n in range(3)]


@pytest.mark.parametrize(
    ("rules", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nRequest-rate: 2/10s", 5.0),
        ("User-agent: *\nRequest-rate: 1/1m\nCrawl-delay: 3", 60.0),
        ("User-agent: other\nCrawl-delay: 9\n\nUser-agent: momentscope\nRequest-rate: 1/4s", 4.0),
        ("User-agent: *\nCrawl-delay: soon\nRequest-rate: 0/5", 0.0),
        ("User-agent: *\nCrawl-delay: 86400", LONGEST_DELAY),
        ("Disallow", 0.0),
    ],
)
def test_robots_pace(rules: str, seconds: float) -> None:
    robots = RobotsMiddleware(
        get_crawler(settings_dict={"ROBOTSTXT_OBEY": True, "ROBOTSTXT_USER_AGENT": "momentscope"})
    )
    assert robots._delay(TextResponse("http://shop.example/robots.txt", body=rules.encode())) == seconds


def test_request_rate_is_kept(site: Any, crawled: Callable[..., Any]) -> None:
    site.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nRequest-rate: 2/2s\n")
    for name in ("/a", "/b", "/c"):
        site.pages[name] = {**FEED, "items": [{"id": name, "content_text": f"Text of {name}"}]}
    landed = crawled("feed", [site.address + name for name in ("/a", "/b", "/c")])
    asked = [when for path, when in zip(site.seen, site.times, strict=True) if path != "/robots.txt"]
    assert landed.outcome.items == 3 and all(b - a > 0.5 for a, b in itertools.pairwise(asked))


def test_a_busy_host_is_left_alone_for_longer_and_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    crawler = get_crawler(settings_dict={"BACK_OFF_FIRST": 1.0, "BACK_OFF_MOST": 5.0})
    middleware = RetryAfterMiddleware(crawler)
    monkeypatch.setattr("time.monotonic", lambda: 1_000.0)
    waits: list[float] = []
    monkeypatch.setattr(middleware, "_hold", lambda request, wait: waits.append(wait))
    request = Request("http://busy.example/1")

    def answer(status: int, **headers: str) -> None:
        middleware.downloaded(Response(request.url, status=status, headers=headers), request)

    for _ in range(4):
        answer(503)
    assert waits == [1, 2, 4, 5] and middleware.not_before["busy.example"] == 1_005
    answer(200)
    for _ in range(3):
        answer(429, **{"Retry-After": "1.5"})
    assert waits[4:] == [1.5, 1.5, 2]
    middleware.downloaded(Response("http://calm.example/", status=503), Request("http://calm.example/"))
    assert waits[-1] == 1


def test_what_waits_for_its_turn_waits_for_retry_after_too(site: Any, crawled: Callable[..., Any]) -> None:
    """A slow answer: by the time it says "later", the pace of the host alone would let the next request go at once."""

    def answer(path: str) -> Any:
        times.append(time.monotonic())
        time.sleep(0.6)
        if len(times) == 1:
            return 429, {"Retry-After": "1"}, b"later"
        feed = {**FEED, "items": [{"id": path, "content_text": f"Text {path}", "language": "en"}]}
        return 200, {"Content-Type": "application/feed+json"}, json.dumps(feed).encode()

    times: list[float] = []
    site.pages |= {f"/f{n}": answer for n in range(3)}
    landed = crawled("feed", [f"{site.address}/f{n}" for n in range(3)])
    assert landed.outcome.items == 3
    assert times[1] - times[0] >= 1.6


def test_the_days_requests_to_a_host_are_bounded_across_restarts(site: Any, crawled: Callable[..., Any]) -> None:
    names = [f"{site.address}/f{n}" for n in range(4)]
    for n in range(4):
        site.pages[f"/f{n}"] = {**FEED, "items": [{"id": f"{n}", "content_text": f"Text {n}"}]}
    first = crawled("feed", names, {"requests_per_day": 3})
    assert first.outcome.status == "incomplete" and len(site.seen) == 3 and first.outcome.items == 2
    assert "the day's 3 requests to 127.0.0.1:" in first.outcome.reason and "00:00 UTC" in first.outcome.reason
    again = crawled("feed", names, {"requests_per_day": 3})
    assert again.outcome.status == "incomplete" and len(site.seen) == 3


def test_processes_share_a_budget_and_a_damaged_one_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "budget.json"
    with ThreadPoolExecutor(8) as pool:
        allowed = list(pool.map(lambda _: Budget(path).spend("requests to a.example", 1, 25), range(60)))
    assert sum(allowed) == 25
    assert Budget(path).spend("requests to b.example", 1, 25)
    # A kill between the write and the cut leaves the end of the longer text before it.
    path.write_text(path.read_text() + '": 1}}')
    assert not Budget(path).spend("requests to a.example", 1, 25)
    path.write_text("{")
    assert Budget(path).spend("requests to a.example", 1, 25)


class Validating:
    """A feed with validators; `conditions` is what was asked with them."""

    def __init__(self, site: Any) -> None:
        self.site, self.items, self.tag = site, ENTRIES[:2], '"v1"'
        site.pages["/feed"] = self
        self.conditions: list[str | None] = []

    def __call__(self, path: str) -> Any:
        asked = self.site.headers[-1].get("If-None-Match")
        self.conditions.append(asked)
        if asked == self.tag:
            return 304, {"ETag": self.tag}, b""
        headers = {"ETag": self.tag, "Content-Type": "application/feed+json"}
        return 200, headers, json.dumps({**FEED, "items": self.items}).encode()


def test_what_has_not_changed_is_not_sent_again(site: Any, crawled: Callable[..., Any]) -> None:
    feed, target = Validating(site), f"{site.address}/feed"
    assert crawled("feed", [target]).outcome.items == 2
    for _ in range(2):  # the second time from the state that a 304 left
        same = crawled("feed", [target])
        assert (same.outcome.status, same.outcome.items, same.manifest["got"]) == ("finished", 0, {target: 2})
        assert same.stats["page/not modified"] == 1
    feed.items, feed.tag = ENTRIES, '"v2"'
    changed = crawled("feed", [target])
    assert [item["body"] for item in changed.items] == [ENTRIES[2]["content_text"]] and changed.manifest["got"] == {
        target: 3
    }
    assert crawled("feed", [target], {"full": True}).manifest["got"] == {target: 3}
    assert feed.conditions == [None, '"v1"', '"v1"', '"v1"', None]
