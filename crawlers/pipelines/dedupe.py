"""Each item once: not again within a run, and not again in a later run unless it has changed."""

from __future__ import annotations

from datetime import datetime

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawlers.history import content_mark, id_mark
from crawlers.items import Item
from crawlers.pipelines.validate import Found

DELETED = 0


class DedupePipeline:
    """See the module. Counts in the target's ledger what arrived, known or not."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.landed: dict[int, tuple[int, float]] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DedupePipeline:
        return cls(crawler)

    def process_item(self, item: Found) -> tuple[Found, int, int]:
        run = self.crawler.spider.run  # type: ignore[union-attr]
        ledger = run.ledgers[item.target]
        mark, content = id_mark(item.item_id), DELETED if item.item is None else content_mark(item.item)
        if item.item is not None and mark not in ledger.counted:
            ledger.counted.add(mark)
            ledger.got += 1
            if item.item.published_at:
                ledger.newest = max(ledger.newest or item.item.published_at, item.item.published_at)
        if run.history.seen.get(mark) == content:
            run.stats["duplicate/known and unchanged"] += 1
            raise DropItem("known and unchanged", log_level="DEBUG")
        if self.landed is None:  # what an interrupted crawl has landed in the package that is carried on
            carried = run.package.marks if run.package else {}
            self.landed = {known: (digest, float("-inf")) for known, digest in carried.items()}
        before, changed = self.landed.get(mark), _changed(item.item)
        # Of two states of one item in a run the later one counts, whichever comes first.
        if before is not None and (before[0] == content or changed <= before[1]):
            run.stats["duplicate/item"] += 1
            raise DropItem("met before in this run", log_level="DEBUG")
        self.landed[mark] = (content, changed)
        ledger.fresh += 1
        return item, mark, content


def _changed(item: Item | None) -> float:
    if item is None:
        return float("inf")
    moment: datetime | None = item.edited_at or item.published_at
    return moment.timestamp() if moment else 0.0
