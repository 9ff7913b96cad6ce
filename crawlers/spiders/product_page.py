"""Any page that shows reviews: schema.org data as JSON-LD, microdata or RDFa, and the mark-up of known review widgets.

Reviews of products, recipes, businesses and editors alike. Further pages of reviews are followed; a sitemap, a site's
address or a list of products leads to its product pages (the option `match`, a regular expression, chooses among them).
"""

from crawlers.bases.schema_org import SchemaOrgPages
from crawlers.bases.widgets import WIDGETS


class ProductPage(SchemaOrgPages):
    name = "product_page"
    lineage = "retailer"
    covers = "reviews on product, recipe, business and editorial pages of any site"
    target_form = "the address of a page, a site or a sitemap"
    caution = "robots.txt decides; sites that forbid crawling (trustpilot.com, yelp.com) have interfaces of their own"
    defaults = {"kind": "review"}
    identity = ("product_id", "product_name", "author_key", "published_at", "body", "title")
    widgets = WIDGETS
