"""A draft becomes an item of the contract, or a reject with the reason and the payload; counts what is missing."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawlers import items
from crawlers.draft import Draft, digest
from crawlers.items import InvalidItem, Item

_COUNTED = ("url", "author_key", "body", "lang", "published_at")
_COUNTED_BY_KIND = {
    "review": ("rating", "product_name"),
    "video": ("title",),
    "post": (),
    "comment": ("parent_id",),
    "question": (),
}
_FIELDS = {field.name for field in fields(Item)}


class ValidatePipeline:
    """See the module. Passes on (item, draft's target) as a `Found`."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ValidatePipeline:
        return cls(crawler)

    def process_item(self, item: Draft) -> Found:
        spider: Any = self.crawler.spider
        run = spider.run
        if item.get("deleted"):
            return self._deleted(item, run)
        brand = None if spider.loose(item.target) else run.brand
        try:
            finished = make_item(item, run.source, brand, spider.identity, items.now())
            finished.validate()
        except InvalidItem as error:
            run.reject(item.target, error.reason, error.field, item.get("url"), item.raw, _native(item, run.source))
            raise DropItem(f"{error.field}: {error.reason}", log_level="DEBUG") from None
        run.stats["arrived"] += 1
        for name in _COUNTED + _COUNTED_BY_KIND[finished.kind]:
            if getattr(finished, name) is None:
                run.stats[f"missing/{name}"] += 1
        return Found(item.target, finished.item_id, finished)

    def _deleted(self, draft: Draft, run: Any) -> Found:
        native = _native(draft, run.source)
        if native is None:
            run.reject(draft.target, "a deletion without an id", "item_id", draft.get("url"), draft.raw)
            raise DropItem("deletion without an id", log_level="DEBUG")
        return Found(draft.target, native, None)


class Found:
    """An item (None: deleted) with the target that it was found under."""

    __slots__ = ("item", "item_id", "target")

    def __init__(self, target: str, item_id: str, item: Item | None) -> None:
        self.target, self.item_id, self.item = target, item_id, item


def _native(draft: Draft, source: str) -> str | None:
    native = draft.get("item_id")
    return None if native in (None, "") else f"{source}:{native}"


def make_item(draft: Draft, source: str, brand: str | None, identity: tuple[str, ...], fetched_at: datetime) -> Item:
    """The item of a cleaned draft; raises `InvalidItem` for a field that the contract does not have."""
    values = {name: value for name, value in draft.items() if name not in ("item_id", "parent_id", "deleted")}
    if unknown := values.keys() - _FIELDS:
        raise InvalidItem(min(unknown), "not a field of an item")
    values["brand"] = brand or draft.get("brand")
    parent = draft.get("parent_id")
    item_id = _native(draft, source)
    if item_id is None:
        parts = [items.iso(v) if isinstance(v := draft.get(name), datetime) else v for name in identity]
        if not any(parts):
            raise InvalidItem("item_id", "no id and nothing to make one from")
        # A rating alone tells two silent records apart, while a changed rating of a written one is an edit.
        item_id = (
            f"{source}:{digest(*parts, *([] if draft.get('body') or draft.get('title') else [draft.get('rating')]))}"
        )
    values["verified"] = draft.get("verified") if isinstance(draft.get("verified"), bool) else None
    return Item(
        **{
            **values,
            "item_id": item_id,
            "parent_id": f"{source}:{parent}" if parent else None,
            "source": source,
            "fetched_at": fetched_at,
        }
    )
