"""A refresh that redoes a part gives what a rebuild gives."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.warehouse.world import WATCHLIST, Contents, Landing, item, tag, write_tags
from warehouse import marts
from warehouse.config import store_watchlist
from warehouse.connect import Warehouse, open_warehouse
from warehouse.erase import erase
from warehouse.load import load_packages
from warehouse.marts import refresh
from warehouse.tags import load_tags

LONG = (
    "The machine came on a Monday and {} since then it has made two good cups each morning without any trouble at all"
)
BODIES = [
    "Nordbrew is fine",
    "I moved from Kaffio to Nordbrew",
    "Nothing",
    "Kaffio vs Nordbrew, which one to buy then?",
    LONG.format("ever"),
    LONG.format("always"),
    "Thanks for the feedback, please contact our support team",
]


def _batch(rng: random.Random, day: int) -> list[dict[str, object]]:
    records = []
    for _ in range(12):
        number = rng.randrange(40)
        source = rng.choice(["reddit", "forum"])
        records.append(
            item(
                f"{number}",
                source=source,
                kind="post" if number % 3 else "comment",
                brand=rng.choice([None, None, "Nordbrew"]),
                product_id=None,
                product_name=None,
                body=rng.choice(BODIES),
                parent_id=f"{source}:{number // 3}" if number % 3 == 0 else None,
                published_at=f"2026-03-{number % 28 + 1:02d}T00:00:00Z",
                fetched_at=f"2026-07-{day:02d}T00:00:00Z",
            )
        )
    return records


@pytest.mark.parametrize("seed", range(3))
def test_part_by_part_equals_rebuilt(
    tmp_path: Path, contents: Callable[[Warehouse], Contents], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    landing = Landing(tmp_path / "landing")
    with open_warehouse(tmp_path / "w.duckdb") as warehouse:
        store_watchlist(warehouse, WATCHLIST)
        landing.put([item("seed")])
        load_packages(warehouse, landing.folder)
        load_tags(
            warehouse,
            write_tags(
                tmp_path / "first", [tag("product_page:seed", ("A", "use", "positive"), text="A good machine.")]
            ),
        )
        refresh(warehouse)
        monkeypatch.setattr(marts, "REBUILD_SHARE", 2.0)
        for day in range(2, 7):
            landing.put(_batch(rng, day))
            load_packages(warehouse, landing.folder)
            texts = warehouse.con.execute(
                "SELECT item_id, text_version, body FROM items WHERE hash(item_id, text_version) % 2 = 0"
            ).fetchall()
            tags = [
                tag(name, (body[:7], "feedback", "negative"), text=body, version=version)
                for name, version, body in texts
            ]
            load_tags(warehouse, write_tags(tmp_path / "tags", tags))
            if day == 4:
                erase(warehouse, item_ids=[str(texts[0][0]), str(texts[1][0])])
            assert not refresh(warehouse).rebuilt
        by_parts = contents(warehouse)
        warehouse.con.execute("DELETE FROM meta WHERE key = 'marts_state'")
        assert refresh(warehouse).rebuilt
        assert contents(warehouse) == by_parts
    assert len(by_parts["mentions"]) > 30 and len(by_parts["item_flags"]) > 5 and len(by_parts["rivals"]) > 5


def test_nothing_new_is_nothing_to_do(warehouse: Warehouse, landing: Landing) -> None:
    landing.put([item("1")])
    load_packages(warehouse, landing.folder)
    assert refresh(warehouse) == marts.Refreshed(1, True)
    assert refresh(warehouse) == marts.Refreshed(0, False)
