"""Authors become keyed hashes; the name is gone from here on."""

from __future__ import annotations

from scrapy.crawler import Crawler

from crawlers.authors import author_key
from crawlers.draft import Draft


class AuthorPipeline:
    """See the module."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AuthorPipeline:
        return cls(crawler)

    def process_item(self, item: Draft) -> Draft:
        run = self.crawler.spider.run  # type: ignore[union-attr]
        item["author_key"] = author_key(item.pop("author", None), run.source, run.author_key)
        return item
