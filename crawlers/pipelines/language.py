"""The language as declared, else as detected (`extra.lang_detected`), else null."""

from __future__ import annotations

from scrapy.crawler import Crawler

from crawlers import language
from crawlers.draft import Draft


class LanguagePipeline:
    """See the module."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LanguagePipeline:
        return cls(crawler)

    def process_item(self, item: Draft) -> Draft:
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
