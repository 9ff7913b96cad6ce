"""Texts and numbers of a draft become plain: mark-up dropped, people masked, sizes bounded, null values left out."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlsplit

from scrapy.crawler import Crawler

from crawlers import text
from crawlers.draft import Draft
from crawlers.items import MAX_URL

MAX_EXTRA_KEYS, MAX_EXTRA_TEXT = 40, 2_000


class CleanPipeline:
    """See the module."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanPipeline:
        return cls(crawler)

    def process_item(self, item: Draft) -> Draft:
        return clean(item)


def clean(draft: Draft) -> Draft:
    """Clean a draft in place; a tombstone has nothing to clean."""
    if draft.get("deleted"):
        return draft
    markup, lang = draft.pop("markup", "auto"), draft.get("lang") or draft.get("date_lang")
    draft["title"] = text.title(draft.get("title"), markup, lang)
    draft["body"] = text.plain(draft.get("body"), markup=markup, lang=lang)
    for name in ("product_id", "product_name", "brand"):
        draft[name] = text.title(draft.get(name))
    draft["url"] = address(draft.get("url"))
    draft["metrics"] = {
        key: count for key, raw in (draft.get("metrics") or {}).items() if (count := number(raw)) is not None
    }
    draft["extra"] = extra(draft.get("extra") or {})
    return draft


def address(value: Any) -> str | None:
    """A web address of bearable length, without credentials; None for anything else."""
    url = str(value or "").strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc or len(url) > MAX_URL:
        return None
    return url if "@" not in parts.netloc else parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def number(value: Any) -> int | float | None:
    """A count from a number or a text such as "1,234"; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        shown = value.replace(",", "").replace("\u00a0", "").replace(" ", "").strip()
        try:
            value = int(shown) if shown.lstrip("+-").isdigit() else float(shown)
        except ValueError:
            return None
    if not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1e15:
        return None
    return int(value) if float(value).is_integer() else value


def extra(values: dict[str, Any]) -> dict[str, Any]:
    """What a source has beyond the contract, bounded, its texts cleaned and masked."""
    kept = [
        (key, plain)
        for key, value in list(values.items())[:MAX_EXTRA_KEYS]
        if (plain := _plain(value)) not in (None, "", [], {})
    ]
    return {str(key)[:60]: value for key, value in kept}


def _plain(value: Any, depth: int = 0) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple) and depth < 3:
        return [_plain(entry, depth + 1) for entry in value[:50]]
    if isinstance(value, dict) and depth < 3:
        return {str(key)[:60]: _plain(inner, depth + 1) for key, inner in list(value.items())[:MAX_EXTRA_KEYS]}
    shown = str(value)
    # An address stays whole: masking would take a part of its path for a number or a handle.
    return shown[:MAX_EXTRA_TEXT] if shown.startswith(("http://", "https://")) else text.plain(shown, MAX_EXTRA_TEXT)
