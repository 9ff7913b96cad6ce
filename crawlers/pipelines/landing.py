"""The last step: the item is written to the landing package (or printed by a preview)."""

from __future__ import annotations

from scrapy.crawler import Crawler

from crawlers import items
from crawlers.items import Item
from crawlers.pipelines.validate import Found


class LandingPipeline:
    """See the module."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LandingPipeline:
        return cls(crawler)

    def process_item(self, item: tuple[Found, int, int, str]) -> Item | None:
        run = self.crawler.spider.run  # type: ignore[union-attr]
        found, id_mark, content_mark, content = item
        record = found.item or items.tombstone(found.item_id, items.now())
        run.land(record, found.target, id_mark, content_mark, content)
        run.settle(found.target)
        return found.item
