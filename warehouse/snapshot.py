"""Reading the published snapshot: read-only, no other file, no network.

Promise: a snapshot that is open stays as it is while new ones are published, and what it is asked cannot change
anything or reach outside of it.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from warehouse.engine import fresh, quoted
from warehouse.errors import WarehouseError, unknown
from warehouse.migrate import check

Params = dict[str, Any] | list[Any] | None


class Snapshot:
    """An open snapshot; `con` is a read-only DuckDB connection whose default database it is."""

    def __init__(self, con: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.con = con
        self.path = path

    def rows(self, sql: str, params: Params = None) -> list[dict[str, Any]]:
        """The rows of a query as dicts."""
        result = self.con.execute(sql, params)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def one(self, sql: str, params: Params = None) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        return next(iter(self.rows(sql, params)), None)

    def value(self, sql: str, params: Params = None) -> Any:
        """The first value of the first row, or None."""
        row = self.con.execute(sql, params).fetchone()
        return row[0] if row else None

    def brand(self, name: str) -> str:
        """The brand of that name or alias, as the watchlist writes it; WarehouseError with the nearest for an
        unknown one."""
        known = dict(
            self.con.execute(
                "SELECT brand, brand FROM brands UNION ALL SELECT alias, brand FROM brand_aliases"
            ).fetchall()
        )
        folded = {each.casefold(): brand for each, brand in known.items()}
        if name.strip().casefold() in folded:
            return str(folded[name.strip().casefold()])
        if self.value("SELECT 1 FROM mentions WHERE brand = ? LIMIT 1", [name]):
            return name
        raise unknown("brand", name, known)

    def scheme(self, name: str | None = None) -> str:
        """The scheme of that name (None: the default one); WarehouseError with the nearest for an unknown one."""
        known = [row[0] for row in self.con.execute("SELECT DISTINCT scheme FROM schemes").fetchall()]
        wanted = "combined" if name is None else name.strip()
        if wanted in known:
            return wanted
        raise unknown("scheme", wanted, known)

    def period(
        self, brand: str, date_from: str | date | None = None, date_to: str | date | None = None
    ) -> tuple[date, date]:
        """First and last day of a report; by default those with dated items about the brand.

        Raises WarehouseError for what is no date, and for a period that ends before it begins.
        """
        row = self.con.execute(
            "SELECT min(day), max(day) FROM mentions WHERE brand = ? AND role = 'subject' AND flag IS NULL", [brand]
        ).fetchone() or (None, None)
        last = _day(date_to) or row[1] or _day(date_from) or date(1970, 1, 1)
        first = _day(date_from) or (min(row[0], last) if row[0] else last)
        if first > last:
            raise WarehouseError(f"the period begins on {first} and ends before that, on {last}; swap the two")
        return first, last

    def close(self) -> None:
        """Close it."""
        self.con.close()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_snapshot(path: str | Path) -> Snapshot:
    """Open a published snapshot. Raises WarehouseError when there is none, or when a newer momentscope has made it."""
    path = Path(path)
    if not path.is_file():
        raise WarehouseError(f"there is no snapshot at {path}; run `mot watch` first")
    # In memory with the file attached, so that a process with an older snapshot open gets the new file all the same.
    con = fresh()
    try:
        con.execute(f"ATTACH {quoted(str(path))} AS momentscope (READ_ONLY)")
        con.execute("USE momentscope")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        check(con, str(path))
    except duckdb.Error as error:
        con.close()
        raise WarehouseError(f"{path} is not a snapshot that can be read: {str(error).splitlines()[0][:200]}") from None
    except WarehouseError:
        con.close()
        raise
    return Snapshot(con, path)


def _day(value: str | date | None) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise WarehouseError(f"{value[:40]!r} is not a date; write it as YYYY-MM-DD, for example 2026-05-31") from None
