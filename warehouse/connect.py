"""Opening the warehouse for writing.

Promise: one writer at a time for a DuckDB file, and a clear refusal for a second one; a DuckLake takes many. All writes
go through `Warehouse.transaction`, so a killed process leaves either all of a step or nothing of it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import duckdb

from warehouse import lake
from warehouse.engine import fresh, quoted
from warehouse.errors import WarehouseError
from warehouse.migrate import migrate
from warehouse.text import MACROS

STORAGE_VERSION = "v1.0.0"
"""Of the files that are written: every DuckDB since 1.0 reads them, and a published copy is a copy of the file."""
ATTEMPTS = 8
CONFLICTS = ("conflict", "could not serialize", "deadlock", "concurrent")

T = TypeVar("T")


class Warehouse:
    """An open warehouse: `con` is a DuckDB connection whose default database is the warehouse."""

    def __init__(self, con: duckdb.DuckDBPyConnection, address: str) -> None:
        self.con = con
        self.address = address

    @property
    def is_lake(self) -> bool:
        """Whether the address names a DuckLake and not a file."""
        return lake.is_lake(self.address)

    @property
    def path(self) -> Path | None:
        """The DuckDB file; None for a DuckLake."""
        return None if self.is_lake else Path(self.address)

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All or nothing: commit at the end of the block, roll back when it raises."""
        self.con.execute("BEGIN")
        try:
            yield self.con
        except BaseException:
            self.con.execute("ROLLBACK")
            raise
        self.con.execute("COMMIT")

    def attempt(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Do `work` in a transaction, again when another writer of a DuckLake came first."""
        for left in range(ATTEMPTS - 1, -1, -1):
            try:
                with self.transaction() as con:
                    return work(con)
            except duckdb.Error as error:
                if not (left and self.is_lake and any(word in str(error).lower() for word in CONFLICTS)):
                    raise
                # Two writers that wait equally long meet again.
                time.sleep(random.uniform(0.05, 0.3) * (ATTEMPTS - left))
        raise AssertionError("unreachable")

    def meta(self, key: str) -> str | None:
        """A setting that the warehouse keeps about itself."""
        row = self.con.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Keep a setting; part of the transaction that is open."""
        self.con.execute("DELETE FROM meta WHERE key = ?", [key])
        self.con.execute("INSERT INTO meta VALUES (?, ?)", [key, value])

    def close(self) -> None:
        """Close the connection; the file is then complete in itself."""
        self.con.close()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_warehouse(address: str | Path) -> Warehouse:
    """Open (or create) and migrate the warehouse at `address`: the path of a DuckDB file, or `ducklake:…`.

    Raises WarehouseError when another process is writing to the file, when it is no DuckDB file, or when a newer
    momentscope has written it.
    """
    where = str(address)
    con = lake.attach(where) if lake.is_lake(where) else _open_file(Path(where))
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(MACROS)
        migrate(con, where)
    except BaseException:
        con.close()
        raise
    return Warehouse(con, where)


def _open_file(path: Path) -> duckdb.DuckDBPyConnection:
    path.parent.mkdir(parents=True, exist_ok=True)
    con = fresh(path.parent / f".{path.stem}.tmp")
    try:
        # ATTACH takes no parameters; the quotes of the path are doubled.
        con.execute(f"ATTACH {quoted(str(path))} AS warehouse (STORAGE_VERSION '{STORAGE_VERSION}')")
        con.execute("USE warehouse")
    except duckdb.Error as error:
        con.close()
        raise _explained(error, path) from None
    return con


def _explained(error: duckdb.Error, path: Path) -> WarehouseError:
    first = str(error).splitlines()[0]
    if "lock" in first.lower():
        return WarehouseError(
            f"{path} is being written by another process; wait for it to end, or stop it, and try again"
        )
    if "not a valid duckdb" in first.lower() or "version number" in first.lower():
        return WarehouseError(
            f"{path} is not a DuckDB file that this version reads ({first[:160]}); move it away or upgrade duckdb"
        )
    return WarehouseError(f"{path} cannot be opened: {first[:200]}")
