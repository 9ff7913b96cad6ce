"""What `mot doctor` says about the data."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.warehouse.march import NOBODY
from tests.warehouse.world import WATCHLIST, Landing, item
from warehouse.config import store_watchlist
from warehouse.connect import Warehouse
from warehouse.health import check
from warehouse.load import load_packages
from warehouse.publish import publish
from warehouse.runs import record


def test_findings(warehouse: Warehouse, landing: Landing, tmp_path: Path) -> None:
    store_watchlist(warehouse, WATCHLIST)
    landing.put(
        [
            item("1"),
            item("2", kind="rumour"),
            item("3", **NOBODY, body="?"),
            item("4", **NOBODY, body="!"),
            item("5", **NOBODY, body="."),
        ]
    )
    landing.put([item("1", source="youtube")], source="youtube", status="incomplete", reason="1 of 9 videos")
    landing.put([item("1", source="app_store")], source="app_store")
    (landing.put([item("6")]) / "items-00001.jsonl.gz").unlink()
    load_packages(warehouse, landing.folder)
    publish(warehouse, tmp_path / "p.duckdb")
    found = {each.about: each for each in check(tmp_path / "p.duckdb", datetime(2026, 7, 2))}
    assert found["items"].value == "6"
    assert (
        found["rejects of product_page: unknown kind"].value,
        found["rejects of product_page: unknown kind"].level,
    ) == ("1 (16.7%)", "warning")
    assert found["items that name no brand"].value == "3 (50.0%)" and "aliases" in (
        found["items that name no brand"].advice or ""
    )
    assert found["items not tagged yet"].level == "warning"
    assert (found["youtube of Nordbrew"].level, found["youtube of Nordbrew"].advice) == ("warning", "1 of 9 videos")
    assert found["app_store of Nordbrew"].level == "ok"
    damaged = [each for each in found.values() if each.value == "damaged"]
    assert [each.level for each in damaged] == ["failure"] and "is missing" in (damaged[0].advice or "")
    late = {each.about: each for each in check(tmp_path / "p.duckdb", datetime(2026, 8, 2))}
    assert late["app_store of Nordbrew"].advice == "last read 31 days ago; run `mot watch`"


def test_no_snapshot_is_a_finding(tmp_path: Path) -> None:
    (found,) = check(tmp_path / "none.duckdb")
    assert (found.level, "mot watch" in (found.advice or "")) == ("failure", True)


def test_runs_are_recorded(warehouse: Warehouse) -> None:
    run = {
        "started_at": datetime(2026, 7, 1),
        "finished_at": "2026-07-01T01:00:00+00:00",
        "failures": [],
        "incomplete": ["x"],
        "loaded": {"packages": 2},
    }
    for _ in range(2):
        record(warehouse, run)
    rows = warehouse.con.execute(
        "SELECT run_id, status, finished_at::VARCHAR, figures->>'$.loaded.packages' FROM runs"
    ).fetchall()
    assert rows == [("20260701T000000000000", "incomplete", "2026-07-01 01:00:00", "2")]
