"""The marts: row marts that `refresh` keeps in step with the items, and views and macros over them.

Promise: after a refresh the row marts are what a rebuild from nothing would give, whether it rebuilt them or only redid
the items that changed; it happens in one transaction. The SQL lies beside this file: `0?_*.sql` fill tables for the
items in
`scope`, the others define what readers use. Everything is rebuilt when the watchlist, the model in use or the SQL
changes.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse import attribution, daily, flags, themes
from warehouse.config import in_force
from warehouse.connect import Warehouse
from warehouse.text import read_words

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).parent
REBUILD_SHARE = 0.2
"""Share of the items from which on everything is rebuilt: it is then cheaper, and puts the rows in order again."""
_TABLES = ("mentions", "sentences", "rivals")


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: how many items it looked at, and whether it rebuilt everything."""

    items: int
    rebuilt: bool


def refresh(warehouse: Warehouse, *, near_duplicates: bool = True) -> Refreshed:
    """Bring the marts in step with items, tags and watchlist.

    `near_duplicates=False` leaves the search for near copies out, which takes most of the time of a first refresh of
    millions.
    """
    return warehouse.attempt(lambda con: _refresh(warehouse, con, near_duplicates))


def _refresh(warehouse: Warehouse, con: duckdb.DuckDBPyConnection, near: bool) -> Refreshed:
    model = _active_model(warehouse, con)
    state = _fingerprint(con, model, near)
    rebuild = warehouse.meta("marts_state") != state
    items, rebuild = _scope(con, rebuild)
    if items or rebuild:
        read_words(con)
        attribution.attribute(con)
        flags.refresh(con, near=near)
        _fill(con, model, rebuild)
    con.execute("DELETE FROM pending")
    views = _digest(sorted(FOLDER.glob("[1-9]*.sql")))
    if warehouse.meta("marts_views") != views:
        define(con)
        warehouse.set_meta("marts_views", views)
    if rebuild:
        warehouse.set_meta("marts_state", state)
    con.execute("DROP TABLE temp.scope; DROP TABLE IF EXISTS temp.words; DROP TABLE IF EXISTS temp.theme_words")
    return Refreshed(items, rebuild)


def define(con: duckdb.DuckDBPyConnection) -> None:
    """Create the views and macros that readers use, and write the meanings of all columns beside them."""
    from warehouse import dictionary

    for path in sorted(FOLDER.glob("[1-9]*.sql")):
        con.execute(path.read_text(encoding="utf-8"))
    dictionary.comments(con)


def _active_model(warehouse: Warehouse, con: duckdb.DuckDBPyConnection) -> str | None:
    """The model that figures use: the one chosen, else the one that has tagged most of the current texts, the newest
    of equals."""
    chosen = warehouse.meta("chosen_model")
    if not con.execute("SELECT 1 FROM models LIMIT 1").fetchone():
        return None
    row = con.execute(
        """
        SELECT m.model_version FROM models m
        LEFT JOIN (SELECT t.model_version, count(*) AS tagged
            FROM item_tags t JOIN items i USING (item_key, text_version)
                   WHERE (SELECT count(*) FROM models) > 1 GROUP BY t.model_version) USING (model_version)
        ORDER BY m.model_version IS NOT DISTINCT FROM $chosen DESC, coalesce(tagged, 0) DESC, m.first_used_at DESC,
            m.model_version DESC LIMIT 1
        """,
        {"chosen": chosen},
    ).fetchone() or (None,)
    model = str(row[0])
    active = con.execute("SELECT model_version FROM models WHERE active").fetchone()
    if active is None or active[0] != model:
        con.execute("UPDATE models SET active = (model_version = ?)", [model])
        con.execute("INSERT INTO model_activations VALUES (?, ?)", [model, datetime.now(UTC).replace(tzinfo=None)])
    return model


def _fingerprint(con: duckdb.DuckDBPyConnection, model: str | None, near: bool) -> str:
    """Everything but the items that the row marts depend on."""
    code = [
        *sorted(FOLDER.glob("0*.sql")),
        *(FOLDER.parent / name for name in ("attribution.py", "daily.py", "flags.py", "text.py", "themes.py")),
    ]
    return _digest(code, f"{model}\n{near}\n{in_force(con, 'watchlist')}")


def _digest(paths: list[Path], more: str = "") -> str:
    digest = hashlib.sha256(more.encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _scope(con: duckdb.DuckDBPyConnection, rebuild: bool) -> tuple[int, bool]:
    """The temporary table `scope`: items to look at, with those that answer them (and the answers to those)."""
    con.execute("CREATE OR REPLACE TEMP TABLE scope AS SELECT DISTINCT item_key FROM pending")
    pending, total = con.execute("SELECT (SELECT count(*) FROM scope), (SELECT count(*) FROM items)").fetchone() or (
        0,
        0,
    )
    if rebuild or pending > REBUILD_SHARE * total:
        con.execute("CREATE OR REPLACE TEMP TABLE scope AS SELECT item_key FROM items")
        return int(total), True
    if pending:
        for _ in range(2):
            con.execute(
                "INSERT INTO scope SELECT item_key FROM items WHERE parent_key IN (SELECT item_key FROM scope) "
                "AND item_key NOT IN (SELECT item_key FROM scope)"
            )
    return int(pending), False


def _fill(con: duckdb.DuckDBPyConnection, model: str | None, rebuild: bool) -> None:
    themes.prepare(con)
    if rebuild:
        daily.clear(con)
    else:
        daily.leave(con, "scope")
    for table in _TABLES:
        con.execute(f"DELETE FROM {table}" + ("" if rebuild else " WHERE item_key IN (SELECT item_key FROM scope)"))
    for path in sorted(FOLDER.glob("0*.sql")):
        sql = path.read_text(encoding="utf-8")
        con.execute(sql, {"model": model} if "$model" in sql else None)
    daily.enter(con, None if rebuild else "scope")
    daily.settle(con)
