"""No host is asked more often a day than the budget allows, over all crawls of a home and across restarts.

The budget is `REQUESTS_PER_DAY`, or the option `requests_per_day` of the watchlist. Days are UTC. Retries, redirects
and robots.txt count; a crawl that meets the bound ends incomplete and says when it can go on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request


class BudgetSpent(IgnoreRequest):
    """The day's requests to a host are used up; the message says when there will be more."""


class HostBudgetMiddleware:
    """See the module."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.default = crawler.settings.getint("REQUESTS_PER_DAY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HostBudgetMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if not request.url.startswith("http"):
            return
        run = self.crawler.spider.run  # type: ignore[union-attr]
        host = urlsplit(request.url).netloc.rpartition("@")[2]
        limit = int(run.options.get("requests_per_day", self.default))
        if not run.budget.spend(f"requests to {host}", 1, limit):
            when = f"{datetime.now(UTC).date() + timedelta(days=1)} 00:00 UTC"
            raise BudgetSpent(f"the day's {limit} requests to {host} are used up; it can go on at {when}")
