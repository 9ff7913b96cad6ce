"""The customer-review feed of Apple's App Store, JSON and XML: at most ten pages of fifty, newest first.

`/{cc}/rss/customerreviews/page={n}/id={app}/sortby=mostrecent/{json|xml}`. Kept from the real feed: every scalar is a
{"label": …}; times carry an offset of -07:00; `entry` is missing when there is none and an object when there is one;
`next` and `last` of the JSON point to XML; some storefronts leave `updated` out of the JSON, the XML has it.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from html import escape
from typing import Any

from flows.demo.world import Item, World

PER_PAGE, MAX_PAGES = 50, 10
_PACIFIC = timezone(timedelta(hours=-7))
#: Storefronts whose JSON has no dates, and one whose XML is not well-formed (a bare ampersand).
UNDATED_STOREFRONT = "fr"
BROKEN_XML = "de/1690000102"


def _time(when: datetime) -> str:
    return when.astimezone(_PACIFIC).isoformat(timespec="seconds")


def _page(world: World, storefront: str, app: str, page: int) -> tuple[list[Item], int]:
    """The reviews of one page and the number of the last page."""
    reviews = sorted(
        world.of("app_store", f"{storefront}/{app}"), key=lambda item: item.edited or item.when, reverse=True
    )
    last = max(1, min(MAX_PAGES, -(-len(reviews) // PER_PAGE)))
    return (reviews[(page - 1) * PER_PAGE : page * PER_PAGE] if 1 <= page <= last else []), last


def feed_json(world: World, base: str, storefront: str, app: str, page: int) -> dict[str, Any]:
    """The feed as JSON."""
    reviews, last = _page(world, storefront, app, page)
    author = {"name": {"label": "iTunes Store"}, "uri": {"label": f"{base}/{storefront}/itunes/"}}
    if not reviews:
        return {"feed": {"author": author}}
    entries: list[dict[str, Any]] = [_entry(base, storefront, app, item) for item in reviews]
    return {
        "feed": {
            "author": author,
            "entry": entries[0] if len(entries) == 1 else entries,
            "updated": {"label": _time(max(item.edited or item.when for item in reviews))},
            "rights": {"label": "Copyright of an invented store"},
            "title": {"label": "iTunes Store: Customer Reviews"},
            "icon": {"label": f"{base}/favicon.ico"},
            "link": [
                {"attributes": {"rel": rel, "href": href}} for rel, href in _links(base, storefront, app, page, last)
            ],
            "id": {"label": f"{base}/{storefront}/rss/customerreviews/id={app}/sortBy=mostRecent/page={page}/json"},
        }
    }


def lookup(world: World, base: str, app: str) -> dict[str, Any]:
    """What `/lookup?id=` says about an app; no result for an unknown one."""
    brand = next((b for b in world.brands if str(b.app_id) == app), None)
    if brand is None:
        return {"resultCount": 0, "results": []}
    about = {
        "wrapperType": "software",
        "kind": "software",
        "trackId": brand.app_id,
        "trackName": brand.app_name,
        "sellerName": brand.name,
        "artistName": brand.name,
        "bundleId": f"example.{brand.tag}.home",
        "primaryGenreName": "Lifestyle",
        "trackViewUrl": f"{base}/us/app/id{app}",
        "userRatingCount": sum(1 for item in world.of("app_store") if item.place.endswith(f"/{app}")),
    }
    return {"resultCount": 1, "results": [about]}


def _links(base: str, storefront: str, app: str, page: int, last: int) -> list[tuple[str, str]]:
    def href(number: int) -> str:
        described = f"/customerreviews/id={app}/sortBy=mostRecent/page={page}/json"
        return (
            f"{base}/{storefront}/rss/customerreviews/page={number}/id={app}/sortby=mostrecent/xml?urlDesc={described}"
        )

    links = [
        ("self", f"{base}/{storefront}/rss/customerreviews/id={app}/sortBy=mostRecent/page={page}/json"),
        ("first", href(1)),
        ("last", href(last)),
    ]
    return [*links, ("previous", href(max(1, page - 1))), ("next", href(min(last, page + 1)))]


def _entry(base: str, storefront: str, app: str, item: Item) -> dict[str, Any]:
    entry = {
        "author": {
            "uri": {"label": f"{base}/{storefront}/reviews/id{int(item.ident) % 900_000_000}"},
            "name": {"label": item.author},
            "label": "",
        },
        "updated": {"label": _time(item.edited or item.when)},
        "im:rating": {"label": f"{item.stars:.0f}"},
        "im:version": {"label": item.extra["version"]},
        "id": {"label": item.ident},
        "title": {"label": item.title or ""},
        "content": {"label": item.body, "attributes": {"type": "text"}},
        "link": {
            "attributes": {"rel": "related", "href": f"{base}/{storefront}/review?id={app}&type=Purple%20Software"}
        },
        "im:voteSum": {"label": str(item.helpful // 2)},
        "im:contentType": {"attributes": {"term": "Application", "label": "Application"}},
        "im:voteCount": {"label": str(item.helpful)},
    }
    if storefront == UNDATED_STOREFRONT:
        del entry["updated"]
    return entry


def feed_xml(world: World, base: str, storefront: str, app: str, page: int) -> str:
    """The feed as Atom with Apple's extensions."""
    reviews, last = _page(world, storefront, app, page)
    if not reviews:
        return '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"></feed>'
    links = "".join(
        f'<link rel="{rel}" href="{escape(href)}"/>' for rel, href in _links(base, storefront, app, page, last)
    )
    bare = " Tips & tricks" if f"{storefront}/{app}" == BROKEN_XML else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns:im="http://itunes.apple.com/rss" '
        f'xmlns="http://www.w3.org/2005/Atom" xml:lang="{storefront}">\n'
        f"<id>{base}/{storefront}/rss/customerreviews/id={app}/sortBy=mostRecent/page={page}/xml</id>"
        f"<title>iTunes Store: Customer Reviews{bare}</title>"
        f"<updated>{_time(max(item.edited or item.when for item in reviews))}</updated>{links}<author>"
        f"<name>iTunes Store</name></author>\n"
        + "\n".join(_xml_entry(base, storefront, app, item) for item in reviews)
        + "\n</feed>\n"
    )


def _xml_entry(base: str, storefront: str, app: str, item: Item) -> str:
    title, body = escape(item.title or "", quote=False), escape(item.body, quote=False)
    return (
        f"<entry><updated>{_time(item.edited or item.when)}</updated><id>{item.ident}</id>"
        f'<title>{title}</title><content type="text">{body}</content>'
        f'<im:contentType term="Application" label="Application"/><im:voteSum>{item.helpful // 2}'
        f"</im:voteSum><im:voteCount>{item.helpful}</im:voteCount>"
        f"<im:rating>{item.stars:.0f}</im:rating><im:version>{item.extra['version']}</im:version>"
        f"<author><name>{escape(item.author)}</name>"
        f"<uri>{base}/{storefront}/reviews/id{int(item.ident) % 900_000_000}</uri></author>"
        f'<link rel="related" href="{base}/{storefront}/review?id={app}&amp;type=Purple%20Software"/>'
        f'<content type="html">{escape(f"<table><tr><td><b>{title}</b><br/>{body}</td></tr></table>")}'
        f"</content></entry>"
    )
