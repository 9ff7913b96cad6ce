"""What sources of conversations share: the words that an author wrote himself, and addresses that stay the same.

Promise: a post keeps neither the words of others that it quotes nor the card of a page that it links, and its address
does not depend on who fetched it (session ids are gone).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from parsel import Selector
from scrapy.http import Request, Response
from w3lib.url import add_or_replace_parameters

from crawlers.bases.json_api import JsonApi
from crawlers.bases.source import Result, pick
from crawlers.dates import parse_date

#: Parameters that name a visitor, not a page.
_SESSION = re.compile(r"(?:sid|s|phpsessid|jsessionid|session(?:id)?|utm_\w+)", re.IGNORECASE)
_SESSION_VALUE = re.compile(r"[0-9a-zA-Z,-]{16,}")
_SESSION_PATH = re.compile(r";jsessionid=[^?#]*|/s-[0-9a-f]{32}(?=/)", re.IGNORECASE)


def own_words(html: str | None, drop: str) -> str | None:
    """HTML without what the CSS query `drop` finds (quotes, link cards, signatures); None where no text is left."""
    if not html or "<" not in html:
        return html
    page = Selector(f"<div>{html}</div>")
    page.css(drop).drop()
    kept = page.css("body > div")
    return "".join(kept.getall()) if any(text.strip() for text in kept.css("::text").getall()) else None


def stable_url(url: str) -> str:
    """An address without the session ids of its query and path, and without tracking parameters."""
    parts = urlsplit(url)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in asked if not _of_a_session(name, value)]
    query = parts.query if len(kept) == len(asked) else urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc, _SESSION_PATH.sub("", parts.path), query, parts.fragment))


def _of_a_session(name: str, value: str) -> bool:
    if not _SESSION.fullmatch(name):
        return False
    return name.lower().startswith("utm_") or bool(_SESSION_VALUE.fullmatch(value))


def own_lines(markdown: str | None) -> str | None:
    """Markdown without the lines that quote somebody ("> …"); the whole where nothing else is in it."""
    if not markdown or (">" not in markdown and "&gt;" not in markdown):
        return markdown
    kept = [line for line in markdown.split("\n") if not re.match(r"\s{0,3}(?:>|&gt;)(?!!)", line)]
    return "\n".join(kept) if any(line.strip() for line in kept) else markdown


def flatten(node: Any, children: str) -> Iterator[dict[str, Any]]:
    """A tree's nodes from its root on, each before what is under its key `children`; no depth is too deep."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            under = found.get(children)
            waiting.extend(reversed(under if isinstance(under, list) else []))


def names(query: str, *texts: str | None) -> bool:
    """Whether the texts name what a search asked for: every word of the query, as a word, in any of them."""
    said = " ".join(text for text in texts if text).casefold()
    return all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) for word in re.findall(r"\w+", query.casefold()))


def direct_url(url: str) -> str:
    """The address behind a redirect of Google Alerts or Bing News; any other address as it is, without session ids."""
    parts = urlsplit(url)
    if (re.search(r"(^|\.)google\.\w", parts.netloc) and parts.path == "/url") or "/apiclick." in parts.path:
        asked = dict(parse_qsl(parts.query))
        url = next((asked[name] for name in ("url", "q") if asked.get(name, "").startswith("http")), url)
    return stable_url(url)


def site(url: str) -> str:
    """The host of an address in small letters, without `www.`, the prefix of ids of what is on it."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


class BackoffApi(JsonApi):
    """An interface whose answers may name a wait in seconds at the path `backoff`, which the next requests keep."""

    backoff: ClassVar[str] = "backoff"
    wait_until = 0.0

    def envelope(self, response: Response) -> Any:
        payload = super().envelope(response)
        self.wait_until = max(self.wait_until, time.monotonic() + float(pick(payload, self.backoff) or 0))
        return payload

    def request(self, *args: Any, **values: Any) -> Request:
        return super().request(*args, **{"meta": {"not_before": self.wait_until}, **values})


class TopicApi(JsonApi):
    """A forum's JSON interface: a target is a topic, or a list of topics, of which those are read that moved."""

    lineage = "forum"
    loose_targets = r"^(?!.*/t/)"
    #: recognises a topic's address; its groups are the forum's base address and the topic's id
    topic_address: ClassVar[re.Pattern[str]]
    #: path of the interface for a topic, with `{id}`, and what it adds to the path of a list
    topic_path: ClassVar[str] = "/t/{id}.json"
    list_suffix: ClassVar[str] = ".json"
    #: paths in the answer of a list: its topics, when one last moved, the address of more, whether another page follows
    topics: ClassVar[str]
    topic_changed: ClassVar[str]
    more_topics: ClassVar[str]
    more_pages: ClassVar[str]

    def topic(self, response: Response, target: str, base: str) -> Result:
        """The posts of a topic; the spider writes it."""
        raise NotImplementedError

    def begin(self, target: str) -> Iterable[Request]:
        self.parts(target, r"https?://.+")
        base = self.base or self.forum(target)
        if found := self.topic_address.fullmatch(target):
            return [self._ask(base, found[2], target)]
        parts = urlsplit(target)
        address = self._list(f"{base}{parts.path}{'?' if parts.query else ''}{parts.query}")
        return [self.request(address, target, self.list_page, base=base)]

    def forum(self, target: str) -> str:
        """The address of the forum that a target names, whatever the option `endpoint` says."""
        found, parts = self.topic_address.fullmatch(target), urlsplit(target)
        return found[1] if found else f"{parts.scheme}://{parts.netloc}"

    def list_page(self, response: Response, target: str, base: str) -> Result:
        """A page of a list: its topics that moved since the last finished crawl, and the next page if any did."""
        payload, ledger = self.envelope(response), self.ledger(target)
        listed = [topic for topic in pick(payload, self.topics) or [] if ledger.first_time(("topic", topic["id"]))]
        moved = [topic for topic in listed if self._moved(topic, target)]
        ledger.stopped_at_known = ledger.stopped_at_known or len(moved) < len(listed)
        for topic in moved:
            yield self._ask(base, topic["id"], target)
        if not moved or self.enough(target):
            return
        if more := pick(payload, self.more_topics):
            address = self._list(urljoin(response.url, more))
        elif pick(payload, self.more_pages):
            page = int(dict(parse_qsl(urlsplit(response.url).query)).get("page", 1)) + 1
            address = add_or_replace_parameters(response.url, {"page": str(page)})
        else:
            return
        yield from self.follow(self.request(address, target, self.list_page, base=base), target)

    def _ask(self, base: str, native: Any, target: str) -> Request:
        return self.request(f"{base}{self.topic_path.format(id=native)}", target, self.topic, base=base)

    def _list(self, address: str) -> str:
        parts = urlsplit(address)
        path = parts.path.rstrip("/").removesuffix(self.list_suffix) + self.list_suffix
        return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))

    def _moved(self, topic: dict[str, Any], target: str) -> bool:
        since = None if self.option("full") else self.run.history.newest(target)
        moment, _ = parse_date(pick(topic, self.topic_changed))
        return since is None or moment is None or moment > since
