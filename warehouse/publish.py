"""Publishing: one compact file that readers open, swapped in by rename.

Promise: `target` is at every moment either the snapshot before or the one after, whole; who has the old one open keeps
reading it, and a load never waits for a reader. The file is written for DuckDB 1.0 and later. As a rule it is a copy of
the warehouse's file, as fast as the disk copies; a file that holds much free space, or traces of something erased, is
first written anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb

from warehouse.connect import STORAGE_VERSION, Warehouse
from warehouse.engine import quoted
from warehouse.errors import WarehouseError
from warehouse.marts import define, refresh
from warehouse.migrate import migrate

FREE_SHARE = 0.3
"""Share of free blocks from which on the warehouse's file is written anew."""
_SMALL_BLOCKS = 64
_ORDER = {
    "mentions": "brand, day, item_key",
    "sentences": "brand, day, item_key, sentence_no",
    "rivals": "brand, day, item_key, rival",
    "daily": "brand, day, source, channel, role, status, flag, moment",
}
"""Rows of one brand and month lie together, so that a question about them reads little; refreshes loosen that."""


def publish(warehouse: Warehouse, target: Path) -> Path:
    """Publish the warehouse as the file `target`; refreshes the marts first if that has never been done."""
    if warehouse.meta("marts_state") is None:
        refresh(warehouse)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        if warehouse.path is None:
            write_anew(warehouse.con, draft)
        else:
            if _is_loose(warehouse):
                compact(warehouse)
            warehouse.con.execute("CHECKPOINT warehouse")
            _copy(warehouse.path, draft)
        swap(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def compact(warehouse: Warehouse) -> None:
    """Write the warehouse's own file anew, without free space and without traces of what was erased, and go on in
    it."""
    path = warehouse.path
    if path is None:
        return
    with warehouse.transaction() as con:
        con.execute("DELETE FROM meta WHERE key = 'rewrite'")
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    draft.unlink(missing_ok=True)
    write_anew(warehouse.con, draft)
    warehouse.con.execute("CHECKPOINT warehouse")
    warehouse.con.execute("USE memory")
    warehouse.con.execute("DETACH warehouse")
    # A crash before the rename leaves the old file, one after it the new: both are whole.
    swap(draft, path, readable_only=False)
    warehouse.con.execute(f"ATTACH {quoted(str(path))} AS warehouse (STORAGE_VERSION '{STORAGE_VERSION}')")
    warehouse.con.execute("USE warehouse")


def write_anew(con: duckdb.DuckDBPyConnection, draft: Path) -> None:
    """Write every table of the warehouse into a new file, the row marts in order, with views and macros."""
    draft.unlink(missing_ok=True)
    con.execute(f"ATTACH {quoted(str(draft))} AS published (STORAGE_VERSION '{STORAGE_VERSION}')")
    try:
        con.execute("USE published")
        migrate(con, str(draft))
        for (table,) in con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'published'"
        ).fetchall():
            con.execute(f"DELETE FROM {table}")
            order = f" ORDER BY {_ORDER[table]}" if table in _ORDER else ""
            con.execute(f"INSERT INTO {table} BY NAME FROM warehouse.{table}{order}")
        define(con)
        con.execute("CHECKPOINT published")
    finally:
        con.execute("USE warehouse")
        con.execute("DETACH published")


def _is_loose(warehouse: Warehouse) -> bool:
    warehouse.con.execute("CHECKPOINT warehouse")
    row = warehouse.con.execute(
        "SELECT total_blocks, free_blocks FROM pragma_database_size() WHERE database_name = 'warehouse'"
    ).fetchone()
    total, free = row or (0, 0)
    return warehouse.meta("rewrite") is not None or (total > _SMALL_BLOCKS and free > FREE_SHARE * total)


def _copy(source: Path, draft: Path) -> None:
    # In a child, because closing any descriptor of the file here would drop DuckDB's lock on it (POSIX record locks).
    command = "import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2])"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", command, str(source), str(draft)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["the copy was stopped"])[-1]
        raise WarehouseError(f"{source.name} could not be copied to {draft.parent}: {reason[:200]}")


def swap(draft: Path, target: Path, *, readable_only: bool = True) -> None:
    """Flush `draft` to the disk and rename it to `target`; a crash leaves one of the two, whole."""
    with draft.open("rb+") as stream:
        os.fsync(stream.fileno())
    if readable_only:
        draft.chmod(0o444)
    draft.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
