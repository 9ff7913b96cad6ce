"""The odd records of the demo: hostile, broken, copied, bought, private. Each is marked with what is odd about it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta

from flows.demo import material
from flows.demo.world import Item, Piece, World

Code = Callable[..., str]


def add(world: World, code: Code) -> None:
    """Add the odd records to a world, and make some ordinary ones odd."""
    for number, entry in enumerate(material.table("special")["review"]):
        _review(world, code, number, entry)
    _empty_bodies(world)
    _edited(world)
    _posts(world)
    _syndicate(world)


def _review(world: World, code: Code, number: int, entry: dict[str, object]) -> None:
    """A written-out review takes the place of an ordinary one of its page, at that one's date."""
    place = str(entry["place"])
    page = next(p for p in world.pages if f"{p.shop}/{p.slug}" == place)
    ordinary = sorted(world.of("product_page", place), key=lambda item: item.ident)
    near = ordinary[number % len(ordinary)]
    body = str(entry["body"])
    world.items.append(
        Item(
            ident=code(f"special/{number}", 10, "0123456789"),
            source="product_page",
            place=place,
            kind="review",
            brand=page.brand,
            product=page.product,
            lang=page.lang,
            when=near.when + timedelta(minutes=7),
            author=str(entry.get("author", "anonymous")),
            title=str(entry["title"]) if "title" in entry else None,
            pieces=()
            if not body
            else (Piece(body, str(entry.get("moment", "none")), str(entry.get("sentiment", "neutral"))),),
            override=body * int(str(entry.get("times", 1))),
            stars=float(str(entry.get("stars", 1))),
            mark=str(entry["mark"]),
            extra={key: entry[key] for key in ("date", "rating", "free") if key in entry},
        )
    )


def _syndicate(world: World) -> None:
    """Four reviews of one shop stand word for word in another too, under other ids; one of them lightly changed."""
    for brand in world.brands[:4]:
        slug = next(p.slug for p in world.pages if p.brand == brand.name and p.shop == "brightcart")
        source = next(i for i in world.of("product_page", f"havenhall/{slug}") if len(i.pieces) >= 3 and not i.mark)
        twin = copy.copy(source)
        twin.place, twin.ident, twin.mark, twin.verified = f"brightcart/{slug}", source.ident[::-1], "syndicated", False
        if brand is world.brands[3]:
            twin.pieces, twin.mark = (
                (*source.pieces[:-1], Piece(source.pieces[-1].text + " Thanks!", *_meaning(source.pieces[-1]))),
                "near duplicate",
            )
        source.mark = "syndicated original"
        world.items.append(twin)


def _meaning(piece: Piece) -> tuple[str, str]:
    return piece.moment, piece.sentiment


def _empty_bodies(world: World) -> None:
    """Ratings without a word, as many shops have them."""
    for place in ("havenhall/dustling-s2", "havenhall/brezzano-mini", "kontorhaus/tazzoro-t3", "lumiere/murrolo-aqua"):
        item = next(i for i in world.of("product_page", place) if not i.mark)
        item.pieces, item.title, item.mark = (), None, "empty body"


def _edited(world: World) -> None:
    item = next(i for i in world.of("product_page", "havenhall/brezzano-classica") if not i.mark)
    item.edited, item.mark = item.when + timedelta(days=2, hours=3), "edited"
    item.pieces = (*item.pieces, Piece("Edit: after two days I still think the same.", "feedback", "neutral"))
    comment = next(i for i in world.of("youtube") if i.kind == "comment" and not i.mark)
    comment.edited, comment.mark = comment.when + timedelta(hours=1), "edited"


def _posts(world: World) -> None:
    """A handle in a post, edited posts, one without text, one behind a content warning, and a quote in a thread."""
    statuses = world.of("mastodon", "halvorra")
    statuses[3].mark, statuses[3].extra["mention"] = "handle", "halvorra_care@rooms.example"
    statuses[5].mark, statuses[5].edited = "edited", statuses[5].when + timedelta(minutes=9)
    statuses[8].mark, statuses[8].pieces, statuses[8].override = "no text", (), ""
    statuses[11].mark, statuses[11].extra["warning"] = "content warning", "parcel rant"
    posts = world.of("discourse", "655")
    posts[4].mark, posts[4].edited = "edited", posts[4].when + timedelta(hours=2)
    thread = world.of("discourse", "412")
    thread[6].mark, thread[6].extra["quote"] = "quote", thread[2].body
