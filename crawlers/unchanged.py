"""Conditional requests: a site is not asked to send again what it says has not changed (RFC 9110, 13).

Promise: only a target whose last crawl was finished with one answer, under the same options and the same version of
this room, is asked with `If-None-Match` or `If-Modified-Since`. There, "304 Not Modified" means that every record of
the target is known and unchanged, so its books are those of the last crawl. With more than one page, the first says
nothing of the others, and with `full = true` nothing is asked conditionally.

What the site gave stands in the package's manifest, beside what it is about: it cannot outlive or precede it. Of the
address only a digest is kept, since keys may stand in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scrapy.http import Request, Response

from crawlers.draft import digest
from crawlers.ledger import Ledger

#: Raise it where a change of the code makes other items of the same page.
VERSION = "1"
_MOST = 500


def settings(options: Mapping[str, Any]) -> str:
    """A digest of what else decides which items come of a page."""
    return digest(VERSION, json.dumps(dict(options), sort_keys=True, default=str))


def ask(request: Request, state: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    """Make a target's first request conditional where its last state allows it."""
    known = state.get("validators")
    if not known or not state.get("complete") or options.get("full") or request.method != "GET":
        return
    if known["address"] != digest(request.url) or known["settings"] != settings(options):
        return
    for header, name in (("If-None-Match", "etag"), ("If-Modified-Since", "modified")):
        if known.get(name):
            request.headers[header] = known[name]
    request.meta["validators"] = known


def note(response: Response, ledger: Ledger) -> None:
    """Remember what an answer offers; it counts only if it stays the only one of its target."""
    request = response.request
    ledger.validators = None
    if request is None or request.method != "GET" or response.status != 200 or response.meta.get("redirect_urls"):
        return
    etag, modified = (response.headers.get(name) for name in ("ETag", "Last-Modified"))
    found = {"etag": _text(etag), "modified": _text(modified)}
    if any(found.values()):
        ledger.validators = {"address": digest(request.url), **found}


def confirm(response: Response, ledger: Ledger) -> bool:
    """Whether an answer says that nothing has changed; the target's books are then those of the last crawl."""
    known = response.meta.get("validators")
    if response.status != 304 or known is None:
        return False
    ledger.got, ledger.expected, ledger.left_out = known["got"], known["expected"], known["left_out"]
    ledger.stopped_at_known = True
    ledger.validators = known
    return True


def kept(ledger: Ledger, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the next crawl of a finished target needs to ask whether its only page has changed."""
    if ledger.validators is None or ledger.pages != 1:
        return None
    figures = {"got": ledger.got, "expected": ledger.expected, "left_out": ledger.left_out}
    return {**ledger.validators, **figures, "settings": settings(options)}


def _text(header: bytes | None) -> str | None:
    text = (header or b"").decode("latin-1")
    return text if 0 < len(text) <= _MOST and text.isprintable() else None
