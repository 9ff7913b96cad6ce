"""HTML pages without structured data: a table of layouts, each of which says where the rows and their fields stand.

The first layout whose rows are found on a page reads it. A field is a CSS query, of which the first match counts (with
`::text` or `::attr(x)`; without, the element's HTML), several queries joined by ` || ` (the first that gives
something), or a function of the row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from parsel import Selector
from scrapy.http import Response

from crawlers.bases.listing import Listing
from crawlers.bases.source import Draft, Request, Result, Unreadable, shown
from crawlers.text import mend

Rule = str | Callable[[Selector], Any]


@dataclass(frozen=True)
class Layout:
    """How one kind of software or widget writes its rows. `next_page` and `total` are CSS queries on the whole page."""

    name: str
    rows: str
    fields: Mapping[str, Rule]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    next_page: str | None = None
    total: str | None = None
    drop: str | None = None

    def records(self, page: Selector) -> list[dict[str, Any]]:
        """The rows of a page as records of raw values, with the row's HTML (bounded) under "_html"."""
        return [self._record(row) for row in page.css(self.rows)]

    def _record(self, row: Selector) -> dict[str, Any]:
        if self.drop:
            row = Selector(row.get())
            row.css(self.drop).drop()
        record = {name: found for name, rule in self.fields.items() if (found := read(row, rule)) not in (None, "")}
        return {**self.defaults, **record, "_html": row.get()[:8_000]}


def read(row: Selector, rule: Rule) -> Any:
    """What a rule finds in a row; None where nothing."""
    if callable(rule):
        try:
            return rule(row)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            return None
    for query in rule.split(" || "):
        found = row.css(query.strip()).get()
        if found and found.strip():
            return found.strip()
    return None


def joined(query: str, separator: str = " ") -> Rule:
    """A rule that joins the texts of all matches of a query."""
    return lambda row: separator.join(text.strip() for text in row.css(query).getall() if text.strip()) or None


def matched(query: str, pattern: str) -> Rule:
    """A rule that takes the first group of a pattern from the first match of a query."""
    return lambda row: found[1] if (found := re.search(pattern, row.css(query).get() or "")) else None


class HtmlPages(Listing):
    """Pages of rows read by a table of layouts, followed over their next links."""

    layouts: ClassVar[tuple[Layout, ...]] = ()

    def begin(self, target: str) -> Iterable[Request]:
        return [self.request(target, target)]

    def parse(self, response: Response, target: str, **passed: Any) -> Result:
        """The rows of a page by the first fitting layout; the hook `before` gets the page as a selector."""
        page = self.before(read_html(response), response, target)
        if page is None:
            return
        for layout in self.layouts:
            if records := layout.records(page):
                self.count(f"layout/{layout.name}")
                following = page.css(layout.next_page).get() if layout.next_page else None
                request = self.request(response.urljoin(following.strip()), target) if following else None
                yield from self.walk(records, response, target, request)
                return
        self.no_layout(page, response, target)

    def no_layout(self, page: Selector, response: Response, target: str) -> None:
        """A page that no layout fits: recorded, so that a changed layout is noticed."""
        self.count("page/without a known layout")
        self.ledger(target).gap(f"no known layout at {shown(response.url)}")

    def draft(self, record: Any, target: str, raw: Any = None, fields: Any = None, **values: Any) -> Draft | None:
        """Rows have item fields already; dotted names become entries of metrics and extra."""
        nested: dict[str, Any] = {name: value for name, value in record.items() if "." not in name and name != "_html"}
        for name, value in record.items():
            group, _, key = name.partition(".")
            if key:
                nested.setdefault(group, {})[key] = value
        return super().draft(None, target, record.get("_html"), fields, **{**nested, **values})


def read_html(response: Response) -> Selector:
    """The page as a selector, its bytes decoded as declared, sniffed or guessed; raises `Unreadable` for what is no
    HTML.
    """
    text = decoded(response)
    # Noise can hold "<p" by chance, but a page is not made of control characters.
    noise = len(re.findall(r"[\x01-\x08\x0e-\x1f]", text[:4_096]))
    if noise > len(text[:4_096]) / 20 or not re.search(
        r"<\s*(?:!doctype|html|head|body|div|script|article|p|table|meta|title)\b", text[:200_000], re.IGNORECASE
    ):
        raise Unreadable(f"no readable HTML at {shown(response.url)}")
    return Selector(text)


def decoded(response: Response) -> str:
    """The text of an answer. UTF-8 that reads without error wins over what headers and meta tags claim, for those lie;
    so does UTF-8 with few broken places. Else the declared set counts, and Windows-1252 where UTF-8 was declared."""
    body = response.body.replace(b"\x00", b"")
    text = body.decode("utf-8-sig", "replace")
    broken = text.count("\ufffd")
    if broken and sum(char > "\x7f" for char in text) < 5 * broken:
        declared = getattr(response, "encoding", None) or "utf-8"
        if "utf-8" in (declared, declared.lower()) or "\ufffd" in (text := str(getattr(response, "text", "\ufffd"))):
            text = body.decode("cp1252", "replace")
    return mend(text)
