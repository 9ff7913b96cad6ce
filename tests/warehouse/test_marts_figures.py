"""ZMOT, TMOT, journey and the others, against figures counted by hand in the small month of `march.py`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.warehouse.march import ARGS, fill
from warehouse.connect import open_warehouse
from warehouse.marts import refresh
from warehouse.publish import publish
from warehouse.snapshot import Snapshot, open_snapshot


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    folder = tmp_path_factory.mktemp("march")
    with open_warehouse(folder / "w.duckdb") as warehouse:
        fill(warehouse, folder)
        refresh(warehouse)
        publish(warehouse, folder / "p.duckdb")
    with open_snapshot(folder / "p.duckdb") as snapshot:
        yield snapshot


def _pick(row: dict[str, Any] | None, *names: str) -> tuple[Any, ...]:
    assert row is not None
    return tuple(row[name] for name in names)


def test_zmot_of_the_brand(march: Snapshot) -> None:
    row = march.one("FROM zmot(?, ?, ?)", ARGS)
    assert _pick(row, "level", "items", "research_items", "research_sentences", "questions") == ("brand", 12, 4, 4, 2)
    assert _pick(row, "videos", "unboxing_videos", "review_videos", "reach", "engagement", "rival_items") == (
        2,
        1,
        1,
        1500,
        83,
        2,
    )
    assert _pick(row, "negative", "neutral", "positive", "net") == (0, 4, 0, 0)
    # Wilson's interval of 4 of 12.
    assert _pick(row, "research_share", "research_share_low", "research_share_high") == pytest.approx(
        (1 / 3, 0.1381, 0.6094), abs=1e-4
    )


def test_zmot_by_product_and_scheme(march: Snapshot) -> None:
    rows = {row["product_id"]: row for row in march.rows("FROM zmot(?, ?, ?) WHERE level = 'product'", ARGS)}
    # v1, its question c1 (from its video), v2, r1, r2, r5, r6 and e1 are about One; c2 names no product.
    assert _pick(rows["nb-1"], "items", "research_items", "product_name") == (8, 3, "Nordbrew One")
    assert _pick(rows["nb-2"], "items", "research_items", "questions") == (3, 1, 1)
    assert (
        march.value("SELECT research_items FROM zmot(?, ?, ?, in_scheme := 'google-zmot') WHERE level = 'brand'", ARGS)
        == 4
    )
    assert march.value("SELECT items FROM zmot(?, ?, ?, source_is := 'youtube') WHERE level = 'brand'", ARGS) == 4
    assert march.value("SELECT items FROM zmot(?, ?, ?, with_flagged := true) WHERE level = 'brand'", ARGS) == 14


def test_zmot_lists(march: Snapshot) -> None:
    questions = march.rows("FROM zmot_questions(?, ?, ?)", ARGS)
    assert {row["theme"]: _pick(row, "questions", "example", "example_item_id") for row in questions} == {
        "sound and picture": (1, "Is it loud?", "youtube:c1"),
        "availability": (1, "Where can I buy the Nordbrew Two?", "reddit:p1"),
    }
    assert [
        _pick(row, "rival", "versus", "named", "switched_from", "switched_to", "net_switching")
        for row in march.rows("FROM zmot_rivals(?, ?, ?)", ARGS)
    ] == [("Kaffio", 1, 0, 1, 0, 1)]
    videos = march.rows("FROM zmot_videos(?, ?, ?)", ARGS)
    assert [
        _pick(row, "item_id", "video_type", "views", "likes", "comments", "comment_items", "comment_positive")
        for row in videos
    ] == [
        ("youtube:v1", "unboxing", 1000, 50, 10, 2, 1),
        ("youtube:v2", "comparison", 500, 20, None, 0, 0),
    ]
    assert videos[0]["engagement_rate"] == pytest.approx(60 / 1000)


def test_tmot_of_the_brand(march: Snapshot) -> None:
    row = march.one("FROM tmot(?, ?, ?)", ARGS)
    assert _pick(row, "items", "reviews", "rated", "low", "middle", "high") == (12, 7, 7, 2, 1, 4)
    assert row is not None and row["rating_mean"] == pytest.approx(5.0 / 7)
    # Standard deviation of 1, .2, .4, .8, 1, .6, 1 is .3237; the interval is 1.96 of it by the root of 7.
    assert _pick(row, "rating_mean_low", "rating_mean_high") == pytest.approx((0.4745, 0.9541), abs=1e-4)
    assert _pick(row, "verdicts_negative", "verdicts_neutral", "verdicts_positive", "verdict_net") == (2, 0, 2, 0)
    assert _pick(row, "loyal", "leaving", "switched_in", "switched_out") == (1, 1, 1, 0)
    assert _pick(row, "referral_positive", "referral_negative", "net_referral") == (1, 0, 1)
    stars = march.rows("FROM tmot_ratings(?, ?, ?)", ARGS)
    assert [(each["stars"], each["items"]) for each in stars] == [(1, 1), (2, 1), (3, 1), (4, 1), (5, 3)]
    assert sum(each["share"] for each in stars) == pytest.approx(1)


def test_journey(march: Snapshot) -> None:
    rows = {row["moment"]: row for row in march.rows("FROM journey(?, ?, ?) WHERE channel = 'all'", ARGS)}
    assert list(rows) == ["trigger", "research", "encounter", "purchase", "wait", "use", "feedback", "referral"]
    assert _pick(rows["wait"], "stage", "sentences", "items", "negative", "positive", "net") == ("IMOT", 3, 3, 3, 0, -1)
    assert _pick(rows["use"], "stage", "sentences", "negative", "neutral", "positive") == ("SMOT", 4, 0, 1, 3)
    assert _pick(rows["trigger"], "sentences", "net", "negative_share_low") == (0, None, None)
    assert rows["wait"]["share"] == pytest.approx(3 / 16)
    assert _pick(rows["wait"], "negative_share_low", "negative_share_high") == pytest.approx((0.4385, 1), abs=1e-4)
    channels = march.rows(
        "SELECT moment, channel, sentences FROM journey(?, ?, ?) WHERE channel IN ('app store', 'forum')", ARGS
    )
    assert [tuple(row.values()) for row in channels] == [("use", "app store", 1), ("research", "forum", 1)]
    assert (
        march.value(
            "SELECT stage FROM journey(?, ?, ?, in_scheme := 'procter-gamble') WHERE moment = 'wait' AND "
            "channel = 'all'",
            ARGS,
        )
        == "SMOT"
    )


def test_drivers(march: Snapshot) -> None:
    rows = {row["moment"]: row for row in march.rows("FROM drivers(?, ?, ?)", ARGS)}
    wait = rows["wait"]
    assert _pick(wait, "rated_items", "troubled_items", "outcome", "excess_low") == (7, 3, False, 2)
    assert _pick(wait, "low_with", "low_without", "effect") == pytest.approx((2 / 3, 0, 2 / 3))
    # Newcombe's interval from Wilson's of 2 of 3 (0.2077, 0.9385) and 0 of 4 (0, 0.4899): it reaches zero, so no rank.
    assert _pick(wait, "effect_low", "effect_high") == pytest.approx((-0.0046, 0.9385), abs=1e-3)
    assert wait["rank"] is None
    assert (rows["feedback"]["outcome"], rows["feedback"]["rank"]) == (True, None)
    assert set(rows) == {"wait", "feedback"}


def test_share_of_voice(march: Snapshot) -> None:
    rows = march.rows("FROM share_of_voice(?, ?, ?)", ARGS)
    assert [_pick(row, "brand", "own", "items", "share", "reach") for row in rows] == [
        ("Nordbrew", True, 12, 0.8, 1500),
        ("Kaffio", False, 3, 0.2, 500),
        ("Grindwell", False, 0, 0, 0),
    ]


def test_trend(march: Snapshot) -> None:
    rows = march.rows("FROM trend(?, ?, ?)", ARGS)
    assert [_pick(row, "starts", "items", "complete") for row in rows] == [
        (date(2026, 2, 23), 0, False),
        (date(2026, 3, 2), 6, True),
        (date(2026, 3, 9), 4, True),
        (date(2026, 3, 16), 2, True),
        (date(2026, 3, 23), 0, True),
        (date(2026, 3, 30), 0, False),
    ]
    # Negative items: r2 of six in the first week; r3 and r4 of the three tagged ones in the second.
    assert _pick(rows[2], "previous_items", "change", "negative_share", "negative_change") == pytest.approx(
        (6, -1 / 3, 2 / 3, 1 / 2)
    )
    assert rows[2]["turned"] is False
    assert rows[1]["research_items"] == 3
    assert [row["items"] for row in march.rows("FROM trend(?, ?, ?, period := 'month')", ARGS)] == [12]
    assert len(march.rows("FROM trend(?, ?, ?, period := 'day')", ARGS)) == 31


def test_voices(march: Snapshot) -> None:
    rows = march.rows("FROM voices(?, ?, ?, moment_is := 'wait')", ARGS)
    assert {_pick(row, "item_id", "text", "stage", "url")[0:3] for row in rows} == {
        ("product_page:r2", "It arrived two weeks late again.", "IMOT"),
        ("product_page:r3", "Delivery was slow and the box was torn.", "IMOT"),
        ("product_page:r4", "Shipping took long.", "IMOT"),
    }
    # The longest of them says most; a helpful one goes before an equal one.
    assert rows[0]["item_id"] == "product_page:r3"
    assert march.value("SELECT count(*) FROM voices(?, ?, ?, max_rows := 2)", ARGS) == 2
    assert march.value("SELECT count(*) FROM voices(?, ?, ?, stage_is := 'ZMOT')", ARGS) == 4
    assert (
        march.value("SELECT count(*) FROM voices(?, ?, ?, sentiment_is := 'negative', rating_is := 'low')", ARGS) == 4
    )
    assert march.value("SELECT count(*) FROM voices WHERE brand = 'Nordbrew' AND role = 'subject'") == 16 + 1 + 2 + 1


def test_coverage(march: Snapshot) -> None:
    row = march.one("FROM coverage(?, ?, ?)", ARGS)
    assert _pick(row, "items", "undated", "no_text", "tagged", "untagged", "flagged", "staff", "duplicate") == (
        14,
        1,
        1,
        13,
        0,
        2,
        1,
        1,
    )
    assert _pick(row, "unattributed", "sources", "first_day", "last_day") == (1, 4, date(2026, 3, 2), date(2026, 3, 20))
    by_source = {(row["brand"], row["source"]): row["items"] for row in march.rows("FROM coverage")}
    assert by_source == {
        ("Nordbrew", "product_page"): 9,
        ("Nordbrew", "app_store"): 1,
        ("Nordbrew", "youtube"): 4,
        ("Nordbrew", "reddit"): 1,
        ("Kaffio", "product_page"): 1,
        ("Kaffio", "youtube"): 2,
        (None, "reddit"): 1,
    }


def test_freshness_and_info(march: Snapshot) -> None:
    row = march.one("FROM freshness WHERE source = 'youtube'")
    assert _pick(row, "last_status", "packages", "items_got", "expected", "rejects", "reject_share") == (
        "finished",
        1,
        4,
        4,
        0,
        0,
    )
    assert _pick(march.one("FROM snapshot_info"), "items", "brands", "model_version") == (17, 3, "m-1")


def test_daily_views_add_up_to_the_period(march: Snapshot) -> None:
    zmot = march.one(
        "SELECT sum(items) AS i, sum(research_items) AS r, sum(questions) AS q, sum(reach) AS v FROM zmot "
        "WHERE brand = 'Nordbrew' AND day IS NOT NULL"
    )
    assert zmot == {"i": 12, "r": 4, "q": 2, "v": 1500}
    tmot = march.one(
        "SELECT sum(rated) AS n, sum(rating_sum) AS s, sum(loyal) AS l, sum(referral_positive) AS r FROM tmot "
        "WHERE brand = 'Nordbrew' AND day IS NOT NULL"
    )
    assert tmot == {"n": 7, "s": pytest.approx(5.0), "l": 1, "r": 1}
    assert march.value("SELECT sum(sentences) FROM journey WHERE brand = 'Nordbrew' AND day IS NOT NULL") == 16
    assert march.value("SELECT sum(items) FROM share_of_voice WHERE brand = 'Kaffio'") == 3
