"""WooCommerce: ten reviews against the payload, with and without the totals in the headers; sites that are no shop."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "fixtures" / "woocommerce"
ADDRESS = "https://shop.nordbrew.example/wp-json/wc/store/v1/products/reviews?page="


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


def answer(name: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json", **headers}, (HERE / name).read_bytes()


@pytest.mark.parametrize("headers", [{"X-WP-Total": "10", "X-WP-TotalPages": "2"}, {}])
def test_ten_reviews_against_the_payload(parse: Callable[..., Any], headers: dict[str, str]) -> None:
    pages = {f"{ADDRESS}1": answer("page1.json", **headers), f"{ADDRESS}2": answer("page2.json", **headers)}
    parsed = parse("woocommerce", "https://shop.nordbrew.example", {**pages, f"{ADDRESS}3": "[]"})
    found = {item["item_id"]: item for item in parsed.items}
    reviews = load("page1.json") + load("page2.json")
    assert len(reviews) == len(found) == 10
    for review in reviews:
        item = found[f"woocommerce:shop.nordbrew.example/{review['id']}"]
        assert item["rating"] == (review["rating"] / 5 or None)
        assert item["published_at"] == review["date_created_gmt"] + "Z"
        assert item["verified"] is review["verified"]
        assert item["product_id"] == str(review["product_id"])
        assert "<" not in item["body"] and "&" not in item["body"]
        assert item["url"] == f"{review['product_permalink']}#comment-{review['id']}"
    assert found["woocommerce:shop.nordbrew.example/307"]["body"] == "It’s fine.\nReally."
    assert parsed.verdict()[0] == "finished"
    assert len(parsed.asked) == (2 if headers else 3)


def test_a_part_of_a_shop(parse: Callable[..., Any]) -> None:
    parsed = parse("woocommerce", "https://shop.nordbrew.example/de?product_id=40", {})
    assert "/de/wp-json/" in parsed.asked[0] and "product_id=40" in parsed.asked[0]


def test_a_site_that_is_no_shop_says_so(parse: Callable[..., Any]) -> None:
    missing = (404, {"Content-Type": "application/json"}, (HERE / "missing.json").read_bytes())
    parsed = parse("woocommerce", "https://shop.nordbrew.example", {f"{ADDRESS}1": missing})
    assert parsed.verdict()[0] == "failed" and "No route was found" in parsed.verdict()[1]
    assert "not of the form" in parse("woocommerce", "shop.nordbrew.example", {}).verdict()[1]
