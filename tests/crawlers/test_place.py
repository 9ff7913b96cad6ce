"""What may be written down of the place that a crawl has reached, and what goes on from it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawlers import place
from crawlers.bases.json_api import JsonApi
from crawlers.bases.source import Source, TargetError
from crawlers.ledger import Ledger
from crawlers.run import Run

KEY = 'pass"key of Nordbrew'


class Kettles(JsonApi):
    name = "kettles"

    def other(self, response: Any, target: str) -> None: ...


def spider() -> Source:
    return Kettles(run=Run("kettles", ("t",), author_key=b"k" * 32))


def reached(source: Source, *requests: Any, **facts: Any) -> dict[str, Any] | None:
    ledger = Ledger("t", pages=3, open=dict(enumerate(requests)), under_way=len(requests))
    return place.reached(ledger, facts, source.run.secrets)


def test_a_request_comes_back_as_it_was_and_its_key_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETTLE_KEY", KEY)
    source, asked = spider(), {"headers": {"Accept": "text/csv"}, "optional": "the rest", "priority": 2}
    key = source.secret("KETTLE_KEY")
    first = source.request("https://k.example/a", "t", source.other, form={"key": key, "page": 4}, **asked)
    second = source.request("https://k.example/b?x=1", "t", opener="é1", asked={"key": key, "size": 3})
    found = reached(source, first, second, product_name="One")
    assert found and "Nordbrew" not in json.dumps(found).replace("+", " ") and found["anew"]
    fresh = spider()
    again = list(place.requests(fresh, "t", json.loads(json.dumps(found))["told"]))
    for before, after in zip((first, second), again, strict=True):
        for name in ("url", "method", "body", "headers", "priority"):
            assert getattr(after, name) == getattr(before, name)
        assert after.cb_kwargs["then"] == getattr(fresh, before.cb_kwargs["then"].__name__)
        assert after.cb_kwargs["passed"] == before.cb_kwargs["passed"]
        assert after.meta["optional"] == before.meta["optional"] and after.meta["carried_on"]
    assert fresh.facts["t"] == {"product_name": "One"} and fresh.run.secrets == {"KETTLE_KEY": KEY}
    monkeypatch.delenv("KETTLE_KEY")
    with pytest.raises(TargetError, match="KETTLE_KEY"):
        list(place.requests(spider(), "t", found["told"]))


def test_what_must_not_or_cannot_be_written_down_has_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    source = spider()
    plain = source.request("https://k.example/a", "t")
    assert reached(source, plain)
    assert not reached(source, plain, source.request("https://k.example/b", "t", headers={"Authorization": "bearer x"}))
    assert not reached(source, source.request("https://k.example/b", "t", hits={"a": {"author": "Ida"}}))
    assert not reached(source, source.request("https://k.example/b", "t", lambda response, target: None))
    assert not reached(source, source.request("https://k.example/b", "t", otherwise=plain))
    assert not reached(source) and not reached(source, *[plain] * (place.MOST_REQUESTS + 1))
    monkeypatch.setenv("KETTLE_KEY", "short")
    source.secret("KETTLE_KEY")
    assert not reached(source, plain)


def test_books_are_taken_over_with_what_came_in_several_places() -> None:
    from crawlers.resume import joined

    ledger = Ledger("t")
    ledger.first_time(("asked", "a")), ledger.count(7)
    first = json.loads(json.dumps(ledger.place()))
    ledger.first_time(("asked", "b")), ledger.count(8), ledger.gap("something")
    second = json.loads(json.dumps(ledger.place()))
    assert len(second["marks"]) == len(second["counted"]) == 1
    again = Ledger("t")
    again.carry_on(joined(joined(None, first), second))
    assert again.met(("asked", "a")) and again.met(("asked", "b")) and not again.first_time(("asked", "a"))
    assert (again.got, again.gaps, again.count(7), again.count(9)) == (2, ["something"], False, True)
    assert not again.place()["anew"] and Ledger("t").place()["anew"]
