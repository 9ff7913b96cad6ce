"""Steam's review service: a question in JSON, a cursor, and now and then an empty page before the end.

Promise: the walk begins again once where it ended before the total that the first page states; an id that Steam does
not know fails its target, although the service answers it with status 200.
"""

from __future__ import annotations

import json
from typing import Any

from scrapy.http import Request, Response

from crawlers.bases.json_api import JsonApi, read_json
from crawlers.bases.paging import CursorInJson
from crawlers.bases.source import Result, TargetError, pick


class SteamApi(JsonApi):
    """Reviews of a product, with the name that the shop gives it; the spider maps the fields of a review."""

    endpoint = "https://api.steampowered.com/IUserReviewsService/GetAppReviews/v1"
    options_known = ("languages",)
    records, total = "response.reviews", "response.query_summary.total_reviews"
    paging = CursorInJson("input_json", "cursor", "response.cursor")
    repeats_at_end, rewalks, newest_first = True, 1, True

    def begin(self, target: str) -> list[Request]:
        appid = self.parts(target, r"(?:https?://store\.steampowered\.com/app/)?(\d{1,12})(?:/.*)?")[1]
        self.facts[target] = {"product_id": appid, "url": f"https://steamcommunity.com/app/{appid}/reviews/"}
        asked = {"appid": int(appid), "filter": 1, "languages": self.option("languages", ["all"]), "review_type": 0}
        asked |= {"purchase_type": 1, "num_per_page": 100, "filter_offtopic_activity": False, "cursor": "*"}
        reviews = self.request(f"{self.base}/", target, params={"input_json": json.dumps(asked)})
        shop = f"https://store.steampowered.com/api/appdetails?appids={appid}"
        return [self.request(shop, target, self.product, otherwise=reviews, reviews=reviews)]

    def product(self, response: Response, target: str, reviews: Request) -> Result:
        """The product's name and publisher; the reviews do without where the shop keeps them to itself."""
        about = pick(read_json(response), f"{self.facts[target]['product_id']}.data") or {}
        self.facts[target] |= {"product_name": about.get("name"), "brand": pick(about, "publishers.0|developers.0")}
        yield reviews

    def before(self, payload: Any, response: Response, target: str) -> Any:
        if not payload.get("response"):
            raise TargetError("Steam knows no product of this id")
        return payload
