"""Feeds: RSS, Atom and JSON Feed, tolerant of what the web makes of them.

Promise: a feed with blank lines before its declaration, undeclared prefixes, bare ampersands or a wrong character set
still gives its entries; what is no feed at all is asked for again and then fails the target.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable
from typing import Any, ClassVar

import feedparser
from scrapy.http import Response

from crawlers.bases.listing import Listing
from crawlers.bases.source import Draft, Request, Result, Unreadable, shown
from crawlers.bases.threads import site
from crawlers.draft import digest, pick

ACCEPT = "application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,*/*;q=0.8"

_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,31};)")


class Feed(Listing):
    """A feed. `fields` reads entries as feedparser names them (JSON Feed entries are brought to the same names)."""

    defaults: ClassVar[dict[str, Any]] = {"kind": "post", "markup": "html"}

    def begin(self, target: str) -> Iterable[Request]:
        return [self.request(target, target, headers={"Accept": ACCEPT})]

    def parse(self, response: Response, target: str, **passed: Any) -> Result:
        """The entries of a feed; the hook `before` gets the whole parsed feed."""
        feed = self.before(read_feed(response), response, target)
        if feed is not None:
            yield from self.walk(feed["entries"], response, target, self.following(feed, response, target))

    def following(self, feed: dict[str, Any], response: Response, target: str) -> Request | None:
        """The next page of a paged feed (RFC 5005), if it names one."""
        links = [
            link.get("href") for link in feed["feed"].get("links", []) if link.get("rel") == "next" and link.get("href")
        ]
        return self.request(response.urljoin(links[0]), target) if links else None


class AnyFeed(Feed):
    """A feed of any site. An entry with a worldwide id (an address, `tag:`, `urn:`) keeps it wherever it is met; other
    ids are taken as those of the entry's site. Entries have their feed under `feed`.
    """

    def before(self, payload: Any, response: Response, target: str) -> Any:
        """Every entry knows its feed, whose language and title it needs."""
        entries = [{**entry, "feed": payload["feed"]} for entry in payload["entries"]]
        return {**payload, "entries": entries}

    def after(self, draft: Draft, record: Any) -> Draft | None:
        url, native = str(draft.get("url") or ""), str(draft.get("item_id") or "")
        place = site(url or draft.target)
        if not re.match(r"https?://|tag:|urn:", native):
            native = f"{place}/{native}" if native else url
        draft["item_id"] = (native if len(native) <= 300 else digest(native)) or None
        draft["author"] = f"{place}/{draft['author']}" if draft.get("author") else None
        return draft


def read_feed(response: Response) -> dict[str, Any]:
    """{"feed": …, "entries": […], "strict": whether it was well-formed} of an answer; raises `Unreadable` for what is
    no feed.
    """
    body = response.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if body[:1] == b"{":
        return _json_feed(body, response)
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    parsed = _parse(body, content_type)
    if parsed.bozo and not parsed.entries:
        mended = _parse(_BARE_AMPERSAND.sub(b"&amp;", body), content_type)
        parsed = mended if mended.entries or not mended.bozo else parsed
    if not parsed.version and not parsed.entries:
        what = "HTML" if b"<html" in body[:2000].lower() else "no readable feed"
        raise Unreadable(f"{what} where a feed was due at {shown(response.url)}")
    return {"feed": parsed.feed, "entries": parsed.entries, "strict": not parsed.bozo}


def _parse(body: bytes, content_type: str) -> Any:
    # A stream, since feedparser takes bytes that look like an address for one and would fetch it.
    return feedparser.parse(io.BytesIO(body), response_headers={"content-type": content_type}, sanitize_html=False)


def _json_feed(body: bytes, response: Response) -> dict[str, Any]:
    try:
        document = json.loads(body, strict=False)
        entries = document["items"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unreadable(f"JSON that is no feed at {shown(response.url)}") from None
    listed = [_json_entry(entry, document) for entry in entries if isinstance(entry, dict)]
    more = [{"rel": "next", "href": document["next_url"]}] if document.get("next_url") else []
    about = {"title": document.get("title"), "language": document.get("language"), "links": more}
    return {"feed": about, "entries": listed, "strict": True}


def _json_entry(entry: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """An entry of JSON Feed 1.1 (jsonfeed.org/version/1.1) under feedparser's names."""
    first = pick(entry, "authors.0|author") or pick(document, "authors.0|author")
    first = first if isinstance(first, dict) else {}
    return {
        "id": entry.get("id"),
        "link": entry.get("url") or entry.get("external_url"),
        "title": entry.get("title"),
        "summary": entry.get("content_html") or entry.get("content_text") or entry.get("summary"),
        "published": entry.get("date_published"),
        "updated": entry.get("date_modified"),
        "author": first.get("name") or first.get("url"),
        "tags": [{"term": tag} for tag in entry.get("tags") or []],
        "language": entry.get("language"),
    }
