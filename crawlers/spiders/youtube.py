"""YouTube through its Data API v3: videos by search, channel or id, and the comments under them.

The quota of the key (10,000 units a day; a search costs 100, anything else 1, as its documentation says) is counted
over all crawls of the day, and a call that would exceed it is not made. The watchlist may set `quota`, and `comments
= true` to read the comments of the videos found.
"""

from crawlers.bases.google import VideoApi
from crawlers.bases.paging import Cursor
from crawlers.bases.source import pick
from crawlers.dates import parse_duration

WATCH = "https://www.youtube.com/watch?v="


class Youtube(VideoApi):
    name = "youtube"
    lineage = "video"
    covers = "videos with their reach, and comments (Data API v3, key needed)"
    target_form = "q=<words>, channel=<id>, videos=<id>,<id> or comments=<video id>"
    endpoint = "https://www.googleapis.com/youtube/v3"
    key_variable = "YOUTUBE_API_KEY"
    options_known = ("quota", "comments")
    units = {"search": 100}
    nothing = frozenset({"commentsDisabled"})
    records = "items"
    paging = Cursor("pageToken", "nextPageToken")
    ignored = frozenset({"kind", "etag"})
    fields = {
        "item_id": "id.videoId|id",
        "url": lambda video: WATCH + pick(video, "id.videoId|id"),
        "author": "snippet.channelId",
        "title": "snippet.title",
        "body": "snippet.description",
        "lang": "snippet.defaultAudioLanguage|snippet.defaultLanguage",
        "published_at": "snippet.publishedAt",
        "metrics.views": "statistics.viewCount",
        "metrics.likes": "statistics.likeCount",
        "metrics.comments": "statistics.commentCount",
        "metrics.duration_s": lambda video: parse_duration(pick(video, "contentDetails.duration")),
        "extra.tags": "snippet.tags",
    }
    comment_fields = {
        "item_id": "id",
        "parent_id": "parent",
        "url": lambda comment: f"{WATCH}{comment['snippet']['videoId']}&lc={comment['id']}",
        "author": "snippet.authorChannelId.value|snippet.authorDisplayName",
        "body": "snippet.textOriginal|snippet.textDisplay",
        "published_at": "snippet.publishedAt",
        "edited_at": "snippet.updatedAt",
        "metrics.likes": "snippet.likeCount",
    }
