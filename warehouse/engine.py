"""DuckDB as this room starts it: in memory, with the warehouse or a snapshot attached, bounded and silent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb

DEFAULT_MEMORY = "2GB"


def fresh(temp_folder: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection to an empty database in memory; `MOT_MEMORY_LIMIT` (default 2GB) and `MOT_THREADS` bound it.

    What does not fit the memory spills into `temp_folder`.
    """
    config: dict[str, Any] = {
        "memory_limit": os.environ.get("MOT_MEMORY_LIMIT", DEFAULT_MEMORY),
        "autoinstall_known_extensions": False,
    }
    if threads := os.environ.get("MOT_THREADS"):
        config["threads"] = threads
    if temp_folder is not None:
        config["temp_directory"] = str(temp_folder)
    con = duckdb.connect(":memory:", config=config)
    # It would write to standard output, which belongs to the command.
    con.execute("SET enable_progress_bar = false")
    return con


def quoted(text: str) -> str:
    """An SQL string literal, for the few statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"
