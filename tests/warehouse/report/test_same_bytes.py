"""The same rows give the same bytes, in whatever order they lie and by however many threads they are read."""

from __future__ import annotations

import random
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.march import Said, fill
from tests.warehouse.world import item
from warehouse.connect import open_warehouse
from warehouse.export import PUBLIC, export
from warehouse.marts import refresh
from warehouse.publish import publish
from warehouse.report import FORMATS, build, render
from warehouse.snapshot import open_snapshot

START = date(2026, 1, 5)
WEEKS = 22
SOURCES = ("product_page", "app_store", "bazaarvoice", "steam", "reddit")
TURN = 18
"""The week from which Nordbrew's parcels come late, so that there are alerts, drivers and a loop to compare."""


def _entries() -> list[tuple[dict[str, Any], list[Said]]]:
    """Reviews with ratings whose sums depend on the order (thirds, sevenths), from several sources."""
    rng = random.Random(7)
    entries: list[tuple[dict[str, Any], list[Said]]] = []
    for number in range(700):
        day = rng.randrange(7 * WEEKS)
        bad = rng.random() < (0.8 if day >= 7 * TURN else 0.15)
        feeling = "negative" if bad else "positive"
        said = [
            ("The parcel came.", "wait", feeling),
            ("Is it good?", "research", "neutral"),
            ("Get one.", "referral", feeling),
        ]
        record = item(
            str(number),
            brand=rng.choice(["Nordbrew", "Nordbrew", "Kaffio"]),
            product_id=rng.choice(["nb-1", "nb-2", None]),
            product_name=None,
            source=rng.choice(SOURCES),
            body=f"The parcel came. Is it good? Get one. {number}",
            rating=rng.randrange(1, 3) / 7 if bad else rng.randrange(2, 4) / 3,
            metrics={"helpful": rng.randrange(50)},
            published_at=f"{START + timedelta(days=day)}T09:00:00Z",
        )
        entries.append((record, said))
    return entries


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("same")
    with open_warehouse(folder / "w.duckdb") as warehouse:
        fill(warehouse, folder, _entries())
        refresh(warehouse)
        return publish(warehouse, folder / "p.duckdb")


def _shuffled(snapshot: Path, target: Path, seed: int) -> Path:
    """A copy in which the rows of every table lie in another order."""
    shutil.copyfile(snapshot, target)
    with duckdb.connect(str(target)) as con:
        tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        for (name,) in tables:
            con.execute(f"CREATE TEMP TABLE mixed AS FROM {name} ORDER BY hash(rowid + {seed}::BIGINT * 1000003)")
            con.execute(f"DELETE FROM {name}")
            con.execute(f"INSERT INTO {name} FROM mixed")
            con.execute("DROP TABLE mixed")
    return target


MACROS = (
    "zmot",
    "zmot_questions",
    "zmot_videos",
    "tmot",
    "share_of_voice",
    "trend",
    "alerts",
    "loop",
    "drivers",
    "voices",
)


def _reports(snapshot: Path) -> dict[str, str]:
    """Two reports in every format, and the rows of the macros that they are made from."""
    with open_snapshot(snapshot) as opened:
        period = ["Nordbrew", START, START + timedelta(days=7 * WEEKS)]
        found = {name: repr(opened.con.execute(f"FROM {name}(?, ?, ?)", period).fetchall()) for name in MACROS}
    for name, days in (("whole", (None, None)), ("chosen", ("2026-02-10", "2026-05-20"))):
        report = build(snapshot, "Nordbrew", *days)
        found |= {f"{name} {form}": render(report, form) for form in FORMATS}
    return found


@pytest.fixture(scope="module")
def first(snapshot: Path) -> dict[str, str]:
    return _reports(snapshot)


def test_there_is_something_to_compare(first: dict[str, str]) -> None:
    assert "more negative" in first["alerts"] and "more negative" in first["whole json"]
    assert first["loop"].count("None") < 3


@pytest.mark.parametrize(("seed", "threads"), [(0, 1), (0, 8), (1, 1), (2, 2), (3, 4), (4, 8), (5, 3)])
def test_a_report_is_the_same_bytes(
    snapshot: Path, first: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, threads: int
) -> None:
    monkeypatch.setenv("MOT_THREADS", str(threads))
    again = _reports(_shuffled(snapshot, tmp_path / "p.duckdb", seed) if seed else snapshot)
    assert [name for name in first if again[name] != first[name]] == []


VIEWS = ("zmot", "tmot", "journey", "share_of_voice", "alerts", "coverage", "freshness", "voices")


def test_an_export_is_the_same_bytes(snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(VIEWS) <= set(PUBLIC)
    found: list[dict[str, bytes]] = []
    for seed, threads in ((0, 1), (0, 8), (1, 2), (2, 4)):
        monkeypatch.setenv("MOT_THREADS", str(threads))
        path = _shuffled(snapshot, tmp_path / f"{seed}.duckdb", seed) if seed else snapshot
        for name in VIEWS:
            export(path, name, tmp_path / f"{name}.csv")
        found.append({name: (tmp_path / f"{name}.csv").read_bytes() for name in VIEWS})
    for each in found[1:]:
        assert [name for name in VIEWS if each[name] != found[0][name]] == []
