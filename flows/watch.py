"""The `watch` flow: crawl every source of the watchlist, load, tag what is new, publish, write the reports.

It is a plain function with Prefect's decorators on it: `watch(...)` runs it under Prefect with retries, states and an
artifact; `watch.fn(...)` runs the same steps with no Prefect server at all (`mot watch --no-server`). What a failed
source did not bring never keeps back what the others landed: everything landed is loaded and reported first, and then
the run fails with one line for each source that did.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from prefect import allow_failure, flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.context import FlowRunContext
from prefect.task_runners import ThreadPoolTaskRunner

from crawlers.runner import CrawlOutcome
from crawlers.watchlist import SourceTask, Watchlist
from crawlers.watchlist import load as load_watchlist
from flows import steps
from flows.home import Home
from flows.lock import only_one

RETRY_DELAYS_S = [5.0, 30.0]
"""Seconds before the second and the third try of a crawl that failed for a passing reason."""
LANES = 4
"""Sources crawled at once. Brands within a source take turns, so that no service meets two crawls of ours."""

logger = logging.getLogger(__name__)


@dataclass
class Run:
    """What a watch did: counts by step, and one line for each source that failed or stayed incomplete."""

    started_at: datetime
    crawls: list[dict[str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)
    loaded: dict[str, Any] = field(default_factory=dict)
    tagged: dict[str, Any] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    finished_at: datetime | None = None

    def summary(self) -> str:
        """The run in Markdown, as the Prefect artifact shows it."""
        lines = [
            "| figure | value |",
            "| --- | ---: |",
            f"| items crawled | {sum(c['items'] for c in self.crawls)} |",
            f"| rejects | {sum(c['rejects'] for c in self.crawls)} |",
            f"| packages loaded | {self.loaded.get('packages', 0)} |",
            f"| new items | {self.loaded.get('new_items', 0)} |",
            f"| changed items | {self.loaded.get('changed_items', 0)} |",
            f"| texts tagged | {self.tagged.get('tagged', 0)} |",
            "",
            "| brand | source | items | rejects | status | reason |",
            "| --- | --- | ---: | ---: | --- | --- |",
        ]
        for c in self.crawls:
            cells = (c["brand"], c["source"], c["items"], c["rejects"], c["status"], c["reason"] or "")
            lines.append("| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
        return "\n".join(lines)


class WatchFailed(Exception):  # noqa: N818 - the flow's verdict
    """Some sources failed; the message has one line for each. All that was landed is loaded and reported."""

    def __init__(self, run: Run):
        super().__init__("\n".join(run.failures))
        self.run = run


def _is_transient(task: Any, task_run: Any, state: Any) -> bool:
    try:
        state.result()
    except steps.TransientCrawlFailed:
        return True
    except BaseException:
        return False
    return False


@task(
    name="crawl", task_run_name="crawl-{source_task.source}-{brand}",
    retries=len(RETRY_DELAYS_S), retry_delay_seconds=RETRY_DELAYS_S, retry_condition_fn=_is_transient,
)  # fmt: skip
def crawl_task(brand: str, source_task: SourceTask, home: Home) -> CrawlOutcome:
    """One source of one brand, see `steps.crawl_source`."""
    return steps.crawl_source(brand, source_task, home)


load_task = task(name="load")(steps.load)
tag_task = task(name="tag")(steps.tag_new)
publish_task = task(name="publish")(steps.publish)
reports_task = task(name="reports")(steps.write_reports)


def _crawl_plainly(brand: str, source_task: SourceTask, home: Home) -> CrawlOutcome | Exception:
    """The same with no Prefect: retries as `crawl_task` has them, a failure returned and not raised."""
    for delay in (*RETRY_DELAYS_S, None):
        try:
            return steps.crawl_source(brand, source_task, home)
        except steps.TransientCrawlFailed as error:
            if delay is None:
                return error
            logger.info("         trying again in %.0f s", delay)
            time.sleep(delay)
        except steps.CrawlFailed as error:
            return error
    raise AssertionError("unreachable")


Work = tuple[str, SourceTask]


def _crawl_all(lanes: Sequence[Sequence[Work]], home: Home, *, under_prefect: bool) -> Iterator[tuple[Work, Any]]:
    """Crawl every lane, lanes side by side and each in order; yields the work with its outcome or its exception."""
    if not under_prefect:
        with ThreadPoolExecutor(LANES) as pool:
            for results in pool.map(
                lambda lane: [(work, _crawl_plainly(work[0], work[1], home)) for work in lane], lanes
            ):
                yield from results
        return
    futures: list[tuple[Work, Any]] = []
    last: list[Any] = [None] * len(lanes)
    # The first of every lane, then the second: a task that waits for its lane holds a worker, so none may stand before
    # one that could start.
    for turn in zip_longest(*lanes):
        for lane, work in enumerate(turn):
            if work is not None:
                before: Any = [allow_failure(last[lane])] if last[lane] is not None else None
                last[lane] = crawl_task.submit(work[0], work[1], home, return_state=False, wait_for=before)
                futures.append((work, last[lane]))
    for work, future in futures:
        yield work, future.result(raise_on_failure=False)


def _note(run: Run, work: Work, outcome: Any) -> None:
    brand, source_task = work
    if isinstance(outcome, CrawlOutcome):
        status, reason, items, rejects = outcome.status, outcome.reason, outcome.items, outcome.rejects
    else:
        status, reason, items, rejects = "failed", str(outcome), 0, 0
        run.failures.append(reason)
    if status == "incomplete":
        run.incomplete.append(f"{brand}: {source_task.source}: {reason}")
    run.crawls.append(
        {"brand": brand, "source": source_task.source, "items": items, "rejects": rejects,
         "status": status, "reason": reason}
    )  # fmt: skip


runner: Any = ThreadPoolTaskRunner(max_workers=LANES)  # Any: Prefect's own types do not fit one another here


@flow(name="watch", task_runner=runner)
def watch(watchlist: str, home: str, brand: str | None = None, source: str | None = None) -> Run:
    """Watch the brands of a watchlist once.

    `watchlist` is the TOML file, `home` the home directory; `brand` and `source` narrow the crawl to one of each (the
    rest of the run covers everything landed). Raises `WatchlistError` for a watchlist that cannot be used, and
    `WatchFailed` when a source failed, after all else was done; `HomeBusyError` while another watch is at work there.
    """
    with only_one(Path(home)):
        return _watch(Home(Path(home)), load_watchlist(Path(watchlist)), brand, source)


def _watch(place: Home, listed: Watchlist, brand: str | None, source: str | None) -> Run:
    under_prefect = FlowRunContext.get() is not None
    chosen = listed.select(brand=brand, source=source)
    run = Run(started_at=datetime.now(UTC))
    lanes: dict[str, list[Work]] = {}
    for entry in chosen.brands:
        for source_task in entry.sources:
            lanes.setdefault(source_task.source, []).append((entry.name, source_task))
    for work, outcome in _crawl_all(list(lanes.values()), place, under_prefect=under_prefect):
        _note(run, work, outcome)

    load, tag, publish, reports = (
        (load_task, tag_task, publish_task, reports_task) if under_prefect
        else (steps.load, steps.tag_new, steps.publish, steps.write_reports)
    )  # fmt: skip
    run.loaded = load(place, listed)
    run.tagged = tag(place)
    run.finished_at = datetime.now(UTC)
    steps.record_run(place, asdict(run))
    publish(place)
    run.pages = reports(place, [entry.name for entry in listed.brands])
    if under_prefect:
        create_markdown_artifact(run.summary(), key="watch", description="What this watch brought")
    if run.failures:
        raise WatchFailed(run)
    return run
