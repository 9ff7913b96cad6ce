"""Fixtures of this room: a landing folder, a warehouse, and what tables hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.warehouse.world import CLOCKS, WATCHLIST, Contents, Landing, item, tag, write_tags
from warehouse.connect import Warehouse, open_warehouse

__all__ = ["WATCHLIST", "Landing", "item", "tag", "write_tags"]


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    """An empty landing folder."""
    return Landing(tmp_path / "landing")


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse."""
    with open_warehouse(tmp_path / "warehouse" / "momentscope.duckdb") as opened:
        yield opened


@pytest.fixture(scope="session")
def contents() -> Callable[[Warehouse], Contents]:
    """What every table holds, in one order, without the times at which it was brought in."""

    def read(warehouse: Warehouse) -> Contents:
        found: Contents = {}
        tables = "SELECT DISTINCT table_name FROM duckdb_tables() WHERE database_name = 'warehouse' ORDER BY 1"
        for (name,) in warehouse.con.execute(tables).fetchall():
            described = warehouse.con.execute(f"DESCRIBE {name}").fetchall()
            columns = [row[0] for row in described if row[0] not in CLOCKS]
            found[name] = warehouse.con.execute(f"SELECT {', '.join(columns)} FROM {name} ORDER BY ALL").fetchall()
        return found

    return read
