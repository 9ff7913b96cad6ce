"""A process killed at any point leaves whole steps; running again gives what an undisturbed run gives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.warehouse.world import WATCHLIST, Contents, Landing, item, tag, write_tags
from warehouse.connect import Warehouse, open_warehouse

WORK = """
import json, sys
from pathlib import Path
from warehouse.config import store_watchlist
from warehouse.connect import open_warehouse
from warehouse.load import load_packages
from warehouse.marts import refresh
from warehouse.publish import publish
from warehouse.tags import load_tags
home = Path(sys.argv[1])
with open_warehouse(home / "w.duckdb") as warehouse:
    print("open", flush=True)
    store_watchlist(warehouse, json.loads((home / "watchlist.json").read_text()))
    print("load", flush=True)
    load_packages(warehouse, home / "landing")
    print("tags", flush=True)
    load_tags(warehouse, home / "tags.jsonl")
    print("refresh", flush=True)
    refresh(warehouse)
    print("publish", flush=True)
    publish(warehouse, home / "published.duckdb")
print("done", flush=True)
"""


def _make(home: Path) -> None:
    landing = Landing(home / "landing")
    text = "Delivery was slow. I would not buy it again."
    for day in range(1, 5):
        fetched = f"2026-07-{day:02d}T00:00:00Z"
        landing.put(
            [item(str(n), body=text, rating=0.4, fetched_at=fetched) for n in range(day * 100, day * 100 + 300)]
        )
    ids = [f"product_page:{n}" for n in range(100, 700)]
    tags = [
        tag(
            i,
            ("Delivery was slow.", "wait", "negative"),
            ("I would not buy it again.", "feedback", "negative"),
            text=text,
        )
        for i in ids
    ]
    write_tags(home / "tags.jsonl", tags)
    (home / "watchlist.json").write_text(json.dumps(WATCHLIST))


def _run(home: Path, until: str | None = None, delay: float = 0.0) -> None:
    """Do the work in a child; with `until` kill it `delay` seconds after it has said so."""
    root = Path(__file__).resolve().parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", WORK, str(home)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert child.stdout is not None
    for line in child.stdout:
        if line.strip() == until:
            time.sleep(delay)
            os.kill(child.pid, signal.SIGKILL)
            break
    child.stdout.close()
    assert child.wait() == (-signal.SIGKILL if until else 0)


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, contents: Callable[[Warehouse], Contents]
) -> tuple[Contents, int]:
    home = tmp_path_factory.mktemp("undisturbed")
    _make(home)
    _run(home)
    with open_warehouse(home / "w.duckdb") as warehouse:
        return contents(warehouse), warehouse.con.execute("SELECT count(*) FROM mentions").fetchall()[0][0]


@pytest.mark.parametrize(
    ("until", "delay"), [("open", 0.01), ("load", 0.15), ("tags", 0.03), ("refresh", 0.2), ("publish", 0.02)]
)
def test_killed_and_run_again_equals_undisturbed(
    tmp_path: Path,
    contents: Callable[[Warehouse], Contents],
    undisturbed: tuple[Contents, int],
    until: str,
    delay: float,
) -> None:
    expected, mentions = undisturbed
    assert mentions == 600
    _make(tmp_path)
    _run(tmp_path, until, delay)
    _run(tmp_path)
    with open_warehouse(tmp_path / "w.duckdb") as warehouse:
        assert contents(warehouse) == expected
    assert not list(tmp_path.glob("*.tmp"))
