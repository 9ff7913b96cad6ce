"""The root of all spiders: targets with their books, options, keys, and what a hostile or broken answer does.

Promise to a spider: its callbacks only ever see an answer with a good status that is not a login page; whatever goes
wrong before or inside a callback ends in the ledger of the target with a reason, and never stops the other targets.
"""

from __future__ import annotations

import fnmatch
import itertools
import json
import os
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawlers import place, unchanged
from crawlers.bases.declaration import Declaration
from crawlers.bases.failures import why
from crawlers.draft import Draft, Field, digest, fill, pick
from crawlers.ledger import Ledger
from crawlers.middlewares.host_budget import BudgetSpent
from crawlers.run import Run

Result = Iterator[Draft | Request]
_LOGIN = re.compile(
    r"(^|[/._-])(log-?in|sign-?in|signon|sso|auth|authenticate|account/login|captcha|challenge)([/._?-]|$)",
    re.IGNORECASE,
)
#: Statuses that come to `bad_status`; redirects are followed by Scrapy before.
HANDLED = [204, 304, *range(400, 600)]


class TargetError(Exception):
    """A target cannot be read; the message is the reason in the target's ledger. `transient`: another try may help."""

    def __init__(self, reason: str, transient: bool = False) -> None:
        super().__init__(reason)
        self.transient = transient


class Unreadable(Exception):  # noqa: N818 - it is about the answer, and mostly mended by asking again
    """An answer that is not what was asked for (a waiting room, a cut or garbled body): worth asking again."""


class Source(Declaration, scrapy.Spider):
    """A source as a declaration. Set the class attributes, write `begin`, and the hooks where needed."""

    def __init__(self, name: str | None = None, *, run: Run, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.run = run
        self._mapped_keys: dict[int, frozenset[str]] = {}
        self._numbers = itertools.count()
        #: what a target's first answers say about all its records, e.g. the product's name: defaults of their drafts
        self.facts = run.facts

    # -- for spiders to write ------------------------------------------------------------------------------------------

    def begin(self, target: str) -> Iterable[Draft | Request]:
        """The first requests of a target; raise `TargetError` for one that is not well written."""
        raise NotImplementedError

    def before(self, payload: Any, response: Response, target: str) -> Any:
        """Hook before parsing: return the payload, changed or not; None leaves the page out."""
        return payload

    def after(self, draft: Draft, record: Any) -> Draft | None:
        """Hook after a draft is filled: return it, changed or not; None leaves the record out (counted)."""
        return draft

    def loose(self, target: str) -> bool:
        """Whether what a target gives may be about other brands, so that only the text can tell the brand."""
        if self.loose_targets and re.search(self.loose_targets, target):
            return not self.names_brand(target)
        return self.brand_from_text

    # -- for spiders to call -------------------------------------------------------------------------------------------

    @property
    def base(self) -> str:
        """The base address without a slash at its end: the option `endpoint`, else the source's own."""
        return str(self.run.options.get("endpoint") or self.endpoint).rstrip("/")

    def option(self, name: str, default: Any = None) -> Any:
        """An option of the watchlist."""
        return self.run.options.get(name, default)

    def secret(self, variable: str | None = None) -> str:
        """The key from the environment; `TargetError` names the variable and the source where it is not set."""
        name = variable or str(self.run.options.get("key") or self.key_variable)
        value = os.environ.get(name, "").strip()
        if not value:
            raise TargetError(
                f"{self.name} needs a key: set the environment variable {name}"
                ' (the watchlist can name another with key = "…")'
            )
        self.run.secrets[name] = value
        return value

    def parts(self, target: str, pattern: str) -> re.Match[str]:
        """A target read by a pattern; `TargetError` names the right form where it does not fit."""
        found = re.fullmatch(pattern, target)
        if not found:
            raise TargetError(f"{target!r} is not of the form {self.target_form}")
        return found

    def names_brand(self, target: str) -> bool:
        """Whether a target has the brand in its address (a brand's own forum or community), searches left aside."""
        named = (self.run.brand or "", target.partition("?")[0])
        brand, place = (re.sub(r"\W|_", "", text.casefold()) for text in named)
        return bool(brand) and brand in place

    def ledger(self, target: str) -> Ledger:
        """The books of a target."""
        return self.run.ledgers[target]

    def count(self, name: str, by: int = 1) -> None:
        """Count something as a statistic of the run, e.g. "unmapped/foo"."""
        self.run.stats[name] += by

    def request(
        self,
        url: str,
        target: str,
        callback: Callable[..., Any] | None = None,
        *,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        meta: Mapping[str, Any] | None = None,
        priority: int = 0,
        optional: str | None = None,
        otherwise: Request | None = None,
        **passed: Any,
    ) -> Request:
        """A request whose answer reaches `callback(response, target, **passed)` (default `parse`) only if it is good.

        `params` are added to the query, `form` or `data` (JSON) make it a POST. Where the answer is not good, the
        target fails; an `optional` request ("the replies of a thread") only leaves a gap of that name, or with ""
        nothing but a count; with `otherwise`, that request is made instead.
        """
        if params:
            url += ("&" if "?" in url else "?") + urlencode(
                {k: v for k, v in params.items() if v is not None}, doseq=True
            )
        sent = dict(headers or {})
        body = None
        if form is not None:
            body, sent["Content-Type"] = urlencode(form, doseq=True), "application/x-www-form-urlencoded;charset=UTF-8"
        elif data is not None:
            body, sent["Content-Type"] = json.dumps(data), "application/json"
        return Request(
            url,
            method="GET" if body is None else "POST",
            body=body,
            headers=sent,
            callback=self._receive,
            errback=self._broken,
            cb_kwargs={"target": target, "then": callback or self.parse, "passed": passed},
            meta={
                "handle_httpstatus_list": HANDLED,
                "optional": optional,
                "otherwise": otherwise,
                "sent": tuple(sent),
                **(meta or {}),
            },
            priority=priority,
            dont_filter=True,  # our ledgers know which pages were seen; two targets may need the same address
        )

    def draft(
        self, record: Any, target: str, raw: Any = None, fields: Mapping[str, Field] | None = None, **values: Any
    ) -> Draft | None:
        """A draft from a record by `fields` (default: the class's) and `defaults`, through the hook `after`.

        `raw` is what a reject would show (default: the record); keys that nobody maps are counted.
        """
        fields = self.fields if fields is None else fields
        draft = Draft(target, record if raw is None else raw, {**self.defaults, **self.facts.get(target, {}), **values})
        fill(draft, record, fields)
        if isinstance(record, Mapping):
            for key in record.keys() - self._mapped(fields):
                if not self._unread_keys.fullmatch(str(key)):
                    self.run.stats[f"unmapped/{key!s:.60}"] += 1
        finished = self.after(draft, record)
        if finished is None or finished.get("deleted"):
            self.count("page/left out" if finished is None else "page/deleted")
            self.ledger(target).left_out += 1
        return finished

    def enough(self, target: str) -> bool:
        """Whether the bound `max_items` is reached for a target."""
        bound = self.run.options.get("max_items")
        ledger = self.ledger(target)
        ledger.bounded = ledger.bounded or (bound is not None and ledger.emitted >= int(bound))
        return ledger.bounded

    def mark(self, draft: Draft) -> str:
        """What tells a draft from others before it has an id: the service's id, else a digest of the payload."""
        native = draft.get("item_id")
        return str(native) if native is not None else digest(json.dumps(draft.raw, sort_keys=True, default=str))

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._item_broke, signals.item_error)
        crawler.signals.connect(spider._item_dropped, signals.item_dropped)
        return spider

    def _item_broke(self, item: Any, failure: Failure) -> None:
        """A pipeline has broken on a record, which is then a reject like any other, and not lost."""
        target, url = getattr(item, "target", None), item.get("url") if isinstance(item, Draft) else None
        if target in self.run.ledgers:
            reason = f"a pipeline broke ({type(failure.value).__name__}: {failure.value})"
            self.run.reject(target, reason, None, str(url or ""), getattr(item, "raw", None))
            self.run.settle(target)

    def _item_dropped(self, item: Any) -> None:
        self.run.settle(item.target)

    # -- the machinery -------------------------------------------------------------------------------------------------

    @cached_property
    def _unread_keys(self) -> re.Pattern[str]:
        return re.compile("|".join(fnmatch.translate(name) for name in self.unread.split()) or r"(?!)")

    def _mapped(self, fields: Mapping[str, Field]) -> frozenset[str]:
        known = self._mapped_keys.get(id(fields))
        if known is None:
            paths = [p for where in fields.values() if isinstance(where, str) for p in where.split("|")]
            known = self._mapped_keys[id(fields)] = self.ignored | {path.split(".")[0] for path in paths}
        return known

    async def start(self) -> AsyncIterator[Any]:
        """Ask for every target; one that is not well written fails alone."""
        for target in self.run.targets:
            if target not in self.run.done:
                self.ledger(target).under_way += 1
                first = self._further(target) if target in self.run.places else self._first(target)
                for result in self._under_way(first, target):
                    yield result

    def _first(self, target: str) -> Result:
        state = self.run.history.states.get(target, {}) if self.run.package else {}
        try:
            for result in self.begin(target):
                if isinstance(result, Request):
                    unchanged.ask(result, state, self.run.options)
                if self._passes(result, target):
                    yield result
        except TargetError as error:
            self.ledger(target).fail(str(error), error.transient)
        except Exception as error:
            self.logger.exception("starting %s", target)
            self.ledger(target).fail(f"the target cannot be read ({type(error).__name__}: {error})")

    def _further(self, target: str) -> Result:
        """The requests that an interrupted crawl was about to make; the first ones where those cannot be made."""
        try:
            asked = list(place.requests(self, target, self.run.places[target]))
        except (TargetError, LookupError, AttributeError, TypeError, ValueError):
            self.run.begin_again(target)
            yield from self._first(target)
        else:
            self.count("page/carried on from")
            yield from asked

    def _under_way(self, results: Result, target: str, request: Request | None = None) -> Result:
        """The results of one answer, each counted as under way until it is dealt with, and then the answer as such."""
        self.ledger(target).reading += 1
        for result in results:
            ledger = self.ledger(result.target if isinstance(result, Draft) else result.cb_kwargs["target"])
            ledger.under_way += 1
            if isinstance(result, Request):
                number = result.meta["number"] = next(self._numbers)
                ledger.open[number] = result
            yield result
        ledger = self.ledger(target)
        ledger.reading -= 1
        ledger.open.pop(request.meta.get("number", -1) if request else -1, None)
        self.run.settle(target)

    def parse(self, response: Response, target: str, **passed: Any) -> Result:
        """What a good answer holds; the base classes write it."""
        raise NotImplementedError

    def bad_status(self, response: Response, target: str) -> Result:
        """What an answer without a good status means; the default loses the request (see `lost`)."""
        transient = response.status in (408, 425, 429) or response.status >= 500
        return self.lost(response.request, target, f"HTTP {response.status} from {shown(response.url)}", transient)

    def lost(self, request: Request | None, target: str, reason: str, transient: bool = False) -> Result:
        """A request has come to nothing: another is made in its place, or there is a gap, or the target fails."""
        meta = request.meta if request else {}
        optional = meta.get("optional")
        if meta.get("otherwise") is not None:
            self.count("page/asked otherwise")
            yield meta["otherwise"]
        elif optional is None and meta.get("carried_on") and not transient:
            self.logger.warning("%s: cannot go on from the interrupted crawl (%s), begins again", target, reason)
            self.count("page/begun again")
            self.run.begin_again(target)
            yield from self._first(target)
        elif optional is None:
            self.ledger(target).fail(reason, transient)
        elif optional:
            self.ledger(target).gap(f"{optional} could not be read ({reason})")
        else:
            self.count("page/optional answer missing")

    def _receive(self, response: Response, target: str, then: Callable[..., Any], passed: dict[str, Any]) -> Result:
        yield from self._under_way(self._results(response, target, then, passed), target, response.request)

    def _results(self, response: Response, target: str, then: Callable[..., Any], passed: dict[str, Any]) -> Result:
        ledger = self.ledger(target)
        ledger.pages += 1
        try:
            if unchanged.confirm(response, ledger):
                self.count("page/not modified")
                return
            unchanged.note(response, ledger)
            if response.status >= 400 or response.status in (204, 304):
                yield from self.bad_status(response, target)
                return
            if self._to_login(response):
                raise TargetError(f"{shown(response.url)} asks for a login")
            for result in then(response, target, **passed) or ():
                if self._passes(result, target):
                    yield result
        except Unreadable as error:
            again = get_retry_request(
                _asked(response), reason=str(error), spider=self, stats_base_key="page/unreadable"
            )
            self.count("page/unreadable")
            if again is not None:
                yield again
            else:
                yield from self.unreadable(response, target, str(error))
        except TargetError as error:
            yield from self.lost(response.request, target, str(error), error.transient)
        except Exception as error:
            self.logger.exception("parsing %s", response.url)
            self.count("page/parser error")
            reason = f"the parser broke on {shown(response.url)} ({type(error).__name__}: {error})"
            yield from self.lost(response.request, target, reason)

    def unreadable(self, response: Response, target: str, reason: str) -> Result:
        """What to do with an answer that stays unreadable; the default loses the request."""
        return self.lost(response.request, target, reason)

    def _passes(self, result: Draft | Request, target: str) -> bool:
        """Whether a result goes on: drafts are counted, and held back beyond `max_items`."""
        if isinstance(result, Draft):
            if self.enough(target):
                return False
            self.ledger(target).emitted += 1
        return True

    def _broken(self, failure: Failure) -> Result:
        request: Request = failure.request  # type: ignore[attr-defined]
        target = request.cb_kwargs["target"]
        yield from self._under_way(self._losses(request, target, failure.value), target, request)

    def _losses(self, request: Request, target: str, error: BaseException | None) -> Result:
        if isinstance(error, BudgetSpent):
            self.ledger(target).postpone(str(error))
            return
        reason, transient = why(error, shown(request.url), self.caution)
        yield from self.lost(request, target, reason, transient)

    def _to_login(self, response: Response) -> bool:
        hops = response.meta.get("redirect_urls")
        if not hops:
            return False
        return bool(_LOGIN.search(urlsplit(response.url).path)) and not _LOGIN.search(urlsplit(hops[0]).path)


def _asked(response: Response) -> Request:
    """The request to repeat: the first one where redirects lie between."""
    request = response.request
    assert request is not None
    hops = request.meta.get("redirect_urls")
    return request.replace(url=hops[0]) if hops else request


def shown(url: str) -> str:
    """An address for reasons and logs: without the query, where keys and tokens are."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"[:300]


__all__ = ["Draft", "Field", "Result", "Source", "TargetError", "Unreadable", "pick", "shown"]
