"""`Retry-After` is kept: no request goes to a host before the time that it named with 429 or 503.

Scrapy itself retries at once. Where such an answer names no time, and where a host goes on refusing after the time that
it named, the wait grows from one refusal to the next (`BACK_OFF_FIRST`, doubled up to `BACK_OFF_MOST`) until the host
answers again. Both forms of the header are read (RFC 9110, 10.2.3); a wait beyond `RETRY_AFTER_MAX`
seconds is not slept through but ends the request with the answer as it is, which fails the target as transient.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

logger = logging.getLogger(__name__)

REFUSALS = (429, 503)


class RetryAfterMiddleware:
    """See the module."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.longest = crawler.settings.getfloat("RETRY_AFTER_MAX", 300.0)
        self.first = crawler.settings.getfloat("BACK_OFF_FIRST", 0.5)
        self.most = crawler.settings.getfloat("BACK_OFF_MOST", 60.0)
        self.not_before: dict[str, float] = {}
        self.refusals: defaultdict[str, int] = defaultdict(int)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RetryAfterMiddleware:
        middleware = cls(crawler)
        # The signal comes before the downloader takes the next request of this host from its queue, an answer comes to
        # the middlewares after that.
        crawler.signals.connect(middleware.downloaded, signals.response_downloaded)
        return middleware

    async def process_request(self, request: Request) -> None:
        if pause := request.meta.get("wait"):  # a token that the service takes only after a while
            await asyncio.sleep(pause)
        host = urlsplit(request.url).netloc
        # Some services name their wait inside the answer; the spider then hands it on with its next requests.
        told = min(float(request.meta.get("not_before") or 0.0), time.monotonic() + self.longest)
        while (wait := max(self.not_before.get(host, 0.0), told) - time.monotonic()) > 0:
            await asyncio.sleep(wait)

    def process_response(self, request: Request, response: Response) -> Response:
        if response.status in REFUSALS and request.meta.pop("asked_to_wait", 0.0) > self.longest:
            request.meta["dont_retry"] = True
        return response

    def downloaded(self, response: Response, request: Request) -> None:
        """Note what an answer, as it comes from the wire, says about the next requests to its host."""
        host = urlsplit(request.url).netloc
        if response.status not in REFUSALS:
            self.refusals.pop(host, None)
            return
        named = seconds(response.headers.get("Retry-After"))
        # After a wait that the host named itself, the first refusal is not yet a reason to wait longer than that.
        times = self.refusals[host] - (1 if named is not None else 0)
        self.refusals[host] += 1
        back_off = min(self.first * 2 ** min(times, 30), self.most) if times >= 0 else 0.0
        wait = request.meta["asked_to_wait"] = max(named or 0.0, back_off)
        if wait > self.longest:
            logger.warning("%s asks to come back in %.0f seconds; this crawl does not wait that long", host, wait)
            return
        self.not_before[host] = max(self.not_before.get(host, 0.0), time.monotonic() + wait)
        self._hold(request, wait)
        if self.crawler.stats:
            self.crawler.stats.inc_value("retry_after/kept" if named is not None else "retry_after/backed off")

    def _hold(self, request: Request, wait: float) -> None:
        """Hold back what already stands in the downloader's queue for this host."""
        downloader = self.crawler.engine.downloader if self.crawler.engine else None
        slot = downloader.slots.get(downloader.get_slot_key(request)) if downloader else None
        if slot:
            slot.delay = max(slot.delay, 0.01)  # the queue heeds `lastseen` only where there is a delay
            slot.lastseen = max(slot.lastseen, time.monotonic() + wait)


def seconds(header: bytes | None) -> float | None:
    """The wait that a header names, in seconds; None where there is none or it cannot be read."""
    text = (header or b"").decode("latin-1").strip()
    if text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
