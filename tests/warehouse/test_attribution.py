"""Which brands an item speaks of, and how it weighs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.march import NOBODY
from tests.warehouse.world import WATCHLIST, Landing, item
from warehouse.config import store_watchlist
from warehouse.connect import Warehouse
from warehouse.errors import WarehouseError
from warehouse.load import load_packages
from warehouse.marts import refresh

POST = {"source": "reddit", "kind": "post", **NOBODY}

CASES: dict[str, tuple[dict[str, Any], set[tuple[str, str, str, str | None]]]] = {
    "the page's brand, in the watchlist's spelling": (
        {"brand": "NORD-brew"},
        {("Nordbrew", "subject", "page", "nb-1")},
    ),
    "a brand that is not on the watchlist stays": ({"brand": "Other"}, {("Other", "subject", "page", "nb-1")}),
    "the product by its name on the page": (
        {"product_id": "sku-9", "product_name": "Machine NORDBREW TWO, black"},
        {("Nordbrew", "subject", "page", "nb-2")},
    ),
    "the brand by the product's name on the page": (
        {"brand": None, "product_id": "x", "product_name": "Kaffio Mini 230 V"},
        {("Kaffio", "subject", "product", "k-1")},
    ),
    "another brand in a review is only mentioned": (
        {"body": "Unlike Kaffio it works."},
        {("Nordbrew", "subject", "page", "nb-1"), ("Kaffio", "mentioned", "text", None)},
    ),
    "a post names several": (
        {**POST, "body": "Nordbrew or Kaffio Mini?"},
        {("Nordbrew", "subject", "text", None), ("Kaffio", "subject", "text", "k-1")},
    ),
    "an alias, in the title": (
        {**POST, "title": "My nord brew!", "body": None},
        {("Nordbrew", "subject", "text", None)},
    ),
    "a product's alias": ({**POST, "body": "the NB1, finally"}, {("Nordbrew", "subject", "text", "nb-1")}),
    "possessive and punctuation": ({**POST, "body": "(Nordbrew's) lid"}, {("Nordbrew", "subject", "text", None)}),
    "not within a longer word": ({**POST, "body": "Nordbrewers unite, KaffioX"}, set()),
    "not beside an excluded term": ({**POST, "body": "See you at the Nordbrew festival"}, set()),
    "a common word without its context": ({**POST, "body": "Flowers in bloom"}, set()),
    "a common word with its context": (
        {**POST, "body": "The Bloom grinder is loud"},
        {("Bloom", "subject", "text", None)},
    ),
    "a rival that is not on the watchlist": (
        {**POST, "body": "Grindwell is cheap"},
        {("Grindwell", "subject", "text", None)},
    ),
    "no space between the words": ({**POST, "body": "新しいノルドを買った"}, {("Nordbrew", "subject", "text", None)}),
    "accents": ({**POST, "body": "Nórdbrèw!"}, {("Nordbrew", "subject", "text", None)}),
    "nobody": ({**POST, "body": "Nothing"}, set()),
}


@pytest.fixture
def watched(warehouse: Warehouse) -> Warehouse:
    brands = [
        {**brand, "aliases": [*brand["aliases"], "ノルド"]} if brand["name"] == "Nordbrew" else brand
        for brand in WATCHLIST
    ]
    store_watchlist(warehouse, brands)
    return warehouse


def _brands(warehouse: Warehouse) -> dict[str, set[tuple[Any, ...]]]:
    found: dict[str, set[tuple[Any, ...]]] = {}
    rows = warehouse.con.execute("SELECT item_id, brand, role, via, product_id FROM mentions").fetchall()
    for item_id, *rest in rows:
        found.setdefault(item_id.split(":")[1], set()).update({tuple(rest)} if rest[0] else set())
    return found


def test_each_case(watched: Warehouse, landing: Landing) -> None:
    landing.put([item(name, **fields) for name, (fields, _) in CASES.items()])
    load_packages(watched, landing.folder)
    refresh(watched)
    assert _brands(watched) == {name: expected for name, (_, expected) in CASES.items()}


def test_answers_take_the_brand_of_what_they_answer(watched: Warehouse, landing: Landing) -> None:
    """Also when the video arrives after its comments, and when its title changes."""
    comment = {**POST, "kind": "comment"}
    landing.put(
        [
            item("c", **comment, body="nice", parent_id="reddit:v"),
            item("r", **comment, body="yes", parent_id="reddit:c"),
            item("k", **comment, body="Kaffio is better", parent_id="reddit:v"),
        ]
    )
    load_packages(watched, landing.folder)
    refresh(watched)
    assert _brands(watched) == {"c": set(), "r": set(), "k": {("Kaffio", "subject", "text", None)}}
    for day, title, brand in ((2, "Nordbrew One", "Nordbrew"), (3, "Grindwell", "Grindwell")):
        landing.put(
            [item("v", **{**POST, "kind": "video"}, title=title, body=None, fetched_at=f"2026-07-0{day}T00:00:00Z")]
        )
        load_packages(watched, landing.folder)
        refresh(watched)
        product = "nb-1" if brand == "Nordbrew" else None
        inherited = {(brand, "subject", "parent", product)}
        assert _brands(watched) == {
            "v": {(brand, "subject", "text", product)},
            "c": inherited,
            "r": inherited,
            "k": {("Kaffio", "subject", "text", None), (brand, "mentioned", "parent", product)},
        }


def test_a_new_watchlist_attributes_again(watched: Warehouse, landing: Landing) -> None:
    landing.put([item("1", **POST, body="Zorp is great")])
    load_packages(watched, landing.folder)
    refresh(watched)
    assert _brands(watched) == {"1": set()}
    store_watchlist(watched, [{"name": "Zorp"}])
    assert refresh(watched).rebuilt
    assert _brands(watched) == {"1": {("Zorp", "subject", "text", None)}}
    store_watchlist(watched, [{"name": "Zorp"}])
    assert not refresh(watched).rebuilt


PAIRS = {
    "I switched from Kaffio to Nordbrew last year.": {
        ("Nordbrew", "Kaffio", "switched from"),
        ("Kaffio", "Nordbrew", "switched to"),
    },
    "Replaced my old Nordbrew with a Kaffio Mini": {
        ("Kaffio", "Nordbrew", "switched from"),
        ("Nordbrew", "Kaffio", "switched to"),
    },
    "Ich bin von Nordbrew auf Kaffio umgestiegen, gewechselt von Nordbrew zu Kaffio": {
        ("Kaffio", "Nordbrew", "switched from"),
        ("Nordbrew", "Kaffio", "switched to"),
    },
    "Nordbrew One vs. Kaffio": {("Nordbrew", "Kaffio", "versus"), ("Kaffio", "Nordbrew", "versus")},
    "Kaffio is much better than the Nordbrew": {("Nordbrew", "Kaffio", "versus"), ("Kaffio", "Nordbrew", "versus")},
    "I own a Nordbrew and a Kaffio": {("Nordbrew", "Kaffio", "named"), ("Kaffio", "Nordbrew", "named")},
    "Only Nordbrew": set(),
}


@pytest.mark.parametrize("text", PAIRS)
def test_pairs(watched: Warehouse, landing: Landing, text: str) -> None:
    landing.put([item("1", **POST, body=text)])
    load_packages(watched, landing.folder)
    refresh(watched)
    assert set(watched.con.execute("SELECT brand, rival, relation FROM rivals").fetchall()) == PAIRS[text]


def test_one_side_of_a_switch_is_the_brand_of_the_page(watched: Warehouse, landing: Landing) -> None:
    landing.put(
        [item("in", body="Came over from Kaffio, no regrets."), item("out", body="It broke. Going back to Kaffio.")]
    )
    load_packages(watched, landing.folder)
    refresh(watched)
    rows = watched.con.execute("SELECT item_id, relation FROM rivals WHERE brand = 'Nordbrew' ORDER BY 1").fetchall()
    assert rows == [("product_page:in", "switched from"), ("product_page:out", "switched to")]


def test_hostile_names_are_values(warehouse: Warehouse, landing: Landing, tmp_path: Path) -> None:
    store_watchlist(
        warehouse, [{"name": "'); DROP TABLE items; --", "aliases": ["(", "[a-z]+|.*", "\\", "$now"]}, {"name": "C++"}]
    )
    landing.put([item("1", **POST, body="anything at all"), item("2", **POST, body="drop table items, C++")])
    load_packages(warehouse, landing.folder)
    refresh(warehouse)
    assert _brands(warehouse) == {
        "1": set(),
        "2": {("'); DROP TABLE items; --", "subject", "text", None), ("C++", "subject", "text", None)},
    }


def test_a_watchlist_that_cannot_be(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="'Nordbrew' is on the watchlist twice"):
        store_watchlist(warehouse, [{"name": "Nordbrew"}, {"name": "nordbrew"}])
    with pytest.raises(WarehouseError, match="has no name"):
        store_watchlist(warehouse, [{"name": " "}])
