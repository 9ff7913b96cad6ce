"""Reddit by its official interface: the posts of a subreddit or a search, or one post with all its comments."""

from crawlers.bases.reddit import RedditApi
from crawlers.bases.threads import own_lines

_PLACE = "https://www.reddit.com"


class Reddit(RedditApi):
    name = "reddit"
    lineage = "social"
    covers = "posts of a subreddit or a search, or a post with all its comments"
    target_form = "r/SUBREDDIT/new, search?q=WORDS or comments/ID"
    caution = "robots.txt forbids its pages: only the OAuth interface is asked; commercial use needs an agreement"
    address = rf"(?:{_PLACE}/)?(?:(?:r/\w+/)?comments/(?P<post>\w+)\b.*|(?P<path>(?:r/\w+/)?search\?.+|r/\w+(/\w+)?))"
    custom_settings = {"DOWNLOAD_DELAY": 0.6}  # 100 requests a minute are granted
    newest_first = True
    loose_targets = r"^(?!.*comments/)"
    defaults = {"kind": "post", "markup": "markdown"}
    fields = {
        "item_id": "name",
        "kind": lambda thing: "comment" if "link_id" in thing else "post",
        "url": lambda thing: _PLACE + (thing.get("permalink") or f"/comments/{thing['link_id'][3:]}/_/{thing['id']}"),
        "parent_id": "parent_id",
        "author": "author",
        "title": "title",
        "body": lambda thing: own_lines(thing.get("body") or thing.get("selftext")),
        "published_at": "created_utc",
        "edited_at": lambda thing: None if isinstance(thing["edited"], bool) else thing["edited"],
        "deleted": lambda thing: (thing.get("body") or thing.get("selftext")) in ("[deleted]", "[removed]") or None,
        "metrics.likes": "score",
        "metrics.comments": "num_comments",
        "extra.subreddit": "subreddit",
        "extra.link": lambda thing: None if thing.get("is_self") else thing["url"],
    }
