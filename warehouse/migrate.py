"""Numbered, append-only migrations.

Promise: each file of `migrations/` is applied once, in order, in one transaction with the row that records it; a
warehouse that a newer version of the code has written is refused and left untouched.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse.errors import WarehouseError

FOLDER = Path(__file__).parent / "migrations"


def available() -> list[tuple[int, str, str]]:
    """(version, name, SQL) of every migration that this code knows, in order."""
    found = []
    for path in sorted(FOLDER.glob("*.sql")):
        match = re.fullmatch(r"(\d{4})_(\w+)", path.stem)
        if match is None:
            raise WarehouseError(f"{path.name} is not named like 0001_what_it_does.sql; rename it")
        found.append((int(match[1]), match[2], path.read_text(encoding="utf-8")))
    if [version for version, _, _ in found] != list(range(1, len(found) + 1)):
        raise WarehouseError("the numbers of the migrations have a gap or a repetition; they must run 0001, 0002, …")
    return found


def latest() -> int:
    """The schema version that this code writes."""
    return len(available())


def current(con: duckdb.DuckDBPyConnection) -> int:
    """The schema version of an open warehouse; 0 for an empty one."""
    known = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_migrations' AND database_name = "
        "current_database()"
    ).fetchone()
    if not known or not known[0]:
        return 0
    row = con.execute("SELECT coalesce(max(version), 0) FROM schema_migrations").fetchone()
    return int(row[0]) if row else 0


def check(con: duckdb.DuckDBPyConnection, where: str) -> int:
    """The version of the warehouse at `where`; WarehouseError if it is newer than this code."""
    version = current(con)
    if version > latest():
        raise WarehouseError(
            f"{where} has schema version {version}, and this momentscope knows versions up to {latest()}: "
            "upgrade momentscope, or name another warehouse"
        )
    return version


def migrate(con: duckdb.DuckDBPyConnection, where: str) -> int:
    """Bring the warehouse to the latest version; returns how many migrations were applied."""
    version = check(con, where)
    applied = 0
    for number, name, sql in available()[version:]:
        con.execute("BEGIN")
        try:
            con.execute(sql)
            con.execute(
                "INSERT INTO schema_migrations VALUES (?, ?, ?)", [number, name, datetime.now(UTC).replace(tzinfo=None)]
            )
            con.execute("COMMIT")
        except duckdb.Error:
            # After a failed COMMIT there is nothing left to roll back.
            with suppress(duckdb.TransactionException):
                con.execute("ROLLBACK")
            # Two workers may open a new DuckLake at once: then the other one has done it.
            if current(con) < number:
                raise
            continue
        applied += 1
    return applied
