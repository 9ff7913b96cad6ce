"""Turns are found, and weekdays, new sources and crawls that read more are no turns; drivers and the loop on the
same world."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.march import fill
from tests.warehouse.world import item
from warehouse.connect import Warehouse
from warehouse.marts import refresh

START = date(2026, 1, 5)
"""A Monday; the worlds last 24 weeks from it."""
WEEKS = 24
LAST = START + timedelta(days=7 * WEEKS - 1)
PERIOD = ["Nordbrew", START, LAST]
Entry = tuple[dict[str, Any], list[tuple[str, str, str]]]


def _review(name: str, day: date, brand: str, bad: bool, source: str = "product_page") -> Entry:
    said = [
        ("The parcel came.", "wait", "negative" if bad else "neutral"),
        ("It works.", "use", "positive" if not bad else "neutral"),
    ]
    record = item(
        name,
        brand=brand,
        product_id=None,
        product_name=None,
        source=source,
        body=f"The parcel came. It works. {name}",
        rating=0.2 if bad else 1.0,
        published_at=f"{day}T09:00:00Z",
    )
    return record, said


def _steady(brand: str, per_weekday: int = 2, source: str = "product_page", first_week: int = 0) -> list[Entry]:
    """The same every week, nothing on weekends; one in eight is unhappy with the parcel."""
    entries = []
    for day in range(7 * first_week, 7 * WEEKS):
        if day % 7 < 5:
            for number in range(per_weekday):
                entries.append(
                    _review(
                        f"{brand}-{source}-{day}-{number}",
                        START + timedelta(days=day),
                        brand,
                        (day * per_weekday + number) % 8 == 0,
                        source,
                    )
                )
    return entries


def _alerts(warehouse: Warehouse, folder: Path, entries: list[Entry]) -> list[tuple[str, str, str]]:
    fill(warehouse, folder, entries)
    refresh(warehouse)
    rows = warehouse.con.execute(
        "SELECT week_ending::VARCHAR, moment, what FROM alerts(?, ?, ?) WHERE days = 7", PERIOD
    ).fetchall()
    return [(str(week), str(moment), str(what)) for week, moment, what in rows]


def test_a_steady_world_has_none(warehouse: Warehouse, tmp_path: Path) -> None:
    entries = _steady("Nordbrew") + _steady("Kaffio")
    assert _alerts(warehouse, tmp_path, entries) == []
    # On a Wednesday, too: every window holds each weekday once.
    wednesday = [*PERIOD[:2], LAST - timedelta(days=4)]
    assert warehouse.con.execute("FROM alerts(?, ?, ?)", wednesday).fetchall() == []


def test_a_negative_turn_in_delivery_is_found_named_and_driven(warehouse: Warehouse, tmp_path: Path) -> None:
    turned = START + timedelta(days=7 * 20)
    entries = [
        _review(str(record["item_id"]).split(":")[1], date.fromisoformat(record["published_at"][:10]), "Nordbrew", True)
        if date.fromisoformat(record["published_at"][:10]) >= turned
        else (record, said)
        for record, said in _steady("Nordbrew")
    ]
    found = _alerts(warehouse, tmp_path, entries + _steady("Kaffio"))
    # Windows are counted back from the last day with items, a Friday.
    weeks = [str(turned + timedelta(days=7 * n + 4)) for n in range(4)]
    for week in weeks[:2]:
        assert (week, "wait", "more negative") in found
    assert {what for _, _, what in found} == {"more negative"}
    assert {week for week, _, _ in found} <= set(weeks)
    text, stage, expected = warehouse.con.execute(
        "SELECT text, stage, expected FROM alerts(?, ?, ?) WHERE moment = 'wait' ORDER BY week_ending LIMIT 1", PERIOD
    ).fetchall()[0]
    said = f"Nordbrew, wait: 10 of 10 items negative there in the 7 days to {weeks[0]}"
    assert text == f"{said}, where {expected} were to be expected."
    assert (stage, expected) == ("IMOT", pytest.approx(1.3, abs=0.1))
    driver = warehouse.con.execute(
        "SELECT moment, rank, effect, effect_low > 0.9 FROM drivers(?, ?, ?) ORDER BY rank LIMIT 1", PERIOD
    ).fetchall()
    assert driver == [("wait", 1, 1.0, True)]
    # The view speaks of every watched brand's last weeks.
    assert {row[0] for row in warehouse.con.execute("SELECT brand FROM alerts").fetchall()} == {"Nordbrew"}


def test_a_burst_is_found(warehouse: Warehouse, tmp_path: Path) -> None:
    burst = [_review(f"burst-{n}", START + timedelta(days=7 * 21 + n % 5), "Nordbrew", False) for n in range(25)]
    found = _alerts(warehouse, tmp_path, _steady("Nordbrew") + burst)
    assert (str(START + timedelta(days=7 * 21 + 4)), "any", "volume up") in found
    assert not any(what in ("more negative", "less negative") for _, _, what in found)


def test_a_new_source_is_no_turn(warehouse: Warehouse, tmp_path: Path) -> None:
    """A source of unhappy customers, read from week 20 on: neither more items nor more complaints are the brand's
    turn."""
    angry = [
        _review(f"angry-{day}-{n}", START + timedelta(days=day), "Nordbrew", True, "reddit")
        for day in range(7 * 20, 7 * WEEKS)
        for n in range(4)
    ]
    assert [row for row in _alerts(warehouse, tmp_path, _steady("Nordbrew") + angry) if row[2] != "more negative"] == []
    first = str(START + timedelta(days=7 * 20 + 4))
    assert not warehouse.con.execute("FROM alerts(?, ?, ?) WHERE week_ending <= ?", [*PERIOD, first]).fetchall()


def test_a_crawl_that_reads_more_of_every_brand_is_no_turn(warehouse: Warehouse, tmp_path: Path) -> None:
    entries: list[Entry] = []
    for brand in ("Nordbrew", "Kaffio", "Bloom", "Other"):
        entries += _steady(brand)
        entries += [
            _review(f"more-{brand}-{day}-{n}", START + timedelta(days=day), brand, False)
            for day in range(7 * 22, 7 * WEEKS)
            for n in range(3)
        ]
    assert [row for row in _alerts(warehouse, tmp_path, entries) if row[2].startswith("volume")] == []


def test_the_loop_finds_the_lag(warehouse: Warehouse, tmp_path: Path) -> None:
    """What is recommended in a week is asked about two weeks later."""
    amounts = [1, 4, 2, 7, 1, 3, 8, 2, 5, 1, 6, 2, 9, 1, 4, 3, 7, 2, 5, 1, 8, 3, 6, 2]
    entries: list[Entry] = []
    for week, amount in enumerate(amounts):
        day = f"{START + timedelta(days=7 * week + 2)}T00:00:00Z"
        for n in range(amount):
            entries.append(
                (
                    item(f"tell-{week}-{n}", body=f"Get one. {week} {n}", published_at=day),
                    [("Get one.", "referral", "positive")],
                )
            )
            if week + 2 < WEEKS:
                later = f"{START + timedelta(days=7 * (week + 2) + 2)}T00:00:00Z"
                entries.append(
                    (
                        item(f"ask-{week}-{n}", body=f"Is it good? {week} {n}", published_at=later),
                        [("Is it good?", "research", "neutral")],
                    )
                )
    fill(warehouse, tmp_path, entries)
    refresh(warehouse)
    rows = {
        row[0]: row[1:]
        for row in warehouse.con.execute(
            "SELECT lag_weeks, weeks, correlation, correlation_low FROM loop(?, ?, ?)", PERIOD
        ).fetchall()
    }
    assert sorted(rows) == list(range(9))
    best = max(rows, key=lambda lag: rows[lag][1] or -1)
    assert best == 2 and rows[2][1] > 0.95 and rows[2][2] > 0.85
    # 24 weeks have 23 changes, of which 21 have a change two weeks later.
    assert rows[2][0] == 21
