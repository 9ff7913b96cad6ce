"""Video servers of a federation: lists of videos, one video, and the threads of comments under them.

Promise: what is the same on every server has the same id on each; a deleted comment is a notice of its deletion, never
an item; replies are read as far as their thread says that there are any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import unquote_plus
from uuid import UUID

from scrapy.http import Request, Response

from crawlers.bases.json_api import JsonApi
from crawlers.bases.paging import Offset
from crawlers.bases.source import Draft, Field, Result
from crawlers.bases.threads import flatten
from crawlers.draft import digest

# Base 58 as Flickr writes it; PeerTube shortens its UUIDs so (https://docs.joinpeertube.org/api-rest-reference.html).
_DIGITS = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_LISTED, _VIDEO = r"(?:accounts|video-channels)/[\w.@-]+", r"(?:videos/watch|videos|w)/([\w-]+)"
_FORM = rf"(?:https?://)?([\w.:-]+)/?(?:({_LISTED})(?:/videos)?|{_VIDEO}|\?search=(.+))"


class VideoServer(JsonApi):
    """A server with the interface of PeerTube; the spider maps the fields of videos and of comments."""

    #: as `fields`, for comments, which get "at" (their video's address) and "parent" (the id of what they answer)
    comment_fields: ClassVar[Mapping[str, Field]] = {}
    options_known = ("comments",)
    records, total, error = "data", "total", "error"
    paging = Offset("start", total="total")

    def begin(self, target: str) -> list[Request]:
        host, listed, video, words = self.parts(target, _FORM).groups()
        base = f"{self.base or 'https://' + host}/api/v1"
        if video:
            about = self.request(f"{base}/videos/{video}", target, self.video, optional="the video itself")
            return [about, self.threads(base, video, target)]
        asked = {"search": unquote_plus(words) if words else None, "start": 0, "count": 100, "sort": "-publishedAt"}
        return [self.request(f"{base}/{'search' if words else listed}/videos", target, params=asked, base=base)]

    def parse(self, response: Response, target: str, **passed: Any) -> Result:
        """A page of a list of videos; with the option `comments` those of each."""
        yield from super().parse(response, target, **passed)
        for video in self.listed(self.envelope(response)) if self.option("comments") else ():
            if video.get("comments") and not self.enough(target):
                yield self.threads(passed["base"], video["uuid"], target, optional="the comments of a video")

    def video(self, response: Response, target: str) -> Result:
        """One video with its whole description."""
        self.ledger(target).expect(1, add=True)
        yield from self.walk([self.envelope(response)], response, target, None)

    def threads(self, base: str, video: str, target: str, optional: str | None = None) -> Request:
        """The request for the threads under a video."""
        address, first = f"{base}/videos/{video}/comment-threads", {"start": 0, "count": 100}
        return self.request(address, target, self.comments, params=first, optional=optional, video=full_uuid(video))

    def comments(self, response: Response, target: str, video: str) -> Result:
        """A page of threads: their first comments, and requests for their replies."""
        payload = self.envelope(response)
        threads, told = self.listed(payload), {"at": f"{response.url.split('/api/')[0]}/w/{video}", "parent": video}
        if self.ledger(target).first_time(("threads", video)):
            self.ledger(target).expect(payload.get("total"), add=True)
        following = self.following(response, payload, len(threads), target, {"video": video})
        yield from self.walk(_told(threads, told), response, target, following)
        for thread in threads:
            if thread.get("totalReplies"):
                address = f"{response.url.split('?')[0]}/{thread['id']}"
                yield self.request(address, target, self.replies, optional="the replies of a comment", at=told["at"])

    def replies(self, response: Response, target: str, at: str) -> Result:
        """The replies of a thread, whose first comment stands in the list already."""
        found = [node["comment"] for node in flatten(self.envelope(response), "children")]
        ids = {comment["id"]: digest(comment["url"]) for comment in found}
        self.ledger(target).expect(len(found) - 1, add=True)
        records = [{"at": at, "parent": ids.get(reply.get("inReplyToCommentId")), **reply} for reply in found[1:]]
        yield from self.walk(records, response, target, None)

    def draft(
        self, record: Any, target: str, raw: Any = None, fields: Mapping[str, Field] | None = None, **values: Any
    ) -> Draft | None:
        if "threadId" in record:
            fields, values = self.comment_fields, {"kind": "comment", "markup": "html", **values}
        return super().draft(record, target, raw, fields, **values)


def _told(records: Iterable[Any], told: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**told, **record} for record in records]


def full_uuid(native: str) -> str:
    """A UUID in its long form, from that or from its short form of about 22 characters; any other id as it is."""
    if "-" in native or not 18 <= len(native) <= 22 or set(native) - set(_DIGITS):
        return native
    number = 0
    for digit in native:
        number = number * 58 + _DIGITS.index(digit)
    return str(UUID(int=number)) if number < 2**128 else native
