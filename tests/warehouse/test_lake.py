"""The warehouse as a DuckLake with a PostgreSQL catalog: several writers at once, and the same marts as from one
file."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.warehouse.march import all_schemes
from tests.warehouse.world import WATCHLIST, Contents, Landing, item, tag, write_tags
from warehouse import lake
from warehouse.config import store_schemes, store_watchlist
from warehouse.connect import Warehouse, open_warehouse
from warehouse.errors import WarehouseError
from warehouse.load import load_packages
from warehouse.marts import refresh
from warehouse.publish import publish
from warehouse.snapshot import open_snapshot
from warehouse.tags import load_tags

LOAD = """
import sys
from pathlib import Path
from warehouse.connect import open_warehouse
from warehouse.load import load_packages
with open_warehouse(sys.argv[1]) as warehouse:
    print("ready", flush=True)
    sys.stdin.readline()
    print(load_packages(warehouse, Path(sys.argv[2])).new_items, flush=True)
"""
MARTS = (
    "items",
    "item_history",
    "item_brands",
    "item_pairs",
    "item_flags",
    "item_tags",
    "sentence_tags",
    "mentions",
    "sentences",
    "rivals",
    "daily",
    "rejects",
)


def _programs() -> Path:
    found = shutil.which("initdb")
    places = (
        [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    )
    if not places:
        pytest.skip("PostgreSQL is not on this machine (Debian: apt install postgresql)")
    for extension in ("ducklake", "postgres_scanner"):
        pytest.importorskip(f"duckdb_extension_{extension}", reason="the extra `lake` is not installed")
    return places[0]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A PostgreSQL of our own on a free port, stopped at the end; gives the catalog part of an address."""
    programs = _programs()
    # Not below pytest's folder, which only its owner may enter, and whose path is too long for a socket.
    root = Path(tempfile.mkdtemp(prefix="mot-pg-"))
    user, become = getpass.getuser(), ["setpriv"]
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        user, become = "postgres", ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        shutil.chown(root, "postgres", "postgres")
    data = root / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = {"cwd": root, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    initdb = [programs / "initdb", "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run([*become, *map(str, initdb)], check=True, **quiet)
    options = ["-D", data, "-p", port, "-k", root, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    # A direct child that stops at once when this process dies, however it dies.
    command = [*become, "--pdeathsig=QUIT", str(programs / "postgres"), *map(str, options)]
    server = subprocess.Popen(command, **quiet)
    try:
        ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        for _ in range(240):
            if subprocess.run(ready, check=False, **quiet).returncode == 0:
                break
            assert server.poll() is None, "PostgreSQL did not start"
            time.sleep(0.25)
        yield f"postgres:dbname=postgres host=127.0.0.1 port={port} user={user}"
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(60)
        shutil.rmtree(root)


def _land(folder: Path) -> list[Path]:
    """Two landing folders, one a source, each with several packages that also edit, delete and repeat."""
    folders = []
    for source in ("product_page", "reddit"):
        landing = Landing(folder / source)
        for day in range(1, 4):
            fetched = f"2026-07-{day:02d}T00:00:00Z"
            records: list[dict[str, object] | str] = [
                item(
                    str(n),
                    source=source,
                    body=f"Nordbrew or Kaffio? {n} {day if n % 5 == 0 else ''}",
                    fetched_at=fetched,
                )
                for n in range(day * 10, day * 10 + 30)
            ]
            records.append({"item_id": f"{source}:{day * 10}", "deleted": True, "fetched_at": fetched})
            landing.put([*records, "{broken"], source=source)
        folders.append(landing.folder)
    return folders


def _finish(warehouse: Warehouse, folder: Path) -> None:
    """Tags, watchlist and marts, the same for both kinds of warehouse."""
    store_schemes(warehouse, all_schemes())
    store_watchlist(warehouse, WATCHLIST)
    rows = warehouse.con.execute(
        "SELECT item_id, text_version, item_text(title, body) FROM items ORDER BY 1"
    ).fetchall()
    tags = [tag(name, (text[:8], "research", "neutral"), text=text, version=version) for name, version, text in rows]
    load_tags(warehouse, write_tags(folder / "tags.jsonl", tags))
    refresh(warehouse)


def test_two_writers_at_once_and_the_same_marts(
    postgres: str, tmp_path: Path, contents: Callable[[Warehouse], Contents]
) -> None:
    address = f"ducklake:{postgres}?data_path={tmp_path}/parquet/"
    folders = _land(tmp_path / "landing")
    # Nobody has opened it before: the two also make its tables at the same time.
    root = Path(__file__).resolve().parents[2]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", LOAD, address, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
        )
        for folder in folders
    ]
    for writer in writers:
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    results = [writer.communicate(timeout=600)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    # Ids 10 to 59, of which 10 is deleted in the package that brings it; 20 and 30 go later.
    assert [int(each) for each in results] == [49, 49]
    with open_warehouse(address) as lake_house, open_warehouse(tmp_path / "file.duckdb") as file_house:
        for folder in folders:
            load_packages(file_house, folder)
            assert load_packages(lake_house, folder).packages == 0
        for house in (file_house, lake_house):
            _finish(house, tmp_path)
        one, other = contents(file_house), contents(lake_house)
        for table in MARTS:
            assert one[table] == other[table], table
        assert len(one["mentions"]) > 150 and len(one["item_history"]) >= 10
        target = publish(lake_house, tmp_path / "published.duckdb")
    with open_snapshot(target) as snapshot:
        assert (
            snapshot.value(
                "SELECT rivals FROM (SELECT count(*) AS rivals FROM zmot_rivals('Nordbrew', '2026-01-01', "
                "'2026-12-31'))"
            )
            == 1
        )


def test_a_lake_that_cannot_be_reached_is_named() -> None:
    _programs()
    with pytest.raises(WarehouseError, match=r"DuckLake postgres:dbname=none host=127.0.0.1 port=9 cannot be opened"):
        open_warehouse("ducklake:postgres:dbname=none host=127.0.0.1 port=9?data_path=/nowhere/")


def test_a_missing_extension_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(WarehouseError, match=r"ducklake extension.*momentscope\[lake\]"):
        open_warehouse("ducklake:/nowhere/catalog.ducklake")
