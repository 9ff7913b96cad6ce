"""Bazaarvoice: reviews of a product as the shops of one client show them (Conversations API 5.4).

Source: https://developers.bazaarvoice.com, "Conversations API". The key is a client's passkey.
"""

from typing import Any

from crawlers.bases.json_api import JsonApi
from crawlers.bases.paging import Offset
from crawlers.bases.source import Request, Response, pick


class Bazaarvoice(JsonApi):
    name = "bazaarvoice"
    lineage = "retailer"
    covers = "reviews of a product in the shops of a Bazaarvoice client, with its key"
    target_form = "FILTER:VALUE, e.g. ProductId:1000001, or just the product's id"
    endpoint = "https://api.bazaarvoice.com/data"
    key_variable = "BAZAARVOICE_PASSKEY"
    records, total = "Results", "TotalResults"
    paging = Offset("Offset", total="TotalResults")
    error, newest_first = "Errors.0.Message", True  # refusals come with status 200
    fields = {
        "item_id": "Id",
        "url": "product.ProductPageUrl",
        "product_id": "ProductId",
        "product_name": "OriginalProductName|product.Name",
        "brand": "product.Brand.Name",
        "author": "AuthorId|UserNickname",
        "title": "Title",
        "body": "ReviewText",
        "rating": "Rating",
        "rating_best": "RatingRange",
        "lang": "ContentLocale",
        "published_at": "SubmissionTime",
        "edited_at": "LastModificationTime",
        "verified": lambda review: any(badge.lower() == "verifiedpurchaser" for badge in review["Badges"]),
        "metrics.helpful": "TotalPositiveFeedbackCount",
        "metrics.unhelpful": "TotalNegativeFeedbackCount",
        "extra.recommended": "IsRecommended",
        "extra.incentivized": lambda review: any("incentivized" in badge.lower() for badge in review["Badges"]) or None,
        "extra.syndicated_from": "SyndicationSource.Name",
        "extra.pros": "Pros|TagDimensions.Pro.Values",
        "extra.cons": "Cons|TagDimensions.Con.Values",
        "extra.reply": lambda review: [reply["Response"] for reply in review["ClientResponses"]],
    }
    unread = (
        "Badges* *Order *Ids Client* User* IP* Photos Videos Is* Total* Last* Submission* Context* Additional* Source*"
    )

    def begin(self, target: str) -> list[Request]:
        asked: dict[str, Any] = {"Filter": target if ":" in target else f"ProductId:{target}", "passkey": self.secret()}
        asked |= {"apiversion": "5.4", "Include": "Products", "Sort": "SubmissionTime:desc", "Limit": 100, "Offset": 0}
        return [self.request(f"{self.base}/reviews.json", target, params=asked)]

    def before(self, payload: Any, response: Response, target: str) -> Any:
        products = pick(payload, "Includes.Products") or {}
        for review in payload.get("Results") or []:
            review["product"] = products.get(review.get("ProductId"))
        return payload
