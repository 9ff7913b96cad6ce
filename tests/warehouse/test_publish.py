"""Readers and the writer never wait for each other, and a reader sees whole loads only."""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.world import WATCHLIST, Landing, item
from warehouse.config import store_watchlist
from warehouse.connect import Warehouse
from warehouse.erase import erase
from warehouse.errors import WarehouseError
from warehouse.load import load_packages
from warehouse.marts import refresh
from warehouse.publish import compact, publish
from warehouse.snapshot import open_snapshot


def _load_and_publish(warehouse: Warehouse, landing: Landing, target: Path) -> None:
    load_packages(warehouse, landing.folder)
    refresh(warehouse)
    publish(warehouse, target)


def test_a_reader_keeps_its_snapshot_and_a_new_one_sees_the_new(
    warehouse: Warehouse, landing: Landing, tmp_path: Path
) -> None:
    target = tmp_path / "published" / "momentscope.duckdb"
    landing.put([item("1")])
    _load_and_publish(warehouse, landing, target)
    with open_snapshot(target) as old:
        landing.put([item("2")])
        _load_and_publish(warehouse, landing, target)
        with open_snapshot(target) as new:
            assert (old.value("SELECT count(*) FROM items"), new.value("SELECT count(*) FROM items")) == (1, 2)
    # Any program may open it by itself, too.
    with duckdb.connect(str(target), read_only=True) as con:
        assert con.execute(
            "SELECT items FROM zmot('Nordbrew', DATE '2026-01-01', DATE '2026-12-31') WHERE level = 'brand'"
        ).fetchall() == [(2,)]
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_nothing_can_be_changed_or_reached_through_it(warehouse: Warehouse, landing: Landing, tmp_path: Path) -> None:
    target = tmp_path / "p.duckdb"
    _load_and_publish(warehouse, landing, target)
    with open_snapshot(target) as snapshot:
        for statement in (
            "DELETE FROM items",
            "FROM read_csv('/etc/passwd')",
            f"ATTACH '{tmp_path}/other.duckdb'",
            "SET memory_limit = '1TB'",
        ):
            with pytest.raises(duckdb.Error):
                snapshot.con.execute(statement)


def test_readers_see_only_whole_loads(warehouse: Warehouse, landing: Landing, tmp_path: Path) -> None:
    """Each load brings ten items; any other number, or items and mentions that differ, would be half a load."""
    target = tmp_path / "p.duckdb"
    loads, seen, stop = 4, [], threading.Event()
    _load_and_publish(warehouse, landing, target)

    def read() -> None:
        while not stop.is_set():
            with open_snapshot(target) as snapshot:
                first = snapshot.con.execute(
                    "SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM mentions)"
                ).fetchall()[0]
                again = snapshot.con.execute(
                    "SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM mentions)"
                ).fetchall()[0]
                seen.append((*first, *again))
            stop.wait(0.05)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for load in range(loads):
            landing.put([item(f"{load}-{number}") for number in range(10)])
            _load_and_publish(warehouse, landing, target)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert seen and all(len(set(each)) == 1 and each[0] % 10 == 0 for each in seen)


def test_what_was_erased_is_in_neither_file(warehouse: Warehouse, landing: Landing, tmp_path: Path) -> None:
    secret = b"zanzibar-quince-4711"
    target = tmp_path / "p.duckdb"
    landing.put([item("1", body=secret.decode()), item("2")])
    _load_and_publish(warehouse, landing, target)
    assert warehouse.path is not None
    assert secret in target.read_bytes()
    erase(warehouse, item_ids=["product_page:1"])
    _load_and_publish(warehouse, landing, target)
    reader = multiprocessing.get_context("spawn").Pool(1)
    with reader as pool:
        # Another process looks, for closing a descriptor of the file here would drop the writer's lock.
        files = pool.map(Path.read_bytes, [target, warehouse.path])
    assert all(secret not in content for content in files)
    with open_snapshot(target) as snapshot:
        assert snapshot.value("SELECT count(*) FROM mentions") == 1


def test_compacting_keeps_everything_and_the_writer_goes_on(warehouse: Warehouse, landing: Landing) -> None:
    landing.put([item(str(number)) for number in range(100)])
    load_packages(warehouse, landing.folder)
    refresh(warehouse)
    compact(warehouse)
    landing.put([item("new")])
    assert load_packages(warehouse, landing.folder).new_items == 1
    refresh(warehouse)
    assert warehouse.con.execute("SELECT count(*) FROM mentions").fetchall() == [(101,)]


def test_a_missing_snapshot_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"mot watch"):
        open_snapshot(tmp_path / "none.duckdb")
    (tmp_path / "broken.duckdb").write_bytes(b"x" * 5000)
    with pytest.raises(WarehouseError, match=r"broken\.duckdb is not a snapshot"):
        open_snapshot(tmp_path / "broken.duckdb")


def test_names_and_periods_of_a_snapshot(warehouse: Warehouse, landing: Landing, tmp_path: Path) -> None:
    store_watchlist(warehouse, WATCHLIST)
    landing.put(
        [
            item("1", published_at="2026-03-02T23:59:59Z"),
            item("2", published_at="2026-04-01T00:00:00Z"),
            item("3", published_at=None),
        ]
    )
    _load_and_publish(warehouse, landing, tmp_path / "p.duckdb")
    with open_snapshot(tmp_path / "p.duckdb") as snapshot:
        assert snapshot.brand(" nord BREW ") == "Nordbrew"
        with pytest.raises(WarehouseError, match=r"unknown brand 'Nordbru'; did you mean 'Nordbrew'"):
            snapshot.brand("Nordbru")
        assert [str(day) for day in snapshot.period("Nordbrew")] == ["2026-03-02", "2026-04-01"]
        assert str(snapshot.period("Nordbrew", "2026-03-15")[0]) == "2026-03-15"
        with pytest.raises(WarehouseError, match=r"'15.3.26' is not a date"):
            snapshot.period("Nordbrew", "15.3.26")
        with pytest.raises(WarehouseError, match=r"swap"):
            snapshot.period("Nordbrew", "2026-04-01", "2026-03-01")
