"""Hacker News: twelve hits against the payload; older windows, loose hits, threads."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "fixtures" / "hackernews"


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


SEARCH = "https://hn.algolia.com/api/v1/search_by_date?query=nordbrew"
OLDEST = load("page0.json")["hits"][-1]["created_at_i"]
ANSWERS = {SEARCH: load("page0.json"), f"{SEARCH}&numericFilters=created_at_i%3C%3D{OLDEST}": load("older.json")}


def test_hits_against_the_payload(parse: Callable[..., Any]) -> None:
    parsed = parse("hackernews", "nordbrew", ANSWERS, brand="Nordbrew")
    found = {item["item_id"]: item for item in parsed.items}
    hits = {hit["objectID"]: hit for hit in load("page0.json")["hits"] + load("older.json")["hits"]}
    assert len(hits) == len(found) == 12
    for native, hit in hits.items():
        item = found[f"hackernews:{native}"]
        assert item["brand"] is None  # a loose search: the text decides
        assert item["title"] == hit["title"]
        assert datetime.fromisoformat(item["published_at"]).timestamp() == hit["created_at_i"]
        assert item["url"] == f"https://news.ycombinator.com/item?id={native}"
        assert item["parent_id"] == (f"hackernews:{hit['parent_id']}" if hit["parent_id"] else None)
        assert item["metrics"].get("likes") == hit["points"]
        assert item["metrics"].get("comments") == hit["num_comments"]
        assert item["author_key"]
        assert item["extra"].get("thread") == hit["story_title"]
    kinds = [item["kind"] for item in parsed.items]
    assert (kinds.count("post"), kinds.count("question"), kinds.count("comment")) == (1, 1, 10)
    assert parsed.verdict()[:2] == ("finished", None)


def test_loose_hits_are_marked(parse: Callable[..., Any]) -> None:
    loose = [
        item["item_id"][-2:]
        for item in parse("hackernews", "nordbrew", ANSWERS).items
        if "names_query" in item["extra"]
    ]
    assert loose == ["08", "06", "04", "01"]


def test_an_early_end_is_told(parse: Callable[..., Any]) -> None:
    empty = {"hits": [], "nbHits": 12, "page": 1, "nbPages": 2, "hitsPerPage": 8}
    pages = {SEARCH: load("page0.json") | {"nbPages": 2}, f"{SEARCH}&page=1": empty}
    status, reason, _ = parse("hackernews", "nordbrew", pages).verdict()
    assert (status, reason) == ("incomplete", "8 of 12 arrived")


@pytest.mark.parametrize("target", ["items/42000", "item=42000", "https://news.ycombinator.com/item?id=42000"])
def test_a_thread_with_a_deleted_comment(target: str, parse: Callable[..., Any]) -> None:
    parsed = parse("hackernews", target, {"https://hn.algolia.com/api/v1/items/42000": load("tree.json")})
    assert [item["item_id"] for item in parsed.items] == [f"hackernews:{n}" for n in (42000, 42001, 42003)]
    assert parsed.deleted == ["hackernews:42002"]
    assert parsed.items[2]["parent_id"] == "hackernews:42002"


@pytest.mark.parametrize(
    "answer", [{"message": "bad request", "status": 400}, "<html></html>", (429, {}, b""), (200, {}, b"{")]
)
def test_what_is_no_answer_fails(answer: Any, parse: Callable[..., Any]) -> None:
    assert parse("hackernews", "nordbrew", {SEARCH: answer}).verdict()[0] == "failed"
