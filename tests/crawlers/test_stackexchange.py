"""Stack Exchange: questions and answers against the payload; waits, pages, addresses."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "fixtures" / "stackexchange"


def load(name: str) -> Any:
    return json.loads((HERE / name).read_text("utf-8"))


API = "https://api.stackexchange.com/2.3"
ANSWERS = {
    f"{API}/search/advanced?site=coffee&q=nordbrew&page=1": load("q1.json"),
    f"{API}/search/advanced?site=coffee&q=nordbrew&page=2": load("q2.json"),
    f"{API}/questions/301;302/answers": load("a1.json"),
    f"{API}/questions/304/answers": load("a2.json"),
}


def test_questions_and_answers_against_the_payload(parse: Callable[..., Any]) -> None:
    parsed = parse("stackexchange", "coffee?q=nordbrew", ANSWERS)
    found = {item["item_id"]: item for item in parsed.items}
    entries = [entry for name in ("q1.json", "q2.json", "a1.json", "a2.json") for entry in load(name)["items"]]
    assert len(entries) == len(found) == 10
    for entry in entries:
        answers = "answer_id" in entry
        native = entry["answer_id" if answers else "question_id"]
        item = found[f"stackexchange:coffee/{native}"]
        assert item["kind"] == ("comment" if answers else "question")
        assert item["parent_id"] == (f"stackexchange:coffee/{entry['question_id']}" if answers else None)
        assert item["url"] == (f"https://coffee.stackexchange.com/a/{native}" if answers else entry["link"])
        assert item["title"] == (None if answers else entry["title"].replace("&amp;", "&"))
        assert datetime.fromisoformat(item["published_at"]).timestamp() == entry["creation_date"]
        assert bool(item["edited_at"]) is ("last_edit_date" in entry)
        assert item["metrics"]["likes"] == entry["score"]
        assert item["metrics"].get("views") == entry.get("view_count")
        assert item["extra"].get("accepted") == (entry.get("is_accepted") or None)
        assert "<" not in item["body"]
    assert len({item["author_key"] for item in parsed.items}) == 10
    assert parsed.verdict()[:2] == ("finished", None)


def test_a_wait_is_handed_on(parse: Callable[..., Any]) -> None:
    from crawlers.spiders.stackexchange import Stackexchange

    waits = []

    class Watched(Stackexchange):
        def request(self, *args: Any, **values: Any) -> Any:
            made = super().request(*args, **values)
            waits.append(made.meta["not_before"])
            return made

    first = f"{API}/search/advanced?site=coffee&q=nordbrew&page=1"
    parse(Watched, "coffee?q=nordbrew", ANSWERS | {first: load("q1.json") | {"backoff": 30}})
    assert waits[0] == 0
    assert len(waits) == 4 and min(waits[1:]) > time.monotonic() + 20


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ("stackoverflow?tagged=nordbrew", "search/advanced?site=stackoverflow"),
        ("https://coffee.stackexchange.com/questions/301/why", "questions/301?site=coffee"),
        ("stackoverflow.com/questions/7", "questions/7?site=stackoverflow"),
    ],
)
def test_targets(target: str, asked: str, parse: Callable[..., Any]) -> None:
    assert parse("stackexchange", target, {}).asked[0].startswith(f"{API}/{asked}")


@pytest.mark.parametrize("target", ["coffee", "coffee?x=1", "?q=nordbrew"])
def test_a_wrong_target_fails(target: str, parse: Callable[..., Any]) -> None:
    assert parse("stackexchange", target, {}).verdict()[0] == "failed"


def test_the_service_may_refuse(parse: Callable[..., Any]) -> None:
    refusal = (
        400,
        {},
        b'{"error_id": 502, "error_message": "too many requests from this IP", "error_name": "throttle_violation"}',
    )
    status, reason, _ = parse("stackexchange", "coffee?q=x", {f"{API}/search/advanced": refusal}).verdict()
    assert status == "failed"
    assert "too many requests" in reason
