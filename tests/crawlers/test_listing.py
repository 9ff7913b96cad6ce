"""Listings end where they end: no circles, no early end unnoticed, no lie of an envelope believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from crawlers.bases.json_api import JsonApi
from crawlers.bases.paging import Cursor, LinkHeader, Offset, Page
from crawlers.history import History, id_mark

API = "https://api.example/reviews"


class Base(JsonApi):
    name = "steam"  # any source's name; items need one
    records = "data"
    total = "total"
    error = "error.message"
    fields: ClassVar[dict[str, Any]] = {"item_id": "id", "body": "text"}

    def begin(self, target: str) -> Any:
        yield self.request(API, target)


def rows(*ids: int, **more: Any) -> dict[str, Any]:
    return {"data": [{"id": n, "text": f"review number {n}"} for n in ids], **more}


def ids(parsed: Any) -> list[int]:
    return [int(item["item_id"].partition(":")[2]) for item in parsed.items]


def with_paging(paging: Any, **more: Any) -> type[Base]:
    return type("Paged", (Base,), {"paging": paging, **more})


def test_the_ways_of_paging(parse: Callable[..., Any]) -> None:
    cursor = {API: rows(1, 2, next="b", total=3), f"{API}?c=b": rows(3, total=3)}
    assert ids(parse(with_paging(Cursor("c", "next")), "t", cursor)) == [1, 2, 3]
    offset = {API: rows(1, 2, total=3), f"{API}?o=2": rows(3, total=3)}
    assert ids(parse(with_paging(Offset("o", total="total")), "t", offset)) == [1, 2, 3]
    page = {API: rows(1, 2), f"{API}?page=2": rows(3), f"{API}?page=3": rows()}
    assert ids(parse(with_paging(Page()), "t", page)) == [1, 2, 3]
    import json

    link = {"Content-Type": "application/json", "Link": f'<{API}?max_id=2>; rel="next", <{API}>; rel="prev"'}
    answers = {API: (200, link, json.dumps(rows(1, 2)).encode()), f"{API}?max_id=2": rows(3)}
    assert ids(parse(with_paging(LinkHeader()), "t", answers)) == [1, 2, 3]


def test_a_cursor_that_goes_round_is_noticed(parse: Callable[..., Any]) -> None:
    answers = {API: rows(1, next="b"), f"{API}?c=b": rows(2, next="d"), f"{API}?c=d": rows(3, next="b")}
    parsed = parse(with_paging(Cursor("c", "next"), total=None), "t", answers)
    assert ids(parsed) == [1, 2, 3]
    assert parsed.verdict() == ("incomplete", "the listing came back to a page that was read already", False)


def test_a_page_that_repeats_is_noticed(parse: Callable[..., Any]) -> None:
    answers = {API: rows(1, 2, total=40)}  # every page is the first
    parsed = parse(with_paging(Page()), "t", answers)
    assert ids(parsed) == [1, 2]
    assert parsed.verdict()[0] == "incomplete"
    assert "a page repeats what came before" in parsed.verdict()[1] and "2 of 40 arrived" in parsed.verdict()[1]


def test_endless_pages_are_bounded(parse: Callable[..., Any]) -> None:
    answers = {f"{API}?page={n}": rows(n) for n in range(2, 50)} | {API: rows(1)}
    parsed = parse(with_paging(Page(), max_pages=5, total=None), "t", answers)
    assert ids(parsed) == [1, 2, 3, 4, 5]
    assert parsed.verdict()[1] == "stopped after 5 pages"


def test_a_page_that_overlaps_the_last_one_goes_on(parse: Callable[..., Any]) -> None:
    answers = {API: rows(1, 2), f"{API}?page=2": rows(2, 3), f"{API}?page=3": rows()}
    assert ids(parse(with_paging(Page()), "t", answers)) == [1, 2, 3]


def test_an_early_end_is_asked_for_again_and_then_told(parse: Callable[..., Any]) -> None:
    answers = {API: rows(1, next="b", total=9), f"{API}?c=b": rows(total=9)}
    parsed = parse(with_paging(Cursor("c", "next")), "t", answers)
    assert parsed.asked.count(f"{API}?c=b") == 3
    assert parsed.verdict() == ("incomplete", "1 of 9 arrived", False)


def test_nothing_where_something_was_claimed_has_failed(parse: Callable[..., Any]) -> None:
    parsed = parse(Base, "t", {API: rows(total=7)})
    assert parsed.verdict() == ("failed", "nothing arrived although the service states 7", False)
    assert parse(Base, "t", {API: rows(total=0)}).verdict() == ("finished", None, False)


@pytest.mark.parametrize(
    ("answer", "reason", "transient"),
    [
        (
            "<!doctype html><html><body>Just a moment…</body></html>",
            "HTML where JSON was due at https://api.example/reviews",
            False,
        ),
        (b"\x93\x00\xffgarbage", "no readable JSON at https://api.example/reviews", False),
        ("", "an empty answer where JSON was due at https://api.example/reviews", False),
        ({"error": {"message": "Invalid <b>key</b>"}}, "the service answers: Invalid key", False),
        (
            (403, {"Content-Type": "application/json"}, b'{"error": {"message": "no"}}'),
            "the service answers: no",
            False,
        ),
        ((404, {}, b"gone"), "HTTP 404 from https://api.example/reviews", False),
        ((503, {}, b"later"), "HTTP 503 from https://api.example/reviews", True),
    ],
)
def test_answers_that_are_none(parse: Callable[..., Any], answer: Any, reason: str, transient: bool) -> None:
    assert parse(Base, "t", {API: answer}).verdict() == ("failed", reason, transient)


def test_one_bad_target_does_not_stop_another(parse: Callable[..., Any]) -> None:
    class Two(Base):
        def begin(self, target: str) -> Any:
            yield self.request(f"{API}/{target}", target)

    parsed = parse(Two, ["good", "bad"], {f"{API}/good": rows(1), f"{API}/bad": (500, {}, b"")})
    assert ids(parsed) == [1]
    assert parsed.verdict() == ("incomplete", "bad: HTTP 500 from https://api.example/reviews/bad", True)


def test_a_parser_that_breaks_is_told_and_rejects_are_kept(parse: Callable[..., Any]) -> None:
    class Breaks(Base):
        def before(self, payload: Any, response: Any, target: str) -> Any:
            return payload["data"]["not there"]

    status, reason, _ = parse(Breaks, "t", {API: rows(1)}).verdict()
    assert status == "failed" and "the parser broke" in (reason or "")
    parsed = parse(
        Base,
        "t",
        {API: {"data": [{"id": 1, "text": ""}, {"id": 2, "text": "fine", "user": "Ida", "odd": 1}], "total": 2}},
    )
    assert ids(parsed) == [2]
    assert (
        parsed.rejects[0]["reason"] == "neither title nor body nor rating" and parsed.rejects[0]["item_id"] == "steam:1"
    )
    assert parsed.run.stats["unmapped/odd"] == 1


def test_a_share_of_rejects_is_told(parse: Callable[..., Any]) -> None:
    data = {"data": [{"id": n, "text": "fine" if n % 2 else None} for n in range(20)], "total": 20}
    assert parse(Base, "t", {API: data}).verdict()[:2] == ("incomplete", "10 of 20 records were rejected")


def test_max_items_bounds_a_target(parse: Callable[..., Any]) -> None:
    answers = {API: rows(1, 2), f"{API}?page=2": rows(3, 4), f"{API}?page=3": rows(5, 6)}
    parsed = parse(with_paging(Page()), "t", answers, {"max_items": 3})
    assert ids(parsed) == [1, 2, 3] and f"{API}?page=3" not in parsed.asked
    assert parsed.verdict()[0] == "finished"


def test_known_items_end_an_incremental_walk(parse: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def known(self: History, *_: Any) -> None:
        self.seen = {id_mark(f"steam:{n}"): 1 for n in (1, 2, 3, 4)}
        self.by_target, self.states = {"t": set(self.seen)}, {"t": {"complete": True}}  # type: ignore[assignment]

    monkeypatch.setattr(History, "__init__", known)
    answers = {API: rows(6, 5), f"{API}?page=2": rows(4, 3), f"{API}?page=3": rows(2, 1)}
    parsed = parse(with_paging(Page(), newest_first=True), "t", answers)
    assert f"{API}?page=3" not in parsed.asked and parsed.verdict()[0] == "finished"
    everything = parse(with_paging(Page(), newest_first=True), "t", answers, {"full": True})
    assert f"{API}?page=3" in everything.asked


def test_the_same_item_twice_counts_once_and_its_newest_state_stays(parse: Callable[..., Any]) -> None:
    class Dated(Base):
        fields: ClassVar[dict[str, Any]] = {**Base.fields, "edited_at": "at"}

    data = [{"id": 1, "text": "old", "at": "2025-01-01"}, {"id": 2, "text": "x"}]
    again = [
        {"id": 1, "text": "new", "at": "2025-02-01"},
        {"id": 3, "text": "y"},
        {"id": 1, "text": "older", "at": "2024-01-01"},
    ]
    parsed = parse(
        type("D", (Dated,), {"paging": Page()}),
        "t",
        {API: {"data": data}, f"{API}?page=2": {"data": again[:2]}, f"{API}?page=3": rows()},
    )
    assert parsed.run.ledgers["t"].got == 3
