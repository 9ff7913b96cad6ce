"""Reviews and products out of schema.org nodes: pure functions from nodes to records with the fields of a draft.

A review is found wherever it stands: in a Product, ProductGroup, Recipe, LocalBusiness or any other thing, in an
`@graph`, in an item list, or beside the product that it names in `itemReviewed`. An AggregateRating never becomes a
review.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from crawlers.bases.structured import Node, types, walk
from crawlers.ratings import number
from crawlers.text import strip_markup

REVIEWS = frozenset({"Review", "UserReview", "CriticReview", "EmployerReview", "Recommendation"})
#: what a page may be about besides: such nodes are never the thing reviewed
# fmt: off
_NOT_SUBJECTS = REVIEWS | frozenset({
    "Rating", "AggregateRating", "Person", "Offer", "AggregateOffer", "WebPage", "WebSite", "BreadcrumbList",
    "ListItem", "ItemList", "Question", "Answer", "FAQPage", "ImageObject", "SearchAction", "CollectionPage", "Article",
    "NewsArticle", "ProfilePage",
})
_PRODUCTS = frozenset({
    "Product", "ProductGroup", "ProductModel", "IndividualProduct", "SoftwareApplication", "MobileApplication",
    "VideoGame", "Book", "Vehicle", "Car",
})
# fmt: on


def review_records(nodes: list[Node]) -> list[dict[str, Any]]:
    """One record a distinct review of a page, in its order."""
    about = main_subject(nodes)
    found = [_record(node, subject or about) for node, subject in _reviews(nodes)]
    best = _best_of_page(found)
    for record in found if best else ():
        record.setdefault("rating_best", best)
    return list(distinct(found))


def distinct(records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Records without those that repeat an earlier one: same text of the same author, or same silent rating at the
    same time.
    """
    met = set()
    for record in records:
        text = _letters(record.get("body")) or _letters(record.get("title"))
        rest = () if text else (str(record.get("rating")), record.get("published_at"), record.get("product_name"))
        mark = (text, _letters(record.get("author")), *rest)
        # Silent ratings without a date cannot be told apart, so none of them is taken for another's double.
        if mark in met and (text or record.get("published_at")):
            continue
        met.add(mark)
        yield record


def product_records(nodes: list[Node]) -> list[dict[str, Any]]:
    """Name, id, address and the aggregate figures of every product on a page: {"name", "id", "url", "rating", "best",
    "reviews"}.
    """
    found = []
    for node in walk(nodes):
        if not set(types(node)) & _PRODUCTS and not isinstance(node.get("aggregateRating"), dict | list):
            continue
        whole = first(node.get("aggregateRating")) or {}
        whole = whole if isinstance(whole, dict) else {}
        # "1,204" and "1.204" are counts with a thousands separator.
        reviews = number(re.sub(r"(?<=\d)[.,\s](?=\d{3}\b)", "", str(first(whole.get("reviewCount")))))
        found.append({
            **subject_of(node),
            "type": (types(node) or [""])[0],
            "url": text_of(node.get("url")),
            "rating": first(whole.get("ratingValue")),
            "best": first(whole.get("bestRating")),
            "reviews": None if reviews is None else int(reviews),
        })  # fmt: skip
    return found


def main_subject(nodes: list[Node]) -> Node | None:
    """What a page is about where it is about one thing: its only product, or the product that has reviews or a
    rating.
    """
    products = [node for node in walk(nodes) if set(types(node)) & _PRODUCTS]
    named = {text_of(node.get("name")) for node in products}
    if products and len(named) == 1:
        return products[0]
    rated = [node for node in nodes if node.get("aggregateRating") and text_of(node.get("name"))]
    return rated[0] if len(rated) == 1 else None


def first(value: Any) -> Any:
    """The first of a list, else the value."""
    return next((entry for entry in value if entry not in (None, "")), None) if isinstance(value, list) else value


def text_of(value: Any) -> str | None:
    """The text of a property that may be a text, a node with a name or value, or a list of them."""
    value = first(value)
    if isinstance(value, dict):
        return text_of(value.get("name") or value.get("@value") or value.get("value"))
    text = strip_markup(value) if value is not None else ""
    return text or None


def _reviews(nodes: list[Node]) -> Iterator[tuple[Node, Node | None]]:
    """(review, thing it stands in) of all nodes; each review once."""
    stack: list[tuple[Any, Node | None]] = [(nodes, None)]
    met: set[int] = set()
    while stack:
        current, subject = stack.pop()
        if isinstance(current, list):
            stack.extend((entry, subject) for entry in reversed(current))
        elif isinstance(current, dict) and id(current) not in met and len(met) < 50_000:
            met.add(id(current))
            kinds = set(types(current))
            if kinds & REVIEWS:
                named = first(current.get("itemReviewed"))
                # A bare Thing beside the product in which the review stands is what templates leave behind.
                real = (
                    isinstance(named, dict) and named.get("name") and not (subject and types(named) in (["Thing"], []))
                )
                yield current, named if real else subject
                continue
            inner = subject if kinds & _NOT_SUBJECTS or not (kinds and current.get("name")) else current
            stack.extend((value, inner) for value in reversed(list(current.values())) if isinstance(value, dict | list))


def _record(node: Node, subject: Node | None) -> dict[str, Any]:
    rating = first(node.get("reviewRating"))
    if not isinstance(rating, dict):
        rating = {"ratingValue": rating if rating is not None else node.get("ratingValue")}
    about = subject_of(subject) if subject else {}
    named = node.get("itemReviewed")
    record = {
        "native": _native(node),
        "url": text_of(node.get("url")),
        "author": _author(node.get("author") or node.get("creator")),
        "title": text_of(node.get("name") or node.get("headline")),
        "body": _body(node),
        "lang": first(node.get("inLanguage")),
        "rating": first(rating.get("ratingValue")),
        "rating_best": first(rating.get("bestRating")),
        "rating_worst": first(rating.get("worstRating")),
        "published_at": first(node.get("datePublished") or node.get("dateCreated") or node.get("date")),
        "edited_at": first(node.get("dateModified")),
        "product_name": about.get("name") or (named if isinstance(named, str) else None),
        "product_id": about.get("id"),
        "brand": about.get("brand"),
        "metrics.helpful": first(node.get("upvoteCount")),
        "_raw": node,
    }
    return {name: value for name, value in record.items() if value not in (None, "")}


def _body(node: Node) -> Any:
    for name in ("reviewBody", "text", "description", "articleBody"):
        if (value := node.get(name)) and strip_markup(first(value)):
            return first(value)
    parts = []
    for name, head in (("positiveNotes", "+"), ("negativeNotes", "-")):
        notes = [text_of(note.get("item") or note) for note in walk(node.get(name)) if "ListItem" in types(note)]
        parts += [f"{head} {note}" for note in notes if note]
    return "\n".join(parts) or None


def _author(value: Any) -> str | None:
    entries = value if isinstance(value, list) else [value]
    names: list[str] = []
    for entry in entries:
        inner = entry.get("name") if isinstance(entry, dict) else entry
        names += [str(name) for name in (inner if isinstance(inner, list) else [inner]) if isinstance(name, str | int)]
    # Addresses and badges that pages put beside the name are not part of it.
    return re.sub(r"\s*[\n,(|].*", "", "; ".join(names).strip(), flags=re.DOTALL) or None


def subject_of(node: Node) -> dict[str, Any]:
    for name in ("sku", "productID", "productGroupID", "mpn", "gtin13", "gtin", "gtin12", "gtin8", "identifier"):
        if native := text_of(node.get(name)):
            break
    else:
        native = None
    found = {
        "name": text_of(node.get("name")),
        "id": native,
        "brand": text_of(node.get("brand") or node.get("manufacturer")),
    }
    return {name: value for name, value in found.items() if value}


def _native(node: Node) -> str | None:
    """The review's own id: an `identifier`, or an `@id` or address that ends in one."""
    if native := text_of(node.get("identifier")):
        return native
    stated = node.get("@id")
    return stated if isinstance(stated, str) and re.search(r"\d", stated) and not stated.startswith("_:") else None


def _best_of_page(records: list[dict[str, Any]]) -> float | None:
    """The scale of ratings that state none: on a page with an eight, a four is of ten too."""
    shown = [value for r in records if "rating_best" not in r and (value := number(r.get("rating"))) is not None]
    stated = {number(r["rating_best"]) for r in records if "rating_best" in r}
    if shown and max(shown) > 5:
        return 10.0 if max(shown) <= 10 else 100.0
    return stated.pop() if len(stated) == 1 and shown else None


def _letters(value: Any) -> str:
    return re.sub(r"\W+", "", strip_markup(value).casefold())[:400] if value else ""
