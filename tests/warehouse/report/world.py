"""A small record of Nordbrew whose every figure can be counted by hand, with a hostile review in it.

What each block adds is said beside it; `test_report.py` counts on it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nlp import schemes
from tests.warehouse.conftest import WATCHLIST, Landing, item, tag, write_tags
from warehouse.config import store_schemes, store_watchlist
from warehouse.connect import open_warehouse
from warehouse.load import load_packages
from warehouse.marts import refresh
from warehouse.publish import publish
from warehouse.tags import load_tags

HAPPY = [  # eight reviews of five stars, 2 to 9 March: a positive use and a positive verdict each
    ("The crema is thick and even.", "A great machine."),
    ("It heats up in under a minute.", "Worth every cent."),
    ("The milk foam comes out silky.", "Five stars from me."),
    ("Cleaning the drip tray takes seconds.", "Very happy overall."),
    ("It is quieter than my kettle.", "Simply excellent."),
    ("The grinder handles oily beans well.", "Could not be better."),
    ("Espresso tastes round, never bitter.", "A lovely thing."),
    ("The water tank lasts three days.", "I would buy it again."),
]
LATE = [  # six reviews of one star, 4 to 9 May: a negative wait and a negative referral each
    ("The parcel came two weeks late.", "Do not order from them."),
    ("Tracking said delivered, nothing was at my door.", "Stay away from this shop."),
    ("The box arrived crushed on one side.", "Keep your money."),
    ("Delivery was promised for Monday and came on Friday week.", "Warn your friends."),
    ("The courier left it in the rain.", "Avoid it at all costs."),
    ("Half the order is still missing.", "Nobody should buy this."),
]
ASKED = [  # three questions before buying, 10 to 12 April, without feeling
    "Is the Nordbrew One better than the Kaffio Mini?",
    "What does the Nordbrew One cost to run each month?",
    "Does the Nordbrew Two fit under a low shelf?",
]
RIVAL = ["A tidy pump.", "Pods are cheap here.", "Steam wand works.", "Fits small cups too."]
SCRIPT = "<script>window.hacked = 'title'</script>"
EVIL = "<img src=x onerror=\"window.hacked = 'body'\"> Evil \u202eesrever\u202c word, \x1b[31mred\x07."
FORMULA = '=HYPERLINK("https://evil.example","free coffee")'


class World:
    """Items and the tags that belong to them."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.tags: list[dict[str, Any]] = []

    def add(
        self, native: str, *sentences: tuple[str, str, str], tagged: dict[str, Any] | None = None, **fields: Any
    ) -> None:
        """An item whose body is its sentences, unless `fields` says otherwise."""
        fields.setdefault("body", " ".join(words for words, _, _ in sentences))
        record = item(native, **fields)
        title, body = record["title"] or "", record["body"] or ""
        self.items.append(record)
        text = f"{title}. {body}" if title and body else title or body
        self.tags.append(tag(record["item_id"], *sentences, text=text, **{"lang": record["lang"], **(tagged or {})}))


def fill() -> World:
    """All items of the record."""
    world = World()
    for place, (use, verdict) in enumerate(HAPPY):
        world.add(
            f"happy-{place}",
            (use, "use", "positive"),
            (verdict, "feedback", "positive"),
            rating=1.0,
            published_at=f"2026-03-0{2 + place}T10:00:00Z",
        )
    for place, (wait, warning) in enumerate(LATE):
        world.add(
            f"late-{place}",
            (wait, "wait", "negative"),
            (warning, "referral", "negative"),
            rating=0.2,
            published_at=f"2026-05-0{4 + place}T10:00:00Z",
        )
    two = {"product_id": "nb-2", "product_name": "Nordbrew Two", "rating": 0.6}
    world.add("cups", ("It brews two cups at once.", "use", "neutral"), published_at="2026-04-01T10:00:00Z", **two)
    world.add("lid", ("The lid has a rubber seal.", "use", "neutral"), published_at="2026-04-02T10:00:00Z", **two)
    free = {"product_id": None, "product_name": None}
    for place, question in enumerate(ASKED):
        world.add(
            f"ask-{place}",
            (question, "research", "neutral"),
            source="hackernews",
            kind="post",
            published_at=f"2026-04-1{place}T10:00:00Z",
            **free,
        )
    world.add(
        "came",
        ("I switched from Kaffio to Nordbrew.", "feedback", "positive"),
        rating=0.8,
        published_at="2026-04-20T10:00:00Z",
    )
    world.add(
        "went",
        ("I switched from Nordbrew to Kaffio.", "feedback", "negative"),
        rating=0.4,
        published_at="2026-04-21T10:00:00Z",
    )
    world.add(
        "v1",
        ("Unboxing the Nordbrew One", "research", "positive"),
        source="youtube",
        kind="video",
        title="Unboxing the Nordbrew One",
        body=None,
        url="https://video.example/watch?v=v1",
        metrics={"views": 1000, "likes": 50, "comments": 3},
        published_at="2026-04-15T10:00:00Z",
    )
    world.add(
        "c1",
        ("What a lovely colour.", "encounter", "positive"),
        source="youtube",
        kind="comment",
        parent_id="youtube:v1",
        published_at="2026-04-16T10:00:00Z",
        **free,
    )
    world.add(
        "spaet",
        ("Die Lieferung kam zu spät.", "wait", "negative"),
        source="mastodon",
        kind="post",
        lang="de",
        published_at="2026-05-10T10:00:00Z",
        **free,
    )
    world.add(
        "hmm",
        ("Hmm, the thing with the thing.", "none", "neutral"),
        published_at="2026-03-20T10:00:00Z",
        tagged={"status": "unsure"},
    )
    # left out of the figures: a copy on another site, one without a date, one of no brand
    world.add(
        "copy",
        (HAPPY[0][0], "use", "positive"),
        (HAPPY[0][1], "feedback", "positive"),
        source="bazaarvoice",
        rating=1.0,
        published_at="2026-03-03T10:00:00Z",
    )
    world.add("undated", ("Praise for the steam wand, whenever it was.", "use", "positive"), published_at=None)
    world.add(
        "toaster", ("My toaster is fine.", "use", "positive"), brand=None, published_at="2026-03-03T10:00:00Z", **free
    )
    for place, words in enumerate(RIVAL):
        world.add(
            f"rival-{place}",
            (words, "use", "positive"),
            brand="Kaffio",
            product_id="k-1",
            product_name="Kaffio Mini",
            rating=0.8,
            published_at=f"2026-03-1{place}T10:00:00Z",
        )
    long = "W" * 1_000_000
    world.add(
        "hostile",
        (EVIL, "use", "negative"),
        (long, "use", "neutral"),
        title=SCRIPT,
        url="javascript:window.hacked='link'",
        product_id="evil",
        product_name="\"><script>window.hacked = 'product'</script>",
        published_at="2026-04-25T10:00:00Z",
    )
    world.add(
        "formula",
        (FORMULA, "use", "neutral"),
        url="https://shop.example/formula?a=1&b=2",
        published_at="2026-04-26T10:00:00Z",
    )
    return world


def make(folder: Path) -> Path:
    """Build the record in a warehouse under `folder` and publish it; returns the snapshot."""
    world, landing = fill(), Landing(folder / "landing")
    for source in sorted({each["source"] for each in world.items}):
        landing.put([each for each in world.items if each["source"] == source], source=source)
    with open_warehouse(folder / "warehouse.duckdb") as warehouse:
        store_watchlist(warehouse, WATCHLIST)
        store_schemes(warehouse, schemes.load().as_dict())
        load_packages(warehouse, landing.folder)
        load_tags(warehouse, write_tags(folder / "tags.jsonl", world.tags))
        refresh(warehouse)
        return publish(warehouse, folder / "published.duckdb")
