"""How a listing goes on: small descriptions of the ways in which interfaces page.

Each `next_url` gets the answered request's address, the payload and how many records the page held, and returns the
next address, or None at the end.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from scrapy.http import Response
from w3lib.url import add_or_replace_parameters

from crawlers.draft import pick


class Paging(Protocol):
    """A way of paging."""

    def next_url(self, response: Response, payload: Any, records: int) -> str | None:
        """The address of the page after this one; None at the end."""
        ...


@dataclass(frozen=True)
class NoPaging:
    """Everything is in one answer."""

    def next_url(self, response: Response, payload: Any, records: int) -> str | None:
        return None


@dataclass(frozen=True)
class Cursor:
    """An opaque token at `path` of the payload goes into the parameter `param` of the next request."""

    param: str
    path: str

    def next_url(self, response: Response, payload: Any, records: int) -> str | None:
        token = pick(payload, self.path)
        return add_or_replace_parameters(response.url, {self.param: str(token)}) if token else None


@dataclass(frozen=True)
class CursorInJson:
    """A token at `path` of the payload goes under `key` into the JSON object that the parameter `param` holds; a page
    without records is the last."""

    param: str
    key: str
    path: str

    def next_url(self, response: Response, payload: Any, records: int) -> str | None:
        token = pick(payload, self.path)
        if not token or not records:
            return None
        asked = {**json.loads(dict(parse_qsl(urlsplit(response.url).query))[self.param]), self.key: token}
        return add_or_replace_parameters(response.url, {self.param: json.dumps(asked, separators=(",", ":"))})


@dataclass(frozen=True)
class Offset:
    """`param` counts records from `first`; `total`, if any, is the path of how many there are."""

    param: str
    first: int = 0
    total: str | None = None

    def next_url(self, response: Response, payload: Any, records: int) -> str | None:
        offset = _number(response.url, self.param, self.first) + records
        total = pick(payload, self.total) if self.total else None
        if not records or (total is not None and offset >= int(total) + self.first):
            return None
        return add_or_replace_parameters(response.url, {self.param: str(offset)})


@dataclass(frozen=True)
class Page:
    """`param` counts pages from `first`. Ends at a page without records, at `last`, at the number of pages at path
    `pages` or in the HTTP header `header`, where the flag at path `more` is false, or at a page of fewer than `size`
    records."""

    param: str = "page"
    first: int = 1
    last: int | None = None
    pages: str | None = None
    more: str | None = None
    size: int | None = None
    header: str | None = None

    def next_url(self, response: Response, payload: Any, records: int) -> str | None:
        page = _number(response.url, self.param, self.first) + 1
        stated: Any = response.headers.get(self.header) if self.header else None
        last = int(stated) if stated and stated.isdigit() else pick(payload, self.pages) if self.pages else None
        limits = [int(n) for n in (self.last, None if last is None else int(last) + self.first - 1) if n is not None]
        if not records or records < (self.size or 0) or (limits and page > min(limits)):
            return None
        if self.more and not pick(payload, self.more):
            return None
        return add_or_replace_parameters(response.url, {self.param: str(page)})


@dataclass(frozen=True)
class AlgoliaPages:
    """Pages of a search by Algolia, whose `nbPages` hold at most 1,000 hits; then those not newer than the last hit,
    whose time is the number `key`. A lower bound of the first request stays."""

    key: str

    def next_url(self, response: Response, payload: Any, records: int) -> str | None:
        page, pages = int(payload.get("page") or 0) + 1, int(payload.get("nbPages") or 0)
        if page < pages:
            return add_or_replace_parameters(response.url, {"page": str(page)})
        if not records or int(payload.get("nbHits") or 0) <= pages * int(payload.get("hitsPerPage") or 0):
            return None
        lower = re.findall(rf"{self.key}>=\d+", unquote(response.url))
        bounds = [*lower, f"{self.key}<={payload['hits'][-1][self.key]}"]
        return add_or_replace_parameters(response.url, {"page": "0", "numericFilters": ",".join(bounds)})


@dataclass(frozen=True)
class LinkHeader:
    """The next address stands in the HTTP header `Link` with rel="next" (RFC 8288)."""

    def next_url(self, response: Response, payload: Any, records: int) -> str | None:
        raw = b",".join(response.headers.getlist("Link")).decode("latin-1")
        for address, parameters in re.findall(r"<([^<>]*)>((?:\s*;[^,<]*)*)", raw):
            if re.search(r';\s*rel\s*=\s*"?(?:[^"]*\s)?next(?:\s[^"]*)?"?', parameters, re.IGNORECASE):
                return urljoin(response.url, address)
        return None


@dataclass(frozen=True)
class NextUrl:
    """The next address (absolute or relative) is at `path` of the payload."""

    path: str

    def next_url(self, response: Response, payload: Any, records: int) -> str | None:
        address = pick(payload, self.path)
        return urljoin(response.url, str(address)) if address else None


def _number(url: str, param: str, default: int) -> int:
    text = dict(parse_qsl(urlsplit(url).query)).get(param, "")
    return int(text) if text.isdigit() else default
