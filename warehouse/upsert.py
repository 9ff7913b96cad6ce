"""Bringing items into the warehouse: new ones in, changed ones with their history, older news ignored.

Promise: whatever arrives twice, out of order or in one batch with itself, the table holds for each id the version that
was fetched last; a replaced version is kept in `item_history`; an id under a tombstone stays out. The caller opens the
transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

COLUMNS = (
    "item_key", "item_id", "kind", "source", "url", "brand", "product_id", "product_name", "parent_key", "parent_id",
    "author_key", "title", "body", "lang", "rating", "rating_scale", "published_at", "edited_at", "fetched_at",
    "verified", "metrics", "extra",
)  # fmt: skip
"""What a batch must offer, in any order; `text_version`, `package_id` and `loaded_at` are given here."""

# Never compared: the keys say nothing new, and the time of fetching changes with every look.
_COMPARED = [name for name in COLUMNS if name not in ("item_key", "item_id", "parent_key", "fetched_at")]
HASH = f"hash({', '.join(f's.{name}' for name in _COMPARED)})"
"""Of a batch named `s`; another version of DuckDB may hash differently, which costs a comparison and changes
nothing."""


@dataclass(frozen=True)
class Upserted:
    """What became of a batch: `changed` in text or rating, `refreshed` in anything else, `stale` older than what is
    here."""

    new: int = 0
    changed: int = 0
    refreshed: int = 0
    same: int = 0
    stale: int = 0
    repeated: int = 0
    erased: int = 0


def upsert(con: duckdb.DuckDBPyConnection, batch: str, package_id: str, loaded_at: datetime) -> Upserted:
    """Merge the table or view `batch` (see `COLUMNS`; other columns are ignored) into `items`.

    `batch` is read several times, so it should be a table or an Arrow table, not a file. How it goes about: one pass
    over the keys and hashes of the whole table tells what is known, where it lies and whether it differs; only what
    differs is then read, by its place. Texts never take part in a join with the whole table.
    """
    source, repeated, erased = _distinct(con, batch)
    stamp = {"package": package_id, "now": loaded_at}
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE matched AS
        SELECT s.item_key, s.fetched_at, t.rowid AS place, s.fetched_at >= t.fetched_at AS newer,
            s.row_hash = t.row_hash AS same
        FROM (SELECT item_key, fetched_at, {HASH} AS row_hash FROM {source} s) s JOIN items t ON t.item_key = s.item_key
    """)
    known = _count(con, "matched")
    fates = _meet(con, source, stamp) if known else {}
    names = ", ".join(COLUMNS)
    values = ", ".join(f"s.{name}" for name in COLUMNS)
    # NOT IN and no anti join: that would build its hash table from the batch, whose size DuckDB cannot know.
    only_new = "WHERE s.item_key NOT IN (SELECT item_key FROM matched)" if known else ""
    con.execute(
        f"INSERT INTO items ({names}, row_hash, text_version, package_id, loaded_at) "
        f"SELECT {values}, {HASH}, 1, $package, $now FROM {source} s {only_new}",
        stamp,
    )
    con.execute(f"INSERT INTO pending SELECT s.item_key FROM {source} s {only_new}")
    new = _count(con, source) - known
    changed, refreshed, stale = (fates.get(fate, 0) for fate in ("changed", "refreshed", "stale"))
    con.execute("DROP TABLE temp.matched")
    return Upserted(
        new=new, changed=changed, refreshed=refreshed, same=known - changed - refreshed - stale, stale=stale,
        repeated=repeated, erased=erased,
    )  # fmt: skip


def _distinct(con: duckdb.DuckDBPyConnection, batch: str) -> tuple[str, int, int]:
    """A name of the batch with each id once (the last fetched, then the last line) and none under a tombstone."""
    total, distinct = con.execute(f"SELECT count(*), count(DISTINCT item_key) FROM {batch}").fetchone() or (0, 0)
    erased = 0
    if _count(con, "tombstones"):
        (erased,) = con.execute(
            f"SELECT count(DISTINCT item_key) FROM {batch} WHERE item_key IN (SELECT item_key FROM tombstones)"
        ).fetchone() or (0,)
    if total == distinct and not erased:
        return batch, 0, 0
    # Ties go to the later row, which is what a crawl saw last.
    con.execute(f"CREATE OR REPLACE TEMP TABLE numbered AS SELECT *, row_number() OVER () AS row_no FROM {batch}")
    con.execute("""
        CREATE OR REPLACE TEMP TABLE distinct_batch AS
        SELECT * FROM numbered WHERE row_no IN (
            SELECT arg_max(row_no, (fetched_at, row_no)) FROM numbered
            WHERE item_key NOT IN (SELECT item_key FROM tombstones) GROUP BY item_key)
        ORDER BY row_no
    """)
    con.execute("DROP TABLE numbered")
    return "distinct_batch", total - distinct, erased


def _meet(con: duckdb.DuckDBPyConnection, source: str, stamp: dict[str, Any]) -> dict[str, int]:
    """Bring in what the batch says of items that are `matched`; returns how many met which fate (the unchanged not
    counted)."""
    edits, stale = con.execute(
        "SELECT count(*) FILTER (newer AND NOT same), count(*) FILTER (NOT newer) FROM matched"
    ).fetchone() or (0, 0)
    con.execute("""
        UPDATE items SET fetched_at = m.fetched_at FROM (FROM matched WHERE newer AND same) m
        WHERE items.rowid = m.place
    """)
    return {**(_edit(con, source, stamp) if edits else {}), "stale": stale}


def _edit(con: duckdb.DuckDBPyConnection, source: str, stamp: dict[str, Any]) -> dict[str, int]:
    """Put what is newer and differs in the place of what is here, which goes to the history; returns the fates."""
    # IS TRUE keeps this a look-up in the few keys; a semi join would take the whole batch into its hash table.
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE edits AS
        SELECT s.*, {HASH} AS new_hash FROM {source} s
        WHERE (s.item_key IN (SELECT item_key FROM matched WHERE newer AND NOT same)) IS TRUE
    """)
    old = ", ".join(f"t.{name}" for name in COLUMNS)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE replaced AS
        SELECT {old}, t.row_hash, t.text_version, t.package_id, t.loaded_at, m.place,
               NOT ({_same(("title", "body"))}) AS text_kept,
               CASE WHEN NOT ({_same(("title", "body", "rating"))}) THEN 'changed'
                    WHEN NOT ({_same(_COMPARED)}) THEN 'refreshed' ELSE 'same' END AS fate
        FROM edits s JOIN matched m ON m.item_key = s.item_key JOIN items t ON t.rowid = m.place
    """)
    columns = ", ".join(COLUMNS)
    kept = columns.replace("title, body", "CASE WHEN text_kept THEN title END, CASE WHEN text_kept THEN body END")
    con.execute(
        f"""
        INSERT INTO item_history ({columns}, row_hash, text_version, package_id, loaded_at, text_kept, replaced_at)
        SELECT {kept}, row_hash, text_version, package_id, loaded_at, text_kept, $now FROM replaced WHERE fate <> 'same'
        """,
        {"now": stamp["now"]},
    )
    assigned = ", ".join(f"{name} = s.{name}" for name in COLUMNS if name not in ("item_key", "item_id"))
    con.execute(
        f"""
        UPDATE items SET {assigned}, row_hash = s.new_hash, text_version = s.version, package_id = s.package,
            loaded_at = s.arrived
        FROM (SELECT e.*, r.place, r.text_version + r.text_kept::INTEGER AS version,
                     CASE r.fate WHEN 'same' THEN r.package_id ELSE $package END AS package,
                     CASE r.fate WHEN 'same' THEN r.loaded_at ELSE $now END AS arrived
              FROM edits e JOIN replaced r USING (item_key)) s
        WHERE items.rowid = s.place
        """,
        stamp,
    )
    con.execute("INSERT INTO pending SELECT item_key FROM replaced WHERE fate <> 'same'")
    fates = dict(con.execute("SELECT fate, count(*) FROM replaced GROUP BY fate").fetchall())
    con.execute("DROP TABLE temp.edits; DROP TABLE temp.replaced")
    return fates


def _same(names: tuple[str, ...] | list[str]) -> str:
    return " AND ".join(f"t.{name} IS NOT DISTINCT FROM s.{name}" for name in names)


def _count(con: duckdb.DuckDBPyConnection, source: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {source}").fetchone()
    return int(row[0]) if row else 0
