"""Tags: exported once, loaded once, kept by model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.warehouse.world import Landing, item, tag, write_tags
from warehouse.connect import Warehouse
from warehouse.erase import erase
from warehouse.errors import WarehouseError
from warehouse.load import load_packages
from warehouse.marts import refresh
from warehouse.tags import activate, export_untagged, load_tags

TEXT = "Late. It came late."


def _export(warehouse: Warehouse, tmp_path: Path, model: str = "m-1", limit: int = 100) -> list[dict[str, object]]:
    output = tmp_path / "texts.jsonl"
    count = export_untagged(warehouse, model, output, limit)
    lines = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == count
    return lines


def test_the_text_is_title_and_body_and_the_id_carries_the_version(
    warehouse: Warehouse, landing: Landing, tmp_path: Path
) -> None:
    landing.put(
        [
            item("1", title="Late", body="It came late.", lang="en"),
            item("2", title=None, body="x"),
            item("3", title="t", body=None),
            item("4", title=None, body=None, rating=0.4),
        ]
    )
    landing.put([item("2", body="y", fetched_at="2026-07-02T00:00:00Z")])
    load_packages(warehouse, landing.folder)
    assert _export(warehouse, tmp_path) == [
        {"id": "product_page:1@1", "text": "Late. It came late.", "kind": "review", "lang": "en"},
        {"id": "product_page:2@2", "text": "y", "kind": "review", "lang": "en"},
        {"id": "product_page:3@1", "text": "t", "kind": "review", "lang": "en"},
    ]


def test_what_one_file_says_twice_counts_as_said_first(warehouse: Warehouse, landing: Landing, tmp_path: Path) -> None:
    landing.put([item(str(number), body=TEXT) for number in range(50)])
    load_packages(warehouse, landing.folder)
    said = [
        tag(f"product_page:{number}", ("Late.", "wait", feeling), text=TEXT)
        for feeling in ("negative", "positive")
        for number in range(50)
    ]
    assert load_tags(warehouse, write_tags(tmp_path / "tags.jsonl", said)) == 50
    felt = "SELECT sentiment, count(*) FROM item_tags JOIN sentence_tags s USING (item_key, sentiment) GROUP BY ALL"
    assert warehouse.con.execute(felt).fetchall() == [("negative", 50)]


def test_tagging_goes_on_where_it_stopped(warehouse: Warehouse, landing: Landing, tmp_path: Path) -> None:
    landing.put([item(str(number), body=TEXT) for number in range(5)])
    load_packages(warehouse, landing.folder)
    seen = []
    while lines := _export(warehouse, tmp_path, limit=2):
        seen += [str(line["id"]) for line in lines]
        file = write_tags(
            tmp_path / "tags.jsonl",
            [tag(str(line["id"])[:-2], ("Late.", "wait", "negative"), text=TEXT) for line in lines],
        )
        assert load_tags(warehouse, file) == len(lines)
        assert load_tags(warehouse, file) == 0
    assert seen == [f"product_page:{number}@1" for number in range(5)]
    assert warehouse.con.execute("SELECT count(*) FROM sentence_tags").fetchall() == [(5,)]


def test_an_edited_text_is_tagged_again_and_keeps_its_old_tags(
    warehouse: Warehouse, landing: Landing, tmp_path: Path
) -> None:
    landing.put([item("1", body=TEXT)])
    load_packages(warehouse, landing.folder)
    load_tags(warehouse, write_tags(tmp_path / "a", [tag("product_page:1", ("Late.", "wait", "negative"), text=TEXT)]))
    landing.put([item("1", body="Fine now.", fetched_at="2026-07-02T00:00:00Z")])
    load_packages(warehouse, landing.folder)
    assert [line["id"] for line in _export(warehouse, tmp_path)] == ["product_page:1@2"]
    load_tags(
        warehouse,
        write_tags(
            tmp_path / "b", [tag("product_page:1", ("Fine now.", "feedback", "positive"), text="Fine now.", version=2)]
        ),
    )
    assert warehouse.con.execute("SELECT text_version, moment FROM item_tags ORDER BY 1").fetchall() == [
        (1, "wait"),
        (2, "feedback"),
    ]
    refresh(warehouse)
    assert warehouse.con.execute("SELECT moment FROM mentions").fetchall() == [("feedback",)]


def test_two_models_stand_side_by_side(warehouse: Warehouse, landing: Landing, tmp_path: Path) -> None:
    landing.put([item("1", body=TEXT), item("2", body=TEXT)])
    load_packages(warehouse, landing.folder)
    for model, moment, ids in (("m-1", "wait", "12"), ("m-2", "use", "1")):
        tags = [tag(f"product_page:{each}", ("Late.", moment, "negative"), text=TEXT, model=model) for each in ids]
        load_tags(warehouse, write_tags(tmp_path / model, tags))
    assert [line["id"] for line in _export(warehouse, tmp_path, "m-2")] == ["product_page:2@1"]
    # The figures stay with the model that has tagged more, until the other has caught up or is chosen.
    refresh(warehouse)
    assert warehouse.con.execute("SELECT DISTINCT moment FROM mentions").fetchall() == [("wait",)]
    activate(warehouse, "m-2")
    refresh(warehouse)
    assert warehouse.con.execute("SELECT item_id, moment, status FROM mentions ORDER BY 1").fetchall() == [
        ("product_page:1", "use", "ok"),
        ("product_page:2", None, "untagged"),
    ]
    with pytest.raises(WarehouseError, match=r"no tags of the model 'm-9'.*m-1"):
        activate(warehouse, "m-9")


def test_tags_of_what_is_gone_or_unknown_are_dropped(warehouse: Warehouse, landing: Landing, tmp_path: Path) -> None:
    landing.put([item("1", body=TEXT)])
    load_packages(warehouse, landing.folder)
    erase(warehouse, item_ids=["product_page:1"])
    tags = [tag(f"product_page:{n}", ("Late.", "wait", "negative"), text=TEXT) for n in (1, 2)]
    assert load_tags(warehouse, write_tags(tmp_path / "t", tags)) == 0
    assert warehouse.con.execute(
        "SELECT (SELECT count(*) FROM item_tags), (SELECT count(*) FROM sentence_tags)"
    ).fetchall() == [(0, 0)]


@pytest.mark.parametrize(
    "content",
    ["{broken", '{"id": "no version", "model_version": "m", "moment": "use"}', '{"id": "a:b@1"}', '{"moment": "use"}'],
)
def test_a_file_that_is_no_tags_is_refused_whole(
    warehouse: Warehouse, landing: Landing, tmp_path: Path, content: str
) -> None:
    landing.put([item("1", body=TEXT)])
    load_packages(warehouse, landing.folder)
    file = tmp_path / "tags.jsonl"
    good = json.dumps(tag("product_page:1", ("Late.", "wait", "negative"), text=TEXT))
    file.write_text(f"{good}\n{content}\n", encoding="utf-8")
    with pytest.raises(WarehouseError, match=r"tags\.jsonl"):
        load_tags(warehouse, file)
    assert warehouse.con.execute("SELECT count(*) FROM item_tags").fetchall() == [(0,)]
