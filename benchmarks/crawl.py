"""How much our pipelines cost a crawl, and whether its memory stays flat.

A server of its own process on the loopback answers with pages of 20 reviews that it made up beforehand. The same spider
crawls them with all our pipelines (texts cleaned and masked, dates, ratings, languages, validation, deduplication,
landing on disk) and with none, in turn and in one run, since only their ratio says something on a busy machine.

The comparison is made under the shipped settings (`crawlers.settings`), the same on both sides: robots.txt is asked
for, AutoThrottle follows the site's latency, one request at a time goes to the host, and each page names the next. What
differs from a crawl of `mot`: the log is kept to errors, the day's budget of requests is lifted, and the side without
has no `ITEM_PIPELINES` but one that counts. The server takes 50 ms for a page, as a near site does. Pages a second are
those from the first answer to the end of the crawl, loading the language detector included.

One more line, for information, compares the two where nothing is waited for: no latency, no AutoThrottle, no
robots.txt. It shows what the pipelines cost the processor, and is no crawl that anybody would make.

With `--items`, one more crawl prints the process's resident set when a quarter, a half, three quarters and all of the
items have passed.

    python benchmarks/crawl.py                       # ratio of pages a second, with and without
    python benchmarks/crawl.py --items 100000        # and the memory
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent.parent
PER_PAGE = 20

WORDS = {
    "en": "the grinder is quiet and heats the water fast but its lid feels loose after a month of daily use",
    "de": "die Mühle ist leise und schnell aber der Deckel sitzt nach einem Monat nicht mehr richtig fest",
    "fr": "le moulin est silencieux et rapide mais le couvercle ne tient plus très bien après un mois de service",
    "es": "el molinillo es silencioso y rápido pero la tapa ya no encaja bien después de un mes de uso diario",
}
SEASONING = (
    "",
    "",
    "",
    " Call 030 1234567 for help.",
    " Mail me: ida@shop.example",
    " Order 4711-2025-88 of 12/03/2025.",
)


def review(number: int) -> dict[str, Any]:
    """A review as an interface would give it; the same number gives the same review."""
    chance = random.Random(number)
    lang = chance.choice(list(WORDS))
    words = WORDS[lang].split()
    body = " ".join(chance.choices(words, k=chance.randint(15, 90))) + chance.choice(SEASONING)
    return {
        "id": f"r{number}",
        "user": f"user{chance.randrange(10_000)}",
        "title": " ".join(chance.choices(words, k=4)),
        "text": f"<p>{body}</p>",
        "stars": chance.randint(1, 5),
        "created": f"2025-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T10:00:00Z",
        "lang": lang if chance.random() < 0.7 else None,
        "helpful": chance.randrange(50),
    }


class Handler(BaseHTTPRequestHandler):
    """Pages of reviews, made beforehand where `pages` says so, so that the server is not what is measured."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits for the acknowledgement of the head, up to 40 ms
    latency = 0.0
    pages: dict[int, bytes] = {}  # noqa: RUF012 - one server, one table

    def do_GET(self) -> None:
        if self.path == "/robots.txt":
            return self.send_error(404)
        query = parse_qs(urlsplit(self.path).query)
        page, total = int(query.get("page", ["1"])[0]), int(query["total"][0])
        body = self.pages.get(page) or self.made(page)
        body = body.replace(b'"count": 0', b'"count": %d, "pages": %d' % (total, total // PER_PAGE))
        time.sleep(self.latency)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    @classmethod
    def made(cls, page: int) -> bytes:
        reviews = [review((page - 1) * PER_PAGE + n) for n in range(PER_PAGE)]
        cls.pages[page] = json.dumps({"count": 0, "reviews": reviews}).encode()
        return cls.pages[page]

    def log_message(self, *_: Any) -> None:
        pass


def serve(pages: int, latency: float) -> None:
    """The server's process: says its port on standard output."""
    Handler.latency = latency
    for page in range(1, pages + 1):
        Handler.made(page)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


def resident() -> float:
    """This process's resident set in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def crawl(address: str, items: int, pipelines: bool, memory: bool, hurried: bool = False) -> None:
    """A crawl's process: prints seconds, pages and the figures of memory as JSON."""
    sys.path.insert(0, str(ROOT))
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from crawlers.bases.json_api import JsonApi
    from crawlers.bases.paging import Page
    from crawlers.draft import Draft
    from crawlers.run import Run

    class Bench(JsonApi):
        name = "bench"
        records, total, paging = "reviews", "count", Page("page", pages="pages")
        max_pages = 10**6
        fields = {  # noqa: RUF012 - as in any spider
            "item_id": "id", "title": "title", "body": "text", "rating": "stars", "author": "user", "lang": "lang",
            "published_at": "created", "metrics.helpful": "helpful",
        }  # fmt: skip

        def begin(self, target: str) -> Iterator[Draft]:
            yield self.request(target, target)  # type: ignore[misc]

    class Count:
        passed = 0
        figures: list[float] = []  # noqa: RUF012 - one crawl, one list

        def process_item(self, item: Any) -> Any:
            Count.passed += 1
            if not pipelines:  # else the last of ours has done it
                run.settle(item.target)
            if memory and Count.passed % (items // 4) == 0:
                Count.figures.append(round(resident(), 1))
            return item

    settings = Settings()
    settings.setmodule("crawlers.settings", priority="project")
    kept = settings.getdict("ITEM_PIPELINES") if pipelines else {}
    own: dict[str, Any] = {"LOG_LEVEL": "ERROR", "SPIDER_MODULES": [], "ITEM_PIPELINES": {**kept, Count: 950}}
    if hurried:
        own |= {"ROBOTSTXT_OBEY": False, "AUTOTHROTTLE_ENABLED": False}
    for name, value in own.items():
        settings.set(name, value, priority="cmdline")
    with tempfile.TemporaryDirectory(prefix="mot-bench-") as folder:
        target = f"{address}/reviews?total={items}"
        run = Run("bench", (target,), author_key=b"k" * 32, home=Path(folder), landing=Path(folder) / "landing",
                  options={"requests_per_day": 10**9})  # fmt: skip
        process = AsyncCrawlerProcess(settings)
        crawler = process.create_crawler(Bench)
        times: list[float] = []
        cpu: list[float] = []
        # From the first answer to the last: starting Python and Scrapy is not what is compared.
        crawler.signals.connect(lambda **_: times.append(time.perf_counter()), signals.response_received, weak=False)
        crawler.signals.connect(lambda **_: cpu.append(time.process_time()), signals.spider_opened, weak=False)
        process.crawl(crawler, run=run)
        process.start()
        ended = time.perf_counter()
        cpu.append(time.process_time())
        assert Count.passed == items, f"{Count.passed} of {items} items: {run.verdict()}"
        run.close({})
    figures = {"seconds": ended - times[0], "pages": len(times), "memory": Count.figures, "cpu": cpu[1] - cpu[0]}
    print(json.dumps(figures))


def measured(address: str, items: int, *flags: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--crawl", address, "--items", str(items), *flags]
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=600, help="pages of one crawl of the comparison")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer of the comparison")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--items", type=int, default=0, help="items of the crawl whose memory is shown")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--crawl", help=argparse.SUPPRESS)
    for flag in ("--bare", "--memory", "--hurried"):
        parser.add_argument(flag, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        return serve(options.serve, options.latency)
    if options.crawl:
        return crawl(options.crawl, options.items, not options.bare, options.memory, options.hurried)
    items = options.pages * PER_PAGE
    with served(options.pages, options.latency) as address:
        ratios = [compare(address, items, f"round {number + 1}") for number in range(options.rounds)]
        if ratios:
            print(f"median ratio: {statistics.median(ratios):.0%} ({PER_PAGE} records a page)")
    with served(options.pages, 0.0) as address:
        compare(address, items, "for information, without latency or delays", "--hurried")
        if options.items:
            found = measured(address, options.items, "--memory", "--hurried")["memory"]
            quarters = (f"{share} %: {size} MiB" for share, size in zip((25, 50, 75, 100), found, strict=True))
            print(f"resident set over {options.items} items: {', '.join(quarters)}")
    return None


@contextmanager
def served(pages: int, latency: float) -> Iterator[str]:
    """A server's address, for as long as it is needed."""
    command = [sys.executable, __file__, "--serve", str(pages), "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def compare(address: str, items: int, name: str, *flags: str) -> float:
    """Print the pages a second of the two sides; returns their ratio."""
    rates, cost = {}, {}
    for side, own in (("without", ["--bare"]), ("with", [])):
        found = measured(address, items, *own, *flags)
        rates[side] = found["pages"] / found["seconds"]
        cost[side] = 1_000 * found["cpu"] / found["pages"]
    ratio = rates["with"] / rates["without"]
    print(
        f"{name}: {rates['with']:.1f} pages/s with pipelines, {rates['without']:.1f} without: {ratio:.0%}"
        f" (processor: {cost['with']:.1f} and {cost['without']:.1f} ms a page)",
        flush=True,
    )
    return ratio


if __name__ == "__main__":
    main()
