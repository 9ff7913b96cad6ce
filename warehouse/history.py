"""The warehouse as it was: a snapshot of an earlier moment, so that an old report can be made again.

Promise: `as_of` gives the figures that a snapshot published at that moment gave, from the items, texts, ratings,
counts,
tags, model, watchlist and schemes that were in force then; except that what has been erased since stays erased.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import duckdb

from warehouse.config import apply, in_force
from warehouse.connect import STORAGE_VERSION, Warehouse, open_warehouse
from warehouse.engine import fresh, quoted
from warehouse.errors import WarehouseError
from warehouse.marts import refresh
from warehouse.migrate import check, migrate
from warehouse.publish import swap
from warehouse.text import MACROS
from warehouse.upsert import COLUMNS

_VERSION = [*COLUMNS, "row_hash", "text_version", "package_id", "loaded_at"]

# What a version without its own text says stands in the version that has the same text number.
_ITEMS = f"""
    SELECT {
    ", ".join(
        f"coalesce(v.{name}, k.{name}) AS {name}" if name in ("title", "body") else f"v.{name}" for name in _VERSION
    )
}
    FROM (
        SELECT {", ".join(_VERSION)}, true AS text_kept FROM warehouse.items WHERE loaded_at <= $moment
        UNION ALL
        SELECT {", ".join(_VERSION)}, text_kept FROM warehouse.item_history
            WHERE loaded_at <= $moment AND replaced_at > $moment) v
    LEFT JOIN (
        SELECT item_key, text_version, title, body FROM warehouse.items
        UNION ALL
        SELECT item_key, text_version, title, body FROM warehouse.item_history WHERE text_kept) k
    ON NOT v.text_kept AND k.item_key = v.item_key AND k.text_version = v.text_version
"""
_PARTS = {
    "items": _ITEMS,
    "item_history": "FROM warehouse.item_history WHERE replaced_at <= $moment",
    "item_tags": "FROM warehouse.item_tags WHERE tagged_at <= $moment",
    "sentence_tags": """
        SELECT s.* FROM warehouse.sentence_tags s SEMI JOIN (FROM warehouse.item_tags WHERE tagged_at <= $moment) t
        ON t.item_key = s.item_key AND t.text_version = s.text_version AND t.model_version = s.model_version""",
    "models": "FROM warehouse.models WHERE first_used_at <= $moment",
    "model_activations": "FROM warehouse.model_activations WHERE activated_at <= $moment",
    "configs": "FROM warehouse.configs WHERE stored_at <= $moment",
    "sources": "FROM warehouse.sources WHERE $moment IS NOT NULL",
    "packages": "FROM warehouse.packages WHERE loaded_at <= $moment",
    "rejects": (
        "SELECT r.* FROM warehouse.rejects r SEMI JOIN (FROM warehouse.packages WHERE loaded_at <= "
        "$moment) p USING (package_id)"
    ),
    "runs": "FROM warehouse.runs WHERE finished_at <= $moment",
    "tombstones": "FROM warehouse.tombstones WHERE erased_at <= $moment",
}


def as_of(warehouse: Warehouse, moment: datetime, target: Path, *, model_version: str | None = None) -> Path:
    """Write the snapshot of `moment` (UTC without zone) as the file `target`.

    `model_version` asks for the tags of another model than the one in use then. Raises WarehouseError when nothing had
    been loaded by that moment, or for a model without tags.
    """
    if not warehouse.con.execute("SELECT 1 FROM packages WHERE loaded AND loaded_at <= ? LIMIT 1", [moment]).fetchone():
        first = warehouse.con.execute("SELECT min(loaded_at) FROM packages WHERE loaded").fetchone()
        since = (
            f"its first load was at {first[0]:%Y-%m-%d %H:%M:%S} UTC"
            if first and first[0]
            else "nothing has been loaded yet"
        )
        raise WarehouseError(f"the warehouse was empty at {moment:%Y-%m-%d %H:%M:%S} UTC; {since}")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.as-of.tmp")
    draft.unlink(missing_ok=True)
    try:
        _write(warehouse.con, draft, moment, model_version)
        with open_warehouse(draft) as then:
            refresh(then)
        swap(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def earlier_snapshot(
    snapshot: Path, moment: datetime | None, target: Path, *, model_version: str | None = None
) -> Path:
    """The same from a published snapshot, which holds all that is needed: nobody who writes has to wait.

    `moment` None stands for now. Raises WarehouseError as `as_of` does, and when there is no snapshot.
    """
    if not snapshot.is_file():
        raise WarehouseError(f"there is no snapshot at {snapshot}; run `mot watch` first")
    con = fresh(target.parent / f".{target.name}.spill")
    try:
        con.execute(f"ATTACH {quoted(str(snapshot))} AS warehouse (READ_ONLY)")
        con.execute("USE warehouse")
        check(con, str(snapshot))
        con.execute("SET TimeZone = 'UTC'")
        con.execute(MACROS)
        now = datetime.now(UTC).replace(tzinfo=None)
        return as_of(Warehouse(con, str(snapshot)), moment or now, target, model_version=model_version)
    finally:
        con.close()


def moment_of(written: str) -> datetime:
    """The moment, in UTC without zone, that a person means: a date is the end of that day, a time without zone UTC.

    Raises WarehouseError for what is neither.
    """
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        raise WarehouseError(
            f"{written[:40]!r} is neither a date nor a time; write 2026-05-01, or 2026-05-01T06:00 (UTC)"
        ) from None
    if len(written.strip()) <= len("2026-05-01"):
        return datetime.combine(moment, time.max)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _write(con: duckdb.DuckDBPyConnection, draft: Path, moment: datetime, model_version: str | None) -> None:
    con.execute(f"ATTACH {quoted(str(draft))} AS earlier (STORAGE_VERSION '{STORAGE_VERSION}')")
    try:
        con.execute("USE earlier")
        migrate(con, str(draft))
        for table, rows in _PARTS.items():
            con.execute(f"DELETE FROM {table}")
            con.execute(f"INSERT INTO {table} BY NAME {rows}", {"moment": moment})
        for kind in ("watchlist", "schemes"):
            content = in_force(con, kind)
            if content is not None:
                apply(con, kind, content)
        _choose_model(con, model_version)
    finally:
        con.execute("USE warehouse")
        con.execute("DETACH earlier")


def _choose_model(con: duckdb.DuckDBPyConnection, model_version: str | None) -> None:
    if model_version and not con.execute("SELECT 1 FROM models WHERE model_version = ?", [model_version]).fetchone():
        known = [row[0] for row in con.execute("SELECT model_version FROM models ORDER BY 1").fetchall()]
        raise WarehouseError(
            f"no tags of the model {model_version!r} were here then; there were those of: {', '.join(known) or 'none'}"
        )
    row = con.execute("SELECT arg_max(model_version, activated_at) FROM model_activations").fetchone()
    chosen = model_version or (row[0] if row else None)
    con.execute("UPDATE models SET active = (model_version IS NOT DISTINCT FROM ?)", [chosen])
    if chosen:
        con.execute("INSERT INTO meta VALUES ('chosen_model', ?)", [chosen])
