"""YouTube's public feeds: the 15 newest videos of a channel or playlist with their views, without a key.

Source: the feed that every channel page links (https://www.youtube.com/feeds/videos.xml). A removed channel is a 404.
"""

import re

from crawlers.bases.feed import Feed
from crawlers.bases.source import Request


class YoutubeFeed(Feed):
    name = "youtube_feed"
    lineage = "video"
    covers = "the 15 newest videos of a YouTube channel, without a key"
    target_form = "channel=ID, playlist=ID, user=NAME or the address of the feed"
    endpoint = "https://www.youtube.com/feeds/videos.xml"
    newest_first = True
    defaults = {"kind": "video", "markup": "auto"}
    fields = {
        "item_id": lambda entry: entry.get("yt_videoid") or re.sub(r"^yt:video:", "", entry["id"]),
        "url": "link",
        "author": "author_detail.href|yt_channelid",
        "title": "title",
        "body": "summary",
        "published_at": "published",
        "metrics.views": "media_statistics.views",
        "metrics.likes": "media_starrating.count",  # the stars are always five, their number is that of the likes
    }
    unread = "id yt_* *_detail *_parsed updated authors guidislink href links media_*"

    def begin(self, target: str) -> list[Request]:
        kind, value, _ = self.parts(target, r"(?:(channel|playlist|user)(?:_id)?=([\w@.-]+)|https?://(\S+))").groups()
        name = "user" if kind == "user" else f"{kind}_id"
        return [self.request(f"{self.base}?{name}={value}" if kind else target, target)]
