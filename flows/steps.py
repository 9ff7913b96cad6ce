"""The steps of a watch, as plain functions over a home directory.

Each opens what it needs and leaves it closed, so that any of them can be run alone, again, or in another process; only
paths, names and counts go in and out. Killing one at any point is safe: a crawl lands whole packages or none, a load
and a tag chunk are one transaction each, and the snapshot and the pages appear by rename.
"""

from __future__ import annotations

import logging
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawlers.runner import CrawlOutcome, crawl
from crawlers.watchlist import SourceTask, Watchlist
from flows.home import Home

logger = logging.getLogger(__name__)

TAG_CHUNK = 4000
"""Items a tagging transaction: what a kill can cost is the tagging of this many."""


class CrawlFailed(Exception):  # noqa: N818 - a failed crawl is an outcome that a flow raises, not a fault of the code
    """A crawl that ended without what was expected of it; the message says why."""


class TransientCrawlFailed(CrawlFailed):
    """A crawl that failed for a reason that passes (network, a busy service): worth another try."""


def crawl_source(brand: str, task: SourceTask, home: Home) -> CrawlOutcome:
    """Crawl one source of one brand in a child process and land its package.

    Raises `TransientCrawlFailed` or `CrawlFailed` with the reason. An incomplete crawl is returned, not raised: what it
    landed is loaded, and the run's figures say what is missing.
    """
    log_file = home.logs / f"{task.source}.log"
    logger.info("crawl    %s: %s, %d target(s)", brand, task.source, len(task.targets))
    outcome = crawl(task, brand=brand, landing=home.landing, home=home.root, log_file=log_file)
    if outcome.status == "failed":
        error = TransientCrawlFailed if outcome.transient else CrawlFailed
        reason = f"{brand}: {task.source}: {outcome.reason}"
        logger.warning("failed   %s", reason)
        raise error(reason)
    note = f" ({outcome.status}: {outcome.reason})" if outcome.status != "finished" else ""
    logger.info(
        "         %s: %s gave %d item(s), %d reject(s)%s", brand, task.source, outcome.items, outcome.rejects, note
    )
    return outcome


def load(home: Home, watchlist: Watchlist | None = None, *, brand: str | None = None) -> dict[str, Any]:
    """Load every finished package that is not in the warehouse yet.

    A `watchlist` makes its brands those of the warehouse; a `brand` is added to them.
    """
    from nlp import schemes
    from warehouse.config import add_brand, store_schemes, store_watchlist
    from warehouse.connect import open_warehouse
    from warehouse.load import load_packages

    with open_warehouse(home.warehouse) as warehouse:
        store_schemes(warehouse, schemes.load().as_dict())
        if watchlist is not None:
            store_watchlist(warehouse, [asdict(entry) for entry in watchlist.brands])
        if brand is not None:
            add_brand(warehouse, brand)
        summary = load_packages(warehouse, home.landing)
    logger.info(
        "load     %d package(s): %d new item(s), %d changed, %d reject(s)",
        summary.packages, summary.new_items, summary.changed_items, summary.rejects,
    )  # fmt: skip
    return asdict(summary)


def tag_new(home: Home, model: Path | None = None) -> dict[str, Any]:
    """Tag every item text that the model has not tagged yet, a chunk at a time; a later run goes on where this ends."""
    import nlp
    from warehouse.connect import open_warehouse
    from warehouse.tags import export_untagged, load_tags

    version = nlp.model_version(model)
    tagged = 0
    home.work.mkdir(parents=True, exist_ok=True)
    with (
        open_warehouse(home.warehouse) as warehouse,
        tempfile.TemporaryDirectory(dir=home.work, prefix="tag-") as folder,
    ):
        texts, tags = Path(folder) / "texts.jsonl", Path(folder) / "tags.jsonl"
        while count := export_untagged(warehouse, version, texts, TAG_CHUNK):
            from nlp.tag import tag_file  # torch takes seconds to import: only where there is something to tag

            logger.info("tag      %d text(s) with %s", count, version)
            tag_file(texts, tags, model=model)
            tagged += load_tags(warehouse, tags)
    if not tagged:
        logger.info("tag      nothing new")
    return {"tagged": tagged, "model_version": version}


def publish(home: Home) -> str:
    """Refresh the marts and swap in a new snapshot; returns its path."""
    from warehouse.connect import open_warehouse
    from warehouse.marts import refresh
    from warehouse.publish import publish as publish_snapshot

    with open_warehouse(home.warehouse) as warehouse:
        logger.info("marts    refreshing")
        refresh(warehouse)
        logger.info("publish  %s", home.snapshot)
        publish_snapshot(warehouse, home.snapshot)
    return str(home.snapshot)


def write_reports(home: Home, brands: list[str]) -> list[str]:
    """Write one HTML page for each of `brands` that the snapshot knows; returns the pages' paths."""
    from warehouse.report import build, render

    home.reports.mkdir(parents=True, exist_ok=True)
    pages = []
    for brand in brands:
        page = home.report_page(brand)
        text = render(build(home.snapshot, brand), "html")
        # Written aside and renamed, so that an open browser never meets half a page.
        draft = page.with_suffix(".tmp")
        draft.write_text(text, encoding="utf-8")
        draft.replace(page)
        pages.append(str(page))
    logger.info("reports  %d page(s) in %s", len(pages), home.reports)
    return pages


def record_run(home: Home, run: dict[str, Any]) -> None:
    """Keep a watch's figures in the warehouse, where `mot doctor` and the coverage mart read them."""
    from warehouse.connect import open_warehouse
    from warehouse.runs import record

    with open_warehouse(home.warehouse) as warehouse:
        record(warehouse, run)
