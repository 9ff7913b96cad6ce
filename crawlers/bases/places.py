"""Google's Places interface (legacy web service): places found by words, and the details of each.

Promise: a refusal, which comes with HTTP status 200, fails its target in Google's words; a page token that is not valid
yet (it takes two seconds) is waited for and asked again.
"""

from __future__ import annotations

from typing import Any

from scrapy.http import Request, Response

from crawlers.bases.json_api import JsonApi
from crawlers.bases.source import Result, TargetError, Unreadable

DETAILS = {"fields": "place_id,name,url,reviews", "reviews_sort": "newest", "reviews_no_translations": "true"}


class PlacesApi(JsonApi):
    """Reviews of places; the spider maps the fields of a review."""

    def begin(self, target: str) -> list[Request]:
        words, place = self.parts(target, r"q=(.+)|(?:place_id[:=])?([\w-]{10,})").groups()
        return [self.ask(target, query=words) if words else self.ask(target, place_id=place)]

    def ask(self, target: str, optional: str | None = None, wait: int = 0, **asked: str) -> Request:
        """The request for a place (`place_id`) or a page of places (`query`, `pagetoken`), in `wait` seconds."""
        method, then, more = ("details", self.parse, DETAILS) if "place_id" in asked else ("textsearch", self.found, {})
        params, meta = {**asked, **more, "key": self.secret()}, {"wait": wait}
        return self.request(f"{self.base}/{method}/json", target, then, params=params, optional=optional, meta=meta)

    def envelope(self, response: Response) -> Any:
        payload = super().envelope(response)
        reason = f"Google answers {payload.get('status')} {payload.get('error_message', '')}"
        if payload.get("status") == "INVALID_REQUEST" and "pagetoken" in response.url:
            raise Unreadable("the token of the next page is not valid yet")
        if payload.get("status") not in ("OK", "ZERO_RESULTS"):  # refusals come with HTTP 200
            raise TargetError(reason, "LIMIT" in reason)
        return payload

    def found(self, response: Response, target: str) -> Result:
        """A page of places."""
        payload = self.envelope(response)
        yield from (self.ask(target, "the reviews of a place", place_id=p["place_id"]) for p in payload["results"])
        if token := payload.get("next_page_token"):
            yield from self.follow(self.ask(target, wait=2, pagetoken=token), target)

    def parse(self, response: Response, target: str, **passed: Any) -> Result:
        place = self.envelope(response).get("result") or {}
        about = {"product_id": place.get("place_id"), "product_name": place.get("name"), "url": place.get("url")}
        yield from self.walk(place.get("reviews") or [], response, target, None, **about)
