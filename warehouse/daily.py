"""The table `daily`: counts that follow the row marts, by what leaves them and what enters.

Promise: after `settle` the table is what counting all of `mentions` and `sentences` would give. An item has one day, so
counts of distinct items add up over days. `leave` is called before rows go, `enter` after they came, both in the
transaction that changes the row marts.
"""

from __future__ import annotations

import duckdb

_KEY = "brand, day, source, channel, role, status, flag, moment"


def clear(con: duckdb.DuckDBPyConnection) -> None:
    """Forget all counts, for a rebuild."""
    con.execute("DELETE FROM daily")


def leave(con: duckdb.DuckDBPyConnection, keys: str) -> None:
    """Take the rows of the items in the table `keys` (item_key) out of the counts; they are still in the marts."""
    _note(con, f"WHERE item_key IN (SELECT item_key FROM {keys})", -1)


def enter(con: duckdb.DuckDBPyConnection, keys: str | None) -> None:
    """Add the rows of the items in the table `keys`, which are in the marts now; None: of all items."""
    _note(con, f"WHERE item_key IN (SELECT item_key FROM {keys})" if keys else "", 1)


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Bring what was noted into the table."""
    # Keys that may be NULL are compared by a stand-in: no brand is empty, no day so early.
    place = "coalesce(brand, ''), coalesce(day, DATE '0001-01-01')"
    con.execute(f"CREATE OR REPLACE TEMP TABLE touched_days (brand, day) AS SELECT DISTINCT {place} FROM daily_changes")
    touched = f"({place}) IN (SELECT (brand, day) FROM touched_days)"
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE settled AS
        SELECT {_KEY}, sum(items)::BIGINT AS items, sum(negative)::BIGINT AS negative
        FROM (FROM daily WHERE {touched} UNION ALL FROM daily_changes) GROUP BY {_KEY} HAVING sum(items) > 0
    """)
    con.execute(f"DELETE FROM daily WHERE {touched}")
    con.execute(f"INSERT INTO daily SELECT {_KEY}, items, negative FROM settled ORDER BY ALL")
    con.execute("DROP TABLE temp.touched_days; DROP TABLE temp.settled; DROP TABLE temp.daily_changes")


def _note(con: duckdb.DuckDBPyConnection, where: str, sign: int) -> None:
    con.execute("CREATE TEMP TABLE IF NOT EXISTS daily_changes AS FROM daily LIMIT 0")
    con.execute(f"""
        INSERT INTO daily_changes
        SELECT brand, day, source, channel, role, status, flag, 'any', {sign} * count(*),
               {sign} * count(*) FILTER (sentiment = 'negative')
        FROM mentions {where} GROUP BY brand, day, source, channel, role, status, flag
    """)
    # First one row an item and moment: cheaper than counting distinct items twice.
    con.execute(f"""
        INSERT INTO daily_changes
        SELECT {_KEY}, {sign} * count(*), {sign} * count(*) FILTER (bad)
        FROM (SELECT {_KEY}, item_key, bool_or(sentiment = 'negative') AS bad FROM sentences {where}
              GROUP BY {_KEY}, item_key)
        WHERE moment <> 'none' GROUP BY {_KEY}
    """)
