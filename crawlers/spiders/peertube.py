"""PeerTube: videos of an account, a channel or a search, and comments with their deletions, from any instance.

Source: https://docs.joinpeertube.org/api-rest-reference.html. Option `comments = true`: those of listed videos too.
What instances have in common of a comment is its address, which names its author: the id is a digest of it.
"""

from crawlers.bases.federated import VideoServer
from crawlers.draft import digest


class Peertube(VideoServer):
    name = "peertube"
    lineage = "video"
    covers = "videos and comments of any PeerTube instance, and of the index sepiasearch.org"
    target_form = "HOST/accounts/NAME, HOST/video-channels/NAME, HOST?search=WORDS or HOST/videos/ID"
    newest_first = True
    defaults = {"kind": "video", "markup": "markdown"}
    fields = {
        "item_id": "uuid",
        "url": "url",
        "author": "channel.url|account.url",
        "title": "name",
        "body": "description|truncatedDescription",
        "lang": "language.id",
        "published_at": "publishedAt",
        "metrics.views": "views",
        "metrics.likes": "likes",
        "metrics.comments": "comments",
        "metrics.duration_s": "duration",
        "extra.tags": "tags",
    }
    comment_fields = {
        "item_id": lambda comment: digest(comment["url"]),
        "parent_id": "parent",
        "url": lambda comment: f"{comment['at']};threadId={comment['threadId']}",
        "author": "account.url",
        "body": "text",
        "published_at": "createdAt",
        "deleted": lambda comment: comment["isDeleted"] or None,
        "metrics.replies": "totalReplies",
    }
    unread = (
        "id short* is* *Path *At nsfw* privacy licence category dislikes *Ratio viewers state thread* in* video* "
        "total* held* at url"
    )
