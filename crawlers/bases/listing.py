"""What all listings share, whatever their format: records to drafts, page after page, until the end or a reason to
stop.

Promise: no listing is walked in a circle and none ends early unnoticed. A page of which every record was seen before
in the same run, or an address asked for twice, stops the walk with a reason in the ledger; an empty page while the
service states more is asked for again and then recorded; a page of items that earlier finished crawls have landed
ends an incremental crawl.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response

from crawlers.bases.source import Draft, Result, Source
from crawlers.history import id_mark


class Listing(Source):
    """A source that answers with pages of records."""

    #: True where the service ends a listing by repeating its last cursor or page
    repeats_at_end: ClassVar[bool] = False
    #: whether an empty page, while the service states more records, is asked for again
    ask_again: ClassVar[bool] = True
    #: how often a listing that ended before the service's total is walked again from its start, where cursors break off
    rewalks: ClassVar[int] = 0

    def walk(
        self, records: Iterable[Any], response: Response, target: str, following: Request | None, **values: Any
    ) -> Result:
        """Drafts of a page's records (with `values` set), then the request of the next page unless there is a reason
        to stop.
        """
        ledger = self.ledger(target)
        drafts = [draft for record in records if (draft := self.draft(record, target, **values)) is not None]
        fresh = [draft for draft in drafts if ledger.first_time(id_mark(self.mark(draft)))]
        if len(fresh) < len(drafts):
            self.count("duplicate/record", len(drafts) - len(fresh))
        ledger.listed = max(ledger.listed, ledger.emitted) + len(fresh)
        # The next page is asked for first: its answer is on its way while these records pass through the pipelines.
        if not self._stop(drafts, fresh, response, target):
            yield from self._onward(drafts, response, target, following)
        yield from fresh

    def _onward(self, drafts: list[Draft], response: Response, target: str, following: Request | None) -> Result:
        """The request with which a listing goes on: the same again at an early end, its start again, or the next."""
        ledger = self.ledger(target)
        if self.ask_again and not drafts and ledger.expected is not None and ledger.listed < ledger.expected:
            again = response.request and get_retry_request(response.request, reason="early end", spider=self)
            if again:
                yield again
                return
            if ledger.walks < self.rewalks:
                ledger.walks += 1
                self.count("page/walked again")
                yield from self.begin(target)
                return
        if following is not None:
            yield from self.follow(following, target)

    def since(self, target: str) -> int | None:
        """From when on to ask (epoch seconds): a day before the newest item of the last finished crawl, or None."""
        newest = None if self.option("full") else self.run.history.newest(target)
        return None if newest is None else int(newest.timestamp()) - 86_400

    def follow(self, following: Request, target: str) -> Result:
        """The next request, unless it closes a circle or exceeds the bound of pages."""
        ledger = self.ledger(target)
        if not ledger.first_time(("asked", ledger.walks, following.url, following.body)):
            if not self.repeats_at_end:
                ledger.gap("the listing came back to a page that was read already")
            return
        if ledger.pages >= self.max_pages:
            ledger.gap(f"stopped after {ledger.pages} pages")
            return
        yield following

    def _stop(self, drafts: list[Draft], fresh: list[Draft], response: Response, target: str) -> bool:
        ledger = self.ledger(target)
        bound = self.option("max_items")
        if self.enough(target) or (bound is not None and ledger.listed >= int(bound)):
            return True
        if drafts and not fresh and not ledger.walks:
            if not self.repeats_at_end:
                ledger.gap("a page repeats what came before")
            return True
        history = self.run.history
        if self.newest_first and not self.option("full") and fresh and history.complete(target):
            ids = [draft.get("item_id") for draft in fresh]
            if all(native is not None and history.knows(f"{self.name}:{native}") for native in ids):
                ledger.stopped_at_known = True
                return True
        return False
