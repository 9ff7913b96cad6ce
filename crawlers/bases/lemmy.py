"""Lemmy's interface (https://join-lemmy.org/api): posts, and their comments page by page.

Promise: comments come with every post that has some, and are counted against what the post states. Records are views of
posts and comments, with what was said under `said`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scrapy.http import Request, Response

from crawlers.bases.json_api import JsonApi
from crawlers.bases.paging import Cursor, Page
from crawlers.bases.source import Result


class LemmyApi(JsonApi):
    """Any server that runs Lemmy."""

    error = "error"
    paging = Page(size=50)
    newest_first = True
    loose_targets = "/c/"
    unread = "comment community creator_* banned_* subscribed saved read hidden unread_comments my_vote"

    def begin(self, target: str) -> Iterable[Request]:
        server, kind, native = self.parts(target, r"(?:https?://)?([\w.:-]+)/(post|c)/([\w.@-]+)/?").groups()
        base = (self.base or f"https://{server}") + "/api/v3"
        if kind == "post":
            return [self.request(f"{base}/post", target, self.posts, params={"id": native}, base=base)]
        asked = {"community_name": native, "sort": "New", "type_": "All", "limit": 50}
        return [self.request(f"{base}/post/list", target, self.posts, params=asked, base=base)]

    def posts(self, response: Response, target: str, base: str) -> Result:
        """One post, or a page of a community's: each with its comments."""
        payload = self.envelope(response)
        views = payload["posts"] if "posts" in payload else [payload["post_view"]]
        following = Cursor("page_cursor", "next_page").next_url(response, payload, len(views))
        more = self.request(following, target, self.posts, base=base) if following else None
        yield from self.walk([{"said": view["post"], **view} for view in views], response, target, more)
        for view in views:
            self.ledger(target).expect(1 + view["counts"]["comments"], add=True)
            asked = {"post_id": view["post"]["id"], "sort": "Old", "type_": "All", "limit": 50, "page": 1}
            yield self.request(f"{base}/comment/list", target, params=asked)

    def before(self, payload: Any, response: Response, target: str) -> Any:
        return [{"said": view["comment"], **view} for view in payload["comments"]]
