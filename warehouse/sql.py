"""One query on the published snapshot, for `mot sql`.

Promise: the query can neither change nor reach anything; an error is one sentence; what a text holds cannot steer the
terminal (control and direction characters are shown as a replacement character) nor act as a formula in a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from pathlib import Path
from typing import Any

import duckdb

from warehouse.errors import WarehouseError
from warehouse.snapshot import Snapshot, open_snapshot

MAX_CELL = 80
_READS = {
    duckdb.StatementType.SELECT,
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.CALL,
    duckdb.StatementType.PRAGMA,
}


def run(path: str | Path, query: str, fmt: str = "table", limit: int = 1000) -> str:
    """The answer to `query` as text: 'table', 'csv' or 'json' (an array of objects), at most `limit` rows.

    Raises WarehouseError for anything that is not one reading statement and for what DuckDB cannot run.
    """
    with open_snapshot(path) as snapshot:
        names, rows = fetch(snapshot, query, limit)
    if fmt == "json":
        return json.dumps(
            [dict(zip(names, row, strict=True)) for row in rows], default=str, ensure_ascii=False, indent=1
        )
    if fmt == "csv":
        return as_csv(names, rows)
    if fmt == "table":
        return _as_table(names, rows, limit)
    raise WarehouseError(f"unknown format {fmt!r}; valid: table, csv, json")


def fetch(snapshot: Snapshot, query: str, limit: int) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and at most `limit` rows of one reading statement."""
    try:
        statements = snapshot.con.extract_statements(query)
        if len(statements) != 1:
            raise WarehouseError(f"the query holds {len(statements)} statements; give exactly one")
        if statements[0].type not in _READS:
            raise WarehouseError(
                f"the snapshot is read-only, and this is a statement of type {statements[0].type.name}; use SELECT"
            )
        result = snapshot.con.execute(statements[0])
        names = [column[0] for column in result.description or []]
        return names, result.fetchmany(limit)
    except duckdb.Error as error:
        raise WarehouseError(_sentence(error)) from None


def as_csv(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    """Rows as CSV with a header; texts that a spreadsheet would take for a formula get an apostrophe in front."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([defused(name) for name in names])
    writer.writerows([defused(cell) for cell in row] for row in rows)
    return buffer.getvalue().rstrip("\n")


def defused(cell: Any) -> Any:
    """A cell that no spreadsheet runs; numbers stay as they are.
    https://owasp.org/www-community/attacks/CSV_Injection"""
    if isinstance(cell, str) and cell.lstrip(" \u00a0")[:1] in (
        "=",
        "+",
        "-",
        "@",
        "\t",
        "\r",
        "\n",
        "|",
        "%",
        "＝",
        "＋",
        "－",
        "＠",
    ):
        return "'" + cell
    return cell


def _sentence(error: duckdb.Error) -> str:
    lines = [line.strip() for line in str(error).split("\n\nLINE ")[0].splitlines() if line.strip()]
    return f"DuckDB cannot run this query: {' '.join(lines)[:400]}"


def plain(value: Any) -> str:
    """A cell as it may be printed to a terminal."""
    text = "" if value is None else str(value)
    return "".join(
        "\ufffd" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char
        for char in text.replace("\n", " ")
    )


def _as_table(names: list[str], rows: list[tuple[Any, ...]], limit: int) -> str:
    cells = [[plain(value) for value in row] for row in rows]
    cells = [[text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…" for text in row] for row in cells]
    numeric = [
        bool(rows)
        and all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in column)
        for column in zip(*rows, strict=True)
    ] or [False] * len(names)
    widths = [max([len(plain(name)), *(len(row[at]) for row in cells)]) for at, name in enumerate(names)]
    lines = [
        "  ".join(plain(name).ljust(width) for name, width in zip(names, widths, strict=True)).rstrip(),
        "  ".join("-" * width for width in widths),
    ]
    for row in cells:
        lines.append(
            "  ".join(
                text.rjust(width) if right else text.ljust(width)
                for text, width, right in zip(row, widths, numeric, strict=True)
            ).rstrip()
        )
    noun = "row" if len(rows) == 1 else "rows"
    lines.append(f"({len(rows)} {noun}{', more may follow: raise --limit' if len(rows) == limit else ''})")
    return "\n".join(lines)
