"""Hacker News by Algolia's search: stories and comments that match some words, or one item with its comments.

Source: https://hn.algolia.com/api. It matches loosely: what does not name its words is marked `names_query: false`.
"""

import re
from collections.abc import Iterable
from typing import Any

from crawlers.bases.json_api import JsonApi
from crawlers.bases.paging import AlgoliaPages
from crawlers.bases.source import Draft, Request, Response, Result
from crawlers.bases.threads import flatten, names


class Hackernews(JsonApi):
    name = "hackernews"
    lineage = "forum"
    covers = "stories and comments that match a search, or the thread of one item"
    target_form = "WORDS of a search, e.g. nordbrew, or items/ID"
    endpoint = "https://hn.algolia.com/api/v1"
    records, total, error, paging = "hits", "nbHits", "message", AlgoliaPages("created_at_i")
    brand_from_text, repeats_at_end = True, True
    defaults = {"kind": "post", "markup": "html"}
    fields = {
        "item_id": "objectID|id",
        "kind": lambda hit: "comment" if hit["parent_id"] else "question" if hit["title"][:6] == "Ask HN" else "post",
        "url": lambda hit: f"https://news.ycombinator.com/item?id={hit.get('objectID') or hit['id']}",
        "parent_id": "parent_id",
        "author": "author",
        "title": "title",
        "body": "comment_text|story_text|text",
        "published_at": "created_at_i|created_at",
        "metrics.likes": "points",
        "metrics.comments": "num_comments",
        "extra.thread": "story_title",
        "extra.link": "url|story_url",
    }
    unread = "_tags _highlightResult story_id children type options updated_at"

    def begin(self, target: str) -> Iterable[Request]:
        if item := re.fullmatch(r"(?:items?[/=]|https?://news\.ycombinator\.com/item\?id=)(\d+)", target):
            return [self.request(f"{self.base}/items/{item[1]}", target, self.thread)]
        bound = f"created_at_i>={since}" if (since := self.since(target)) else None
        asked = {"query": target, "tags": "(story,comment)", "hitsPerPage": 1000, "numericFilters": bound}
        return [self.request(f"{self.base}/search_by_date", target, params=asked)]

    def thread(self, response: Response, target: str) -> Result:
        yield from self.walk(flatten(self.envelope(response), "children"), response, target, None)

    def after(self, draft: Draft, record: Any) -> Draft | None:
        """Loose hits are marked; a comment that has lost author and text is a deleted one."""
        if "objectID" not in record:
            draft["deleted"] = not (record.get("author") or draft.get("body"))
        elif not names(draft.target, draft.get("title"), draft.get("body"), record.get("url")):
            draft.setdefault("extra", {})["names_query"] = False
        return draft
