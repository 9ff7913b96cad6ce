"""Migrations run once, in order, all or nothing; a newer warehouse is refused."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from warehouse import migrate
from warehouse.connect import open_warehouse
from warehouse.errors import WarehouseError


def _versions(path: Path) -> list[tuple[int, str]]:
    with duckdb.connect(str(path)) as con:
        return con.execute("SELECT version, name FROM schema_migrations ORDER BY version").fetchall()


def test_every_migration_is_recorded_once(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    for _ in range(2):
        open_warehouse(path).close()
    assert _versions(path) == [(number, name) for number, name, _ in migrate.available()]


def test_an_older_warehouse_gets_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.duckdb"
    everything = migrate.available()
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "available", lambda: everything[:1])
        open_warehouse(path).close()
    assert len(_versions(path)) == 1
    with open_warehouse(path) as warehouse:
        assert warehouse.con.execute("SELECT count(*) FROM mentions").fetchall() == [(0,)]


def test_a_newer_warehouse_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with open_warehouse(path) as warehouse:
        warehouse.con.execute("INSERT INTO schema_migrations VALUES (99, 'from_the_future', now()::TIMESTAMP)")
    with pytest.raises(WarehouseError, match=rf"version 99.*up to {migrate.latest()}.*upgrade momentscope"):
        open_warehouse(path)


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.duckdb"
    broken = [
        *migrate.available(),
        (migrate.latest() + 1, "broken", "CREATE TABLE half (a INTEGER); SELECT nonsense FROM nowhere;"),
    ]
    monkeypatch.setattr(migrate, "available", lambda: broken)
    with pytest.raises(duckdb.Error):
        open_warehouse(path)
    with duckdb.connect(str(path)) as con:
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'").fetchall() == [(0,)]
    assert len(_versions(path)) == len(broken) - 1


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "w.duckdb"
    holder = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    open_warehouse(path).close()
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None and child.stdout.readline() == "held\n"
        with pytest.raises(WarehouseError, match="being written by another process"):
            open_warehouse(path)
        child.communicate("")


def test_a_file_that_is_no_warehouse_is_named(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(WarehouseError, match=r"w\.duckdb is not a DuckDB file"):
        open_warehouse(path)
