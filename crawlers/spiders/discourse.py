"""Discourse: every post of a topic, or of the topics of a list (latest, category, tag, search), on any such forum."""

from crawlers.bases.discourse import DiscourseApi
from crawlers.bases.threads import own_words


class Discourse(DiscourseApi):
    name = "discourse"
    lineage = "forum"
    covers = "posts of topics, categories, tags and searches, on any Discourse forum"
    target_form = "https://FORUM/t/ID, or a list: https://FORUM/latest, /c/NAME/ID, /tag/NAME, /search?q=WORDS"
    defaults = {"kind": "comment", "markup": "html"}
    fields = {
        "item_id": lambda post: f"{post['site']}/{post['id']}",
        "url": lambda post: f"{post['page']}/{post['post_number']}",
        "parent_id": lambda post: f"{post['site']}/{post['about']['first']}" if post["post_number"] > 1 else None,
        "author": lambda post: f"{post['site']}/{post['username']}",
        "body": lambda post: own_words(post["cooked"], "aside.quote, aside.onebox, .lightbox .meta"),
        "published_at": "created_at",
        "edited_at": lambda post: post["updated_at"] if post["version"] > 1 else None,
        "deleted": lambda post: any(post.get(mark) for mark in ("deleted_at", "user_deleted", "hidden")) or None,
        "metrics.likes": lambda post: next((act["count"] for act in post["actions_summary"] if act["id"] == 2), 0),
        "metrics.replies": "reply_count",
        "extra.thread": "about.title",
        "extra.accepted": lambda post: post.get("accepted_answer") or None,
    }
