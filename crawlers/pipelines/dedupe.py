"""Each item once: not again within a run, and not again in a later run unless it has changed."""

from __future__ import annotations

from datetime import datetime

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawlers.draft import mark_of
from crawlers.history import id_mark
from crawlers.items import Item
from crawlers.marks import Marks
from crawlers.pipelines.validate import Found

DELETED = 0


class DedupePipeline:
    """See the module. Counts in the target's ledger what arrived, known or not."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        #: id mark → content mark, and when that state is from
        self.landed: Marks | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DedupePipeline:
        return cls(crawler)

    def process_item(self, item: Found) -> tuple[Found, int, int, str]:
        run = self.crawler.spider.run  # type: ignore[union-attr]
        ledger = run.ledgers[item.target]
        mark, text = id_mark(item.item_id), "" if item.item is None else item.item.content()
        content = mark_of(text) if text else DELETED
        if item.item is not None and ledger.count(mark) and item.item.published_at:
            ledger.newest = max(ledger.newest or item.item.published_at, item.item.published_at)
        if run.history.seen.get(mark) == content:
            run.stats["duplicate/known and unchanged"] += 1
            raise DropItem("known and unchanged", log_level="DEBUG")
        if self.landed is None:  # what an interrupted crawl has landed in the package that is carried on
            carried = run.package.marks if run.package else {}
            self.landed = Marks(columns=2)
            for known, digest in carried.items():
                self.landed.put(known, digest, 0)
        before, changed = self.landed.get(mark), _changed(item.item)
        # Of two states of one item in a run the later one counts, whichever comes first.
        if before is not None and (before[0] == content or changed <= before[1]):
            run.stats["duplicate/item"] += 1
            raise DropItem("met before in this run", log_level="DEBUG")
        self.landed.put(mark, content, changed)
        ledger.fresh += 1
        return item, mark, content, text


def _changed(item: Item | None) -> int:
    """When a state is from, in milliseconds: a deletion comes after all, and what bears no date before."""
    if item is None:
        return 2**63
    moment: datetime | None = item.edited_at or item.published_at
    return max(int(moment.timestamp() * 1_000), 2) if moment else 1
