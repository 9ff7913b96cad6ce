"""Forums of any of the software in crawlers/forums.toml: the posts of a thread, or of the threads of a board."""

from typing import Any

from crawlers.bases.forum import ForumPages
from crawlers.bases.source import Draft
from crawlers.text import strip_markup


class Forum(ForumPages):
    name = "forum"
    lineage = "forum"
    covers = "threads and boards of XenForo, phpBB, vBulletin, Invision, SMF, MyBB, NodeBB, Flarum, Khoros and others"
    target_form = "the address of a thread or a board"
    caution = "a forum's robots.txt decides what of it may be read; where it is a Discourse or Lemmy, use that source"
    fields = {
        "item_id": lambda post: f"{post['site']}/{post['id']}" if post["id"] else None,
        "url": "url",
        "author": lambda post: f"{post['site']}/{post['author']}" if post["author"] else None,
        "body": "body",
        "published_at": "published_at",
        "edited_at": "edited_at",
        "date_order": "date_order",
        "date_lang": "date_lang",
        "metrics.likes": "likes",
        "extra.thread": "thread",
    }
    defaults = {"kind": "comment", "markup": "html"}
    unread = "*"

    def after(self, draft: Draft, record: Any) -> Draft | None:
        """The first post opens the thread; posts of nothing but pictures and quotes are left out."""
        opener = record["opener"]
        if record["id"] and record["id"] == opener:
            draft.update(kind="question" if record["asked"] else "post", title=record["thread"])
        elif opener:
            draft["parent_id"] = f"{record['site']}/{opener}"
        return draft if draft.get("title") or strip_markup(draft.get("body"), "html") else None
