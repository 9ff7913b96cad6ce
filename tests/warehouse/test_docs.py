"""The examples in the documents run, and answer something."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.march import fill
from warehouse.connect import open_warehouse
from warehouse.marts import refresh
from warehouse.publish import publish
from warehouse.sql import run

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "other-tools.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    with open_warehouse(folder / "w.duckdb") as warehouse:
        fill(warehouse, folder)
        refresh(warehouse)
        return publish(warehouse, folder / "p.duckdb")


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_answers(snapshot: Path, query: str) -> None:
    assert "(0 rows)" not in run(snapshot, query)


def test_the_notebook_reads(snapshot: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {"snapshot": str(snapshot)}
    exec(compile(code, "docs/other-tools.md", "exec"), names)
    assert names["weeks"].num_rows == 14
    assert len(QUERIES) >= 7
