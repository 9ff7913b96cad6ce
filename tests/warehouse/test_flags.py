"""Copies, spam, incentives and staff replies: marked, kept, and left out of figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.world import Landing, item
from warehouse.connect import Warehouse
from warehouse.load import load_packages
from warehouse.marts import refresh

REVIEW = (
    "The machine came on a Monday and ever since it has made two good cups each morning without any trouble at all, "
    "which is more than I can say of the old one that leaked all over the kitchen table."
)
EDITED = REVIEW.replace("two good cups", "two very good cups")
CHANGED = (
    "The parcel came on a Friday and ever since then the lid has leaked each evening, which is why I "
    "sent it straight to the shop for my money."
)


def _flags(warehouse: Warehouse, landing: Landing, *items: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """The flag of each item, and what it copies."""
    for source in sorted({each["source"] for each in items}):
        landing.put([each for each in items if each["source"] == source], source=source)
    load_packages(warehouse, landing.folder)
    refresh(warehouse)
    rows = warehouse.con.execute("""
        SELECT i.item_id, f.flag, o.item_id FROM items i LEFT JOIN item_flags f USING (item_key)
            LEFT JOIN items o ON o.item_key = f.original_key
    """).fetchall()
    return {name.split(":")[1]: (flag, original) for name, flag, original in rows}


def test_copies_point_to_the_first(warehouse: Warehouse, landing: Landing) -> None:
    found = _flags(
        warehouse,
        landing,
        item("first", body=REVIEW, published_at="2026-03-01T00:00:00Z"),
        item("same", body=REVIEW.upper().replace(",", " –"), published_at="2026-03-02T00:00:00Z"),
        item("near", body=EDITED, published_at="2026-03-03T00:00:00Z"),
        item("elsewhere", body=REVIEW, source="bazaarvoice", published_at="2026-03-04T00:00:00Z"),
        item("other", body=CHANGED, published_at="2026-03-05T00:00:00Z"),
    )
    first = "product_page:first"
    assert found == {
        "first": (None, None),
        "same": ("duplicate", first),
        "near": ("near duplicate", first),
        "elsewhere": ("syndicated", first),
        "other": (None, None),
    }


def test_an_earlier_original_that_arrives_later_takes_its_place(warehouse: Warehouse, landing: Landing) -> None:
    second = item("second", body=REVIEW, published_at="2026-03-02T00:00:00Z")
    assert _flags(warehouse, landing, second) == {"second": (None, None)}
    found = _flags(warehouse, landing, item("first", body=REVIEW, published_at="2026-03-01T00:00:00Z"))
    assert found == {"first": (None, None), "second": ("duplicate", "product_page:first")}
    # And when the original is rewritten, the copy is none any more.
    found = _flags(
        warehouse,
        landing,
        item("first", body=CHANGED, published_at="2026-03-01T00:00:00Z", fetched_at="2026-08-01T00:00:00Z"),
    )
    assert found == {"first": (None, None), "second": (None, None)}


def test_short_praise_is_no_copy_unless_one_author_repeats_it(warehouse: Warehouse, landing: Landing) -> None:
    found = _flags(
        warehouse,
        landing,
        item("a", body="Great product!"),
        item("b", body="great product"),
        item("c", body="Great product", author_key="a-b"),
        item("empty", body=None, rating=1.0),
        item("also empty", body=None, rating=1.0),
    )
    assert {name: flag for name, (flag, _) in found.items() if flag} == {"c": "duplicate"}


CASES = {
    "Thank you for your review! Please contact us so that we can help.": "staff",
    "We are so sorry to hear about this, our team will call you.": "staff",
    "I received this product for free in exchange for my honest review.": "incentivised",
    "Kostenlos zum Testen erhalten.": "incentivised",
    "Earn money from home, message me on WhatsApp": "spam",
    "See http://a.example http://b.example https://c.example": "spam",
    "Thank you for the free shipping, and for the honest page.": None,
    "I thank my sister for the feedback on my cooking.": None,
    "They exchanged it for free.": None,
    "The support team was sorry.": None,
    "": None,
}


def test_words_that_give_it_away(warehouse: Warehouse, landing: Landing) -> None:
    found = _flags(
        warehouse, landing, *(item(str(number), body=text or None, rating=0.8) for number, text in enumerate(CASES))
    )
    assert {text: found[str(number)][0] for number, text in enumerate(CASES)} == CASES


@pytest.mark.parametrize(
    ("extra", "flag"), [({"staff": True}, "staff"), ({"incentivized": True}, "incentivised"), ({"staff": False}, None)]
)
def test_what_the_source_says(warehouse: Warehouse, landing: Landing, extra: dict[str, Any], flag: str | None) -> None:
    assert _flags(warehouse, landing, item("1", extra=extra)) == {"1": (flag, None)}


def test_flagged_items_stay_out_of_figures_and_are_counted(
    warehouse: Warehouse, landing: Landing, tmp_path: Path
) -> None:
    _flags(
        warehouse,
        landing,
        item("1", body=REVIEW, rating=0.2),
        item("2", body=REVIEW, rating=0.2),
        item("3", extra={"staff": True}),
    )
    period = ["Nordbrew", "2026-01-01", "2026-12-31"]
    count = "SELECT items FROM tmot(?, ?, ?{}) WHERE level = 'brand'"
    assert warehouse.con.execute(count.format(""), period).fetchall() == [(1,)]
    assert warehouse.con.execute(count.format(", with_flagged := true"), period).fetchall() == [(3,)]
    assert warehouse.con.execute("SELECT flagged, duplicate, staff FROM coverage(?, ?, ?)", period).fetchall() == [
        (2, 1, 1)
    ]
