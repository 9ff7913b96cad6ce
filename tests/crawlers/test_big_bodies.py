"""Answers of two gigabytes, announced or not: given up early, never asked for twice, and the other targets go on."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from crawlers import settings

SIZE, PIECE = 2 * 2**30, b"[" * 2**18
FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Kettle",
    "items": [{"id": "1", "content_text": "It boils fast", "language": "en"}],
}


class Big(BaseHTTPRequestHandler):
    """`/announced` states its length, `/streamed` does not, `/small` is a feed; counts what it got rid of."""

    protocol_version = "HTTP/1.1"
    sent: Counter[str] = Counter()  # noqa: RUF012 - one server a test
    asked: Counter[str] = Counter()  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked[self.path] += 1
        if self.path == "/small":
            body = json.dumps(FEED).encode()
            self.head("Content-Length", str(len(body)))
            self.wfile.write(body)
        elif self.path == "/announced":
            self.head("Content-Length", str(SIZE))
            self.pour(lambda piece: piece)
        elif self.path == "/streamed":
            self.head("Transfer-Encoding", "chunked")
            self.pour(lambda piece: b"%x\r\n%s\r\n" % (len(piece), piece))
        else:
            self.send_error(404)

    def head(self, name: str, value: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/feed+json")
        self.send_header(name, value)
        self.end_headers()

    def pour(self, wrap: Callable[[bytes], bytes]) -> None:
        with contextlib.suppress(OSError):  # the crawler hangs up
            while self.sent[self.path] < SIZE:
                self.wfile.write(wrap(PIECE))
                self.sent[self.path] += len(PIECE)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    Big.sent, Big.asked = Counter(), Counter()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Big)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_two_gigabytes_are_given_up_early(address: str, crawled: Callable[..., Any]) -> None:
    names = [f"{address}/{name}" for name in ("announced", "streamed", "small")]
    landed = crawled("feed", names)
    assert landed.outcome.status == "incomplete" and not landed.outcome.transient
    assert landed.manifest["got"] == {names[0]: 0, names[1]: 0, names[2]: 1}
    for name in names[:2]:
        assert f"answer over the size limit at {name}" in landed.outcome.reason
    assert Big.asked == {"/robots.txt": 1, "/announced": 1, "/streamed": 1, "/small": 1}
    # Beside what the limit allows, only what stood in the buffers of the two ends has left the server: so much, and no
    # more, can the crawl have held.
    buffers = 16 * 2**20
    assert Big.sent["/announced"] < buffers
    assert Big.sent["/streamed"] < settings.DOWNLOAD_MAXSIZE + buffers
