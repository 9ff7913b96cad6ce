"""For authors of sources: the first request is answered from a saved file, all others are told that there is
nothing.
"""

from __future__ import annotations

from pathlib import Path

from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.responsetypes import responsetypes


class SavedFileMiddleware:
    """See the module."""

    def __init__(self, crawler: Crawler) -> None:
        self.path = Path(crawler.settings["SAVED_FILE"])
        self.used = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SavedFileMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> Response:
        if self.used:
            return Response(request.url, status=404, request=request)
        self.used = True
        body = self.path.read_bytes()
        cls = responsetypes.from_args(url=request.url, filename=self.path.name, body=body)
        return cls(request.url, body=body, request=request)
