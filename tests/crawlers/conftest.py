"""Fixtures of the crawlers' tests: a spider fed from files without a network, a local web site, and crawls of it."""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from crawlers import items
from crawlers.runner import CrawlOutcome, crawl
from crawlers.watchlist import SourceTask

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Parsed:
    """What a spider made of given answers."""

    items: list[dict[str, Any]]
    deleted: list[str]
    rejects: list[dict[str, Any]]
    run: Any
    asked: list[str] = field(default_factory=list)

    def verdict(self) -> tuple[str, str | None, bool]:
        return self.run.verdict()


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Stop the crawlers' clock."""
    monkeypatch.setattr(items, "now", lambda: NOW)
    return NOW


@pytest.fixture
def parse(frozen: datetime) -> Callable[..., Parsed]:
    """`parse(source or spider class, target, answers, options={}, brand=None)`: run a spider and the pipelines on
    given answers.

    `answers` maps an address to a body, or to (status, headers, body). An address fits a request whose host and path
    are equal and whose query holds all its parameters; the address with the most parameters wins; what fits none is a
    404.
    """
    return _parse


def _parse(
    source: Any,
    target: str | list[str],
    answers: dict[str, Any],
    options: dict[str, Any] | None = None,
    brand: str | None = None,
) -> Parsed:
    from scrapy.exceptions import DropItem
    from scrapy.responsetypes import responsetypes
    from scrapy.utils.misc import load_object
    from scrapy.utils.test import get_crawler

    from crawlers import language, settings, sources
    from crawlers.bases.source import Draft
    from crawlers.run import Run

    cls = sources.spider_class(source) if isinstance(source, str) else source
    targets = (target,) if isinstance(target, str) else tuple(target)
    run = Run(cls.name, targets, author_key=b"k" * 32, options=options, brand=brand)
    parsed = Parsed([], [], run.rejected, run)

    def land(record: Any, *_: Any) -> None:
        parsed.deleted.append(record["item_id"]) if isinstance(record, dict) else parsed.items.append(record.to_json())

    run.land = land  # type: ignore[method-assign]
    crawler = get_crawler(cls, {"RETRY_TIMES": 2})
    spider = cls.from_crawler(crawler, run=run)
    crawler.spider = spider
    language.load()  # else the pipeline would wait for it, and here nothing runs beside
    ordered = sorted(settings.ITEM_PIPELINES.items(), key=lambda pair: pair[1])
    pipelines = [load_object(path).from_crawler(crawler) for path, _ in ordered]
    queue: list[Any] = []
    for name in targets:
        try:
            queue += [(name, result) for result in spider.begin(name)]
        except Exception as error:
            spider.ledger(name).fail(str(error))
    while queue:
        name, result = queue.pop(0)
        if isinstance(result, Draft):
            try:
                for pipeline in pipelines:
                    result = pipeline.process_item(result)
            except DropItem:
                pass
            continue
        parsed.asked.append(result.url)
        assert len(parsed.asked) < 500, "the spider goes round in circles"
        status, headers, body = _answer(result.url, answers)
        kind = responsetypes.from_args(
            headers={k.encode(): v.encode() for k, v in headers.items()}, url=result.url, body=body
        )
        response = kind(result.url, status=status, headers=headers, body=body, request=result)
        queue += [(name, found) for found in result.callback(response, **result.cb_kwargs) or ()]
    return parsed


def _answer(url: str, answers: dict[str, Any]) -> Answer:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    fitting = []
    for address, answer in answers.items():
        wanted = urlsplit(address)
        asked = dict(parse_qsl(wanted.query, keep_blank_values=True))
        if (wanted.netloc, wanted.path) == (parts.netloc, parts.path) and asked.items() <= query.items():
            fitting.append((len(asked), answer))
    if not fitting:
        return 404, {"Content-Type": "text/plain"}, b"nothing here"
    found = max(fitting, key=lambda pair: pair[0])[1]
    if isinstance(found, tuple):
        return found
    body = (
        found
        if isinstance(found, bytes)
        else json.dumps(found).encode()
        if not isinstance(found, str)
        else found.encode()
    )
    kind = "application/json" if body[:1] in b"{[" else "text/html; charset=utf-8"
    return 200, {"Content-Type": kind}, body


# -- a web site on the loopback ----------------------------------------------------------------------------------------


class Site:
    """A small web site: `pages` maps a path with query to a body, (status, headers, body), a list of such answers for
    one request after another (the last stays), or a function of the path. Unknown paths are 404; `seen` lists the
    paths asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}
        self.seen: list[str] = []
        self.times: list[float] = []
        self.agents: set[str] = set()
        self.headers: list[Any] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                import time

                site.seen.append(self.path)
                site.times.append(time.monotonic())
                site.headers.append(self.headers)
                site.agents.add(self.headers.get("User-Agent", ""))
                status, headers, body = site.answer(self.path)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if headers.get("X-Cut"):
                    self.wfile.write(body[: len(body) // 2])
                    self.close_connection = True
                else:
                    self.wfile.write(body)

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):  # a crawler that hangs up on a bomb is what is tested
                    super().handle()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> Answer:
        found = self.pages.get(path, self.pages.get(path.split("?")[0]))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if callable(found):
            found = found(path)
        if found is None:
            return 404, {"Content-Type": "text/plain"}, b"nothing here"
        if isinstance(found, tuple):
            return found
        if isinstance(found, dict):
            return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()
        body = found if isinstance(found, bytes) else found.encode()
        return 200, {"Content-Type": "text/html; charset=utf-8"}, body


@pytest.fixture
def site() -> Iterator[Site]:
    local = Site()
    yield local
    local.server.shutdown()
    local.server.server_close()


@dataclass
class Landed:
    """A finished crawl: its outcome and what its package holds."""

    outcome: CrawlOutcome
    manifest: dict[str, Any]
    items: list[dict[str, Any]]
    rejects: list[dict[str, Any]]
    stats: dict[str, Any]


@pytest.fixture
def crawled(tmp_path: Path) -> Callable[..., Landed]:
    """`crawled(source, targets, options={}, brand=None)`: a real crawl in a child process into the test's own home."""

    def run(source: str, targets: list[str], options: dict[str, Any] | None = None, brand: str | None = None) -> Landed:
        task = SourceTask(source, tuple(targets), options or {})
        outcome = crawl(
            task, brand=brand, landing=tmp_path / "landing", home=tmp_path / "home", log_file=tmp_path / "crawl.log"
        )
        assert outcome.package, outcome.reason
        return Landed(outcome, *read_package(outcome.package))

    return run


def read_package(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
    """(manifest, items, rejects, statistics) of a landing package."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    data = [folder / file["name"] for file in manifest["files"] if file["name"].startswith("items-")]
    packed = [gzip.decompress(path.read_bytes()) for path in data]
    lines = [line for content in packed for line in content.decode("utf-8").splitlines()]
    rejects = [json.loads(line) for line in (folder / "rejects.jsonl").read_text("utf-8").splitlines()]
    return (
        manifest,
        [json.loads(line) for line in lines],
        rejects,
        json.loads((folder / "stats.json").read_text("utf-8")),
    )
