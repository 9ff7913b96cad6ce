"""One crawl of one source: its task, its ledgers, what earlier crawls know, and where records go.

The spider and the pipelines meet here. A `Run` writes to a `Package` (crawl) or prints (preview, which stores nothing).
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from crawlers import items, place, unchanged
from crawlers.budget import Budget
from crawlers.drift import jumps, last_shares, shares
from crawlers.history import History
from crawlers.items import Item
from crawlers.landing import Package, reject_entry
from crawlers.ledger import Ledger

VERSION = "1"
#: How often the place that a target has reached is written down: what a kill costs of a target of many pages.
PLACE_SECONDS = 2.0


class Run:
    """The books of one crawl. Statistics are plain counters by name ("missing/rating", "invalid/published_at")."""

    def __init__(
        self,
        source: str,
        targets: tuple[str, ...],
        *,
        author_key: bytes,
        brand: str | None = None,
        options: Mapping[str, Any] | None = None,
        home: Path | None = None,
        landing: Path | None = None,
        stream: TextIO | None = None,
        pretty: bool = False,
    ) -> None:
        self.source, self.targets, self.brand = source, targets, brand
        self.options = dict(options or {})
        self.author_key = author_key
        self.budget = Budget(home / "budget.json" if home else None)
        self.stats: Counter[str] = Counter()
        self.started = items.now()
        self.stream, self.pretty = stream, pretty
        self.products: dict[str, dict[str, Any]] = {}
        self.rejected: list[dict[str, Any]] = []
        self.package: Package | None = None
        if landing is not None:
            landing.mkdir(parents=True, exist_ok=True)
            self.package = Package(landing, source, brand, targets, self.started, unchanged.settings(self.options))
            self.products |= self.package.products
            self.stats.update(self.package.stats)
        self.shares_before = last_shares(landing, source, brand) if landing is not None else None
        self.history = History(landing, source, brand, targets)
        #: what a target's first answers say about all its records, and the keys in use by their variables
        self.facts: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self.secrets: dict[str, str] = {}
        #: target → the requests with which it goes on from where an interrupted crawl was (see `crawlers.place`)
        self.places: dict[str, str] = {}
        self._placed: defaultdict[str, float] = defaultdict(time.monotonic)
        self.ledgers = {t: Ledger(t, known=len(self.history.by_target[t])) for t in targets}
        #: targets that an interrupted crawl, which this one carries on, has finished
        self.done = frozenset(self.package.carried) if self.package else frozenset()
        for target in self.done:
            self.ledgers[target].restore(self.package.carried[target])  # type: ignore[union-attr]
        for target, reached in (self.package.places if self.package else {}).items():
            self.ledgers[target].carry_on(reached)
            self.places[target] = reached["told"]

    def land(
        self, record: Item | dict[str, Any], target: str, id_mark: int, content_mark: int, content: str = ""
    ) -> None:
        """Write an item (with its `content`, see there), or a tombstone as a dict."""
        if self.package is not None:
            line = record if isinstance(record, dict) else record.line(content or record.content())
            self.package.add(line, target, id_mark, content_mark)
        elif self.stream is not None and isinstance(record, Item):
            shown = record.to_json()
            if self.pretty:
                shown = {name: value for name, value in shown.items() if value not in (None, {})}
            print(json.dumps(shown, ensure_ascii=False, indent=2 if self.pretty else None), file=self.stream)

    def reject(
        self, target: str, reason: str, field: str | None, url: str | None, raw: Any, item_id: str | None = None
    ) -> None:
        """Record what could not become an item; it is never lost silently."""
        self.ledgers[target].rejects += 1
        self.stats[f"rejected/{field or 'record'}"] += 1
        entry = reject_entry(reason, field, url, raw, item_id, items.now())
        if self.package is not None:
            self.package.reject(entry)
        elif len(self.rejected) < 50:
            self.rejected.append(entry)

    def settle(self, target: str) -> None:
        """One answer or record that was under way is dealt with; the last of a finished target makes it done."""
        ledger = self.ledgers[target]
        ledger.under_way -= 1
        if self.package is None:
            return
        if not ledger.under_way and ledger.verdict()[0] == "finished":
            self.package.done(target, ledger.record(), self._products(target))
        elif ledger.quiet and time.monotonic() - self._placed[target] >= PLACE_SECONDS:
            self._placed[target] = time.monotonic()
            if reached := place.reached(ledger, self.facts.get(target, {}), self.secrets):
                self.package.under_way(target, reached, self._products(target))
        self.package.checkpoint(self.stats)

    def _products(self, target: str) -> dict[str, dict[str, Any]]:
        return {key: figures for key, figures in self.products.items() if figures["target"] == target}

    def begin_again(self, target: str) -> None:
        """The books of a target that cannot go on from where it was: empty but for what is under way."""
        old = self.ledgers[target]
        self.ledgers[target] = Ledger(
            target, known=old.known, under_way=old.under_way, open=old.open, reading=old.reading
        )

    def product(self, target: str, figures: dict[str, Any]) -> None:
        """Keep the aggregate figures that a page states of a product; they go into the package's statistics."""
        if len(self.products) < 2_000:
            self.products[f"{target} {figures.get('name')}"] = {"target": target, **figures}

    def verdict(self) -> tuple[str, str | None, bool]:
        """(status, reason, transient) of the whole run from those of its targets."""
        verdicts = [(target, *ledger.verdict()) for target, ledger in self.ledgers.items()]
        statuses = [status for _, status, _, _ in verdicts]
        reasons = [f"{target}: {reason}" for target, _, reason, _ in verdicts if reason]
        if len(reasons) == len(verdicts) and len({reason for _, _, reason, _ in verdicts}) == 1:
            reasons = [str(verdicts[0][2])]
        turned = jumps(self.shares_before, shares(self.stats))
        reasons += turned
        shown = "; ".join(reasons[:10]) + (f"; and {len(reasons) - 10} more" if len(reasons) > 10 else "")
        if all(status == "finished" for status in statuses):
            status = "incomplete" if turned else "finished"
        else:
            status = "failed" if all(status == "failed" for status in statuses) else "incomplete"
        return status, shown[:2_000] or None, any(transient for *_, transient in verdicts)

    def close(self, scrapy_stats: Mapping[str, Any]) -> dict[str, Any]:
        """Finish the package and return the outcome as JSON values (see `crawlers.runner.CrawlOutcome`)."""
        status, reason, transient = self.verdict()
        if self.package is None:
            print(summary(self, status, reason), file=sys.stderr)
            return {
                "package": None,
                "status": status,
                "reason": reason,
                "items": 0,
                "rejects": 0,
                "transient": transient,
            }
        manifest = {
            "finished_at": items.iso(items.now()),
            "status": status,
            "reason": reason,
            "transient": transient,
            "expected": {t: ledger.expected for t, ledger in self.ledgers.items()},
            "got": {t: ledger.got for t, ledger in self.ledgers.items()},
            "state": {t: self._state(ledger) for t, ledger in self.ledgers.items()},
            "spider": VERSION,
        }
        folder = self.package.close(manifest, {**scrapy_stats, **self.stats, "products": list(self.products.values())})
        counts = {"items": self.package.items, "rejects": self.package.rejects}
        return {"package": str(folder), "status": status, "reason": reason, **counts, "transient": transient}

    def _state(self, ledger: Ledger) -> dict[str, Any]:
        status, reason, _ = ledger.verdict()
        before = self.history.newest(ledger.target)
        newest = max((t for t in (ledger.newest, before) if t is not None), default=None)
        state = {"complete": status == "finished", "newest": items.iso(newest), "status": status, "reason": reason}
        validators = unchanged.kept(ledger, self.options) if status == "finished" else None
        return {**state, "validators": validators} if validators else state


def summary(run: Run, status: str, reason: str | None) -> str:
    """What a preview found, for people: counts by target, rejects with reasons, fields that nobody maps."""
    lines = [f"{run.source}: {status}{f' ({reason})' if reason else ''}"]
    for target, ledger in run.ledgers.items():
        claim = "" if ledger.expected is None else f", the source states {ledger.expected}"
        lines.append(f"  {target}: {ledger.got} items, {ledger.rejects} rejects, {ledger.pages} pages{claim}")
    lines += [f"  rejected: {entry['reason']} ({entry['field']}): {entry['raw'][:160]}" for entry in run.rejected[:10]]
    for group in ("missing", "invalid", "unmapped", "duplicate", "page"):
        counts = {name.partition("/")[2]: n for name, n in sorted(run.stats.items()) if name.startswith(f"{group}/")}
        if counts:
            lines.append(f"  {group}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    return "\n".join(lines)
