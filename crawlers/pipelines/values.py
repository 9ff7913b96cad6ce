"""Dates become UTC and ratings shares of the best; what cannot be read is null and counted with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.crawler import Crawler

from crawlers.dates import parse_date
from crawlers.draft import Draft
from crawlers.ratings import parse_rating

if TYPE_CHECKING:
    from crawlers.run import Run


class ValuesPipeline:
    """See the module."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ValuesPipeline:
        return cls(crawler)

    def process_item(self, item: Draft) -> Draft:
        run: Run = self.crawler.spider.run  # type: ignore[union-attr]
        for name in read_values(item):
            run.stats[name] += 1
        return item


def read_values(draft: Draft) -> list[str]:
    """Read a draft's dates and rating in place; returns the names of the statistics to count."""
    if draft.get("deleted"):
        return []
    counted = []
    lang, order, zone = (draft.pop(name, None) for name in ("date_lang", "date_order", "zone"))
    for name in ("published_at", "edited_at"):
        moment, reason = parse_date(draft.get(name), lang, order, **({"zone": zone} if zone else {}))
        draft[name] = moment
        if reason:
            counted.append(f"invalid/{name}: {reason}")
    if draft["edited_at"] and draft["published_at"] and draft["edited_at"] <= draft["published_at"]:
        draft["edited_at"] = None  # many services repeat the first date until there is an edit
    shown = draft.get("rating")
    draft["rating"], scale, reason = parse_rating(
        shown, draft.pop("rating_best", None), draft.pop("rating_worst", None)
    )
    draft["rating_scale"] = None if draft["rating"] is None else draft.get("rating_scale") or scale
    if reason:
        counted.append(f"invalid/rating: {reason}")
    return counted
