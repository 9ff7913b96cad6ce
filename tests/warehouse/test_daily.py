"""The counts by day are those of the rows, whatever came, changed and went."""

from __future__ import annotations

from pathlib import Path

from tests.warehouse.march import ENTRIES, fill
from tests.warehouse.world import Landing, item
from warehouse.connect import Warehouse
from warehouse.erase import erase
from warehouse.load import load_packages
from warehouse.marts import refresh

COUNTED = """
    SELECT brand, day, source, channel, role, status, flag, 'any' AS moment, count(*) AS items,
           count(*) FILTER (sentiment = 'negative') AS negative FROM mentions GROUP BY ALL
    UNION ALL
    SELECT brand, day, source, channel, role, status, flag, moment, count(DISTINCT item_key),
           count(DISTINCT item_key) FILTER (sentiment = 'negative') FROM sentences WHERE moment <> 'none' GROUP BY ALL
"""


def _right(warehouse: Warehouse) -> int:
    """How many rows `daily` has, once they are found to be what the row marts give."""
    kept = warehouse.con.execute("FROM daily ORDER BY ALL").fetchall()
    assert kept == warehouse.con.execute(f"FROM ({COUNTED}) ORDER BY ALL").fetchall()
    return len(kept)


def test_loads_edits_and_erasures(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse, tmp_path)
    assert refresh(warehouse).rebuilt
    assert _right(warehouse) > len(ENTRIES)
    assert warehouse.con.execute(
        "SELECT items, negative FROM daily WHERE moment = 'wait' AND day = '2026-03-03'"
    ).fetchall() == [(1, 1)]
    landing = Landing(tmp_path / "later")
    landing.made = 100
    moved = item("r1", body="Moved.", published_at="2026-03-09T00:00:00Z", fetched_at="2026-08-01T00:00:00Z")
    landing.put([moved, item("new", brand="Kaffio", published_at=None)])
    load_packages(warehouse, landing.folder)
    assert not refresh(warehouse).rebuilt
    assert _right(warehouse)
    # At once, and not only with the next refresh: nothing that is published may count what was erased.
    before = _right(warehouse)
    erase(warehouse, item_ids=["product_page:r2"])
    assert _right(warehouse) < before
    assert warehouse.con.execute(
        "SELECT count(*) FROM daily WHERE moment = 'wait' AND day = '2026-03-03'"
    ).fetchall() == [(0,)]
