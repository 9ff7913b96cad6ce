"""Pages with schema.org data: products and their reviews, whatever the vocabulary is written in, and widgets beside it.

Promise: each review of a page comes once, though pages repeat them in two vocabularies; an AggregateRating becomes a
figure of the run's statistics and what the page claims, never a review; further review pages, sitemaps and lists of
products are followed.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from parsel import Selector
from scrapy.http import Request, Response
from scrapy.utils.sitemap import Sitemap

from crawlers import language
from crawlers.bases.html import Layout, decoded, read, read_html
from crawlers.bases.listing import Listing
from crawlers.bases.reviews import distinct, main_subject, product_records, review_records, subject_of
from crawlers.bases.source import Draft, Result, Unreadable
from crawlers.bases.structured import Node, nodes_of
from crawlers.dates import infer_order

MAX_SITEMAP = 50_000_000


class SchemaOrgPages(Listing):
    """Product pages. Declare `widgets`, the layouts that are tried where structured data has fewer reviews."""

    widgets: ClassVar[tuple[Layout, ...]] = ()
    options_known = ("match",)
    max_pages = 5_000
    ask_again = False  # a page states how many reviews there are, not how many it shows

    def begin(self, target: str) -> Iterable[Request]:
        parts = urlsplit(target)
        yield self.request(target, target)
        if parts.path in ("", "/"):
            yield self.request(urljoin(target, "/sitemap.xml"), target, optional="")

    def parse(self, response: Response, target: str, **passed: Any) -> Result:
        """A sitemap, a list of products, or a page with reviews; `linked` pages lead no further to other products."""
        if _is_sitemap(response):
            yield from self.sitemap(response, target)
            return
        page = self.before(read_html(response), response, target)
        if page is None:
            return
        nodes = nodes_of(decoded(response), response.url, self.run.stats)
        products = product_records(nodes)
        records, layout = self.best(review_records(nodes), page)
        if not records and not passed.get("linked") and (links := self.product_links(products, response)):
            self.count("page/lists of products")
            yield from (self.request(link, target, optional="a product page", linked=True) for link in links)
            return
        self.claims(products, response, target)
        values = page_values(page, records, response, main_subject(nodes))
        following = self.next_page(page, layout, response, target, bool(records))
        yield from self.walk([{**record, "_page": values} for record in records], response, target, following)

    def best(self, structured: list[dict[str, Any]], page: Selector) -> tuple[list[dict[str, Any]], Layout | None]:
        """The records of structured data, or those of a widget where it shows more that says something."""
        spoken = sum(map(_says_something, structured))
        for layout in self.widgets:
            rows = list(distinct(filter(_says_something, layout.records(page))))
            if len(rows) > spoken:
                self.count(f"layout/{layout.name}")
                return rows, layout
        return structured, None

    def draft(self, record: Any, target: str, raw: Any = None, fields: Any = None, **values: Any) -> Draft | None:
        page = record["_page"]
        found = {name: value for name, value in record.items() if not name.startswith("_") and "." not in name}
        native = found.pop("native", None)
        if not found.get("product_name"):
            found |= page["product"]
        found["url"] = urljoin(page["url"], found.get("url") or "")
        metrics = {n.partition(".")[2]: v for n, v in record.items() if n.startswith("metrics.")}
        dates = {"date_lang": page["lang"], "date_order": found.pop("date_order", None) or page["order"]}
        if native:
            # Ids of pages are unique within their site only.
            found["item_id"] = native if "://" in str(native) else f"{urlsplit(page['url']).hostname}/{native}"
        payload = record.get("_raw") or record.get("_html")
        return super().draft(None, target, payload, fields, **{**found, **dates, "metrics": metrics, **values})

    def claims(self, products: list[dict[str, Any]], response: Response, target: str) -> None:
        """Aggregate figures: what the page claims to have, and a statistic of each product."""
        rated = [product for product in products if product["reviews"] is not None or product["rating"] is not None]
        claimed = {(p.get("name"), p["reviews"]) for p in rated if p["reviews"] is not None}
        if claimed and self.ledger(target).first_time(("claims", urlsplit(response.url)._replace(query="").geturl())):
            self.ledger(target).expect(max(count for _, count in claimed), add=True)
        for product in rated:
            self.run.product(target, product)

    def product_links(self, products: list[dict[str, Any]], response: Response) -> list[str]:
        """Addresses of the products that a page lists, on its own site and other than itself."""
        host, here = urlsplit(response.url).hostname, response.url.split("#")[0]
        links = [urljoin(response.url, product["url"]).split("#")[0] for product in products if product["url"]]
        wanted = [
            link
            for link in dict.fromkeys(links)
            if urlsplit(link).hostname == host and link != here and self.wanted(link)
        ]
        return wanted if len(wanted) > 1 else []

    def wanted(self, url: str) -> bool:
        """Whether an address fits the option `match`, a regular expression."""
        pattern = self.option("match")
        return not pattern or re.search(pattern, url) is not None

    def next_page(
        self, page: Selector, layout: Layout | None, response: Response, target: str, reviews: bool
    ) -> Request | None:
        """The next page of the same product's reviews; `rel=next` of some shops leads to another product, and is not
        followed.
        """
        queries = (
            [layout.next_page]
            if layout and layout.next_page
            else ["link[rel=next]::attr(href), a[rel~=next]::attr(href)"]
        )
        for query in queries:
            for href in page.css(query or "").getall()[:3] if reviews else []:
                url = urljoin(response.url, href.strip())
                if layout or _same_product(response.url, url):
                    return self.request(url, target, optional="a further page of reviews", linked=True)
        return None

    def sitemap(self, response: Response, target: str) -> Result:
        """The pages of a sitemap, and the sitemaps of an index."""
        body = response.body
        if body[:2] == b"\x1f\x8b":
            body = _gunzip(body)
        index = Sitemap(body)
        for entry in index:
            url = entry.get("loc", "")
            nested = index.type == "sitemapindex"
            if url.startswith("http") and (nested or self.wanted(url)):
                yield from self.follow(
                    self.request(url, target, optional="a page of the sitemap", linked=not nested), target
                )


def page_values(
    page: Selector, records: list[dict[str, Any]], response: Response, subject: Node | None
) -> dict[str, Any]:
    """What holds for all reviews of a page: address, language, order of day and month, and what it is about."""
    product = {
        f"product_{name}" if name != "brand" else name: value for name, value in subject_of(subject or {}).items()
    }
    title = read(page, "meta[property='og:title']::attr(content) || h1::text || h1 *::text || title::text")
    return {
        "url": response.url.split("#")[0],
        "lang": language.tag(page.css("html::attr(lang)").get()),
        "order": infer_order(record.get("published_at") for record in records),
        "product": {"product_name": title, **product},
    }


def _says_something(record: dict[str, Any]) -> bool:
    return any(record.get(name) for name in ("body", "title", "rating"))


def _is_sitemap(response: Response) -> bool:
    start = response.body[:2_000].lstrip()
    return start[:2] == b"\x1f\x8b" or b"<urlset" in start or b"<sitemapindex" in start


def _same_product(here: str, there: str) -> bool:
    one, other = urlsplit(here), urlsplit(there)
    if one.hostname != other.hostname or here.split("#")[0] == there.split("#")[0]:
        return False
    return (
        one.path.rstrip("/") == other.path.rstrip("/")
        or other.path.startswith(one.path.rstrip("/") + "/")
        or _digitless(one.path) == _digitless(other.path)
    )


def _digitless(path: str) -> str:
    return re.sub(r"(?<=page)[-=/]?\d+|(?<=/)\d{1,4}(?=/?$)", "", path)


def _gunzip(body: bytes) -> bytes:
    """A gzip body, at most `MAX_SITEMAP` bytes of it; raises `Unreadable` for a damaged or larger one."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        text = unpacker.decompress(body, MAX_SITEMAP)
    except zlib.error:
        raise Unreadable("a damaged gzip file") from None
    if unpacker.unconsumed_tail:
        raise Unreadable(f"a gzip file of more than {MAX_SITEMAP} bytes")
    return text
