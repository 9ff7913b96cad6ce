"""Bluesky: posts that match a search, the posts of an account, or one post with its replies.

Source: https://docs.bsky.app/docs/api/app-bsky-feed-search-posts. Addresses hold the account's DID, not its name.
"""

import re
from collections.abc import Iterable
from typing import Any

from crawlers.bases.json_api import JsonApi
from crawlers.bases.paging import Cursor
from crawlers.bases.source import Request, Response
from crawlers.bases.threads import flatten

POST = re.compile(r"(?:https://bsky\.app/profile/|at://)([\w.:%-]+)/(?:post|app\.bsky\.feed\.post)/(\w+)")


class Bluesky(JsonApi):
    name = "bluesky"
    lineage = "social"
    covers = "posts that match a search, posts of an account, or a post with its replies"
    target_form = "WORDS of a search, e.g. nordbrew, or @ACCOUNT, or https://bsky.app/profile/ACCOUNT/post/ID"
    caution = "The search may refuse readers without a login at times; the run then fails and says so."
    endpoint = "https://api.bsky.app"
    records, error, paging = "posts", "message|error", Cursor("cursor", "cursor")
    newest_first = brand_from_text = True
    defaults = {"kind": "post"}
    fields = {
        "item_id": "uri",
        "kind": lambda post: "comment" if "reply" in post["record"] else "post",
        "url": lambda post: re.sub(r"^at://([^/]+)/[^/]+/", r"https://bsky.app/profile/\1/post/", post["uri"]),
        "parent_id": "record.reply.parent.uri",
        "author": "author.did",
        "body": "record.text",
        "lang": "record.langs.0",
        # The author's clock may be wrong or set back; the service itself sorts by the earlier of both times.
        "published_at": lambda post: min(post["record"]["createdAt"], post["indexedAt"]),
        "metrics.likes": "likeCount",
        "metrics.replies": "replyCount",
        "metrics.shares": "repostCount",
        "metrics.quotes": "quoteCount",
        "extra.link": "record.embed.external.uri|record.embed.media.external.uri",
        "extra.labels": lambda post: [label["val"] for label in post["labels"]] or None,
    }
    unread = "cid embed indexedAt viewer labels threadgate bookmarkCount"

    def begin(self, target: str) -> Iterable[Request]:
        api = f"{self.base}/xrpc/app.bsky.feed."
        if post := POST.fullmatch(target):
            asked = {"uri": f"at://{post[1]}/app.bsky.feed.post/{post[2]}", "depth": 1000, "parentHeight": 0}
            return [self.request(f"{api}getPostThread", target, params=asked)]
        if re.fullmatch(r"@[\w.:-]+", target):
            return [self.request(f"{api}getAuthorFeed", target, params={"actor": target[1:], "limit": 100})]
        return [self.request(f"{api}searchPosts", target, params={"q": target, "sort": "latest", "limit": 100})]

    def before(self, payload: Any, response: Response, target: str) -> Any:
        """A search, a feed (a repost stands for its post) or a thread as a list of posts."""
        found = payload.get("feed") or flatten(payload.get("thread"), "replies")
        posts = payload["posts"] if "posts" in payload else [entry["post"] for entry in found if "post" in entry]
        return {"posts": posts, "cursor": payload.get("cursor")}
