"""The small parts: languages, authors, items, budgets, drift, drafts."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers import language
from crawlers.authors import author_key, load_key
from crawlers.budget import Budget
from crawlers.draft import Draft, fill, pick
from crawlers.drift import jumps, shares
from crawlers.items import InvalidItem, Item


@pytest.mark.parametrize(
    ("raw", "tag"),
    [
        ("en_US", "en-US"),
        ("EN", "en"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("deu", "de"),
        ("de_DE.UTF-8", "de-DE"),
        ("und", None),
        ("", None),
        (None, None),
        ("!!", None),
    ],
)
def test_language_tags(raw: str | None, tag: str | None) -> None:
    assert language.tag(raw) == tag


def test_language_is_detected_only_where_the_text_tells() -> None:
    assert language.detect("Die Mühle ist leise, aber der Deckel klemmt nach einer Woche.") == "de"
    assert language.detect("コーヒーがとても美味しいです") == "ja"
    assert language.detect("ok 👍") is None
    assert language.detect("") is None


def test_author_keys_are_stable_secret_and_kept_private(tmp_path: Path) -> None:
    key = load_key(tmp_path / "home")
    assert load_key(tmp_path / "home") == key
    assert stat.S_IMODE((tmp_path / "home" / "author.key").stat().st_mode) == 0o600
    mine = author_key("Ida Falk", "steam", key)
    assert mine == author_key(" Ida  Falk ", "steam", key)
    assert mine and "Ida" not in mine
    assert mine != author_key("Ida Falk", "reddit", key)
    assert mine != author_key("Ida Falk", "steam", b"another key of 32 bytes ........")
    assert author_key(76561198000000001, "steam", key) == author_key("76561198000000001", "steam", key)
    for nobody in (None, "", "Anonymous", "[deleted]"):
        assert author_key(nobody, "steam", key) is None


def item(**values: Any) -> Item:
    base = {
        "item_id": "steam:1",
        "kind": "review",
        "source": "steam",
        "fetched_at": datetime(2026, 1, 1, tzinfo=UTC),
        "body": "Good",
    }
    return Item(**{**base, **values})


def test_items_survive_json() -> None:
    whole = item(
        rating=0.8,
        rating_scale="5 stars",
        published_at=datetime(2025, 5, 1, 3, 4, 5, 600000, tzinfo=UTC),
        metrics={"helpful": 3},
        extra={"a": [1]},
    )
    whole.validate()
    record = whole.to_json()
    assert record["published_at"] == "2025-05-01T03:04:05.600000Z"
    assert Item.from_json(record) == whole


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"item_id": "other:1"}, "item_id"),
        ({"item_id": "steam:"}, "item_id"),
        ({"kind": "rant"}, "kind"),
        ({"body": None}, "body"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"rating": 1.2, "rating_scale": "x"}, "rating"),
        ({"rating": 0.5}, "rating_scale"),
        ({"published_at": datetime(2025, 1, 1)}, "published_at"),
        ({"lang": "English!"}, "lang"),
        ({"metrics": {"views": float("nan")}}, "metrics"),
    ],
)
def test_items_that_break_the_contract_say_where(values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidItem) as error:
        item(**values).validate()
    assert error.value.field == field


def test_budget_is_shared_by_processes_and_kept_over_restarts(tmp_path: Path) -> None:
    first, second = Budget(tmp_path / "budget.json"), Budget(tmp_path / "budget.json")
    assert first.spend("units", 60, 100)
    assert not second.spend("units", 60, 100)
    assert second.spend("units", 40, 100)
    assert not Budget(tmp_path / "budget.json").spend("units", 1, 100)
    assert first.spend("other", 1, 100)


def test_budget_starts_anew_after_a_cut_file(tmp_path: Path) -> None:
    (tmp_path / "budget.json").write_text('{"2026')
    assert Budget(tmp_path / "budget.json").spend("units", 1, 1)


def test_drift_names_what_jumped() -> None:
    before = shares({"arrived": 100, "missing/rating": 2})
    now = shares({"arrived": 50, "missing/rating": 49, "rejected/body": 20})
    assert jumps(before, now) == [
        "the share of rejects rose from 0% to 29%",
        "rating is missing in 98% of the items, before in 2%",
    ]
    assert jumps(before, shares({"arrived": 100, "missing/rating": 5})) == []
    assert shares({"arrived": 3}) is None


def test_paths_pick_and_fill() -> None:
    record = {"a": {"b": [{"c": 1}, {"c": 2}]}, "empty": "", "x": None, "zero": 0}
    assert pick(record, "a.b.1.c") == 2
    assert pick(record, "a.b.-1.c") == 2
    assert pick(record, "x|empty|a.b.0.c") == 1
    assert pick(record, "zero") == 0
    assert pick(record, "a.b.7.c") is None
    draft = Draft("t", record)
    fill(draft, record, {"body": "a.b.0.c", "metrics.n": "zero", "title": lambda r: r["nope"]["deep"]})
    assert draft == {"body": 1, "metrics": {"n": 0}}
