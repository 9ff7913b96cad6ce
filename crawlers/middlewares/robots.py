"""robots.txt is obeyed, its `Crawl-delay` and `Request-rate` included, which Scrapy's own middleware leaves out.

A host that cannot say what it forbids (robots.txt answers 5xx to the end) is not crawled, as RFC 9309 (2.3.1.4) asks.
"""

from __future__ import annotations

import logging
import time
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

logger = logging.getLogger(__name__)

#: Seconds; what is asked beyond is logged, since at hours between requests no crawl would end.
LONGEST_DELAY = 120.0


class RobotsMiddleware(RobotsTxtMiddleware):
    """See the module."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.agent = crawler.settings.get("ROBOTSTXT_USER_AGENT") or crawler.settings.get("BOT_NAME")
        self.delays: dict[str, float] = {}
        self.silent: set[str] = set()
        crawler.signals.connect(self.downloaded, signals.response_downloaded)

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        await super().process_request(request)
        if request.meta.get("dont_obey_robotstxt") or not request.url.startswith("http"):
            return
        host = urlsplit(request.url).netloc
        if host in self.silent:
            raise IgnoreRequest("robots.txt cannot be had (server error)")
        if delay := self.delays.get(host, 0.0):
            self._slow_down(request, delay)

    def _slow_down(self, request: Request, delay: float) -> None:
        """Let the downloader send one request after another to this host, at least `delay` seconds apart."""
        engine = self.crawler.engine
        assert engine is not None
        downloader = engine.downloader
        key = downloader.get_slot_key(request)
        downloader.per_slot_settings[key] = {"concurrency": 1, "delay": delay, "jitter": 0.0}
        if slot := downloader.slots.get(key):
            if slot.delay < delay:  # the first request after robots.txt, which counts as one too
                slot.lastseen = time.monotonic()
            slot.concurrency, slot.delay, slot.jitter = 1, max(slot.delay, delay), 0.0
        # AutoThrottle would bring the delay back to the site's latency.
        request.meta["autothrottle_dont_adjust_delay"] = True

    def downloaded(self, request: Request) -> None:
        """Count a host's delay from its last answer on: how long a request is under way is not known to it."""
        engine = self.crawler.engine
        if engine and self.delays.get(urlsplit(request.url).netloc):
            downloader = engine.downloader
            if slot := downloader.slots.get(downloader.get_slot_key(request)):
                slot.lastseen = max(slot.lastseen, time.monotonic())

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self.silent.add(netloc)
        else:
            self.delays[netloc] = self._delay(response)
        # An HTML page under this address (a waiting room, a 404 in disguise) states no rules.
        if response.status >= 400 or b"<html" in response.body[:2_000].lower():
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)

    def _delay(self, response: Response) -> float:
        if response.status >= 400:
            return 0.0
        from protego import Protego

        try:
            rules = Protego.parse(response.body.decode("utf-8", "replace"))
            delay = rules.crawl_delay(self.agent) or 0.0
            rate = rules.request_rate(self.agent)
        except (ValueError, TypeError, AttributeError):
            return 0.0
        asked = max(float(delay), rate.seconds / rate.requests if rate and rate.requests else 0.0)
        if asked > LONGEST_DELAY:
            logger.warning("%s asks for %.0f s between requests; %.0f s are kept", response.url, asked, LONGEST_DELAY)
        return min(asked, LONGEST_DELAY)
