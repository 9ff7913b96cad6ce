"""Mastodon and what speaks its interface: the public posts of a hashtag as one server knows them.

Source: https://docs.joinmastodon.org/methods/timelines/#tag. A post exists on many servers, hence its id is its `uri`.
Id and address go without the author's name: the address is that of the post's page on the server asked.
"""

import re
from collections.abc import Iterable
from typing import Any

from crawlers.bases.json_api import JsonApi
from crawlers.bases.paging import LinkHeader
from crawlers.bases.source import Draft, Request, Response
from crawlers.bases.threads import own_words


class Mastodon(JsonApi):
    name = "mastodon"
    lineage = "social"
    covers = "public posts of a hashtag, from any Mastodon server"
    target_form = "SERVER#HASHTAG, e.g. mastodon.social#nordbrew"
    error = "error"
    paging = LinkHeader()
    newest_first = True
    defaults = {"kind": "post", "markup": "html"}
    fields = {
        "item_id": lambda post: re.sub(r"/(users|@)/?[^/]+/", "/", post["uri"]),
        "kind": lambda post: "comment" if post.get("in_reply_to_id") else "post",
        "author": "account.url|account.acct",
        "title": "spoiler_text",
        "body": lambda post: own_words(post["content"], ".quote-inline") or post["media_attachments"][0]["description"],
        "lang": "language",
        "published_at": "created_at",
        "edited_at": "edited_at",
        "metrics.likes": "favourites_count",
        "metrics.replies": "replies_count",
        "metrics.shares": "reblogs_count",
        "extra.bot": lambda post: post["account"].get("bot") or None,
        "extra.tags": lambda post: [tag["name"] for tag in post["tags"]] or None,
    }
    unread = (
        "id uri url in_reply_to_* content sensitive visibility reblog media_attachments mentions tags emojis card poll "
        "application quote* filtered pinned"
    )

    def begin(self, target: str) -> Iterable[Request]:
        server, tag = self.parts(target, r"([\w.:-]+)#(\w+)").groups()
        address = f"{self.base or 'https://' + server}/api/v1/timelines/tag/{tag}"
        return [self.request(address, target, params={"limit": 40})]

    def before(self, payload: Any, response: Response, target: str) -> Any:
        """A boost stands for the post that it boosts."""
        return [post.get("reblog") or post for post in payload]

    def after(self, draft: Draft, record: Any) -> Draft | None:
        """A picture without words says nothing that could be read."""
        server = self.base or f"https://{draft.target.partition('#')[0]}"
        draft["url"] = f"{server}/statuses/{record['id']}"
        return draft if draft.get("body") or draft.get("title") else None
