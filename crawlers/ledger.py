"""The ledger of one target: what the service claims, what arrived, and therefore how the crawl of it ended.

Promise: a target from which nothing came although something was expected has *failed*; one of which a part is
missing, or of which it cannot be known, is *incomplete*; only else is it *finished*. The reason is one sentence part
with the figures.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawlers.draft import mark_of
from crawlers.items import iso
from crawlers.marks import Marks

if TYPE_CHECKING:
    from scrapy.http import Request

#: From how many records on a share of rejects counts, and which share is too much.
REJECTS_FROM, REJECT_SHARE = 10, 0.3


def _none_unwritten() -> dict[str, array[int]]:
    return {"counted": array("Q"), "marks": array("Q")}


@dataclass
class Ledger:
    """The books of one target during a run. `known` is how many items of it earlier runs have landed, `left_out` how
    many records a spider passed over on purpose (notices of the system, deleted posts), `walks` how often it began
    anew."""

    target: str
    known: int = 0
    expected: int | None = None
    got: int = 0
    fresh: int = 0
    emitted: int = 0
    listed: int = 0
    left_out: int = 0
    rejects: int = 0
    pages: int = 0
    walks: int = 0
    newest: datetime | None = None
    stopped_at_known: bool = False
    bounded: bool = False
    #: answers awaited and records on their way through the pipelines
    under_way: int = 0
    #: the requests whose answers are awaited, by number; how many answers are being read at this moment
    open: dict[int, Request] = field(default_factory=dict)
    reading: int = 0
    #: what the site gave to ask whether the only page of the target has changed (see `crawlers.unchanged`)
    validators: dict[str, Any] | None = None
    postponed: str | None = None
    failure: tuple[str, bool] | None = None
    gaps: list[str] = field(default_factory=list)
    #: what has been counted and what has been met, and of both what does not yet stand in the journal
    counted: Marks = field(default_factory=Marks)
    marks: Marks = field(default_factory=Marks)
    unwritten: dict[str, array[int]] = field(default_factory=_none_unwritten)
    placed: bool = False

    def expect(self, claimed: int | None, add: bool = False) -> None:
        """Record what the service claims to hold; `add` sums the claims of several pages or products."""
        if claimed is not None and claimed >= 0:
            self.expected = (self.expected or 0) + claimed if add else claimed

    def fail(self, reason: str, transient: bool = False) -> None:
        """The target could not be read (further); the first failure stands."""
        self.failure = self.failure or (reason, transient)

    def postpone(self, reason: str) -> None:
        """The rest is left for a later crawl, for a reason of ours that says when."""
        self.postponed = self.postponed or reason

    def gap(self, reason: str) -> None:
        """Something is missing or may be: a repeated page, an early end, a bound of the service."""
        if reason not in self.gaps and len(self.gaps) < 20:
            self.gaps.append(reason)

    def first_time(self, mark: Hashable) -> bool:
        """Whether this cursor, page or id is met for the first time in this run."""
        number = _bits(mark)
        new = self.marks.put(number)
        if new:
            self.unwritten["marks"].append(number)
        return new

    def count(self, mark: int) -> bool:
        """Count an item that has arrived; whether it is the first time."""
        new = self.counted.put(mark)
        if new:
            self.unwritten["counted"].append(mark)
            self.got += 1
        return new

    def met(self, mark: Hashable) -> bool:
        """Whether this cursor, page or id was met in this run."""
        return _bits(mark) in self.marks

    @property
    def quiet(self) -> bool:
        """Whether every record of every answer that was read is dealt with."""
        return not self.reading and self.under_way == len(self.open)

    def verdict(self) -> tuple[str, str | None, bool]:
        """(status, reason, whether trying again may help)."""
        if self.postponed:
            return "incomplete", self.postponed, False
        arrived = self.got or self.stopped_at_known
        if self.failure:
            reason, transient = self.failure
            return ("incomplete" if arrived else "failed"), reason, transient
        if not arrived and self.rejects:
            return "failed", f"none of {self.rejects} records could be read", False
        if not arrived and self.expected and self.left_out < self.expected:
            return "failed", f"nothing arrived although the service states {self.expected}", False
        if not arrived and self.known and self.expected is None:
            return "failed", f"nothing arrived although earlier crawls found {self.known} items", False
        total = self.got + self.rejects
        if total >= REJECTS_FROM and self.rejects > REJECT_SHARE * total:
            self.gap(f"{self.rejects} of {total} records were rejected")
        if (
            self.expected is not None
            and not self.bounded
            and not self.stopped_at_known
            and total + self.left_out < self.expected
        ):
            self.gap(f"{self.got} of {self.expected} arrived")
        return ("incomplete", "; ".join(self.gaps), False) if self.gaps else ("finished", None, False)

    def record(self) -> dict[str, Any]:
        """The figures of a finished target as JSON values, for the journal of the package."""
        return {**{name: getattr(self, name) for name in _FIGURES}, "newest": iso(self.newest)}

    def restore(self, figures: dict[str, Any]) -> None:
        """Take over the figures of a target that an interrupted crawl had finished."""
        for name in _FIGURES:
            setattr(self, name, figures[name])
        self.newest = datetime.fromisoformat(figures["newest"]) if figures["newest"] else None

    def place(self) -> dict[str, Any]:
        """The books at a quiet moment as JSON values; of the marks, those that came since the last call."""
        unwritten, self.unwritten = self.unwritten, _none_unwritten()
        figures = {**self.record(), **{name: getattr(self, name) for name in _FIGURES_UNDER_WAY}}
        place = {"figures": figures, "anew": not self.placed, **{name: list(new) for name, new in unwritten.items()}}
        self.placed = True
        return place

    def carry_on(self, place: dict[str, Any]) -> None:
        """Take over the books of a target that an interrupted crawl had under way."""
        self.restore(place["figures"])
        for name in _FIGURES_UNDER_WAY:
            setattr(self, name, place["figures"][name])
        self.counted, self.marks, self.placed = Marks(place["counted"]), Marks(place["marks"]), True


def _bits(mark: Hashable) -> int:
    return mark if isinstance(mark, int) else mark_of(repr(mark))


_FIGURES_UNDER_WAY = ("listed", "walks", "gaps")
_FIGURES = (
    "expected", "got", "fresh", "emitted", "left_out", "rejects", "pages", "stopped_at_known", "bounded", "validators",
)  # fmt: skip
