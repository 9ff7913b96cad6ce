"""The demo site: a loopback HTTP server that answers as shops, an app store, a video service and two communities do.

Promise: deterministic answers by seed and state, no network, no clock, nothing written; every answer has a validator
(ETag), so that a crawler may ask conditionally.

    with DemoSite(seed=7, state=1) as site:
        print(site.url)
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flows.demo import generate
from flows.demo.formats import app_store, discourse, mastodon, product_html, youtube
from flows.demo.world import Item, Piece, World

Reply = tuple[int, str, str, dict[str, str]]  # status, media type, body, more headers
_JSON, _XML, _HTML = (
    "application/json; charset=utf-8",
    "application/atom+xml; charset=utf-8",
    "text/html; charset=utf-8",
)


class DemoSite:
    """The running site; a context manager. `port` 0 takes a free one. Raises OSError when the port is taken."""

    def __init__(self, seed: int = 7, state: int = 1, port: int = 0) -> None:
        self.world = generate.world(seed, state)
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address, without a slash at its end; only while the site runs."""
        if self._server is None:
            raise RuntimeError("The demo site is not running; call start() first.")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> DemoSite:
        """Serve from a thread of this process; returns at once, ready to answer. A running site goes on as it is."""
        if self._server is not None:
            return self
        self._server = _Server(("127.0.0.1", self._port), _Handler)
        self._server.world = self.world
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End the server and its thread; a second call does nothing."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> DemoSite:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    world: World


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the crawl keeps the log."""

    def _answer(self, with_body: bool) -> None:
        # A request through the site as a proxy names the whole address (RFC 9112, 3.2.2): links then keep to that name.
        asked = urlsplit(self.path)
        base = f"{asked.scheme}://{asked.netloc}" if asked.netloc else f"http://{self.headers.get('Host')}"
        status, media_type, text, headers = respond(self.server.world, self.path, base)
        body = text.encode("utf-8")
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        if status == 200 and self.headers.get("If-None-Match") == tag:
            status, body = 304, b""
        self.send_response(status)
        for name, value in {
            "Content-Type": media_type,
            "ETag": tag,
            "Content-Length": str(len(body)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body and body:
            self.wfile.write(body)


def respond(world: World, target: str, base: str) -> Reply:
    """The answer of the site to a path with query; pure, hence the place to test formats without a socket."""
    parts = urlsplit(target)
    values = parse_qs(parts.query, keep_blank_values=True)
    query = {name: found[-1] for name, found in values.items()}
    for pattern, handler in _ROUTES:
        if match := re.fullmatch(pattern, parts.path):
            reply = handler(world, base, match, query | {"post_ids[]": ",".join(values.get("post_ids[]", []))})
            if reply is not None:
                return reply
    return 404, _HTML, "<!DOCTYPE html><html><head><title>Not found</title></head><body><h1>404</h1></body></html>", {}


def _json(value: Any, status: int = 200, link: str | None = None) -> Reply:
    return status, _JSON, json.dumps(value, ensure_ascii=False), {"Link": link} if link else {}


def _shop(world: World, base: str, match: re.Match[str], query: dict[str, str]) -> Reply | None:
    page = next((p for p in world.pages if p.path == match[0]), None)
    number = query.get("page", "1")
    text = product_html.render(world, page, int(number), base) if page and number.isdigit() else None
    return (200, _HTML, text, {}) if text else None


def _itunes(world: World, base: str, match: re.Match[str], query: dict[str, str]) -> Reply:
    storefront, page, app, form = match.groups()
    own = f"{base}/itunes"
    if form == "json":
        return _json(app_store.feed_json(world, own, storefront, app, int(page)))
    return 200, _XML, app_store.feed_xml(world, own, storefront, app, int(page)), {}


def _lookup(world: World, base: str, match: re.Match[str], query: dict[str, str]) -> Reply:
    return _json(app_store.lookup(world, f"{base}/itunes", query.get("id", "")))


def _youtube(world: World, base: str, match: re.Match[str], query: dict[str, str]) -> Reply:
    status, body = youtube.answer(world, match[1], query)
    return _json(body, status)


def _mastodon(world: World, base: str, match: re.Match[str], query: dict[str, str]) -> Reply:
    statuses, link = mastodon.timeline(world, base, match[1], query)
    return _json(statuses, link=link)


def _topic(world: World, base: str, match: re.Match[str], query: dict[str, str]) -> Reply | None:
    found = discourse.topic(world, match[1])
    return _json(found) if found else None


def _topic_posts(world: World, base: str, match: re.Match[str], query: dict[str, str]) -> Reply | None:
    found = discourse.posts(world, match[1], [ident for ident in query["post_ids[]"].split(",") if ident])
    return _json(found) if found else None


def _latest(world: World, base: str, match: re.Match[str], query: dict[str, str]) -> Reply:
    return _json(discourse.latest(world, int(query["page"]) if query.get("page", "").isdigit() else 0))


def _forum_search(world: World, base: str, match: re.Match[str], query: dict[str, str]) -> Reply:
    return _json(discourse.search(world, query.get("q", "")))


def _robots(world: World, base: str, match: re.Match[str], query: dict[str, str]) -> Reply:
    return 200, "text/plain; charset=utf-8", product_html.robots(base), {}


def _sitemap(world: World, base: str, match: re.Match[str], query: dict[str, str]) -> Reply:
    return (
        200,
        "application/xml; charset=utf-8",
        product_html.sitemap(world, base, query.get("shop"), query.get("brand")),
        {},
    )


def _index(world: World, base: str, match: re.Match[str], query: dict[str, str]) -> Reply:
    return 200, _HTML, product_html.index(world, base), {}


_ROUTES = (
    (r"/", _index),
    (r"/robots\.txt", _robots),
    (r"/sitemap\.xml", _sitemap),
    (r"/shops/[a-z]+/(?:preview/)?[a-z0-9-]+", _shop),
    (
        r"/itunes/([a-z]{2})/rss/customerreviews/page=(\d{1,3})/id=(\d+)/sort[bB]y=most(?:[rR]ecent|[hH]elpful)/(json|xml)",
        _itunes,
    ),
    (r"/itunes/lookup", _lookup),
    (r"/youtube/v3/(\w+)", _youtube),
    (r"/api/v1/timelines/tag/(\w+)", _mastodon),
    (r"/t/(?:[a-z0-9-]+/)?(\d+)\.json", _topic),
    (r"/t/(?:[a-z0-9-]+/)?(\d+)/posts\.json", _topic_posts),
    (r"/latest\.json", _latest),
    (r"/search\.json", _forum_search),
)


@dataclass(frozen=True)
class Truth:
    """What a complete crawl of the demo's watchlist lands, as the generator knows it.

    `items` are all that should arrive, each once; `rejects` those that break the contract. `sentences` are
    (text, moment, sentiment, brand, lang) as they were written to be understood.
    """

    items: int
    by_source: dict[str, int]
    by_kind: dict[str, int]
    by_brand: dict[str, int]
    by_lang: dict[str, int]
    rejects: int
    sentences: tuple[tuple[str, str, str, str, str], ...]


@lru_cache(maxsize=4)
def truth(seed: int = 7, state: int = 1) -> Truth:
    """The truth about the demo of a seed and state."""
    world = generate.world(seed, state)
    served = [item for item in world.items if is_landed(item)]

    def counted(key: str) -> dict[str, int]:
        return dict(sorted(Counter(str(getattr(item, key)) for item in served).items()))

    pieces: list[tuple[Item, Piece]] = [(item, piece) for item in served for piece in item.pieces]
    return Truth(
        items=len(served),
        by_source=counted("source"),
        by_kind=counted("kind"),
        by_brand=counted("brand"),
        by_lang=counted("lang"),
        rejects=sum(item.mark == "blank" for item in world.items),
        sentences=tuple((piece.text, piece.moment, piece.sentiment, item.brand, item.lang) for item, piece in pieces),
    )


def is_landed(item: Item) -> bool:
    """False for what a polite crawl does not land: pages behind robots.txt, posts without a word, blank reviews.

    A blank review has neither words nor a readable rating, which the item contract rejects.
    """
    return item.mark not in ("hidden", "no text", "blank")
