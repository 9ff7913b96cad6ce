"""The place that a crawl of a target has reached, as JSON values for the journal of its package.

Promise: a place is taken only at a quiet moment, when every record of the answers read so far has landed; it names the
requests that were then still to be answered, so that the crawl which carries on from it neither misses nor repeats a
page. Keys of the environment are not in it: they are named by their variables. Where a request cannot be told by plain
values (it bears a token of its own, or a part of an answer), there is no place, and the target begins anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from crawlers.ledger import Ledger

if TYPE_CHECKING:
    from scrapy.http import Request

    from crawlers.bases.source import Source

#: Requests beyond this are too many to write down again and again.
MOST_REQUESTS = 200
#: Shorter keys cannot be told from other text.
SHORTEST_KEY = 8
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"
_NEVER_KEPT = frozenset({"authorization", "cookie"})
_META = ("dont_obey_robotstxt",)


def reached(ledger: Ledger, facts: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any] | None:
    """The place of a target at a quiet moment; None where it cannot be told or is not worth it."""
    if not ledger.pages or not 0 < len(ledger.open) <= MOST_REQUESTS or ledger.failure or ledger.postponed:
        return None
    asked = [_kept(request) for request in ledger.open.values()]
    if None in asked or not _plain(dict(facts)) or any(len(key) < SHORTEST_KEY for key in secrets.values()):
        return None
    told = json.dumps({"asked": asked, "facts": dict(facts)}, ensure_ascii=False)
    for variable, key in secrets.items():
        for number, form in enumerate(_forms(key)):
            told = told.replace(form, f"{_OPEN}{number}{variable}{_CLOSE}")
    return {**ledger.place(), "told": told}


def requests(spider: Source, target: str, told: str) -> Iterator[Request]:
    """The requests with which a target goes on; `TargetError` where a key that they need is not set."""
    head, *rest = told.split(_OPEN)
    for part in rest:
        named, _, text = part.partition(_CLOSE)
        head += _forms(spider.secret(named[1:]))[int(named[0])] + text
    found = json.loads(head)
    spider.facts[target].update(found["facts"])
    for asked in found["asked"]:
        request = spider.request(
            asked["url"],
            target,
            getattr(spider, asked["then"]),
            headers=asked["headers"],
            meta={**asked["meta"], "carried_on": True},
            priority=asked["priority"],
            optional=asked["optional"],
            **asked["passed"],
        )
        yield request.replace(method=asked["method"], body=asked["body"])


def _forms(key: str) -> tuple[str, str, str]:
    """A key as it may stand in JSON: as it is, or inside an address or a form."""
    return json.dumps(key, ensure_ascii=False)[1:-1], quote_plus(key), quote(key, safe="")


def _kept(request: Request) -> dict[str, Any] | None:
    """A request as plain values; None where it has others, or what must not be written down."""
    then, passed = request.cb_kwargs["then"], request.cb_kwargs["passed"]
    spider = getattr(then, "__self__", None)
    if getattr(spider, then.__name__, None) != then or request.meta.get("otherwise") or not _plain(passed):
        return None
    # Only what the spider itself has set; the rest is the middlewares' business, then as now.
    sent = request.meta["sent"]
    if any(name.casefold() in _NEVER_KEPT for name in sent):
        return None
    try:
        body = request.body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return {
        "url": request.url,
        "method": request.method,
        "body": body,
        "headers": {name: (request.headers[name] or b"").decode("latin-1") for name in sent},
        "then": then.__name__,
        "passed": passed,
        "optional": request.meta.get("optional"),
        "priority": request.priority,
        "meta": {name: request.meta[name] for name in _META if name in request.meta},
    }


def _plain(values: Mapping[str, Any], depth: int = 1) -> bool:
    """Whether all are single values, or maps of such: parts of answers may name people and are not kept."""
    return all(
        value is None
        or isinstance(value, str | int | float)
        or (depth and isinstance(value, dict) and _plain(value, 0))
        for value in values.values()
    )
