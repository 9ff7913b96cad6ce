"""WooCommerce: the approved reviews of any WordPress shop, by its public Store API; untested live.

Source: https://developer.woocommerce.com, "Store API: Product reviews". Ids are a shop's own, hence with its host.
"""

from urllib.parse import parse_qsl

from crawlers.bases.json_api import JsonApi
from crawlers.bases.paging import Page
from crawlers.bases.source import Request
from crawlers.bases.threads import site


class Woocommerce(JsonApi):
    name = "woocommerce"
    lineage = "brand"
    covers = "product reviews of any WooCommerce shop"
    target_form = "https://SHOP, or some of it: https://SHOP?product_id=12,13 or ?category_id=7"
    tested = False
    error, newest_first = "message", True
    paging, total_header = Page(header="X-WP-TotalPages"), "X-WP-Total"
    defaults = {"kind": "review", "markup": "html", "rating_best": 5}
    fields = {
        "item_id": lambda review: f"{site(review['product_permalink'])}/{review['id']}",
        "url": lambda review: f"{review['product_permalink']}#comment-{review['id']}",
        "product_id": "product_id",
        "product_name": "product_name",
        "author": "reviewer",
        "body": "review",
        "rating": lambda review: review["rating"] or None,  # 0 is a review without stars
        "published_at": "date_created_gmt",  # date_created is the shop's local time without its zone
        "verified": "verified",
    }
    unread = "id date_created formatted_date_created product_permalink product_image reviewer_avatar_urls _links"

    def begin(self, target: str) -> list[Request]:
        shop, query = self.parts(target, r"(https?://[^?#]+?)/?(?:\?([^#]*))?").groups()
        asked = {"page": 1, "per_page": 100, "orderby": "date", "order": "desc", **dict(parse_qsl(query or ""))}
        return [self.request(f"{shop}/wp-json/wc/store/v1/products/reviews", target, params=asked)]
