"""The reviews of an app of Google Play: by the shop's remote calls, or as far as they stand on the app's page."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from scrapy.http import Request, Response

from crawlers.bases.google_web import blobs, call_answer, call_body, play_reviews
from crawlers.bases.html import decoded, read_html
from crawlers.bases.rpc import PostRpc
from crawlers.bases.source import Draft, Result


class PlayStore(PostRpc):
    """Reviews as positional arrays; the spider maps the positions."""

    records, cursor = "0", "1.1"

    def begin(self, target: str) -> list[Request]:
        app, page = self.parts(target, r"([\w]+(?:\.[\w]+)+)|(https?://\S+/store/apps/details\?\S+)").groups()
        app = app or dict(parse_qsl(urlsplit(page).query))["id"]
        self.facts[target] = {"product_id": app, "url": f"https://play.google.com/store/apps/details?id={app}"}
        return [self.request(page, target, self.page)] if page else [self.call(target, None)]

    def call(self, target: str, cursor: Any) -> Request:
        shop = {"hl": self.option("lang", "en"), "gl": self.option("country", "us")}
        app, base = self.facts[target]["product_id"], self.base
        form = {"f.req": call_body("UsvDTd", [None, None, [2, 2, [100, None, cursor], None, []], [app, 7]])}
        page = self.request(f"{base}/store/apps/details", target, self.page, params={"id": app, **shop}, instead=True)
        address, otherwise = f"{base}/_/PlayStoreUi/data/batchexecute", None if cursor else page
        return self.request(address, target, params=shop, form=form, otherwise=otherwise)

    def unwrap(self, payload: Any) -> Any:
        return call_answer(payload, "UsvDTd")

    def page(self, response: Response, target: str, instead: bool = False) -> Result:
        """The reviews on an app's page, `instead` of all that the interface would give."""
        if instead:
            self.ledger(target).gap("only the reviews on the app's page were to be had")
        name = read_html(response).css("h1[itemprop=name] ::text, h1 ::text").get()
        yield from self.walk(play_reviews(list(blobs(decoded(response)))), response, target, None, product_name=name)

    def after(self, draft: Draft, record: Any) -> Draft:
        return draft.update(url=f"{draft['url']}&reviewId={draft['item_id']}") or draft
