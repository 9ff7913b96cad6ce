"""Figures and rows as files for other programs: CSV, Excel, JSON, JSON Lines, Parquet.

Promise: a file appears whole, by rename; memory does not grow with the rows (Excel's own limits apply); no cell of a
CSV
or Excel file is run as a formula or opened as a link. Only the snapshot is read.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from warehouse.errors import WarehouseError, unknown
from warehouse.snapshot import Params, Snapshot, open_snapshot
from warehouse.sql import defused

if TYPE_CHECKING:
    import pyarrow as pa

PUBLIC = (
    "items",
    "item_texts",
    "item_tags",
    "sentence_tags",
    "mentions",
    "voices",
    "rivals",
    "zmot",
    "tmot",
    "journey",
    "share_of_voice",
    "alerts",
    "coverage",
    "freshness",
    "brands",
    "brand_aliases",
    "brand_rivals",
    "products",
    "sources",
    "schemes",
    "models",
    "packages",
    "rejects",
)
"""What may be exported by name, and what the Parquet folder holds."""
_ORDER = {
    **dict.fromkeys(("zmot", "tmot", "journey", "share_of_voice", "coverage", "freshness"), " ORDER BY ALL"),
    "voices": " ORDER BY brand, day, item_key, sentence_no",
}
"""Of views whose rows come as the threads make them; tables come as they lie, `alerts` has an order of its own."""
_CHUNK = 5_000
_EXCEL_ROWS, _EXCEL_CELL = 1_048_575, 32_767


def export(snapshot: str | Path, what: str, target: Path, params: Params = None) -> int:
    """Write a public table or view, or the answer to a query, to `target`; its suffix names the format. Returns the
    rows.

    Raises WarehouseError for an unknown name or format, for a query that cannot be run, and for more rows than Excel
    holds.
    """
    write = _FORMATS.get(target.suffix.lower())
    if write is None:
        raise WarehouseError(f"{target.name} has no format that is known; end it in one of {', '.join(_FORMATS)}")
    with open_snapshot(snapshot) as opened:
        return _write(opened, _query(what), params, target, write)


def export_parquet(snapshot: str | Path, folder: Path) -> list[Path]:
    """Write every public table and view as `<folder>/<name>.parquet`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_snapshot(snapshot) as opened:
        for name in PUBLIC:
            _write(opened, _query(name), None, folder / f"{name}.parquet", _parquet)
    return [folder / f"{name}.parquet" for name in PUBLIC]


def _query(what: str) -> str:
    if what in PUBLIC:
        return f'FROM "{what}"{_ORDER.get(what, "")}'
    if what.replace("_", "").isalnum():
        raise unknown("table", what, PUBLIC)
    return what


def _write(
    opened: Snapshot, query: str, params: Params, target: Path, write: Callable[[pa.RecordBatchReader, Path], int]
) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        reader = opened.con.execute(query, params).to_arrow_reader(_CHUNK)
        rows = write(reader, draft)
        draft.replace(target)
        return rows
    except duckdb.Error as error:
        raise WarehouseError(f"DuckDB cannot run this query: {str(error).splitlines()[0][:300]}") from None
    finally:
        draft.unlink(missing_ok=True)


def _rows(reader: pa.RecordBatchReader) -> Iterator[list[Any]]:
    for batch in reader:
        yield from (list(row.values()) for row in batch.to_pylist())


def _flat(cell: Any) -> Any:
    """A cell as one value: lists and structs as JSON."""
    return json.dumps(cell, default=str, ensure_ascii=False) if isinstance(cell, list | dict) else cell


def _csv(reader: pa.RecordBatchReader, draft: Path) -> int:
    count = 0
    # With the mark that lets Excel read it as UTF-8.
    with draft.open("w", encoding="utf-8-sig", errors="replace", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([defused(name) for name in reader.schema.names])
        for row in _rows(reader):
            writer.writerow([defused(_flat(cell)) for cell in row])
            count += 1
    return count


def _excel(reader: pa.RecordBatchReader, draft: Path) -> int:
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    count = 0
    with xlsxwriter.Workbook(str(draft), {**options, "default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for at, name in enumerate(reader.schema.names):
            sheet.write_string(0, at, name, bold)
        sheet.freeze_panes(1, 0)
        for row in _rows(reader):
            count += 1
            if count > _EXCEL_ROWS:
                raise WarehouseError(
                    f"more than {_EXCEL_ROWS:,} rows do not fit into an Excel sheet; narrow the query, or "
                    f"export CSV or Parquet"
                )
            for at, cell in enumerate(map(_flat, row)):
                if isinstance(cell, str):
                    sheet.write_string(count, at, cell[:_EXCEL_CELL])
                elif cell is not None:
                    # Keys of 64 bits would lose digits as an Excel number.
                    sheet.write(count, at, str(cell) if isinstance(cell, int) and abs(cell) > 2**53 else cell)
    return count


def _json(reader: pa.RecordBatchReader, draft: Path) -> int:
    return _objects(reader, draft, "[\n", ",\n", "\n]\n")


def _json_lines(reader: pa.RecordBatchReader, draft: Path) -> int:
    return _objects(reader, draft, "", "\n", "\n")


def _objects(reader: pa.RecordBatchReader, draft: Path, head: str, between: str, tail: str) -> int:
    count = 0
    with draft.open("w", encoding="utf-8") as stream:
        stream.write(head)
        for batch in reader:
            for row in batch.to_pylist():
                stream.write((between if count else "") + json.dumps(row, default=str))
                count += 1
        stream.write(tail if count or head else "")
    return count


def _parquet(reader: pa.RecordBatchReader, draft: Path) -> int:
    import pyarrow.parquet as pq

    count = 0
    with pq.ParquetWriter(draft, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            count += batch.num_rows
    return count


_FORMATS: dict[str, Callable[[Any, Path], int]] = {
    ".csv": _csv,
    ".xlsx": _excel,
    ".json": _json,
    ".jsonl": _json_lines,
    ".parquet": _parquet,
}
