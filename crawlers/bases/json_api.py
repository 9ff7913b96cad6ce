"""JSON interfaces: an envelope with a list of records, and a way to the next page.

Promise: HTML, garbage or half an answer where JSON was due is asked for again and then fails the target by name; an
error envelope fails it with the service's own words, whatever the HTTP status was.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from scrapy.http import Request, Response

from crawlers.bases.listing import Listing
from crawlers.bases.paging import NoPaging, Paging
from crawlers.bases.source import Result, TargetError, Unreadable, pick, shown
from crawlers.draft import FIELDS
from crawlers.text import plain


class JsonApi(Listing):
    """A JSON interface. Declare where records, total, error and next page are; write `begin`."""

    #: path of the list of records in the payload; "" where the payload itself is the list
    records: ClassVar[str] = ""
    #: path of how many records the service claims to have
    total: ClassVar[str | None] = None
    #: HTTP header with the same
    total_header: ClassVar[str] = ""
    #: path of an error in an envelope (present and truthy means failure), or a function of the payload that returns
    #: the reason
    error: ClassVar[str | Callable[[Any], str | None] | None] = None
    paging: ClassVar[Paging] = NoPaging()

    def parse(self, response: Response, target: str, **passed: Any) -> Result:
        """A page: the envelope is checked, its records become drafts, the next page is asked for.

        What was passed along under the name of a draft's field is set in every draft of the page.
        """
        payload = self.before(self.envelope(response), response, target)
        if payload is None:
            return
        if self.total is not None and (claimed := pick(payload, self.total)) is not None:
            # The highest claim stands: some services count only what is left, some only on the first page.
            self.ledger(target).expect(max(int(claimed), self.ledger(target).expected or 0))
        stated = response.headers.get(self.total_header) if self.total_header else None
        if stated and stated.isdigit():
            self.ledger(target).expect(int(stated))
        records = self.listed(payload)
        following = self.following(response, payload, len(records), target, passed)
        known = {name: value for name, value in passed.items() if name in FIELDS}
        yield from self.walk(records, response, target, following, **known)

    def listed(self, payload: Any) -> list[Any]:
        """The records of a payload; none where the list is missing or null, one where it is an object."""
        found = pick(payload, self.records) if self.records else payload
        if isinstance(found, Mapping):
            return [found]
        return list(found) if isinstance(found, list | tuple) else []

    def following(
        self, response: Response, payload: Any, records: int, target: str, passed: dict[str, Any]
    ) -> Request | None:
        """The request of the next page by `paging`; None at the end."""
        url = self.paging.next_url(response, payload, records)
        if not url:
            return None
        asked = response.request
        assert asked is not None
        return self.request(url, target, asked.cb_kwargs["then"], headers=_sent(asked), **passed)

    def envelope(self, response: Response) -> Any:
        """The payload of an answer; raises `Unreadable` or `TargetError` for what is none."""
        payload = read_json(response)
        if self.error is not None:
            look: Any = self.error
            reason = pick(payload, look) if isinstance(look, str) else look(payload)
            if reason:
                text = reason if isinstance(reason, str) else json.dumps(reason, ensure_ascii=False)
                raise TargetError(f"the service answers: {(plain(text, 300) or 'error')}")
        return payload

    def reason_in(self, response: Response, path: str) -> Any:
        """The value at a path of an error envelope; None where the answer is no JSON."""
        try:
            return pick(read_json(response), path)
        except Unreadable:
            return None

    def bad_status(self, response: Response, target: str) -> Result:
        """A bad status with an error envelope fails the target with the service's words."""
        with contextlib.suppress(Unreadable):
            self.envelope(response)
        return super().bad_status(response, target)


def read_json(response: Response) -> Any:
    """The JSON value of an answer, its anti-hijacking prefix and byte order mark dropped; raises `Unreadable`."""
    body = response.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if body.startswith(b")]}'"):
        body = body[4:].lstrip()
    if body[:1] == b"<":
        raise Unreadable(f"HTML where JSON was due at {shown(response.url)}")
    if not body:
        raise Unreadable(f"an empty answer where JSON was due at {shown(response.url)}")
    for text in (lambda: body.decode("utf-8"), lambda: response.text):
        try:
            return json.loads(text(), strict=False)
        except (ValueError, AttributeError, RecursionError):
            continue
    raise Unreadable(f"no readable JSON at {shown(response.url)}")


def _sent(request: Request) -> dict[str, str]:
    keep = ("Authorization", "Accept", "X-Requested-With")
    found = {name: request.headers.get(name) for name in keep}
    return {name: value.decode("latin-1") for name, value in found.items() if value}
