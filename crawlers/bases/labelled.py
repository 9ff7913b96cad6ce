"""Apple's XML feeds in the shape of its JSON feeds, so that one mapping reads both: each element becomes `{"label":
text}`.

Not well-formed XML (bare ampersands, pages saved by a browser) is mended as far as the parser can.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

import lxml.etree
from scrapy.http import Request, Response

from crawlers.bases.json_api import JsonApi, read_json
from crawlers.bases.source import Result, TargetError, Unreadable, pick, shown

_PREFIXES = {"http://itunes.apple.com/rss": "im:", "http://www.w3.org/2005/Atom": ""}
_BARE_AMPERSAND = re.compile(rb"&(?!(?:#\d+|#[xX][0-9a-fA-F]+|amp|lt|gt|quot|apos);)")


class StoreFeed(JsonApi):
    """The customer-review feed of one app in one storefront ("jp/1404176564"), page after page.

    The product's name is looked up first; a storefront without XML is read in JSON.
    """

    records = "feed.entry"
    #: how many pages a feed has at most
    last_page: ClassVar[int] = 10

    def begin(self, target: str) -> Iterable[Request]:
        if not re.fullmatch(r"[A-Za-z]{2}/\d{3,}", target):
            raise TargetError(f"{target!r} is not a target of {self.name}; write {self.target_form}")
        country, app = target.split("/")
        asked = {"id": app, "country": country}
        first = self.page(target, 1, "xml")
        yield self.request(f"{self.base}/lookup", target, self.about, params=asked, optional="", otherwise=first)

    def about(self, response: Response, target: str) -> Result:
        """What the app is called, for every review of it."""
        app = pick(read_json(response), "results.0") or {}
        yield self.page(target, 1, "xml", product_name=app.get("trackName"), brand=app.get("sellerName"))

    def page(self, target: str, number: int, feed: str, **product: Any) -> Request:
        """The request of a page in one of the two forms."""
        country, app = target.split("/")
        url = f"{self.base}/{country.lower()}/rss/customerreviews/page={number}/id={app}/sortby=mostrecent/{feed}"
        other = self.page(target, number, "json", **product) if feed == "xml" and number == 1 else None
        product["product_id"] = app
        return self.request(url, target, otherwise=other, number=number, feed=feed, **product)

    def envelope(self, response: Response) -> Any:
        return labelled(response) if response.url.endswith("/xml") else super().envelope(response)

    def following(
        self, response: Response, payload: Any, records: int, target: str, passed: dict[str, Any]
    ) -> Request | None:
        more = records and passed["number"] < self.last_page
        return self.page(target, **{**passed, "number": passed["number"] + 1}) if more else None


def labelled(response: Response) -> dict[str, Any]:
    """{"feed": {"entry": […]}} of an XML answer; raises `Unreadable` for what is no feed."""
    body = _BARE_AMPERSAND.sub(b"&amp;", response.body.lstrip(b"\xef\xbb\xbf \t\r\n"))
    # Entities stay unresolved and nothing is fetched: a feed is a stranger's file.
    parser = lxml.etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = lxml.etree.fromstring(body, parser)
    except lxml.etree.XMLSyntaxError:
        root = None
    if root is None or not str(root.tag).lower().endswith("feed"):
        raise Unreadable(f"no readable feed at {shown(response.url)}")
    return {"feed": {"entry": [_element(entry) for entry in root if _name(entry) == "entry"], "lang": _lang(root)}}


def _element(parent: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in parent:
        name = _name(child)
        # Reviews come twice, as text and as a table in HTML; the text comes first and is the one to keep.
        if name and name not in found:
            inner = _element(child) if len(child) else {}
            found[name] = {**inner, "label": (child.text or "").strip(), "attributes": dict(child.attrib)}
    return found


def _name(element: Any) -> str:
    tag = element.tag if isinstance(element.tag, str) else ""
    namespace, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    return _PREFIXES.get(namespace, "") + local


def _lang(root: Any) -> str | None:
    return root.get("{http://www.w3.org/XML/1998/namespace}lang") or None
