"""Lemmy: a post with its comments, or the posts of a community with theirs, from any Lemmy server.

A post exists on many servers, hence its id is its `ap_id`.
"""

from crawlers.bases.lemmy import LemmyApi
from crawlers.bases.threads import own_lines


class Lemmy(LemmyApi):
    name = "lemmy"
    lineage = "social"
    covers = "posts and comments of a thread or a community, on any Lemmy server"
    target_form = "SERVER/post/ID or SERVER/c/COMMUNITY, e.g. lemmy.ml/post/21018364"
    defaults = {"kind": "post", "markup": "markdown"}
    fields = {
        "item_id": "said.ap_id",
        "kind": lambda view: "comment" if "comment" in view else "post",
        "url": "said.ap_id",
        "parent_id": lambda view: view["post"]["ap_id"] if "comment" in view else None,
        "author": "creator.actor_id",
        "title": "said.name",
        "body": lambda view: own_lines(view["said"].get("content") or view["said"].get("body")),
        "published_at": "said.published",
        "edited_at": "said.updated",
        "deleted": lambda view: view["said"]["deleted"] or view["said"]["removed"] or None,
        "metrics.likes": "counts.upvotes",
        "metrics.comments": "counts.comments",
        "metrics.replies": "counts.child_count",
        "extra.thread": "post.name",
        "extra.bot": lambda view: view["creator"]["bot_account"] or None,
    }
