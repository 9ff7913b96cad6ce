"""Of one target, an answer is read only when the records of the one before have been dealt with.

So there is a moment between two pages at which all that was read has landed: the place from which an interrupted crawl
can go on (`crawlers.place`). The answer itself has long been fetched by then, so that nothing is lost but memory saved.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from scrapy.crawler import Crawler
from scrapy.http import Response

#: Seconds; a record that is stuck for longer costs the place, not the crawl.
LONGEST_WAIT, LOOK_EVERY = 60.0, 0.001


class InTurnMiddleware:
    """See the module."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> InTurnMiddleware:
        return cls(crawler)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        run, target = self.crawler.spider.run, response.request.cb_kwargs["target"]  # type: ignore[union-attr]
        for _ in range(int(LONGEST_WAIT / LOOK_EVERY)):
            if run.ledgers[target].quiet:
                break
            await asyncio.sleep(LOOK_EVERY)
        async for found in result:
            yield found
