"""`mot sql`: one reading statement, its answer safe to print and to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.warehouse.world import Landing, item
from warehouse.connect import open_warehouse
from warehouse.errors import WarehouseError
from warehouse.load import load_packages
from warehouse.publish import publish
from warehouse.sql import run


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sql")
    landing = Landing(folder / "landing")
    landing.put(
        [
            item("1", body="=cmd()", rating=0.8),
            item("2", body="\x1b[31mred\u202e", published_at=None),
            item("3", body="x" * 5000),
        ]
    )
    with open_warehouse(folder / "w.duckdb") as warehouse:
        load_packages(warehouse, landing.folder)
        return publish(warehouse, folder / "p.duckdb")


def test_table(snapshot: Path) -> None:
    text = run(snapshot, "SELECT item_id, rating, body FROM items ORDER BY 1")
    lines = text.splitlines()
    assert lines[0].split() == ["item_id", "rating", "body"]
    assert lines[2].split() == ["product_page:1", "0.8", "=cmd()"]
    assert "\x1b" not in text and "\u202e" not in text and "\ufffd[31mred" in text
    assert max(map(len, lines)) < 120
    assert lines[-1] == "(3 rows)"
    assert run(snapshot, "FROM items", limit=2).endswith("(2 rows, more may follow: raise --limit)")
    assert "(0 rows)" in run(snapshot, "FROM items WHERE false")


def test_csv_runs_no_formula(snapshot: Path) -> None:
    rows = list(csv.reader(io.StringIO(run(snapshot, "SELECT body, -1 AS n FROM items ORDER BY item_id", "csv"))))
    assert rows[:2] == [["body", "n"], ["'=cmd()", "-1"]]


def test_json(snapshot: Path) -> None:
    rows = json.loads(run(snapshot, "SELECT item_id, published_at FROM items ORDER BY 1", "json"))
    assert rows[0] == {"item_id": "product_page:1", "published_at": "2026-03-02 10:00:00"}
    assert rows[1]["published_at"] is None


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("selec 1", "syntax error"),
        ("SELECT nothing FROM items", '"nothing" not found'),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("", "0 statements"),
        ("DROP TABLE items", "read-only"),
        ("INSERT INTO items (item_id) VALUES ('x')", "read-only"),
        ("COPY items TO 'x.csv'", "read-only"),
        ("FROM read_csv('/etc/passwd')", "disabled"),
        ("SELECT 'a'::INTEGER", "Could not convert"),
    ],
)
def test_errors_are_one_sentence(snapshot: Path, query: str, message: str) -> None:
    with pytest.raises(WarehouseError, match=message) as caught:
        run(snapshot, query)
    assert "\n" not in str(caught.value)


def test_unknown_format_and_missing_snapshot(snapshot: Path, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="'yaml'; valid: table"):
        run(snapshot, "SELECT 1", "yaml")
    with pytest.raises(WarehouseError, match="no snapshot"):
        run(tmp_path / "none", "SELECT 1")
