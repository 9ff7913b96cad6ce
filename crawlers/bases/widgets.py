"""Review widgets and shop software whose mark-up stands in pages beside, or instead of, structured data.

One layout a vendor; a new vendor is one more entry here. The order matters only where one vendor's rows lie in
another's.
"""

from __future__ import annotations

import re
from typing import Any

from parsel import Selector

from crawlers.bases.html import Layout, joined, matched


def _flag(query: str) -> Any:
    return lambda row: True if row.css(query) else None


def _own(name: str) -> Any:
    """An attribute of the row itself."""
    return lambda row: row.xpath(f"./@{name} | .//*[1]/@{name}").get() if row.root is not None else None


def _true(name: str) -> Any:
    return lambda row: {"true": True, "false": False}.get((_own(name)(row) or "").lower())


def _filled(query: str) -> Any:
    """How many stars are filled."""
    return lambda row: len(row.css(query)) or None


def _helpful(row: Selector) -> int | None:
    """ "A 60 personas…", "1,234 people found this helpful", "One person…": the count in a sentence."""
    text = " ".join(row.css("[data-hook=helpful-vote-statement]::text").getall())
    found = re.search(r"\d[\d.,\u00a0]*", text)
    return int(re.sub(r"\D", "", found[0])) if found else 1 if text.strip() else None


_TRIPADVISOR_DATE = ".ratingDate::attr(title) || .ratingDate::attr(content) || .ratingDate::text"
_BV_TITLE = "[itemprop=headline]::text || [itemprop=name]:not([itemprop=author] *)::text || .bv-content-title::text"
_HREVIEW_DATE = (
    ".dtreviewed .value-title::attr(title) || abbr.dtreviewed::attr(title)"
    " || .dtreviewed::attr(datetime) || .dtreviewed::text"
)

WIDGETS = (
    Layout(
        "judgeme",
        "div.jdgm-rev[data-review-id]",
        {
            "native": _own("data-review-id"),
            "author": ".jdgm-rev__author::text",
            "title": ".jdgm-rev__title::text",
            "body": ".jdgm-rev__body",
            "rating": ".jdgm-rev__rating::attr(data-score)",
            "published_at": ".jdgm-rev__timestamp::attr(data-content) || .jdgm-rev__timestamp::text",
            "lang": _own("data-review-language"),
            "verified": _true("data-verified-buyer"),
            "product_name": _own("data-product-title"),
            "metrics.helpful": _own("data-thumb-up-count"),
        },
        {"rating_best": 5},
    ),
    Layout(
        "stamped",
        "div.stamped-review",
        {
            "native": lambda row: re.sub(r"\D", "", row.xpath("./@id | .//@data-review-id").get() or "") or None,
            "author": ".author::text",
            "title": ".stamped-review-header-title::text",
            "body": ".stamped-review-content-body",
            "rating": ".stamped-starratings::attr(data-rating) || .stamped-fa-star::attr(data-rating)",
            "published_at": ".created::text",
            "verified": _flag(".stamped-verified-badge, .review-verified"),
            "product_name": ".stamped-review-product::text || .stamped-product-title::text",
            "metrics.helpful": ".stamped-thumbs-up i::text",
        },
        {"rating_best": 5, "date_order": "MDY"},
    ),
    Layout(
        "yotpo",
        "div.yotpo-review[data-review-id]:not(.yotpo-hidden)",
        {
            "native": _own("data-review-id"),
            "author": ".yotpo-user-name::text",
            "title": ".content-title::text",
            "body": ".content-review",
            "rating": matched(".yotpo-review-stars .sr-only::text", r"([\d.]+)"),
            "published_at": ".yotpo-review-date::text",
            "verified": _flag(".yotpo-user-title"),
        },
        {"rating_best": 5},
    ),
    Layout(
        "okendo",
        "li.oke-w-reviews-list-item",
        {
            "author": ".oke-w-reviewer-name::text",
            "title": ".oke-reviewContent-title::text",
            "body": ".oke-reviewContent-body",
            "rating": matched(".oke-sr-only::text", r"([\d.]+)"),
            "published_at": ".oke-reviewContent-date time::attr(datetime)",
        },
        {"rating_best": 5},
    ),
    Layout(
        "bazaarvoice",
        ".bvseo-review, li.bv-content-review",
        {
            "native": _own("data-bvseo-id"),
            "author": "[itemprop=author] [itemprop=name]::text || [itemprop=author]::text || .bv-author::text",
            "title": _BV_TITLE,
            "body": "[itemprop=reviewBody] || [itemprop=description] || .bv-content-summary-body-text",
            "rating": "[itemprop=ratingValue]::text || .bv-rating-stars-container .bv-off-screen::text",
            "rating_best": "[itemprop=bestRating]::text",
            "published_at": "[itemprop=datePublished]::attr(content) || .bv-content-datetime-stamp::text",
        },
        {"rating_best": 5},
    ),
    Layout(
        "powerreviews",
        ".pr-review, .prReview",
        {
            "native": lambda row: re.sub(r"\D", "", row.xpath("./@id").get() or "") or None,
            "author": ".pr-rd-author-nickname span:last-child::text || .pr-review-author-name span::text",
            "title": ".pr-rd-review-headline::text || .pr-review-rating-headline::text",
            "body": ".pr-rd-description-text || .pr-comments",
            "rating": ".pr-snippet-rating-decimal::text || .pr-rating::text",
            "published_at": "time::attr(datetime) || .pr-review-author-date::text",
        },
        {"rating_best": 5},
    ),
    Layout(
        "woocommerce",
        "#reviews ol.commentlist > li.review",
        {
            "native": lambda row: (row.xpath("./@id").get() or "").removeprefix("li-comment-") or None,
            "author": ".woocommerce-review__author::text",
            "body": ".description",
            "rating": ".star-rating strong.rating::text || .star-rating::attr(title)",
            "published_at": "time::attr(datetime)",
            "verified": _flag(".woocommerce-review__verified"),
        },
        {"rating_best": 5},
    ),
    Layout(
        "tripadvisor",
        "div.review.basic_review, div.review-container[data-reviewid]",
        {
            "native": matched("[id^=rn]::attr(id), [data-reviewid]::attr(data-reviewid)", r"(\d+)"),
            "url": ".quote a::attr(href)",
            "author": ".username span::text || .username::text || .info_text div::text",
            "title": ".noQuotes::text || .quote::text",
            "body": ".entry p || .partial_entry",
            "rating": "img.rating_s_fill::attr(alt) || .rate img::attr(alt) || .ui_bubble_rating::attr(alt)",
            "published_at": _TRIPADVISOR_DATE,
        },
        drop="script, style, .mgrRspnInline",
        next_page=".pagination a.next::attr(href), link[rel=next]::attr(href)",
    ),
    Layout(
        "amazon",
        "[data-hook=review], div.review[id]",
        {
            "native": _own("id"),
            "author": ".a-profile-name::text || [data-hook=review-author]::text || .author::text",
            "title": joined("[data-hook=review-title] > span:not([class])::text, a.review-title::text"),
            "body": "[data-hook=review-body] || .review-text",
            "rating": "[data-hook$=review-star-rating] .a-icon-alt::text || .review-rating .a-icon-alt::text",
            "published_at": "[data-hook=review-date]::text || .review-date::text",
            "verified": _flag("[data-hook=avp-badge], .avp-badge"),
            "metrics.helpful": _helpful,
        },
        {"rating_best": 5},
        drop="script, style",
        next_page="li.a-last a::attr(href)",
    ),
    Layout(
        "thomann",
        ".customer-review[data-rating-id]",
        {
            "native": _own("data-rating-id"),
            "author": "[itemprop=author]::attr(content)",
            "title": ".js-headline-original::text",
            "body": ".js-text-original",
            "lang": ".js-text-original::attr(data-orig-lang)",
            "rating": matched(".fx-rating-stars__filler::attr(style)", r"([\d.]+%)"),
            "published_at": matched(".review-intro__author::text", r"(\d\d\.\d\d\.\d{4})"),
        },
        {"rating_scale": "5 stars"},
    ),
    Layout(
        "hreview",
        ".hreview",
        {
            "url": "[rel~=bookmark]::attr(href)",
            "author": ".reviewer .fn::text || .reviewer::text",
            "title": ".summary::text",
            "body": ".description",
            "rating": ".rating .value::text || .rating .value-title::attr(title) || .rating::text",
            "rating_best": ".rating .best::text || .rating .best::attr(title)",
            "published_at": _HREVIEW_DATE,
            "product_name": ".item .fn::text || .item::text",
        },
    ),
)  # fmt: skip
