"""A request is on its way before the records after it are dealt with, so that the pipelines work while a site answers.

Scrapy takes a request from its scheduler, through the middlewares and to the wire in several turns of the reactor;
the records that a page yields after it would come between them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from scrapy.http import Request, Response

#: Turns that a request needs to the wire, with a few to spare; one costs some twenty microseconds.
TURNS = 12


class AheadMiddleware:
    """See the module."""

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for found in result:
            yield found
            if isinstance(found, Request):
                for _ in range(TURNS):
                    await asyncio.sleep(0)
