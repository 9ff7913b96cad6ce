"""SQL on the snapshot: read-only, no other file, no network, a bound on rows and time."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import streamlit as st

from warehouse.errors import WarehouseError
from warehouse.snapshot import open_snapshot
from warehouse.sql import as_csv, fetch

ROWS, SECONDS = 1000, 30
EXAMPLE = """SELECT moment, sentiment, count(*) AS sentences
FROM voices
WHERE brand IS NOT NULL AND role = 'subject' AND flag IS NULL
GROUP BY ALL ORDER BY ALL"""


def query(path: Path, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and at most ROWS + 1 rows of one reading statement.

    Raises:
        WarehouseError: what DuckDB cannot run, what would write, and what takes longer than SECONDS.
    """
    with open_snapshot(path) as snapshot:
        watch = threading.Timer(SECONDS, snapshot.con.interrupt)
        watch.start()
        try:
            return fetch(snapshot, sql, ROWS + 1)
        finally:
            watch.cancel()


def box(path: Path) -> None:
    """The query box with its result and a download."""
    with st.form("sql", border=False):
        sql = st.text_area("SQL (DuckDB), read-only on the published snapshot", EXAMPLE, height=140)
        run = st.form_submit_button("Run")
    if not run:
        return
    try:
        names, rows = query(path, sql)
    except WarehouseError as error:
        st.error("This cannot be answered:")
        st.text(str(error))
        return
    if len(rows) > ROWS:
        st.warning(f"Only the first {ROWS:,} rows are shown.")
    rows = rows[:ROWS]
    table = {
        f"{name}" if names.count(name) == 1 else f"{name} ({place})": [_cell(row[place]) for row in rows]
        for place, name in enumerate(names)
    }
    st.dataframe(table, hide_index=True)
    st.download_button("Download as CSV", as_csv(names, rows), "momentscope.csv", "text/csv")


def _cell(value: Any) -> Any:
    """Numbers, dates and truth values as they are, everything else as text."""
    return (
        value
        if value is None or isinstance(value, (bool, int, float)) or hasattr(value, "isoformat")
        else str(value)[:2000]
    )
