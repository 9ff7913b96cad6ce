"""Erasure: an item goes with its history, its tags and its place in every mart, and never comes back.

What stays is a tombstone with the id and the reason. `erase` is what an operator calls when a person asks for it; the
loader uses `remove` when a service says that an item is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from warehouse import daily
from warehouse.connect import Warehouse
from warehouse.errors import WarehouseError

_HOLD_ITEMS = (
    "items", "item_history", "item_tags", "sentence_tags", "item_brands", "item_pairs", "text_keys", "text_bands",
    "item_flags", "mentions", "sentences", "rivals",
)  # fmt: skip


def erase(
    warehouse: Warehouse,
    *,
    item_ids: Sequence[str] = (),
    author_key: str | None = None,
    reason: str = "erased on request",
) -> int:
    """Erase items by id, or all of one author; returns how many were here. Ids that are not here are barred all the
    same.

    The next publication rewrites the snapshot, so that nothing of them is left in its file.
    """
    if not item_ids and not author_key:
        raise WarehouseError("nothing to erase: give an item id or an author key")

    def work(con: duckdb.DuckDBPyConnection) -> int:
        con.execute("CREATE OR REPLACE TEMP TABLE unwanted (item_key UBIGINT, item_id VARCHAR)")
        con.execute(
            "INSERT INTO unwanted SELECT key_of(id), id FROM (SELECT unnest(?::VARCHAR[]) AS id)", [list(item_ids)]
        )
        con.execute("INSERT INTO unwanted SELECT item_key, item_id FROM items WHERE author_key = ?", [author_key])
        return remove(con, "unwanted", reason, datetime.now(UTC).replace(tzinfo=None))

    return warehouse.attempt(work)


def remove(con: duckdb.DuckDBPyConnection, names: str, reason: str, now: datetime) -> int:
    """Remove the items of the table `names` (item_key, item_id) and bar them; returns how many were here."""
    row = con.execute(f"SELECT count(*) FROM {names}").fetchone()
    if not row or not row[0]:
        return 0
    here = con.execute(f"SELECT count(*) FROM items WHERE item_key IN (SELECT item_key FROM {names})").fetchone()
    con.execute(
        f"""
        INSERT INTO tombstones SELECT DISTINCT item_key, item_id, $reason, $now::TIMESTAMP FROM {names}
        WHERE item_key NOT IN (SELECT item_key FROM tombstones) ORDER BY item_id
        """,
        {"reason": reason, "now": now},
    )
    # Items that had lost to one of these (copies of it, comments that took their brand from it) are seen again.
    con.execute(f"INSERT INTO pending SELECT item_key FROM items WHERE parent_key IN (SELECT item_key FROM {names})")
    con.execute(
        f"INSERT INTO pending SELECT item_key FROM item_flags WHERE original_key IN (SELECT item_key FROM {names})"
    )
    daily.leave(con, names)
    daily.settle(con)
    for table in _HOLD_ITEMS:
        con.execute(f"DELETE FROM {table} WHERE item_key IN (SELECT item_key FROM {names})")
    con.execute(f"DELETE FROM rejects WHERE item_id IN (SELECT item_id FROM {names})")
    con.execute("DELETE FROM meta WHERE key = 'rewrite'")
    con.execute("INSERT INTO meta VALUES ('rewrite', 'yes')")
    return int(here[0]) if here else 0
