"""The page of a video on any site that describes it: Vimeo, Dailymotion, TikTok, Twitch, TED and many others.

Source: https://schema.org/VideoObject, https://oembed.com, and the state that TikTok writes into its pages.
"""

from crawlers.bases.source import pick
from crawlers.bases.video_pages import VideoPages, counts
from crawlers.dates import parse_duration

_AUTHOR = "author.url|author.name|author.0.url|author.0.name|author.id|author_url|author_name"


class VideoPage(VideoPages):
    name = "video_page"
    lineage = "video"
    covers = "videos on any page that describes them with schema.org, TikTok's state or oEmbed"
    target_form = "the address of the video's page, e.g. https://vimeo.com/1"
    defaults = {"kind": "video"}
    fields = {
        "item_id": "native",
        "url": "address",
        "author": lambda video: pick(video, _AUTHOR) or (video["author"] if isinstance(video["author"], str) else None),
        "title": "name|title",
        "body": "description|desc",
        "lang": "inLanguage|textLanguage",
        "published_at": "uploadDate|datePublished|createTime|upload_date",
        "metrics": counts,
        "metrics.duration_s": lambda video: parse_duration(pick(video, "duration|video.duration")),
        "metrics.views": "stats.playCount",
        "metrics.likes": "stats.diggCount",
        "metrics.comments": "stats.commentCount",
        "metrics.shares": "stats.shareCount",
        "metrics.saves": "stats.collectCount",
        "extra.tags": lambda video: video.get("keywords") or [tag["title"] for tag in video["challenges"]],
        "extra.provider": "provider_name|publisher.name",
    }
    unread = (
        "@* thumbnail* *url *Url html height width version *type type id playerType videoQuality potentialAction "
        "native duration interaction* *_id music video* is* *Stats* *ontrol *Info *Tags *Item *Enabled "
        "*Display contents challenges"
    )
