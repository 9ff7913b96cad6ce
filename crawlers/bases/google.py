"""Google's Data APIs: a key, a daily quota of units, and one error envelope for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from scrapy.http import Request, Response

from crawlers.bases.json_api import JsonApi
from crawlers.bases.source import Field, Result, TargetError, pick
from crawlers.items import iso

#: https://developers.google.com/youtube/v3/docs/errors
_QUOTA = frozenset(
    {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg", "rateLimitExceeded", "userRateLimitExceeded"}
)


class GoogleApi(JsonApi):
    """A Data API. `call` makes a request of a method; `units` says what a method costs where that is not one."""

    units: ClassVar[Mapping[str, int]] = {}
    #: units a day; the option `quota` replaces it
    quota: ClassVar[int] = 10_000
    #: reasons of the envelope by which the service says that there is nothing here
    nothing: ClassVar[frozenset[str]] = frozenset()
    error = "error.message"

    def call(
        self,
        method: str,
        target: str,
        then: Any = None,
        *,
        optional: str | None = None,
        more: dict[str, Any] | None = None,
        **params: Any,
    ) -> list[Request]:
        """The request of a method, in a list; an empty list where the day's quota does not allow it."""
        asked = {**params, "key": self.secret()}
        if not self.afford(method, target):
            return []
        return [self.request(f"{self.base}/{method}", target, then, params=asked, optional=optional, **(more or {}))]

    def afford(self, method: str, target: str) -> bool:
        """Spend what a method costs; False, and a gap in the ledger, where the day's quota does not allow it."""
        limit = int(self.option("quota", self.quota))
        variable = self.option("key") or self.key_variable
        # The quota's day is California's.
        if self.run.budget.spend(
            f"{self.name} units of {variable}", self.units.get(method, 1), limit, ZoneInfo("America/Los_Angeles")
        ):
            self.count("quota/units", self.units.get(method, 1))
            return True
        self.ledger(target).gap(f"the day's quota of {limit} units is used up")
        return False

    def following(
        self, response: Response, payload: Any, records: int, target: str, passed: dict[str, Any]
    ) -> Request | None:
        following = super().following(response, payload, records, target, passed)
        method = response.url.split("?")[0].rsplit("/", 1)[-1]
        return following if following and self.afford(method, target) else None

    def bad_status(self, response: Response, target: str) -> Result:
        reason = self.reason_in(response, "error.errors.0.reason")
        if reason in _QUOTA:
            self.ledger(target).gap(f"the service says that the quota is used up ({reason})")
        elif reason in self.nothing:
            self.count(f"page/{reason}")
        else:
            return super().bad_status(response, target)
        return iter(())


class VideoApi(GoogleApi):
    """Videos found by search, channel or id, and the comments under them; the spider maps the fields of both."""

    comment_fields: ClassVar[Mapping[str, Field]] = {}

    def begin(self, target: str) -> list[Request]:
        kind, _, value = target.partition("=")
        if kind in ("q", "channel") and value:
            asked: dict[str, Any] = {
                "q" if kind == "q" else "channelId": value,
                "publishedAfter": iso(self.run.history.newest(target)),
            }
            return self.call(
                "search", target, self.found, part="snippet", type="video", maxResults=50, order="date", **asked
            )
        if kind == "videos" and value:
            ids = list(dict.fromkeys(filter(None, value.split(","))))
            self.ledger(target).expect(len(ids))
            return self.details(dict.fromkeys(ids), target)
        if kind == "comments" and value:
            return self.threads(value, target)
        raise TargetError(f"{target!r} is not a target of {self.name}; write {self.target_form}")

    def loose(self, target: str) -> bool:
        return target.startswith("q=")  # a search also finds what merely sounds alike

    def bad_status(self, response: Response, target: str) -> Result:
        # A search lists some videos for a while after they are gone; what was asked for by its id is missed.
        searched = target.startswith(("q=", "channel="))
        if searched and self.reason_in(response, "error.errors.0.reason") == "videoNotFound":
            self.count("page/gone")
            return iter(())
        return super().bad_status(response, target)

    def found(self, response: Response, target: str) -> Result:
        """A page of search results: their details are asked for, since the results lack counts and whole texts."""
        payload = self.envelope(response)
        hits = {native: hit for hit in self.listed(payload) if (native := pick(hit, "id.videoId"))}
        fresh = {native: hit for native, hit in hits.items() if self.ledger(target).first_time(("found", native))}
        self.ledger(target).expect(len(fresh), add=True)
        yield from self.details(fresh, target)
        following = self.following(response, payload, len(hits), target, {})
        if following and fresh and not self.enough(target):
            yield from self.follow(following, target)

    def details(self, hits: dict[str, Any], target: str) -> list[Request]:
        """Requests for the details of videos, fifty at once; `hits` is what the search knew of each."""
        chunks = [dict(list(hits.items())[start : start + 50]) for start in range(0, len(hits), 50)]
        asked: dict[str, Any] = {"part": "snippet,statistics,contentDetails", "maxResults": 50}
        return [
            request
            for chunk in chunks
            for request in self.call("videos", target, self.videos, id=",".join(chunk), more={"hits": chunk}, **asked)
        ]

    def videos(self, response: Response, target: str, hits: dict[str, Any]) -> Result:
        """The details of videos; of one without, what the search knew."""
        records = {pick(record, "id"): record for record in self.listed(self.envelope(response))}
        for native, hit in hits.items():
            record = records.get(native) or hit
            if record is None:
                self.ledger(target).gap(f"video {native} is not there (any more)")
                continue
            if (draft := self.draft(record, target, kind="video")) is not None:
                yield draft
            if self.option("comments"):
                yield from self.threads(native, target, optional=f"the comments of video {native}")

    def threads(self, video: str, target: str, optional: str | None = None) -> list[Request]:
        """The request for the comments of a video."""
        asked = {"videoId": video, "part": "snippet,replies", "maxResults": 100, "textFormat": "plainText"}
        return self.call("commentThreads", target, self.comments, optional=optional, more={"video": video}, **asked)

    def comments(self, response: Response, target: str, video: str) -> Result:
        """A page of threads: their first comments and replies; replies beyond those that come along are asked for."""
        payload = self.envelope(response)
        listed = self.listed(payload)
        pairs: list[Any] = []
        for thread in listed:
            inside = pick(thread, "replies.comments") or []
            pairs += [pick(thread, "snippet.topLevelComment"), *inside]
            replies = int(pick(thread, "snippet.totalReplyCount") or 0)
            if replies > len(inside):
                yield from self.replies(str(thread.get("id")), replies, video, target)
        following = self.following(response, payload, len(listed), target, {"video": video})
        yield from self.one_level(pairs, response, target, following, video)

    def replies(self, thread: str, count: int, video: str, target: str) -> list[Request]:
        """The request for all replies to a comment."""
        asked = {"parentId": thread, "part": "snippet", "maxResults": 100, "textFormat": "plainText"}
        what = f"{count} replies to comment {thread}"
        return self.call("comments", target, self.answers, optional=what, more={"video": video}, **asked)

    def answers(self, response: Response, target: str, video: str) -> Result:
        """A page of replies."""
        payload = self.envelope(response)
        listed = self.listed(payload)
        following = self.following(response, payload, len(listed), target, {"video": video})
        yield from self.one_level(listed, response, target, following, video)

    def one_level(
        self, comments: list[Any], response: Response, target: str, following: Request | None, video: str
    ) -> Result:
        """Drafts of comments whose parent is the comment that they answer, else the video."""
        for comment in comments:
            comment["snippet"].setdefault("videoId", video)
            comment.setdefault("parent", pick(comment, "snippet.parentId") or video)
        yield from self.walk(comments, response, target, following, fields=self.comment_fields, kind="comment")
