"""The interface of Stack Exchange (https://api.stackexchange.com/docs): questions, and their answers page by page.

Promise: the answers of all questions of a page are asked for in one request, and a wait that an answer names is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scrapy.http import Request, Response

from crawlers.bases.paging import Page
from crawlers.bases.source import Draft, Result
from crawlers.bases.threads import BackoffApi

_TARGET = r"(?:https?://)?([\w.-]+?)(?:\.stackexchange)?(?:\.com)?(?:/questions/(\d+)(?:/.*)?|\?(q|tagged)=(.+))"
_HOSTS = dict.fromkeys(("stackoverflow", "serverfault", "superuser", "askubuntu", "stackapps"), ".com")


class StackExchangeApi(BackoffApi):
    """Any site of Stack Exchange; records are questions and answers."""

    endpoint = "https://api.stackexchange.com/2.3"
    records, error, paging = "items", "error_message", Page(more="has_more")
    unread = "tags is_a* *_date accepted_answer_id content_license closed_* bounty_* posted_by_* migrated_*"

    def begin(self, target: str) -> Iterable[Request]:
        site, native, by, words = self.parts(target, _TARGET).groups()
        asked = {"site": site, "filter": "withbody", "pagesize": 100, "page": 1, "sort": "activity"}
        asked |= {"key": self.secret() if self.option("key") else None, "min": None if native else self.since(target)}
        address = f"{self.base}/questions/{native}" if native else f"{self.base}/search/advanced"
        return [self.request(address, target, params=asked | ({by: words} if by else {}), asked=asked)]

    def parse(self, response: Response, target: str, **passed: Any) -> Result:
        """A page of questions, whose answers are then asked for in one request, or a page of answers."""
        yield from super().parse(response, target, **passed)
        listed = self.listed(self.envelope(response))
        if answered := [str(entry["question_id"]) for entry in listed if entry.get("answer_count")]:
            yield self.request(f"{self.base}/questions/{';'.join(answered)}/answers", target, params=passed["asked"])

    def after(self, draft: Draft, record: Any) -> Draft | None:
        """Ids are a site's own; answers come without their address."""
        site = self.parts(draft.target, _TARGET)[1].lower()
        draft |= {name: f"{site}/{draft[name]}" for name in ("item_id", "author") if name in draft}
        if "answer_id" in record:
            host = site + _HOSTS.get(site, "" if "." in site else ".stackexchange.com")
            draft |= {"parent_id": f"{site}/{record['question_id']}", "url": f"https://{host}/a/{record['answer_id']}"}
        return draft
