"""Loading landing packages.

Promise: every finished package is loaded exactly once, because the transaction that brings its items also records its
id, and a package whose id is recorded is skipped. A process killed at any point leaves whole packages only; the next
load goes on with the others. Packages are taken oldest first, so the tables depend on what landed and not on when it
was loaded. A package whose files differ from its manifest is not loaded, is listed as damaged, and is tried again by
the next load.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse.connect import Warehouse
from warehouse.erase import remove
from warehouse.packages import DamagedPackage, Package, finished
from warehouse.upsert import Upserted, upsert

logger = logging.getLogger(__name__)

_TEXTS = (
    "item_id",
    "kind",
    "source",
    "url",
    "brand",
    "product_id",
    "product_name",
    "parent_id",
    "author_key",
    "title",
    "body",
    "lang",
    "rating_scale",
)
_TIMES = ("published_at", "edited_at", "fetched_at")
_SHAPE = (
    "{"
    + ", ".join(f'"{name}": "VARCHAR"' for name in (*_TEXTS, *_TIMES, "rating", "verified", "deleted"))
    + ', "metrics": "JSON", "extra": "JSON"}'
)


@dataclass(frozen=True)
class LoadSummary:
    """What a load did; `refreshed` items changed in their counts only, `damaged` packages were left for another
    time."""

    packages: int = 0
    new_items: int = 0
    changed_items: int = 0
    unchanged: int = 0
    rejects: int = 0
    deleted: int = 0
    refreshed: int = 0
    damaged: int = 0

    def __add__(self, other: LoadSummary) -> LoadSummary:
        return LoadSummary(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def load_packages(warehouse: Warehouse, landing: Path) -> LoadSummary:
    """Load every finished package below `landing` that is not in the warehouse yet, each in its own transaction."""
    known = {row[0] for row in warehouse.con.execute("SELECT package_id FROM packages WHERE loaded").fetchall()}
    summary = LoadSummary()
    for package in finished(landing):
        if package.package_id not in known:
            summary += load_package(warehouse, package)
    return summary


def load_package(warehouse: Warehouse, package: Package) -> LoadSummary:
    """Load one package, unless it already is."""
    now = datetime.now(UTC).replace(tzinfo=None)
    try:
        if damage := package.manifest.get("damage"):
            raise DamagedPackage(damage)
        files = package.files()
        rejected = package.files("rejects")
    except DamagedPackage as damage:
        logger.warning("package %s is not loaded: %s", package.package_id, damage)
        reason = str(damage)
        warehouse.attempt(lambda con: _record(con, package, now, "damaged", reason, LoadSummary()))
        return LoadSummary(damaged=1)
    return warehouse.attempt(lambda con: _load(con, package, files, rejected, now))


def _load(
    con: duckdb.DuckDBPyConnection, package: Package, files: list[Path], rejected: list[Path], now: datetime
) -> LoadSummary:
    # Another worker of a DuckLake may have loaded it since the list was made.
    if con.execute("SELECT 1 FROM packages WHERE package_id = ? AND loaded", [package.package_id]).fetchone():
        return LoadSummary()
    read_items(con, files)
    refused = _refuse(con, package, rejected, now)
    deleted = _delete(con, now)
    con.execute("CREATE OR REPLACE TEMP VIEW batch AS SELECT * FROM landed WHERE reason IS NULL AND NOT deleted")
    done = upsert(con, "batch", package.package_id, now)
    summary = _summary(done, refused, deleted)
    _record(con, package, now, str(package.manifest.get("status")), package.manifest.get("reason"), summary)
    con.execute("DROP VIEW temp.batch; DROP TABLE temp.landed; DROP TABLE temp.notices")
    return summary


def _summary(done: Upserted, refused: int, deleted: int) -> LoadSummary:
    return LoadSummary(
        packages=1,
        new_items=done.new,
        changed_items=done.changed,
        refreshed=done.refreshed,
        rejects=refused,
        deleted=deleted,
        unchanged=done.refreshed + done.same + done.stale + done.repeated + done.erased,
    )


def read_items(con: duckdb.DuckDBPyConnection, files: list[Path]) -> None:
    """Read JSON Lines of items into the temporary table `landed`, typed, with `reason` and `field` where a line
    breaks the contract."""
    nothing = _select("SELECT NULL::JSON AS json LIMIT 0")
    con.execute(f"CREATE OR REPLACE TEMP TABLE landed AS {nothing}")
    for path in files:
        lines = "SELECT json FROM read_json_objects($file, format = 'newline_delimited', ignore_errors = true)"
        con.execute(f"INSERT INTO landed {_select(lines)}", {"file": str(path)})


def _select(lines: str) -> str:
    texts = ", ".join(f"nullif(r.{name}, '') AS {name}" for name in _TEXTS)
    times = ", ".join(f"utc(r.{name}) AS {name}" for name in _TIMES)
    unread = " ".join(f"WHEN r.{name} IS NOT NULL AND utc(r.{name}) IS NULL THEN '{name}'" for name in _TIMES)
    return f"""
        SELECT *,
               CASE field WHEN 'json' THEN 'not a JSON object' WHEN 'item_id' THEN 'no item id' WHEN 'source'
                   THEN 'no source'
                   WHEN 'kind' THEN 'unknown kind' WHEN 'fetched_at' THEN 'no readable time of fetching'
                   WHEN 'rating' THEN 'rating is not within 0…1' WHEN 'published_at' THEN 'unreadable date'
                   WHEN 'edited_at' THEN 'unreadable date' END AS reason
        FROM (
            SELECT line, {texts}, {times}, key_of(r.item_id) AS item_key,
                   CASE WHEN r.parent_id <> '' THEN key_of(r.parent_id) END AS parent_key,
                   TRY_CAST(r.rating AS DOUBLE) AS rating, TRY_CAST(r.verified AS BOOLEAN) AS verified,
                   CASE WHEN json_type(r.metrics) = 'OBJECT' THEN r.metrics END AS metrics,
                   CASE WHEN json_type(r.extra) = 'OBJECT' THEN r.extra END AS extra,
                   coalesce(TRY_CAST(r.deleted AS BOOLEAN), false) AS deleted,
                   CASE WHEN json IS NULL OR json_type(json) <> 'OBJECT' THEN 'json'
                        WHEN coalesce(r.item_id, '') = '' THEN 'item_id'
                        WHEN coalesce(r.fetched_at, '') = '' THEN 'fetched_at'
                        {unread}
                        WHEN r.deleted = 'true' THEN NULL
                        WHEN coalesce(r.source, '') = '' THEN 'source'
                        WHEN coalesce(r.kind, '') NOT IN ('review', 'video', 'comment', 'post', 'question') THEN 'kind'
                        WHEN r.rating IS NOT NULL AND coalesce(TRY_CAST(r.rating AS DOUBLE) NOT BETWEEN 0
                            AND 1, true) THEN 'rating'
                   END AS field
            FROM (SELECT row_number() OVER () AS line, json, json_transform(json, '{_SHAPE}') AS r FROM ({lines})))
    """


def _refuse(con: duckdb.DuckDBPyConnection, package: Package, rejected: list[Path], now: datetime) -> int:
    """Record the package's own rejects and the lines that break the contract; returns how many."""
    who = {"package": package.package_id, "source": package.manifest.get("source"), "now": now}
    for path in rejected:
        con.execute(
            """
            INSERT INTO rejects
            SELECT $package, row_number() OVER (), left(json->>'item_id', 400), $source,
                   left(coalesce(json->>'reason', 'unreadable line of rejects'), 300), left(json->>'field', 80),
                       left(json->>'url', 2000),
                   coalesce(utc(json->>'at'), $now)
            FROM read_json_objects($file, format = 'newline_delimited', ignore_errors = true)
            """,
            {**who, "file": str(path)},
        )
    con.execute(
        "INSERT INTO rejects SELECT $package, line, left(item_id, 400), $source, reason, field, left(url, 2000), $now "
        "FROM landed WHERE reason IS NOT NULL",
        who,
    )
    row = con.execute("SELECT count(*) FROM rejects WHERE package_id = ?", [package.package_id]).fetchone()
    return int(row[0]) if row else 0


def _delete(con: duckdb.DuckDBPyConnection, now: datetime) -> int:
    """Follow the service's notices of deletion; returns how many items went."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE notices AS SELECT DISTINCT item_key, item_id FROM landed WHERE deleted "
        "AND reason IS NULL"
    )
    return remove(con, "notices", "deleted at the source", now)


def _record(
    con: duckdb.DuckDBPyConnection, package: Package, now: datetime, status: str, reason: str | None, done: LoadSummary
) -> None:
    manifest, loaded = package.manifest, status != "damaged"
    con.execute("DELETE FROM packages WHERE package_id = ?", [package.package_id])
    con.execute(
        "INSERT INTO packages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            package.package_id,
            manifest.get("source"),
            manifest.get("brand"),
            manifest.get("targets") or [],
            status,
            reason,
            package.time("started_at"),
            package.time("finished_at"),
            package.count("expected"),
            package.count("got"),
            manifest.get("items"),
            done.rejects,
            done.new_items,
            done.changed_items,
            loaded,
            now,
        ],
    )
