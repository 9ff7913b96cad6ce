"""An old report can be made again, whatever has come since."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.march import ARGS, fill
from tests.warehouse.world import WATCHLIST, Landing, item, tag, write_tags
from warehouse.config import store_watchlist
from warehouse.connect import Warehouse
from warehouse.erase import erase
from warehouse.errors import WarehouseError
from warehouse.history import as_of
from warehouse.load import load_packages
from warehouse.marts import refresh
from warehouse.publish import publish
from warehouse.report import build, render
from warehouse.snapshot import open_snapshot
from warehouse.tags import activate, load_tags

MACROS = (
    "zmot",
    "zmot_questions",
    "zmot_rivals",
    "zmot_videos",
    "tmot",
    "tmot_ratings",
    "journey",
    "drivers",
    "share_of_voice",
    "trend",
    "alerts",
    "loop",
    "coverage",
    "voices",
)
TABLES = (
    "items",
    "item_tags",
    "sentence_tags",
    "mentions",
    "sentences",
    "rivals",
    "brands",
    "models",
    "packages",
    "snapshot_info",
    "freshness",
)


def _everything(path: Path) -> dict[str, Any]:
    with open_snapshot(path) as snapshot:
        found = {f"{name}()": snapshot.con.execute(f"FROM {name}(?, ?, ?)", ARGS).fetchall() for name in MACROS}
        for name in TABLES:
            excluded = "EXCLUDE (fetched_at)" if name == "items" else ""
            found[name] = snapshot.con.execute(f"SELECT * {excluded} FROM {name} ORDER BY ALL").fetchall()
        return found


def _now(warehouse: Warehouse) -> datetime:
    row = warehouse.con.execute(
        "SELECT max(t) FROM (SELECT max(loaded_at) AS t FROM items UNION ALL SELECT max(tagged_at) FROM item_tags "
        "UNION ALL SELECT max(activated_at) FROM model_activations)"
    ).fetchone()
    assert row is not None
    return row[0]


def _go_on(warehouse: Warehouse, folder: Path) -> None:
    """Everything that can change afterwards: texts, ratings, counts, items, tags, model, watchlist."""
    landing = Landing(folder / "later")
    later = {"fetched_at": "2026-08-01T00:00:00Z"}
    video = {
        "source": "youtube",
        "kind": "video",
        "brand": None,
        "product_id": None,
        "product_name": None,
        "body": None,
    }
    landing.made = 500
    landing.put(
        [
            item("r1", body="Broken.", rating=0.2, **later),
            item(
                "r2",
                body="It arrived two weeks late again. Waste of money.",
                rating=1.0,
                published_at="2026-03-03T12:00:00Z",
                **later,
            ),
            item("new", rating=0.2, published_at="2026-03-05T00:00:00Z"),
        ]
    )
    for views in (5000, 6000):
        landing.put(
            [
                item(
                    "v1",
                    title="Nordbrew One unboxing",
                    metrics={"views": views},
                    published_at="2026-03-05T12:00:00Z",
                    **video,
                    fetched_at=f"2026-08-0{views // 1000}T00:00:00Z",
                )
            ],
            source="youtube",
        )
    load_packages(warehouse, landing.folder)
    text = "It arrived two weeks late again. Waste of money."
    load_tags(
        warehouse,
        write_tags(
            folder / "later.jsonl", [tag("product_page:r2", ("Waste", "use", "positive"), text=text, model="m-2")]
        ),
    )
    activate(warehouse, "m-2")
    store_watchlist(warehouse, [*WATCHLIST, {"name": "Grindwell"}])
    refresh(warehouse)


def test_an_old_report_byte_for_byte(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse, tmp_path)
    refresh(warehouse)
    then = publish(warehouse, tmp_path / "then.duckdb")
    moment = _now(warehouse)
    _go_on(warehouse, tmp_path)
    publish(warehouse, tmp_path / "now.duckdb")
    before, now, again = (
        _everything(then),
        _everything(tmp_path / "now.duckdb"),
        _everything(as_of(warehouse, moment, tmp_path / "again.duckdb")),
    )
    assert again == before
    assert now["tmot()"] != before["tmot()"]
    pages = [
        render(build(path, "Nordbrew", ARGS[1], ARGS[2], None), "html") for path in (then, tmp_path / "again.duckdb")
    ]
    assert pages[0] == pages[1]
    # The writer's own warehouse is as it was.
    assert _everything(publish(warehouse, tmp_path / "now.duckdb")) == now


def test_another_model_and_what_was_erased(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse, tmp_path)
    refresh(warehouse)
    _go_on(warehouse, tmp_path)
    moment = _now(warehouse)
    erase(warehouse, item_ids=["product_page:r1"])
    with open_snapshot(as_of(warehouse, moment, tmp_path / "p.duckdb", model_version="m-1")) as snapshot:
        assert snapshot.value("SELECT model_version FROM snapshot_info") == "m-1"
        assert snapshot.value("SELECT count(*) FROM items WHERE item_id = 'product_page:r1'") == 0
        assert snapshot.value("SELECT reach FROM mentions WHERE item_id = 'youtube:v1'") == 6000
    with pytest.raises(WarehouseError, match=r"no tags of the model 'm-9'.*m-1, m-2"):
        as_of(warehouse, moment, tmp_path / "p.duckdb", model_version="m-9")


def test_before_the_first_load_there_was_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"nothing has been loaded yet"):
        as_of(warehouse, datetime(2026, 1, 1), tmp_path / "p.duckdb")
    fill(warehouse, tmp_path)
    with pytest.raises(WarehouseError, match=r"was empty at .* its first load was at"):
        as_of(warehouse, _now(warehouse) - timedelta(days=1000), tmp_path / "p.duckdb")
    assert not list(tmp_path.glob("*.duckdb"))
