"""Product pages of invented shops with schema.org data as JSON-LD, microdata or RDFa; their sitemap and robots.txt.

The shapes follow what shops really do: reviews nested in a Product or ProductGroup, or linked by @id in a @graph; a
broken block beside a good one; ratings of five or ten, with point or comma, as text or number; dates in several forms.
Vocabulary: https://schema.org/Product, https://schema.org/Review.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from flows.demo.world import Item, Page, World

PER_PAGE = 10
_SHOPS = {
    "havenhall": "Havenhall",
    "brightcart": "Brightcart",
    "kontorhaus": "Kontorhaus",
    "lumiere": "Boutique Lumière",
    "tiendazul": "Tienda Azul",
}
_MONTHS = ["January", "February", "March", "April", "May", "June", "July"]


def _own(page: Page) -> str:
    """The address under which the shop itself names the page in its data: the same on whatever port the demo runs."""
    return f"https://{page.shop}.example{page.path}"


def reviews_of(world: World, page: Page) -> list[Item]:
    """The page's reviews, newest first."""
    return sorted(world.of("product_page", f"{page.shop}/{page.slug}"), key=lambda item: item.when, reverse=True)


def render(world: World, page: Page, number: int, base: str) -> str | None:
    """The HTML of one page of a product's reviews; None beyond the last."""
    reviews = reviews_of(world, page)
    last = max(1, -(-len(reviews) // PER_PAGE))
    if not 1 <= number <= last:
        return None
    shown = reviews[(number - 1) * PER_PAGE : number * PER_PAGE]
    following = f"{page.path}?page={number + 1}" if number < last else None
    body = {"microdata": _microdata, "rdfa": _rdfa}.get(page.shape, _plain)(page, reviews, shown, base)
    head = f'<link rel="canonical" href="{base}{page.path}">'
    if following:
        head += f'\n<link rel="next" href="{following}">'
    if page.shape not in ("microdata", "rdfa"):
        head += "\n" + _json_ld(page, reviews, shown, base)
    more = f'<nav><a rel="next" href="{following}">more reviews</a></nav>' if following else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{page.lang}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(page.product.name)} | {_SHOPS[page.shop]}</title>\n{head}\n</head>\n<body>\n"
        f"<header>{_SHOPS[page.shop]}</header>\n{body}\n{more}\n<footer>An invented shop of the "
        f"Momentscope demo.</footer>\n</body>\n</html>\n"
    )


# JSON-LD
def _json_ld(page: Page, reviews: list[Item], shown: list[Item], base: str) -> str:
    product = _product(page, reviews, base)
    marked = [_review(page, item, base) for item in shown]
    blocks: list[str] = []
    if page.shape == "graph":
        links = [{**review, "itemReviewed": {"@id": product["@id"]}} for review in marked]
        site = {"@type": "WebSite", "@id": f"{base}/#site", "name": _SHOPS[page.shop]}
        blocks.append(_dump({"@context": "https://schema.org", "@graph": [site, product, *links]}))
    elif page.shape == "group":
        variants = [
            {"@type": "Product", "name": f"{page.product.name}, {colour}", "sku": f"{page.product.id}-{colour}"}
            for colour in ("black", "white")
        ]
        group = {
            **product,
            "@type": "ProductGroup",
            "productGroupID": page.product.id,
            "hasVariant": variants,
            "review": marked,
        }
        blocks.append(_dump({"@context": "https://schema.org/", **group}))
    else:
        blocks.append(
            _dump({"@context": "https://schema.org", **product, "review": marked[0] if len(marked) == 1 else marked})
        )
    if page.shape == "broken":
        blocks.insert(
            0,
            '{"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": '
            '[{"@type": "ListItem", "name": "Home}\n]',
        )
    return "\n".join(f'<script type="application/ld+json">\n{block}\n</script>' for block in blocks)


def _dump(value: Any) -> str:
    # "</" must not end the script element; json knows the escape \/
    return json.dumps(value, ensure_ascii=False, indent=1).replace("</", "<\\/")


def _product(page: Page, reviews: list[Item], base: str) -> dict[str, Any]:
    rated = [item.stars for item in reviews if item.stars is not None]
    mean = round(sum(rated) / max(1, len(rated)), 1)
    return {
        "@type": "Product",
        "@id": f"{_own(page)}#product",
        "name": page.product.name,
        "sku": page.product.id,
        "description": page.product.text,
        "brand": {"@type": "Brand", "name": page.brand} if page.shape != "graph" else page.brand,
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": str(mean).replace(".", ",") if page.shop == "tiendazul" else mean,
            "reviewCount": len(reviews),
            "bestRating": "5",
        },
        "offers": {"@type": "Offer", "price": page.product.price, "priceCurrency": "EUR"},
    }


def _review(page: Page, item: Item, base: str) -> dict[str, Any]:
    value: Any = item.extra.get("rating", item.stars if item.stars != int(item.stars or 0) else int(item.stars or 0))
    if page.shop == "tiendazul":
        value = f"{float(value):.1f}".replace(".", ",")
    elif page.shape == "group":
        value = str(value)
    review: dict[str, Any] = {
        "@type": "Review",
        "@id": f"{_own(page)}#review-{item.ident}",
        "author": item.author if page.shape == "graph" else {"@type": "Person", "name": item.author},
        "datePublished": item.extra.get("date", _date(page, item)),
        "reviewRating": {"@type": "Rating", "ratingValue": value, "bestRating": "5", "worstRating": 1},
        "description" if page.shape == "group" else "reviewBody": item.body,
        "inLanguage": page.lang,
    }
    if item.title:
        review["name"] = item.title
    if item.edited:
        review["dateModified"] = item.edited.isoformat()
    return review


def _date(page: Page, item: Item) -> str:
    """The date as this shop writes it."""
    if page.shop == "tiendazul":
        return f"{item.when:%Y/%m/%d}"
    if page.shop == "brightcart":
        return f"{_MONTHS[item.when.month - 1]} {item.when.day}, {item.when.year}"
    if page.shop == "kontorhaus":
        return f"{item.when:%d.%m.%Y}"
    if page.shop == "lumiere" or page.shape == "broken":
        return f"{item.when:%Y-%m-%d}"
    return item.when.isoformat().replace("+00:00", "Z" if page.shape == "graph" else "+00:00")


# what readers see, and the mark-up in it
def _plain(page: Page, reviews: list[Item], shown: list[Item], base: str) -> str:
    lines = "\n".join(
        f'<article class="review" id="review-{item.ident}"><h3>{escape(item.title or "")}</h3>'
        f"<p>{escape(item.body)}</p></article>"
        for item in shown
    )
    return (
        f"<h1>{escape(page.product.name)}</h1><p>{escape(page.product.text)}</p>\n<p>{len(reviews)} reviews"
        f"</p>\n{lines}"
    )


def _microdata(page: Page, reviews: list[Item], shown: list[Item], base: str) -> str:
    best = 10 if page.shop == "kontorhaus" else 5
    mean = sum(item.stars or 0 for item in reviews) / max(1, len(reviews)) * best / 5
    lines = "\n".join(_micro_review(page, item, best, base) for item in shown)
    return (
        f'<main itemscope itemtype="https://schema.org/Product" itemid="{_own(page)}#product">\n'
        f'<h1 itemprop="name">{escape(page.product.name)}</h1>\n'
        f'<span itemprop="brand" itemscope itemtype="https://schema.org/Brand"><meta itemprop="name" '
        f'content="{escape(page.brand)}"></span>\n'
        f'<meta itemprop="sku" content="{page.product.id}"><p itemprop="description">{escape(page.product.text)}</p>\n'
        f'<div itemprop="aggregateRating" itemscope itemtype="https://schema.org/AggregateRating">'
        f'<span itemprop="ratingValue">{_number(page, mean)}</span>/<span itemprop="bestRating">{best}'
        f'</span> (<span itemprop="reviewCount">{len(reviews)}</span>)</div>\n'
        f"{lines}\n</main>"
    )


def _number(page: Page, value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return text.replace(".", ",") if page.lang != "en" else text


def _micro_review(page: Page, item: Item, best: int, base: str) -> str:
    value = item.extra.get("rating") or _number(page, (item.stars or 0) * best / 5)
    date = str(item.extra.get("date", _date(page, item)))
    title = f'<h3 itemprop="name">{escape(item.title)}</h3>' if item.title else ""
    body = f'<p itemprop="reviewBody">{escape(item.body)}</p>' if item.body else ""
    return (
        f'<article itemprop="review" itemscope itemtype="https://schema.org/Review" '
        f'itemid="{_own(page)}#review-{item.ident}">{title}'
        f'<span itemprop="author" itemscope itemtype="https://schema.org/Person"><span '
        f'itemprop="name">{escape(item.author)}</span></span> '
        f'<span itemprop="datePublished">{escape(date)}</span> '
        f'<span itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating"><span '
        f'itemprop="ratingValue">{escape(str(value))}</span>'
        f'<meta itemprop="bestRating" content="{best}"></span>{body}<p>{item.helpful} of '
        f"{item.helpful + 2} people found this helpful</p></article>"
    )


def _rdfa(page: Page, reviews: list[Item], shown: list[Item], base: str) -> str:
    mean = sum(item.stars or 0 for item in reviews) / max(1, len(reviews))
    lines = "\n".join(
        f'<div property="review" typeof="Review" resource="{_own(page)}#review-{item.ident}"><h3 '
        f'property="name">{escape(item.title or "")}</h3>'
        f'<span property="author" typeof="Person"><span property="name">{escape(item.author)}</span></span>'
        f'<time property="datePublished" content="{item.when:%Y-%m-%d}">{item.when:%d/%m/%Y}</time>'
        f'<span property="reviewRating" typeof="Rating"><span '
        f'property="ratingValue">{_number(page, item.stars or 0)}</span><meta property="bestRating" '
        f'content="5"></span>'
        f'<p property="reviewBody">{escape(item.body)}</p></div>'
        for item in shown
    )
    return (
        f'<main vocab="https://schema.org/" typeof="Product" resource="{_own(page)}#product"><h1 '
        f'property="name">{escape(page.product.name)}</h1>'
        f'<div property="brand" typeof="Brand"><meta property="name" content="{escape(page.brand)}"></div>'
        f'<div property="aggregateRating" typeof="AggregateRating"><span '
        f'property="ratingValue">{_number(page, mean)}</span>'
        f'<span property="reviewCount">{len(reviews)}</span></div>\n{lines}\n</main>'
    )


# the way in
def robots(base: str) -> str:
    """The robots.txt: shops and interfaces are open, previews and the account are not."""
    return (
        "# Momentscope demo\nUser-agent: *\nDisallow: /shops/*/preview/\nDisallow: "
        "/shops/*/account/\nDisallow: /intern/\nAllow: /shops/\n\n"
        f"Sitemap: {base}/sitemap.xml\n"
    )


def sitemap(world: World, base: str, shop: str | None = None, brand: str | None = None) -> str:
    """All product pages, or those of a shop or of a brand (its tag); previews too, which robots.txt keeps out."""
    pages = [p for p in world.pages if shop in (None, p.shop) and brand in (None, p.brand.casefold())]
    lines = "".join(f"<url><loc>{base}{page.path}</loc><lastmod>2026-06-30</lastmod></url>\n" for page in pages)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset '
        f'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</urlset>\n'
    )


def index(world: World, base: str) -> str:
    """The start page: every product page, for people."""
    lines = "\n".join(
        f'<li><a href="{p.path}">{escape(p.product.name)}</a> at {_SHOPS[p.shop]} ({len(reviews_of(world, p))})</li>'
        for p in world.pages
        if not p.hidden
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Momentscope demo site'
        f"</title></head><body><h1>Demo site</h1>"
        f"<p>Invented brands and people, in the formats of real services.</p><ul>\n{lines}\n</ul></body></html>\n"
    )
