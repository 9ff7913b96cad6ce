"""Feeds of blogs, news, forums and alerts (Google Alerts by feed): RSS, Atom and JSON Feed."""

from crawlers.bases.feed import AnyFeed
from crawlers.bases.threads import direct_url


class Feed(AnyFeed):
    name = "feed"
    lineage = "news"
    covers = "entries of any RSS, Atom or JSON feed, Google Alerts included"
    target_form = "the address of a feed"
    brand_from_text = newest_first = True
    fields = {
        "item_id": "id",
        "kind": lambda entry: "comment" if "thr_in-reply-to" in entry else "post",
        "url": lambda entry: direct_url(entry.get("feedburner_origlink") or entry["link"]),
        "parent_id": "thr_in-reply-to.ref|thr_in-reply-to.href",
        "author": "author_detail.href|author",
        "title": "title",
        "body": lambda entry: max(
            [*(c["value"] for c in entry.get("content", ())), entry.get("summary") or ""], key=len
        ),
        "published_at": "published|created|updated",
        "edited_at": "updated",
        "lang": "language|content.0.language|feed.language",
        "metrics.comments": "slash_comments|thr_total",
        "extra.feed": "feed.title",
        "extra.tags": lambda entry: [tag["term"] for tag in entry["tags"] if tag.get("term")] or None,
    }
    unread = "*_detail *_parsed content summary subtitle link* tags guid* *_origlink authors media_* itunes_* comments"
