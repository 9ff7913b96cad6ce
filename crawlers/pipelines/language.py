"""The language as declared, else as detected (`extra.lang_detected`), else null."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from scrapy.crawler import Crawler

from crawlers import language
from crawlers.draft import Draft


class LanguagePipeline:
    """See the module."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._loading: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LanguagePipeline:
        return cls(crawler)

    def process_item(self, item: Draft) -> Draft | Awaitable[Draft]:
        if not language.loaded() and (item.get("body") or item.get("title")) and not language.tag(item.get("lang")):
            return self._when_loaded(item)
        return set_language(item)

    async def _when_loaded(self, item: Draft) -> Draft:
        """The detector is loaded in a thread, beside requests that are on their way."""
        self._loading = self._loading or asyncio.create_task(asyncio.to_thread(language.load))
        await asyncio.shield(self._loading)
        return set_language(item)


def set_language(draft: Draft) -> Draft:
    """Set `lang` of a draft in place."""
    if draft.get("deleted"):
        return draft
    declared = language.tag(draft.get("lang"))
    draft["lang"] = declared
    if declared is None:
        shown = " ".join(filter(None, (draft.get("title"), draft.get("body"))))
        if found := language.detect(shown):
            draft["lang"] = found
            draft["extra"]["lang_detected"] = True
    return draft
