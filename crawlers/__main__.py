"""The child process of a crawl: `python -m crawlers crawl …` and `python -m crawlers try SOURCE TARGET… [--jsonl]`.

`crawl` is what `crawlers.runner` starts; it leaves its outcome as JSON in the file named by `--outcome`. `try` crawls
for real, prints what it finds and stores nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import threading
from pathlib import Path
from typing import Any

from crawlers import authors, sources
from crawlers.run import Run


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code (0 finished, 1 incomplete or failed, 2 wrongly called)."""
    options = _parser().parse_args(arguments)
    try:
        sources.check(options.source)
        return _crawl(options) if options.command == "crawl" else _try(options)
    except sources.SourceError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m crawlers", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("crawl", "try"):
        command = commands.add_parser(name)
        command.add_argument("source")
        command.add_argument("targets", nargs="+", metavar="target")
        command.add_argument("--options", type=json.loads, default={}, help="options of the watchlist as JSON")
        command.add_argument("--brand")
        command.add_argument("--home", type=Path, default=Path(os.environ.get("MOT_HOME") or "data"))
        command.add_argument("--log-file", type=Path)
    commands.choices["crawl"].add_argument("--landing", type=Path, required=True)
    commands.choices["crawl"].add_argument("--outcome", type=Path)
    commands.choices["crawl"].add_argument(
        "--with-parent", action="store_true", help="end at once when standard input ends"
    )
    commands.choices["try"].add_argument(
        "--jsonl", action="store_true", help="one item a line on standard output, nothing else there"
    )
    commands.choices["try"].add_argument("--file", type=Path, help="answer the first request from this saved file")
    return parser


def _end_with_parent() -> None:
    """End this process when the other end of standard input is closed, as it is by the death of the parent."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        # As after a kill: the package stays unfinished, and the next crawl goes on from it.
        os._exit(70)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _crawl(options: argparse.Namespace) -> int:
    if options.with_parent:
        _end_with_parent()
    run = Run(
        options.source,
        tuple(dict.fromkeys(options.targets)),
        author_key=authors.load_key(options.home),
        brand=options.brand,
        options=options.options,
        home=options.home,
        landing=options.landing,
    )
    outcome = execute(run, options.log_file)
    text = json.dumps(outcome, ensure_ascii=False)
    if options.outcome:
        options.outcome.write_text(text, "utf-8")
    else:
        print(text)
    return 0 if outcome["status"] == "finished" else 1


def _try(options: argparse.Namespace) -> int:
    has_key = (options.home / "author.key").exists()
    run = Run(
        options.source,
        tuple(dict.fromkeys(options.targets)),
        author_key=authors.load_key(options.home) if has_key else secrets.token_bytes(32),
        brand=options.brand,
        options=options.options,
        home=options.home if options.home.is_dir() else None,  # nothing is stored: not even the day's counts
        stream=sys.stdout,
        pretty=not options.jsonl,
    )
    outcome = execute(run, options.log_file, saved=options.file)
    return 0 if outcome["status"] == "finished" else 1


def execute(run: Run, log_file: Path | None = None, saved: Path | None = None) -> dict[str, Any]:
    """Crawl in this process, whose reactor is used up by it; returns the outcome."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawlers.settings", priority="project")
    # The one spider is given as a class; loading all would let a broken source stop the others.
    settings.set("SPIDER_MODULES", [], priority="cmdline")
    settings.set("LOG_FILE", str(log_file) if log_file else None, priority="cmdline")
    if log_file is None:
        settings.set("LOG_LEVEL", os.environ.get("MOT_LOG_LEVEL", "CRITICAL"), priority="cmdline")
    if saved is not None:
        settings.set("SAVED_FILE", str(saved), priority="cmdline")
        settings.set("ROBOTSTXT_OBEY", False, priority="cmdline")
        middlewares = {
            **settings.getdict("DOWNLOADER_MIDDLEWARES"),
            "crawlers.middlewares.saved.SavedFileMiddleware": 10,
        }
        settings.set("DOWNLOADER_MIDDLEWARES", middlewares, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(sources.spider_class(run.source))
    process.crawl(crawler, run=run)
    process.start()
    stats = crawler.stats.get_stats() if crawler.stats else {}
    if stats.get("finish_reason") != "finished":
        for ledger in run.ledgers.values():
            ledger.fail(
                f"the crawl was ended early ({stats.get('finish_reason') or 'it did not start'})", transient=True
            )
    return run.close(stats)


if __name__ == "__main__":
    sys.exit(main())
