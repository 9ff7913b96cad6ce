"""Exports: whole, in every format, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest

from tests.warehouse.march import ARGS, fill
from tests.warehouse.world import item
from warehouse.connect import open_warehouse
from warehouse.errors import WarehouseError
from warehouse.export import PUBLIC, export, export_parquet
from warehouse.marts import refresh
from warehouse.publish import publish

HOSTILE = [
    '=HYPERLINK("http://evil.example")',
    "+1+cmd|' /C calc'!A0",
    "-2",
    "@SUM(A1)",
    "\t=1",
    " =1",
    "＝1",
    "plain",
    'a,b\n"c"',
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    with open_warehouse(folder / "w.duckdb") as warehouse:
        fill(warehouse, folder, [(item(str(n), body=text), []) for n, text in enumerate(HOSTILE)])
        refresh(warehouse)
        return publish(warehouse, folder / "p.duckdb")


def test_csv_runs_no_formula(snapshot: Path, tmp_path: Path) -> None:
    assert export(
        snapshot, "SELECT body, -1.5 AS n, [1, 2] AS l FROM items ORDER BY item_id", tmp_path / "x.csv"
    ) == len(HOSTILE)
    rows = list(csv.reader((tmp_path / "x.csv").open(encoding="utf-8-sig", newline="")))
    assert rows[0] == ["body", "n", "l"]
    assert [row[0] for row in rows[1:]] == ["'" + text for text in HOSTILE[:7]] + HOSTILE[7:]
    assert rows[1][1:] == ["-1.5", "[1, 2]"]


def test_excel_holds_text_not_formulas(snapshot: Path, tmp_path: Path) -> None:
    assert export(
        snapshot,
        "SELECT item_key, item_id, body, published_at, rating FROM items ORDER BY item_id",
        tmp_path / "x.xlsx",
    ) == len(HOSTILE)
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert (
        "<f>" not in sheet
        and "HYPERLINK(&quot;http" in sheet.replace('"http', "&quot;http")
        and "<hyperlink" not in sheet
    )


def test_json_and_lines(snapshot: Path, tmp_path: Path) -> None:
    query = "SELECT item_id, body, published_at FROM items ORDER BY item_id"
    export(snapshot, query, tmp_path / "x.json")
    export(snapshot, query, tmp_path / "x.jsonl")
    rows = json.loads((tmp_path / "x.json").read_text())
    assert [row["body"] for row in rows] == HOSTILE
    assert [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()] == rows
    assert export(snapshot, "FROM items WHERE false", tmp_path / "none.json") == 0
    assert json.loads((tmp_path / "none.json").read_text()) == []


def test_parquet_of_everything_public(snapshot: Path, tmp_path: Path) -> None:
    import duckdb

    files = export_parquet(snapshot, tmp_path / "parquet")
    assert [path.stem for path in files] == list(PUBLIC)
    assert sorted(path.name for path in (tmp_path / "parquet").iterdir()) == sorted(
        f"{name}.parquet" for name in PUBLIC
    )
    count = duckdb.execute(
        "SELECT count(*), count(DISTINCT item_id) FROM read_parquet(?)",
        [str(tmp_path / "parquet" / "mentions.parquet")],
    ).fetchone()
    assert count == (len(HOSTILE), len(HOSTILE))


def test_by_name_and_with_parameters(snapshot: Path, tmp_path: Path) -> None:
    assert export(snapshot, "mentions", tmp_path / "m.csv") == len(HOSTILE)
    assert export(snapshot, "FROM tmot(?, ?, ?)", tmp_path / "t.csv", ARGS) == 2


def test_errors(snapshot: Path, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"x\.doc has no format.*\.csv"):
        export(snapshot, "items", tmp_path / "x.doc")
    with pytest.raises(WarehouseError, match="unknown table 'mention'; did you mean 'mentions'"):
        export(snapshot, "mention", tmp_path / "x.csv")
    with pytest.raises(WarehouseError, match="nothing"):
        export(snapshot, "SELECT nothing FROM items", tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []
