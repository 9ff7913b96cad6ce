"""One month of a small world, every figure of which can be counted by hand (see `test_marts_*.py`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nlp import schemes
from tests.warehouse.world import WATCHLIST, Landing, item, tag, write_tags
from warehouse.config import store_schemes, store_watchlist
from warehouse.connect import Warehouse
from warehouse.load import load_packages
from warehouse.tags import load_tags

Said = tuple[str, str, str]
NOBODY = {"brand": None, "product_id": None, "product_name": None}
TWO = {"product_id": "nb-2", "product_name": "Nordbrew Two"}


def _entry(native: str, day: str, *said: Said, **fields: Any) -> tuple[dict[str, Any], list[Said]]:
    fields.setdefault("body", " ".join(words for words, _, _ in said) or None)
    return item(native, published_at=f"{day}T12:00:00Z" if day else None, **fields), list(said)


LATE = ("It arrived two weeks late again.", "wait", "negative")
WASTE = ("Waste of money.", "feedback", "negative")
VIDEO = {"source": "youtube", "kind": "video", **NOBODY}
COMMENT = {"source": "youtube", "kind": "comment", "parent_id": "youtube:v1", **NOBODY}

ENTRIES = [
    _entry(
        "r1",
        "2026-03-02",
        ("Great coffee.", "use", "positive"),
        ("I will buy it again.", "feedback", "positive"),
        ("I recommend it.", "referral", "positive"),
        rating=1.0,
        verified=True,
        metrics={"helpful": 7},
    ),
    _entry("r2", "2026-03-03", LATE, WASTE, rating=0.2),
    _entry(
        "r3",
        "2026-03-10",
        ("Delivery was slow and the box was torn.", "wait", "negative"),
        ("I returned it.", "feedback", "negative"),
        rating=0.4,
        **TWO,
    ),
    _entry(
        "r4",
        "2026-03-11",
        ("Shipping took long.", "wait", "negative"),
        ("Tastes fine.", "use", "positive"),
        rating=0.8,
        **TWO,
    ),
    _entry("r5", "2026-03-12", ("Simple app.", "use", "positive"), rating=1.0, source="app_store"),
    _entry("r6", "2026-03-18", ("Does the job.", "use", "neutral"), rating=0.6),
    _entry("e1", "2026-03-15", rating=1.0),
    _entry(
        "v1",
        "2026-03-05",
        ("Nordbrew One unboxing", "research", "neutral"),
        title="Nordbrew One unboxing",
        body=None,
        metrics={"views": 1000, "likes": 50, "comments": 10, "duration_s": 300},
        **VIDEO,
    ),
    _entry(
        "v2",
        "2026-03-06",
        ("Nordbrew One vs Kaffio Mini", "research", "neutral"),
        title="Nordbrew One vs Kaffio Mini",
        body=None,
        metrics={"views": 500, "likes": 20},
        **VIDEO,
    ),
    _entry("c1", "2026-03-06", ("Is it loud?", "research", "neutral"), metrics={"likes": 3}, **COMMENT),
    _entry("c2", "2026-03-07", ("I switched from Kaffio to Nordbrew.", "feedback", "positive"), **COMMENT),
    _entry(
        "p1",
        "2026-03-20",
        ("Where can I buy the Nordbrew Two?", "research", "neutral"),
        source="reddit",
        kind="post",
        **NOBODY,
    ),
    _entry(
        "k1",
        "2026-03-03",
        ("Nice.", "use", "positive"),
        brand="Kaffio",
        product_id="k-1",
        product_name="Kaffio Mini",
        rating=0.8,
    ),
    _entry("u1", "2026-03-04", ("Nothing to see here.", "none", "neutral"), source="reddit", kind="post", **NOBODY),
    _entry("n1", "", ("No date.", "use", "negative"), rating=0.4),
    _entry("d1", "2026-03-05", LATE, WASTE, rating=0.2, author_key="another"),
    _entry(
        "s1",
        "2026-03-04",
        ("Thank you for your review, please contact our support team.", "none", "positive"),
        kind="comment",
        parent_id="product_page:r2",
    ),
]
"""Of Nordbrew in March twelve items count: r1…r6, e1, v1, v2, c1, c2 and p1; d1 is a copy, s1 staff, n1 has no date."""

ARGS = ["Nordbrew", "2026-03-01", "2026-03-31"]


def all_schemes() -> dict[str, Any]:
    """The project's own schemes as `store_schemes` takes them."""
    loaded = schemes.load()
    return {
        "labels": list(loaded.labels),
        "schemes": {name: {"source": each.source, **each.stages} for name, each in loaded.schemes.items()},
    }


def fill(warehouse: Warehouse, folder: Path, entries: list[tuple[dict[str, Any], list[Said]]] = ENTRIES) -> None:
    """Load and tag entries, each source in a package of its own; the marts are left to the caller."""
    store_schemes(warehouse, all_schemes())
    store_watchlist(warehouse, WATCHLIST)
    landing = Landing(folder / "landing")
    for source in sorted({record["source"] for record, _ in entries}):
        landing.put([record for record, _ in entries if record["source"] == source], source=source)
    load_packages(warehouse, landing.folder)
    tags = []
    for record, said in entries:
        text = ". ".join(part for part in (record["title"], record["body"]) if part)
        if text:
            tags.append(tag(record["item_id"], *said, text=text))
    load_tags(warehouse, write_tags(folder / "tags.jsonl", tags))
